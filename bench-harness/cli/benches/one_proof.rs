//! The one proof of few rollups and of many, verified in pairs:
//! `cargo bench --workspace --bench one_proof [--profile dev] [-- FEW MANY [PAIRS [FOLDER]]]`.
//!
//! Both trees are proved under the same circuits and keys, unless their proofs are in the folder (that of cargo for tests,
//! where none is given); a proof that is there is verified before it is used, and proved anew if it is of other circuits. Then
//! both are verified in turn, A B B A, on one thread, after some that are not counted, by the clock and in CPU time of the
//! process. Told are the bytes of each, and of the ratio many over few the median, and Hodges and Lehmann's estimate with its
//! exact interval of 95 %.

use machine::usage::process_cpu_s;
use measure::fractal::one_proof::{ExecutedTree, OneProofs};
use measure::fractal::study::FractalStudy;
use planner::fractal::RollupTree;
use regression::statistics::hodges_lehmann::shift;
use std::error::Error;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use workloads::depth::Depth;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Pairs that are counted, and rounds before them that are not.
const PAIRS: usize = 200;
const WARM_UP: usize = 20;
/// Cut from either end of the interval of 95 %.
const LEVEL: f64 = 0.025;
/// By how much a proof that does not grow may differ.
const ALLOWED: f64 = 0.05;

/// A tree, its one proof, and what verifying it took each time.
struct Verified {
    rollups: u32,
    tree: ExecutedTree,
    proof: Vec<u8>,
    wall_s: Vec<f64>,
    cpu_s: Vec<f64>,
}

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let number = |place: usize, default: usize| -> Outcome<usize> {
        let Some(word) = words.get(place) else { return Ok(default) };
        word.parse().map_err(|error| format!("{word}: expected a whole number: {error}").into())
    };
    let (few, many, pairs) = (number(0, 2)?, number(1, 64)?, number(2, PAIRS)?);
    let folder = words.get(3).map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let study = FractalStudy {
        parents: Vec::new(),
        batches: 1,
        batch_size: 4,
        accounts: 20,
        pools: 4,
        depth: Depth::new(6)?,
        seed: 1,
        repeats: 1,
        threads,
    };
    println!("circuits and keys");
    let proofs = OneProofs::set_up(&study)?;
    let mut both = Vec::new();
    for rollups in [few, many] {
        both.push(Verified::new(&proofs, &folder, u32::try_from(rollups)?)?);
    }
    let Ok([mut few, mut many]) = <[Verified; 2]>::try_from(both) else { unreachable!("two were made") };
    for round in 0..WARM_UP + pairs {
        for place in 0..2 {
            // A B B A.
            let one = if (round + place).is_multiple_of(2) { &mut few } else { &mut many };
            one.verify(&proofs, round >= WARM_UP)?;
        }
    }
    println!(
        "{} rollups: {} bytes; {} rollups: {} bytes ({:+.2} %)",
        few.rollups,
        few.proof.len(),
        many.rollups,
        many.proof.len(),
        100.0 * (many.proof.len() as f64 / few.proof.len() as f64 - 1.0)
    );
    told("by the clock", &few.wall_s, &many.wall_s);
    told("in CPU time", &few.cpu_s, &many.cpu_s);
    Ok(())
}

impl Verified {
    fn new(proofs: &OneProofs, folder: &Path, rollups: u32) -> Outcome<Self> {
        // As deep as the rollups suffice for, up to four layers.
        let shape = RollupTree::balanced(rollups, rollups.ilog2().clamp(1, 3) + 1)?;
        let tree = proofs.executed(&shape.parents())?;
        let file = folder.join(format!("one-proof-{rollups}.bin"));
        let kept = std::fs::read(&file).ok().filter(|proof| proofs.verify(&tree, proof).is_ok());
        let proof = match kept {
            Some(proof) => proof,
            None => {
                let proof = proofs.prove(&tree, |what| println!("{rollups} rollups: {what}"))?;
                std::fs::write(&file, &proof)?;
                proof
            }
        };
        println!("{rollups} rollups, layers {:?}: {}", shape.widths(), file.display());
        Ok(Self { rollups, tree, proof, wall_s: Vec::new(), cpu_s: Vec::new() })
    }

    fn verify(&mut self, proofs: &OneProofs, counts: bool) -> Outcome<()> {
        let before_s = process_cpu_s();
        let time = proofs.verify(&self.tree, &self.proof)?;
        let cpu_s = process_cpu_s() - before_s;
        if counts {
            self.wall_s.push(time.as_secs_f64());
            self.cpu_s.push(cpu_s);
        }
        Ok(())
    }
}

/// Prints the times of both and the ratio of the second to the first, pair by pair.
fn told(what: &str, few_s: &[f64], many_s: &[f64]) {
    let differences: Vec<f64> = few_s.iter().zip(many_s).map(|(few, many)| (many / few).ln()).collect();
    let Some(ratio) = shift(&differences, LEVEL) else { return println!("{what}: no pair") };
    let within = ratio.low.exp() > 1.0 - ALLOWED && ratio.high.exp() < 1.0 + ALLOWED;
    println!(
        "{what}: {:.3} ms and {:.3} ms (medians); ratio: median {:.4}, estimate {:.4} [{:.4}, {:.4}], {:.1} % of n = {} \
         pairs; {} within 5 %",
        1e3 * median(few_s),
        1e3 * median(many_s),
        median(&differences).exp(),
        ratio.estimate.exp(),
        ratio.low.exp(),
        ratio.high.exp(),
        100.0 * ratio.coverage,
        differences.len(),
        if within { "all of it" } else { "NOT all of it" }
    );
}

fn median(values: &[f64]) -> f64 {
    let mut ascending = values.to_vec();
    ascending.sort_by(f64::total_cmp);
    measure::statistics::median(&ascending).unwrap_or(f64::NAN)
}
