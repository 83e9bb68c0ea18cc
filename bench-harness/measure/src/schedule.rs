//! All cells of a spec in the order in which they are measured. Making one measures nothing.

use crate::cell::{Cell, Workload};
use crate::child::source::trace_batches;
use crate::spec::{Spec, SpecError};

/// The cells of a spec, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    cells: Vec<Cell>,
}

impl Schedule {
    /// The cells: workloads outermost, then batch sizes ascending, so that small cells come before large ones; then
    /// clocks, cores ascending, and provers at once ascending.
    ///
    /// # Errors
    /// A trace that cannot be read, breaks a rule, or has too few or too long batches.
    pub fn new(spec: &Spec) -> Result<Self, SpecError> {
        let mut cells = Vec::new();
        for workload in &spec.workloads {
            for batch_transactions in &spec.batch_sizes {
                let capacity_transactions = spec.capacity.unwrap_or(*batch_transactions);
                if let Workload::Trace { file } = workload {
                    check_trace(spec, file, *batch_transactions, capacity_transactions)?;
                }
                for (clock, cores) in product(&spec.clocks, &spec.cores) {
                    for provers in spec.provers.resolve(cores, spec.usable) {
                        cells.push(Cell {
                            workload: workload.clone(),
                            batch_transactions: *batch_transactions,
                            capacity_transactions,
                            batches_per_aggregation: spec.batches_per_aggregation,
                            proof_system: spec.system.name(),
                            cores,
                            clock,
                            provers,
                        });
                    }
                }
            }
        }
        Ok(Self { cells })
    }

    /// The cells.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

fn product<A: Copy, B: Copy>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    first.iter().flat_map(|a| second.iter().map(|b| (*a, *b))).collect()
}

fn check_trace(
    spec: &Spec,
    file: &std::path::Path,
    batch_transactions: usize,
    capacity: usize,
) -> Result<(), SpecError> {
    let wrong = |source| SpecError::Trace { file: file.to_owned(), source };
    let batches = trace_batches(file, &spec.population, spec.seed, batch_transactions).map_err(wrong)?;
    if batches.len() < spec.batches_per_aggregation {
        return Err(SpecError::Field {
            field: "trace",
            expected: format!(
                "at least {} batches of {batch_transactions} transactions, as batches_per_aggregation says",
                spec.batches_per_aggregation
            ),
            got: format!("{} in {}", batches.len(), file.display()),
        });
    }
    let longest = batches.iter().map(|batch| batch.transactions.len()).max();
    if let Some(longest) = longest
        && longest > capacity
    {
        return Err(SpecError::Field {
            field: "trace",
            expected: format!("batches of at most {capacity} transactions, which the circuit holds"),
            got: format!("one of {longest} in {}", file.display()),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use crate::host::tests::allowance;
    use crate::spec::{Overrides, Spec};

    fn schedule(overrides: Overrides) -> Result<Schedule, crate::spec::SpecError> {
        Schedule::new(&Spec::new(overrides, &allowance(4)).expect("valid"))
    }

    #[test]
    fn cells_are_ordered_and_differ() {
        let schedule = schedule(Overrides {
            workloads: Some(vec!["transfer".to_owned(), "mix".to_owned()]),
            batch_sizes: Some(vec![32, 8]),
            provers: Some("1,fill".to_owned()),
            ..Overrides::default()
        });
        let keys: Vec<_> = schedule.expect("valid").cells().iter().map(|cell| cell.record().key()).collect();
        // Of 4 cores: one prover of 1, 2 and 4, and as many of 1 and of 2 as there is room for.
        assert_eq!(keys.len(), 2 * 2 * 5);
        assert_eq!(keys[0], "transfer/8of8/x4/plonky2/1c/as_is");
        assert_eq!(keys[1], "transfer/8of8/x4/plonky2/1c/as_is/4p");
        assert_eq!(keys[19], "mix-0.5/32of32/x4/plonky2/4c/as_is");
        let mut unique = keys.clone();
        unique.dedup();
        assert_eq!(unique, keys);
    }

    #[test]
    fn a_trace_that_does_not_fit_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("trace.csv");
        let text = "batch,kind,sender,target,token_in,amount_in\n\
            0,transfer,0,1,0,5\n0,transfer,0,1,0,5\n1,transfer,1,0,0,5\n";
        std::fs::write(&file, text).expect("written");
        let with = |batch_size, batches, capacity| {
            schedule(Overrides {
                workloads: Some(vec!["trace".to_owned()]),
                trace: Some(file.clone()),
                batch_sizes: Some(vec![batch_size]),
                batches_per_aggregation: Some(batches),
                capacity,
                ..Overrides::default()
            })
        };
        assert_eq!(with(2, 2, None).expect("fits").cells().len(), 3);
        let error = with(2, 3, None).expect_err("two batches").to_string();
        assert!(error.contains("at least 3 batches"), "{error}");
        let error = with(1, 2, None).expect_err("two in one").to_string();
        assert!(error.contains("at most 1 transactions"), "{error}");
        std::fs::write(&file, text.replace("1,0,0,5", "1,0,0,x")).expect("written");
        let error = with(2, 2, None).expect_err("a bad cell").to_string();
        assert!(error.contains("trace.csv: line 4, column amount_in"), "{error}");
    }
}
