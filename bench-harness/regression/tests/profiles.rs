//! Profiles side by side: which cell stands against which, and what is refused.

use records::profile::{CyclesRecord, ProfileRecord, QuantityName};
use regression::profiles::{ProfileMismatch, ProfileSide, compare};

fn side<'a>(name: &str, profile: &'a ProfileRecord, cores: Option<u64>) -> ProfileSide<'a> {
    ProfileSide { name: name.to_owned(), profile, cores }
}

fn with_cores(cores: &[u64]) -> ProfileRecord {
    let mut profile = fixtures::profile::profile();
    let one = profile.cells[0].clone();
    profile.cells = cores
        .iter()
        .map(|cores| {
            let mut cell = one.clone();
            cell.cell.cores = *cores;
            cell
        })
        .collect();
    profile
}

#[test]
fn equal_cells_stand_against_each_other() {
    let profile = with_cores(&[1, 2]);
    let record = compare(&side("a", &profile, None), &side("b", &profile, None)).expect("comparable");
    assert_eq!(record.pairs.len(), 2);
    assert!(record.differences.is_empty() && record.unpaired.is_empty());
    let prove = record.pairs[0].stages.iter().find(|stage| stage.quantity == QuantityName::ProveBatch);
    let ratio = prove.and_then(|stage| stage.seconds_ratio).expect("a ratio");
    assert_eq!(ratio.value, 1.0);
    // [0.9, 1.2] against itself: 0.75 and 1.33; both hold 75 % of the time, so the ratio at least 50 %.
    assert!((ratio.low.expect("low") - 0.75).abs() < 1e-12);
    assert_eq!(ratio.coverage, Some(0.5));
    assert!(!ratio.is_distinct());
}

/// The second runs at half the clock: twice the time for the same cycles.
#[test]
fn cycles_tell_a_slow_clock_from_more_work() {
    let with_cycles = |clock: f64| {
        let mut profile = with_cores(&[1]);
        for quantity in &mut profile.cells[0].quantities {
            quantity.median_s /= clock;
            quantity.cycles = Some(CyclesRecord {
                samples: 3,
                median_cycles: 3e9,
                low_cycles: Some(2.9e9),
                high_cycles: Some(3.2e9),
            });
        }
        profile
    };
    let (fast, slow) = (with_cycles(2.0), with_cycles(1.0));
    let record = compare(&side("a", &fast, None), &side("b", &slow, None)).expect("comparable");
    let stage = &record.pairs[0].stages[0];
    let (seconds, cycles) = (stage.seconds_ratio.expect("a ratio"), stage.cycles_ratio.expect("a ratio"));
    assert_eq!((seconds.value, cycles.value), (2.0, 1.0));
    assert_eq!(cycles.low, Some(2.9e9 / 3.2e9));
    assert!(!cycles.is_distinct());
}

#[test]
fn one_core_against_many_is_said() {
    let (one, many) = (with_cores(&[1, 2]), with_cores(&[8]));
    let record = compare(&side("a", &one, Some(1)), &side("b", &many, None)).expect("comparable");
    assert_eq!((record.pairs[0].first.cores, record.pairs[0].second.cores), (1, 8));
    assert_eq!(record.pairs[0].differences[0].field, "cores");
    // Without a choice there are two for one: nothing is guessed.
    let error = compare(&side("a", &one, None), &side("b", &many, None)).expect_err("two for one");
    assert!(error.to_string().contains("PATH@CORES"), "{error}");
}

#[test]
fn several_provers_at_once_need_no_choice() {
    let with = |cells: &[(u64, u64)]| {
        let mut profile = with_cores(&cells.iter().map(|cell| cell.0).collect::<Vec<_>>());
        for (cell, (_, provers)) in profile.cells.iter_mut().zip(cells) {
            cell.cell.provers = *provers;
        }
        profile
    };
    let paired = |ours: &[(u64, u64)], theirs: &[(u64, u64)]| {
        let (ours, theirs) = (with(ours), with(theirs));
        let record = compare(&side("a", &ours, None), &side("b", &theirs, None)).expect("comparable");
        let of = |cell: &records::sample::CellRecord| (cell.cores, cell.provers);
        let pairs: Vec<_> = record.pairs.iter().map(|pair| (of(&pair.first), of(&pair.second))).collect();
        (pairs, record.unpaired.len())
    };
    // Two machines, each measured alone and full.
    let two = [(1, 1), (1, 2), (2, 1)];
    let four = [(1, 1), (1, 4), (4, 1)];
    assert_eq!(paired(&two, &four), (vec![((1, 1), (1, 1)), ((1, 2), (1, 4)), ((2, 1), (4, 1))], 0));
    // One prover stands against one, whatever else was measured beside it.
    assert_eq!(paired(&[(1, 1), (1, 2)], &[(2, 1)]), (vec![((1, 1), (2, 1))], 1));
}

#[test]
fn other_work_is_refused() {
    let ours = with_cores(&[1]);
    let mut theirs = with_cores(&[1]);
    theirs.cells[0].cell.batch_transactions = 128;
    let error = compare(&side("a", &ours, None), &side("b", &theirs, None)).expect_err("other work");
    assert!(matches!(error, ProfileMismatch::NoPair { .. }), "{error}");
    let mut deeper = ours.clone();
    deeper.spec_toml = "depth = 16\n".to_owned();
    let shallow = ProfileRecord { spec_toml: "depth = 24\n".to_owned(), ..ours.clone() };
    let error = compare(&side("a", &deeper, None), &side("b", &shallow, None)).expect_err("other state");
    assert!(error.to_string().contains("depth is 16 in the one and 24"), "{error}");
    let error = compare(&side("a", &ours, Some(3)), &side("b", &ours, None)).expect_err("no such cell");
    assert!(error.to_string().contains("with 3 cores"), "{error}");
    let empty = with_cores(&[]);
    assert!(compare(&side("a", &ours, None), &side("b", &empty, None)).is_err());
}

#[test]
fn another_machine_and_other_circuits_are_said() {
    let ours = with_cores(&[1]);
    let mut theirs = ours.clone();
    theirs.program_version = "0.2.0".to_owned();
    theirs.machine.sections[0].fields[0].value = None;
    let system = theirs.cells[0].system.as_mut().expect("a system");
    system.circuits[0].rows += 1;
    let record = compare(&side("a", &ours, None), &side("b", &theirs, None)).expect("comparable");
    let fields: Vec<_> = record.differences.iter().map(|found| found.field.as_str()).collect();
    assert_eq!(fields, ["program_version", "machine: processor.model"]);
    assert_eq!(record.pairs[0].differences[0].field, "batch: rows");
}

#[test]
fn a_stage_of_one_side_alone_stands_alone() {
    let ours = with_cores(&[1]);
    let mut theirs = ours.clone();
    theirs.cells[0].quantities.retain(|quantity| quantity.quantity != QuantityName::Close);
    let record = compare(&side("a", &ours, None), &side("b", &theirs, None)).expect("comparable");
    let close = &record.pairs[0].stages[0];
    assert_eq!(close.quantity, QuantityName::Close);
    assert!(close.first.is_some() && close.second.is_none() && close.seconds_ratio.is_none());
}
