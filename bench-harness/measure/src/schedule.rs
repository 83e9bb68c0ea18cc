//! All cells of a spec in the order in which they are measured. Making one measures nothing.

use crate::cell::{Cell, Workload};
use crate::child::source::trace_batches;
use crate::spec::{Spec, SpecError, SystemChoice};
use prover::built_in::BuiltIn;

/// The cells of a spec, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    cells: Vec<Cell>,
}

impl Schedule {
    /// The cells: workloads outermost, then batch sizes ascending, so that small cells come before large ones; then
    /// proof systems, clocks, cores ascending, and provers at once ascending. A batch size or a workload that a proof
    /// system does not take is left to the others.
    ///
    /// # Errors
    /// A trace that cannot be read, breaks a rule, or has too few or too long batches; a batch size or a workload that
    /// no system takes, or a system that takes none.
    pub fn new(spec: &Spec) -> Result<Self, SpecError> {
        check_sizes(spec)?;
        check_traffic(spec)?;
        let sizes = spec.batch_sizes.all(spec.systems.iter().map(SystemChoice::name));
        let mut cells = Vec::new();
        for workload in &spec.workloads {
            for batch_transactions in &sizes {
                for system in &spec.systems {
                    if !spec.batch_sizes.of(system.name()).contains(batch_transactions) {
                        continue;
                    }
                    let capacity_transactions = spec.capacity.unwrap_or(*batch_transactions);
                    if !takes(system, capacity_transactions) || !takes_traffic(spec, system, workload) {
                        continue;
                    }
                    let batches_per_aggregation = batches_of(spec, system);
                    if let Workload::Trace { file } = workload {
                        let room = (*batch_transactions, capacity_transactions, batches_per_aggregation);
                        check_trace(spec, file, room)?;
                    }
                    for (clock, cores) in product(&spec.clocks, &spec.cores) {
                        for provers in spec.provers.resolve(cores, spec.usable) {
                            cells.push(Cell {
                                workload: workload.clone(),
                                batch_transactions: *batch_transactions,
                                capacity_transactions,
                                batches_per_aggregation,
                                system: system.clone(),
                                cores,
                                clock,
                                provers,
                            });
                        }
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

/// Whether a system proves every batch of every workload of a spec.
pub fn takes_all_traffic(spec: &Spec, system: BuiltIn) -> bool {
    let system = SystemChoice::BuiltIn(system);
    spec.workloads.iter().all(|workload| takes_traffic(spec, &system, workload))
}

fn product<A: Copy, B: Copy>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    first.iter().flat_map(|a| second.iter().map(|b| (*a, *b))).collect()
}

/// Whether a system can have room for so many transactions; one that says so in its set-up only may.
fn takes(system: &SystemChoice, capacity: usize) -> bool {
    system.capabilities().is_none_or(|can| can.batch_sizes.allow(capacity))
}

/// Whether a system proves every batch there can be of a workload. Where it has room for few pools, there are no more:
/// no transaction then waits for a batch that has room for its pool.
fn takes_traffic(spec: &Spec, system: &SystemChoice, workload: &Workload) -> bool {
    pools_max(system).is_none_or(|max| {
        workload.swap_ratio() == Some(1.0)
            && usize::try_from(spec.population.pools).is_ok_and(|pools| pools <= max)
    })
}

/// The most pools of a system that proves swaps alone.
fn pools_max(system: &SystemChoice) -> Option<usize> {
    system.capabilities().and_then(|can| can.swaps_over_pools_max)
}

/// No workload and no system of a spec may be without a cell.
fn check_traffic(spec: &Spec) -> Result<(), SpecError> {
    let takes = |system: &SystemChoice, workload: &Workload| takes_traffic(spec, system, workload);
    let refuse = |system: &SystemChoice| SpecError::Field {
        field: "workloads",
        expected: format!(
            "swaps alone, over at most {} pools, as {} takes them",
            pools_max(system).unwrap_or_default(),
            system.name()
        ),
        got: format!(
            "{} over {} pools",
            spec.workloads.iter().map(Workload::name).collect::<Vec<_>>().join(", "),
            spec.population.pools
        ),
    };
    let idle = |system: &&SystemChoice| !spec.workloads.iter().any(|workload| takes(system, workload));
    if let Some(system) = spec.systems.iter().find(idle) {
        return Err(refuse(system));
    }
    let is_left = |workload: &&Workload| !spec.systems.iter().any(|system| takes(system, workload));
    match (spec.workloads.iter().find(is_left), spec.systems.first()) {
        (Some(_), Some(system)) => Err(refuse(system)),
        _ => Ok(()),
    }
}

/// Batches in an aggregation, and so in a repeat. A system that cannot aggregate has its batches verified one by one:
/// there is no group.
fn batches_of(spec: &Spec, system: &SystemChoice) -> usize {
    if system.cannot_aggregate() { 1 } else { spec.batches_per_aggregation }
}

/// No size and no system of a spec may be without a cell.
fn check_sizes(spec: &Spec) -> Result<(), SpecError> {
    let capacity = |size: &usize| spec.capacity.unwrap_or(*size);
    let of = |system: &SystemChoice| spec.batch_sizes.of(system.name());
    let sizes_of = |system: &SystemChoice| {
        let sizes = system.capabilities().map(|can| can.batch_sizes.to_string()).unwrap_or_default();
        format!("{sizes}, as {} takes them", system.name())
    };
    let refuse = |expected: String, got: String| SpecError::Field { field: "batch_sizes", expected, got };
    for system in &spec.systems {
        if !of(system).iter().any(|size| takes(system, capacity(size))) {
            let got: Vec<_> = of(system).iter().map(|size| capacity(size).to_string()).collect();
            return Err(refuse(sizes_of(system), got.join(", ")));
        }
    }
    let takes_one =
        |system: &SystemChoice, size: &usize| of(system).contains(size) && takes(system, capacity(size));
    let sizes = spec.batch_sizes.all(spec.systems.iter().map(SystemChoice::name));
    match sizes.iter().find(|size| !spec.systems.iter().any(|system| takes_one(system, size))) {
        None => Ok(()),
        Some(size) => {
            let expected: Vec<_> = spec.systems.iter().map(sizes_of).collect();
            Err(refuse(expected.join("; or "), capacity(size).to_string()))
        }
    }
}

fn check_trace(
    spec: &Spec,
    file: &std::path::Path,
    (batch_transactions, capacity, batches_needed): (usize, usize, usize),
) -> Result<(), SpecError> {
    let wrong = |source| SpecError::Trace { file: file.to_owned(), source };
    let batches = trace_batches(file, &spec.population, spec.seed, batch_transactions).map_err(wrong)?;
    if batches.len() < batches_needed {
        return Err(SpecError::Field {
            field: "trace",
            expected: format!(
                "at least {batches_needed} batches of {batch_transactions} transactions, as batches_per_aggregation says"
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
    fn a_system_that_cannot_aggregate_has_no_group() {
        let names = ["plonky2", "plonky2-keccak"].map(str::to_owned);
        let schedule = schedule(Overrides {
            batch_sizes: Some(vec![8]),
            cores: Some("1".to_owned()),
            proof_system: Some(names.to_vec()),
            ..Overrides::default()
        });
        let keys: Vec<_> = schedule.expect("valid").cells().iter().map(|cell| cell.record().key()).collect();
        assert_eq!(keys, ["mix-0.5/8of8/x4/plonky2/1c/as_is", "mix-0.5/8of8/x1/plonky2-keccak/1c/as_is"]);
    }

    #[test]
    fn a_batch_size_that_a_system_does_not_take_is_left_to_the_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = folder.path().join("script.toml");
        std::fs::write(&script, "max_transactions = 8\n").expect("written");
        let with = |systems: &[&str], sizes: &[usize]| {
            schedule(Overrides {
                batch_sizes: Some(sizes.to_vec()),
                cores: Some("1".to_owned()),
                proof_system: Some(systems.iter().map(|name| (*name).to_owned()).collect()),
                script: Some(script.clone()),
                ..Overrides::default()
            })
        };
        let both = with(&["scripted", "plonky2"], &[8, 16]).expect("valid");
        let cells: Vec<_> =
            both.cells().iter().map(|cell| (cell.capacity_transactions, cell.system.name())).collect();
        assert_eq!(cells, [(8, "scripted"), (8, "plonky2"), (16, "plonky2")]);
        for (systems, sizes) in [(&["scripted"][..], &[8, 16][..]), (&["plonky2", "scripted"], &[16])] {
            let error = with(systems, sizes).expect_err("no cell").to_string();
            assert!(
                error.contains("batch_sizes: expected 1 to 8 transactions, as scripted takes them, got 16"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_workload_that_a_system_does_not_take_is_left_to_the_others() {
        let with = |workloads: &[&str], systems: &[&str], pools: u32| {
            schedule(Overrides {
                workloads: Some(workloads.iter().map(|name| (*name).to_owned()).collect()),
                batch_sizes: Some(vec![8]),
                cores: Some("1".to_owned()),
                pools: Some(pools),
                proof_system: Some(systems.iter().map(|name| (*name).to_owned()).collect()),
                ..Overrides::default()
            })
        };
        let both = &["plonky2", "plonky2-registers"];
        let all = with(&["transfer", "swap", "mix"], both, 16).expect("valid");
        let cells: Vec<_> =
            all.cells().iter().map(|cell| (cell.workload.name(), cell.system.name())).collect();
        let wanted =
            [("transfer", "plonky2"), ("swap", "plonky2"), ("swap", "plonky2-registers"), ("mix", "plonky2")];
        assert_eq!(cells, wanted);
        for (workloads, systems, pools) in [
            (&["mix"][..], &both[..], 16),
            (&["swap"], &both[..], 17),
            (&["swap", "transfer"], &both[1..], 16),
        ] {
            let error = with(workloads, systems, pools).expect_err("no cell").to_string();
            let wanted =
                "workloads: expected swaps alone, over at most 16 pools, as plonky2-registers takes them";
            assert!(error.contains(wanted), "{error}");
        }
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
