//! `gate exact`: every figure without noise against a committed baseline.

use crate::cmd::gate::outputs::Outputs;
use crate::cmd::gate::refused::{OF_EXACT_FIGURES, refuse};
use crate::cmd::measure::spec_args::{SpecArgs, with_defaults};
use crate::exit::{Refused, Regression, usage};
use crate::number::counted;
use crate::output::{print, width, write_json};
use ::measure::figures::{SpecFigures, figures};
use ::measure::host::Host;
use ::measure::spec::Overrides;
use prover::built_in::BuiltIn;
use records::file::ReadError;
use records::regression::exact::ExactRecord;
use records::regression::figures::FiguresRecord;
use regression::exact::{compare, varying};
use reports::regression::exact_terminal;
use reports::regression::sentences;
use std::path::{Path, PathBuf};

/// Compare every figure that has no noise (rows, gates, proof bytes, keys, tree shapes, roots, data) with a committed
/// baseline. Any difference fails, and so does a cell that is missing.
///
/// Nothing is timed: cores, repeats and time limits in a spec file have no effect. Every figure is computed twice, by
/// two provers at once, and one that varies fails. Without flags it takes the built-in circuits.
#[derive(Debug, clap::Args)]
#[command(mut_args(with_defaults(built_in())), mut_args(|arg| refuse(arg, &OF_EXACT_FIGURES)), after_help = "Examples:
  bench-harness gate exact --baseline baseline.json --bless --proof-system scripted --depth 16
  bench-harness gate exact --baseline baseline.json --proof-system scripted --depth 16 \\
      --export-markdown gate.md --export-junit gate.xml")]
pub(crate) struct Args {
    /// The baseline: a JSON file that is committed.
    #[arg(long, value_name = "FILE", default_value = "ci/baseline.json")]
    baseline: PathBuf,
    /// Write the current figures as the baseline, and show what changed.
    #[arg(long)]
    bless: bool,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    spec: SpecArgs,
}

/// The built-in circuits under every built-in proof system with merges of two: those of transfers and those that hold swaps too, small and of a common size, with three
/// batches aggregated, so that a tree has two levels and a proof that is lifted alone.
fn built_in() -> Overrides {
    Overrides {
        workloads: Some(["transfer", "swap", "mix"].map(str::to_owned).to_vec()),
        batch_sizes: Some(vec![8, 32]),
        batches_per_aggregation: Some(3),
        proof_system: Some(BuiltIn::PAIRWISE.map(|system| system.name().to_owned()).to_vec()),
        ..Overrides::default()
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { baseline: file, bless, outputs, spec } = args;
    let spec = spec.resolve(built_in(), &Host::read(Some("system"))?)?;
    // A baseline that cannot be read is an error before a minute of proving, and not after it.
    let baseline = match bless {
        true => records::file::read::<FiguresRecord>(&file).ok(),
        false => Some(read(&file)?),
    };
    let SpecFigures { record: head, again } = figures(&spec, &mut |cell| eprintln!("figures of {cell}"))?;
    let varying = varying(&head, &again);
    let name = file.display().to_string();
    if bless {
        if !varying.is_empty() {
            let record = compare(&name, &head, head.clone(), varying)?;
            show(&record)?;
            return Err(
                Regression("nothing was blessed, since some figures vary within one run".to_owned()).into()
            );
        }
        return self::bless(&file, baseline.as_ref(), head);
    }
    let Some(baseline) = baseline else {
        return Err(usage(format!("{name}: no baseline")));
    };
    let record = compare(&name, &baseline, head, varying)?;
    show(&record)?;
    outputs.write(&record)?;
    match record.differences.len() {
        0 => Ok(()),
        _ => Err(Regression(format!(
            "{}; if that is meant, bless the baseline with --bless and commit it",
            sentences::exact(&record)
        ))
        .into()),
    }
}

fn read(file: &Path) -> anyhow::Result<FiguresRecord> {
    records::file::read::<FiguresRecord>(file).map_err(|error| match error {
        ReadError::Version { .. } => Refused(format!("{error}, or bless it anew with --bless")).into(),
        ReadError::Io { ref source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            usage(format!("{error}: make the baseline with --bless, and commit it"))
        }
        other => other.into(),
    })
}

fn show(record: &ExactRecord) -> anyhow::Result<()> {
    print(&exact_terminal::render(record, width()))
}

fn bless(file: &Path, before: Option<&FiguresRecord>, head: FiguresRecord) -> anyhow::Result<()> {
    let name = file.display().to_string();
    write_json(file, &head)?;
    // What it replaces is shown, so that nobody blesses what they have not seen.
    match before.map(|before| compare(&name, before, head.clone(), Vec::new())) {
        Some(Ok(record)) => show(&record)?,
        Some(Err(error)) => print(&format!("The inputs are others now: {}.", error.differences))?,
        None => (),
    }
    let figures: usize = head.cells.iter().map(|cell| cell.figures().len()).sum();
    let cells = counted(head.cells.len(), "cell");
    print(&format!("Blessed: {name} holds {figures} figures of {cells}. Commit it."))
}
