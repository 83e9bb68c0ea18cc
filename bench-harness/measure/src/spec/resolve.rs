//! Layers and defaults to a [`Spec`] in which what exists is valid.

use crate::cell::Workload;
use crate::spec::check::{file, none, seconds, within, word};
use crate::spec::choice::{SystemChoice, systems};
use crate::spec::error::SpecError;
use crate::spec::layer::{Complete, Overrides};
use crate::spec::provers::ProversRequest;
use crate::stopping::Stopping;
use machine::{Allowance, ClockSetting, CoreCount, CoresRequest};
use workloads::generate::TrafficError;
use workloads::population::{MAX_LEAVES, Population};
use workloads::random::Skew;
use workloads::state::Depth;

/// What is to be measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// Where batches come from.
    pub workloads: Vec<Workload>,
    /// Accounts and pools at the start.
    pub population: Population,
    /// How accounts and pools are chosen.
    pub skew: Skew,
    /// Transactions in a batch, ascending.
    pub batch_sizes: Vec<usize>,
    /// Transactions for which the circuit has room; the batch size where there is none.
    pub capacity: Option<usize>,
    /// What proves, each in cells of its own.
    pub systems: Vec<SystemChoice>,
    /// Whether a prover that cannot verify is measured all the same.
    pub allow_unverified: bool,
    /// Whether samples that would be discarded enter the estimate all the same.
    pub keep_discarded: bool,
    /// Numbers of cores, ascending.
    pub cores: Vec<CoreCount>,
    /// How the clock is held, in order.
    pub clocks: Vec<ClockSetting>,
    /// Provers at once.
    pub provers: ProversRequest,
    /// CPUs' worth of cores that may be used.
    pub usable: usize,
    /// When a cell ends.
    pub stopping: Stopping,
    /// Memory that a cell may take; none for what is free.
    pub memory_limit_bytes: Option<u64>,
    /// Batches in an aggregation.
    pub batches_per_aggregation: usize,
    effective: Overrides,
}

const WORKLOADS: [&str; 4] = ["transfer", "swap", "mix", "trace"];
/// Above it no circuit is built in the memory of a usual machine.
const MAX_TRANSACTIONS: usize = 1 << 20;
const MAX_BATCHES: usize = 1 << 16;
const MAX_REPEATS: u64 = 1_000_000;

impl Spec {
    /// Checks a layer over the defaults, for a computer on which so many cores may be used.
    ///
    /// # Errors
    /// [`SpecError`]: the first field that cannot be.
    pub fn new(layer: Overrides, allowance: &Allowance) -> Result<Self, SpecError> {
        let mut effective = layer.over(Overrides::defaults());
        let all = effective.clone().complete();
        let population = population(&all)?;
        let skew = skew(all.skew)?;
        let workloads = workloads_of(&all, &mut effective)?;
        let needs_pools =
            workloads.iter().any(|workload| workload.swap_ratio().is_some_and(|ratio| ratio > 0.0));
        if needs_pools && population.pools == 0 {
            return Err(TrafficError::NoPools.into());
        }
        let batch_sizes = batch_sizes(&all)?;
        let systems = systems(&all, &mut effective)?;
        let cores: CoresRequest = all.cores.parse()?;
        let cores = cores.resolve(allowance)?;
        let clocks = ClockSetting::parse_list(&all.clock)?;
        let provers: ProversRequest = all.provers.parse()?;
        provers.check(&cores, allowance.usable())?;
        let stopping = stopping(&all)?;
        let batches_per_aggregation =
            within("batches_per_aggregation", 1, MAX_BATCHES, all.batches_per_aggregation)?;
        // What `all` and `powers` became here is written down, so that a run is resumed as it was begun.
        let numbers: Vec<_> = cores.iter().map(ToString::to_string).collect();
        effective.cores = Some(numbers.join(","));
        Ok(Self {
            seed: all.seed,
            workloads,
            population,
            skew,
            batch_sizes,
            capacity: all.capacity,
            systems,
            allow_unverified: all.allow_unverified,
            keep_discarded: all.keep_discarded,
            cores,
            clocks,
            provers,
            usable: allowance.usable(),
            stopping,
            memory_limit_bytes: all.memory_limit_bytes,
            batches_per_aggregation,
            effective,
        })
    }

    /// The whole spec as a layer: every field that has a value, with paths from the root.
    pub fn effective(&self) -> &Overrides {
        &self.effective
    }
}

fn stopping(all: &Complete) -> Result<Stopping, SpecError> {
    let interval_width = within("interval_width", 0.0, 1.0, all.interval_width)?;
    let reruns = within("reruns", 0, MAX_REPEATS, all.reruns)?;
    let repeats = within("repeats", 1, MAX_REPEATS, all.repeats)?;
    Ok(Stopping {
        repeats,
        reruns,
        min_repeats: within("min_repeats", 1, MAX_REPEATS, all.min_repeats.min(repeats))?,
        interval_width: (interval_width > 0.0).then_some(interval_width),
        time_limit: seconds("time_limit_s", all.time_limit_s)?,
    })
}

fn population(all: &Complete) -> Result<Population, SpecError> {
    let depth = Depth::new(all.depth)?;
    let accounts = within("accounts", 1, MAX_LEAVES, all.accounts)?;
    let pools = within("pools", 0, MAX_LEAVES, all.pools)?;
    depth.check_room("accounts", accounts as usize)?;
    depth.check_room("pools", pools as usize)?;
    Ok(Population { accounts, pools, depth, fee_bps: within("fee_bps", 0, 10_000, all.fee_bps)? })
}

fn skew(exponent: f64) -> Result<Skew, SpecError> {
    match exponent {
        0.0 => Ok(Skew::Uniform),
        _ => Ok(Skew::Zipf { exponent: within("skew", 0.0, 10.0, exponent)? }),
    }
}

fn workloads_of(all: &Complete, effective: &mut Overrides) -> Result<Vec<Workload>, SpecError> {
    let swap_ratio = within("swap_ratio", 0.0, 1.0, all.swap_ratio)?;
    let mut workloads = Vec::new();
    for name in &all.workloads {
        let workload = match word("workloads", &WORKLOADS, name)? {
            "transfer" => Workload::Transfer,
            "swap" => Workload::Swap,
            "mix" => Workload::Mix { swap_ratio },
            _ => {
                let expected = "a CSV file, since `trace` is among the workloads";
                Workload::Trace { file: file("trace", expected, all.trace.as_deref(), &mut effective.trace)? }
            }
        };
        if !workloads.contains(&workload) {
            workloads.push(workload);
        }
    }
    if workloads.is_empty() {
        return Err(none("workloads"));
    }
    Ok(workloads)
}

fn batch_sizes(all: &Complete) -> Result<Vec<usize>, SpecError> {
    let mut sizes = all.batch_sizes.clone();
    sizes.sort_unstable();
    sizes.dedup();
    if let Some(capacity) = all.capacity {
        within("capacity", 1, MAX_TRANSACTIONS, capacity)?;
    }
    for size in &sizes {
        within("batch_sizes", 1, MAX_TRANSACTIONS, *size)?;
        if let Some(capacity) = all.capacity
            && *size > capacity
        {
            return Err(SpecError::Field {
                field: "batch_sizes",
                expected: format!("at most the capacity of the circuit, {capacity}"),
                got: size.to_string(),
            });
        }
    }
    if sizes.is_empty() {
        return Err(none("batch_sizes"));
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::Spec;
    use crate::cell::Workload;
    use crate::host::tests::allowance;
    use crate::spec::choice::SystemChoice;
    use crate::spec::file::parse;
    use crate::spec::layer::Overrides;
    use prover::built_in::BuiltIn;
    use std::path::Path;

    fn spec(text: &str) -> Result<Spec, super::SpecError> {
        let layer = parse(text, Path::new("spec.toml")).expect("TOML");
        Spec::new(layer, &allowance(2))
    }

    fn error(text: &str) -> String {
        spec(text).expect_err(text).to_string()
    }

    #[test]
    fn nothing_said_is_a_spec() {
        let spec = Spec::new(Overrides::default(), &allowance(2)).expect("valid");
        assert_eq!(spec.systems, [SystemChoice::BuiltIn(BuiltIn::Plonky2)]);
        assert_eq!(spec.cores.len(), 2);
        assert_eq!(spec.effective().cores.as_deref(), Some("1,2"));
        // What is written down is read as the same spec.
        let text = crate::spec::file::write(spec.effective()).expect("writes");
        assert_eq!(self::spec(&text).expect("valid"), spec);
    }

    #[test]
    fn what_cannot_be_is_refused_with_field_want_and_value() {
        for (text, wanted) in [
            ("accounts = 0", "accounts: expected 1 to 16777216, got 0"),
            ("repeats = 0", "repeats: expected 1 to 1000000, got 0"),
            ("min_repeats = 0", "min_repeats: expected 1"),
            ("batch_sizes = [16, 0]", "batch_sizes: expected 1 to 1048576, got 0"),
            ("batch_sizes = []", "batch_sizes: expected at least one, got none"),
            ("batches_per_aggregation = 0", "batches_per_aggregation: expected 1 to 65536, got 0"),
            ("workloads = []", "workloads: expected at least one"),
            ("workloads = [\"swaps\"]", "got `swaps`; did you mean `swap`?"),
            ("proof_system = \"plonk2\"", "did you mean `plonky2`?"),
            ("proof_system = [\"plonky2\", \"keccak\"]", "got `keccak`"),
            ("proof_system = []", "proof_system: expected at least one, got none"),
            ("cores = 0", "zero cores"),
            ("cores = [1, 64]", "asked for 64 cores, but this process may use 2"),
            ("cores = \"many\"", "`many` is not a number of cores"),
            ("depth = 1", "expected 2 to 31"),
            ("depth = 10", "take depth 15 or more"),
            ("capacity = 32", "at most the capacity of the circuit, 32, got 64"),
            ("capacity = 0", "capacity: expected 1"),
            ("swap_ratio = 1.5", "swap_ratio: expected 0 to 1, got 1.5"),
            ("swap_ratio = nan", "swap_ratio: expected 0 to 1, got NaN"),
            ("skew = -1.0", "skew: expected 0 to 10, got -1"),
            ("time_limit_s = 0.0", "time_limit_s: expected more than 0"),
            ("time_limit_s = inf", "time_limit_s: expected more than 0"),
            ("pools = 0", "no pool to swap against"),
            ("workloads = [\"trace\"]", "trace: expected a CSV file"),
            ("proof_system = \"command\"", "command: expected a program"),
            ("proof_system = \"scripted\"\nscript = \"none.toml\"", "none.toml: No such file"),
        ] {
            assert!(error(text).contains(wanted), "{text}: {}", error(text));
        }
    }

    #[test]
    fn repeated_words_and_numbers_are_one() {
        let text = "workloads = [\"swap\", \"swap\"]\nbatch_sizes = [8, 4, 8]\n\
            proof_system = [\"scripted\", \"plonky2\", \"scripted\"]";
        let spec = spec(text).expect("valid");
        let names: Vec<_> = spec.systems.iter().map(SystemChoice::name).collect();
        assert_eq!(names, ["scripted", "plonky2"]);
        assert_eq!(spec.workloads, [Workload::Swap]);
        assert_eq!(spec.batch_sizes, [4, 8]);
    }
}
