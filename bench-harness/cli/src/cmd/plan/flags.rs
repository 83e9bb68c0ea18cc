//! Arguments of a plan as the flags that gave them: for the command that a page shows, and to plan again with one flag
//! changed.
//!
//! Each flag is declared once, where it is parsed: what was given is kept as it was written.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use std::marker::PhantomData;

/// A flag without its dashes, and its value.
pub(crate) type Flag = (String, String);

/// The flags of `A` that were given. It must stand first in `A`: fields behind it take their values out of the matches.
#[derive(Clone)]
pub(crate) struct Given<A> {
    flags: Vec<Flag>,
    of: PhantomData<fn() -> A>,
}

impl<A> Default for Given<A> {
    fn default() -> Self {
        Self { flags: Vec::new(), of: PhantomData }
    }
}

impl<A> std::fmt::Debug for Given<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.flags.fmt(f)
    }
}

impl<A> Given<A> {
    /// What was given, in the order of the help.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        self.flags.clone()
    }

    /// As if this flag had been given as well.
    pub(crate) fn add(&mut self, name: &str, value: &impl ToString) {
        self.flags.push((name.to_owned(), value.to_string()));
    }
}

impl<A> Given<A> {
    /// As if none of these flags had been given.
    pub(crate) fn remove(&mut self, names: &[&str]) {
        self.flags.retain(|(flag, _)| !names.contains(&flag.as_str()));
    }
}

impl<A: clap::Args> clap::FromArgMatches for Given<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let declared = A::augment_args(Command::new("flags"));
        let value = |arg: &clap::Arg| {
            let id = arg.get_id().as_str();
            let is_given = matches.value_source(id) == Some(ValueSource::CommandLine);
            let words = matches.get_raw(id).filter(|_| is_given)?;
            let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
            Some((arg.get_long()?.to_owned(), words.join(",")))
        };
        Ok(Self { flags: declared.get_arguments().filter_map(value).collect(), of: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// No argument of its own.
impl<A: clap::Args> clap::Args for Given<A> {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

#[cfg(test)]
mod tests {
    use crate::cmd::plan::args::PlanArgs;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Asked {
        #[command(flatten)]
        plan_args: PlanArgs,
        #[arg(long)]
        other: bool,
    }

    #[test]
    fn arguments_given_again_by_their_flags_are_the_same_arguments() {
        let everything = "x --target-tx-per-s 500 --close 2 --block 6 --delay 60 --delay-state virtual --delay-statistic p99 \
            --fix-n 7 --fix-p 3 --spares 2 --arrivals erlang:4 --l1 slots --missed-slots 0.01 --l1-phase 3 --proofs-per-slot 2 --mtbf 86400 \
            --repair 60 --on-crash wait --straggler-fraction 0.1 --straggler-factor 3 --closing timeout:4 --batches-per-sequence 3 \
            --aggregate-shape tree:4 --lone-proof lift --prover-usd-per-hour 2.5 --aggregator-usd-per-hour 1 --verify-gas 350000 \
            --batch-gas 9000 --gwei 20 --usd-per-eth 3000 --plan-seed 9";
        for text in [
            everything,
            "x",
            "x --target-batches-per-s 0.1 --provers-max 9 --arrivals daily-poisson:1,2.5 --closing prover-free",
            "x --arrivals trace:my/file.csv --aggregate-shape fold --usd-per-core-hour 0.05",
        ] {
            let asked = Asked::try_parse_from(text.split_whitespace()).expect("flags").plan_args;
            let flags = asked.flags();
            assert_eq!(flags.len(), text.matches("--").count(), "{flags:?}");
            let again = flags.iter().map(|(name, value)| format!("--{name}={value}"));
            let again = std::iter::once("x".to_owned()).chain(again);
            let again = Asked::try_parse_from(again).expect("its own flags").plan_args;
            assert_eq!(format!("{again:?}"), format!("{asked:?}"));
        }
    }

    #[test]
    fn a_flag_of_another_struct_and_a_default_are_not_given() {
        let asked = Asked::try_parse_from(["x", "--other", "--delay", "1min"]).expect("flags").plan_args;
        assert_eq!(asked.flags(), [("delay".to_owned(), "1min".to_owned())]);
        let usual = asked.or_usual_target().flags();
        assert!(usual.contains(&("target-tx-per-s".to_owned(), "100".to_owned())), "{usual:?}");
    }
}
