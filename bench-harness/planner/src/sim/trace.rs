//! Arrivals recorded elsewhere: a CSV text with the times at which transactions came.

use crate::error::PlanError;

/// The times between batches of a CSV text whose column `time_s` holds when transactions came, in seconds from any
/// origin: a batch is full at every `transactions_per_batch`-th of them. Other columns are passed over.
///
/// ```
/// let text = "time_s,kind\n0,swap\n1,swap\n3,swap\n4,swap\n9,swap\n";
/// assert_eq!(planner::sim::gaps_of_csv(text, 1)?, [1.0, 2.0, 1.0, 5.0]);
/// assert_eq!(planner::sim::gaps_of_csv(text, 2)?, [3.0, 6.0]);
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::BadInput`] with the line: no such column, a time that is no number or before the one above it, or
/// fewer than two full batches.
pub fn gaps_of_csv(text: &str, transactions_per_batch: u32) -> Result<Vec<f64>, PlanError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| PlanError::bad("trace", "a CSV header", e))?;
    let Some(column) = header.iter().position(|name| name.trim() == "time_s") else {
        return Err(PlanError::bad("trace", "a column time_s", "a header without it"));
    };
    let mut times_s: Vec<f64> = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let field = format!("trace line {}, time_s", index + 2);
        let record = record.map_err(|e| PlanError::bad(&field, "rows as wide as the header", e))?;
        let text = record.get(column).map_or("", str::trim);
        let time_s = text.parse().ok().filter(|time: &f64| time.is_finite());
        let Some(time_s) = time_s else {
            return Err(PlanError::bad(&field, "a finite number of seconds", format!("`{text}`")));
        };
        if let Some(&last_s) = times_s.last().filter(|last_s| **last_s > time_s) {
            return Err(PlanError::bad(&field, &format!("{last_s}, the time above it, or later"), time_s));
        }
        times_s.push(time_s);
    }
    let gaps: Vec<f64> = times_s
        .iter()
        .step_by(transactions_per_batch.max(1) as usize)
        .collect::<Vec<_>>()
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    if gaps.len() < 2 {
        return Err(PlanError::bad(
            "trace",
            &format!("two batches or more, of {transactions_per_batch} transactions each"),
            format!("{} transactions", times_s.len()),
        ));
    }
    Ok(gaps)
}

#[cfg(test)]
mod tests {
    use super::gaps_of_csv;

    #[test]
    fn bad_rows_are_named() {
        let error = |text: &str| gaps_of_csv(text, 1).expect_err("refused").to_string();
        assert!(error("at\n1\n").contains("a column time_s"));
        assert!(error("time_s\n1\nsoon\n").contains("trace line 3, time_s: expected a finite number"));
        assert!(
            error("time_s\n5\n4\n")
                .contains("trace line 3, time_s: expected 5, the time above it, or later, got 4")
        );
        assert!(error("time_s\n1\nNaN\n").contains("line 3"));
        assert!(error("time_s\n1\n2\n").contains("two batches or more"));
    }
}
