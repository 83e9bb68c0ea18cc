//! Builds and allocators against each other, in pairs of whole processes:
//! `cargo bench -p measure --bench builds -- ROUNDS NAME=COMMAND NAME=COMMAND…`.
//!
//! A command is a line for the shell that prints `N s a batch`, as `systems` does with the word `alone`. Each round runs
//! every command once, forwards and backwards in turn, after one round that is not counted. What is told is the time of
//! each over that of the first in the same round: the median and its interval of 95 %.

use measure::statistics::{median, median_interval};
use std::error::Error;
use std::process::Command;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A build or an environment, and what its rounds took.
struct Arm {
    name: String,
    command: String,
    batch_s: Vec<f64>,
}

impl Arm {
    fn parse(word: &str) -> Outcome<Self> {
        let (name, command) =
            word.split_once('=').ok_or_else(|| format!("`{word}`: expected NAME=COMMAND"))?;
        Ok(Self { name: name.to_owned(), command: command.to_owned(), batch_s: Vec::new() })
    }

    fn run(&self) -> Outcome<f64> {
        let output = Command::new("sh").arg("-c").arg(&self.command).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let time = text
            .lines()
            .filter_map(|line| line.split_once(" s a batch")?.0.split_once(": "))
            .find_map(|(_, times)| times.split_whitespace().next()?.parse().ok());
        time.filter(|_| output.status.success()).ok_or_else(|| {
            let errors = String::from_utf8_lossy(&output.stderr);
            format!("`{}`: expected a line with `N s a batch`, got:\n{text}{errors}", self.command).into()
        })
    }
}

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [rounds, arms @ ..] = &words[..] else {
        println!("nothing to compare: expected ROUNDS NAME=COMMAND NAME=COMMAND…");
        return Ok(());
    };
    let rounds: usize = rounds.parse().map_err(|_| format!("`{rounds}`: expected a number of rounds"))?;
    let mut arms = arms.iter().map(|word| Arm::parse(word)).collect::<Outcome<Vec<_>>>()?;
    for number in 0..=rounds {
        let mut order: Vec<_> = arms.iter_mut().collect();
        if number % 2 == 1 {
            order.reverse();
        }
        for arm in order {
            let batch_s = arm.run()?;
            if number > 0 {
                arm.batch_s.push(batch_s);
            }
        }
    }
    let Some((first, others)) = arms.split_first() else { return Ok(()) };
    println!("| against {} | time of a batch [95 % interval] | n |\n|---|---:|---:|", first.name);
    for arm in others {
        let mut ratios: Vec<f64> =
            arm.batch_s.iter().zip(&first.batch_s).map(|(one, base)| one / base).collect();
        ratios.sort_by(f64::total_cmp);
        let (Some(median), Some(interval)) = (median(&ratios), median_interval(&ratios, 0.95)) else {
            return Err("expected two rounds at least".into());
        };
        println!(
            "| {} | {median:.3} [{:.3}, {:.3}] | {} |",
            arm.name,
            interval.low_s,
            interval.high_s,
            ratios.len()
        );
    }
    Ok(())
}
