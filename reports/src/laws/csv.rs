//! Scaling laws as CSV (RFC 4180): one row a measured point, a coefficient, a point of a curve and a refusal.
//!
//! The unit of `x` is the column `over`, that of `y` the column `of`, but for coefficients, whose unit stands last in
//! their name.

use crate::export::{ExportError, Exporter, cell, csv_text};
use records::laws::{
    CoefficientRecord, CurvePointRecord, FamilyRecord, FitRecord, LawPointRecord, LawRecord, LawsRecord,
    Reach, RefusedRecord, TreeRecord,
};

const HEADER: [&str; 27] = [
    "run",
    "over",
    "of",
    "stage",
    "level",
    "workload",
    "swap_ratio",
    "proof_system",
    "batch_transactions",
    "capacity_transactions",
    "batches_per_aggregation",
    "cores",
    "clock",
    "provers",
    "padded_rows",
    "row",
    "law",
    "name",
    "x",
    "y",
    "low",
    "high",
    "samples",
    "reach",
    "degrees_of_freedom",
    "leave_one_out_fraction",
    "why",
];

/// Laws as CSV.
#[derive(Clone, Copy, Debug)]
pub struct LawsCsv;

impl Exporter<LawsRecord> for LawsCsv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn export(&self, laws: &LawsRecord) -> Result<String, ExportError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER)?;
        for law in &laws.laws {
            for row in rows(law) {
                writer.write_record(identity(&laws.run, law).into_iter().chain(row))?;
            }
        }
        csv_text(writer)
    }
}

/// The first 15 columns.
fn identity(run: &str, law: &LawRecord) -> Vec<String> {
    let FamilyRecord {
        workload,
        swap_ratio,
        proof_system,
        batch_transactions,
        capacity_transactions,
        batches_per_aggregation,
        cores,
        clock,
        provers,
        padded_rows,
    } = &law.family;
    vec![
        run.to_owned(),
        law.over.key().to_owned(),
        law.of.key().to_owned(),
        law.stage.map_or_else(String::new, |stage| stage.key().to_owned()),
        cell(law.level),
        workload.clone(),
        cell(*swap_ratio),
        proof_system.clone(),
        cell(*batch_transactions),
        cell(*capacity_transactions),
        cell(*batches_per_aggregation),
        cell(*cores),
        clock.clone().unwrap_or_default(),
        cell(*provers),
        cell(*padded_rows),
    ]
}

/// The other 12 columns of each row of a law.
fn rows(law: &LawRecord) -> Vec<[String; 12]> {
    let mut rows = Vec::new();
    for LawPointRecord { x, y, low, high, samples } in &law.points {
        rows.push(Row {
            x: Some(*x),
            y: Some(*y),
            low: *low,
            high: *high,
            samples: Some(*samples),
            ..Row::of("measured", "")
        });
    }
    for fit in &law.fits {
        let FitRecord { law, coefficients, degrees_of_freedom, leave_one_out_fraction, peak, curve, refused } =
            fit;
        let row = |kind| Row {
            freedom: Some(*degrees_of_freedom),
            left_out: *leave_one_out_fraction,
            ..Row::of(kind, law.key())
        };
        for CoefficientRecord { name, value, low, high } in coefficients {
            rows.push(Row {
                name: name.clone(),
                y: Some(*value),
                low: *low,
                high: *high,
                ..row("coefficient")
            });
        }
        if let Some(peak) = peak {
            let name = "fastest_cores".to_owned();
            rows.push(Row { name, x: Some(peak.cores), reach: Some(peak.reach), ..row("peak") });
        }
        for CurvePointRecord { x, y, low, high, reach } in curve {
            rows.push(Row {
                x: Some(*x),
                y: Some(*y),
                low: *low,
                high: *high,
                reach: Some(*reach),
                ..row("curve")
            });
        }
        for RefusedRecord { x, why } in refused {
            rows.push(Row { x: Some(*x), why: why.clone(), ..row("refused") });
        }
    }
    for TreeRecord {
        batches_per_aggregation,
        merges: _,
        levels: _,
        one_aggregator_s,
        enough_aggregators_s,
    } in &law.trees
    {
        let x = Some(*batches_per_aggregation as f64);
        for (name, y) in
            [("one_aggregator_s", one_aggregator_s), ("enough_aggregators_s", enough_aggregators_s)]
        {
            rows.push(Row { name: name.to_owned(), x, y: Some(*y), ..Row::of("tree", "merges") });
        }
    }
    rows.into_iter().map(Row::cells).collect()
}

struct Row {
    kind: &'static str,
    law: &'static str,
    name: String,
    x: Option<f64>,
    y: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    samples: Option<u64>,
    reach: Option<Reach>,
    freedom: Option<u64>,
    left_out: Option<f64>,
    why: String,
}

impl Row {
    fn of(kind: &'static str, law: &'static str) -> Self {
        Self {
            kind,
            law,
            name: String::new(),
            x: None,
            y: None,
            low: None,
            high: None,
            samples: None,
            reach: None,
            freedom: None,
            left_out: None,
            why: String::new(),
        }
    }

    fn cells(self) -> [String; 12] {
        let Self { kind, law, name, x, y, low, high, samples, reach, freedom, left_out, why } = self;
        let reach = reach.map_or("", |reach| match reach {
            Reach::Within => "within",
            Reach::Beyond => "beyond",
            Reach::Far => "far",
        });
        [
            kind.to_owned(),
            law.to_owned(),
            name,
            cell(x),
            cell(y),
            cell(low),
            cell(high),
            cell(samples),
            reach.to_owned(),
            cell(freedom),
            cell(left_out),
            why,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::LawsCsv;
    use crate::export::Exporter;
    use fixtures::laws;

    #[test]
    fn a_row_a_figure() {
        insta::assert_snapshot!(LawsCsv.export(&laws::laws()).expect("renders"));
    }
}
