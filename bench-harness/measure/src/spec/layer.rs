//! Every field of a spec, declared once: flag, key, help, type and default.
//!
//! From the table in `spec_fields!`'s one call follow the layer with its keys and its flags, the defaults, how one
//! layer lies over another, and the complete layer from which [`crate::spec::Spec`] is checked.

use crate::spec::units::seconds;
use clap::ArgAction::SetTrue;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::PathBuf;

/// Makes the types of a spec from rows `documentation and attributes, key: type = default`. The documentation is the
/// help of the flag. A row without a default may stay without a value. `display_order` is the place in the help, the
/// place of the row that in `spec.toml`.
macro_rules! spec_fields {
    ($($(#[$meta:meta])* $key:ident: $type:ty $(= $default:expr)?;)*) => {
        /// A spec of which any field may be missing: a file is one layer, flags are another. What no layer says has
        /// its default.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, clap::Args)]
        #[serde(default, deny_unknown_fields)]
        pub struct Overrides {
            $($(#[$meta])* pub $key: Option<$type>,)*
        }

        /// The keys of a spec file.
        pub(crate) const KEYS: &[&str] = &[$(stringify!($key)),*];

        /// A layer in which every field that has a default has a value.
        #[derive(Clone, Debug)]
        pub(crate) struct Complete {
            $(pub(crate) $key: complete_type!($type $(, $default)?),)*
        }

        impl Overrides {
            /// This layer over another: the other's values stand only where this one has none.
            #[must_use]
            pub fn over(self, below: Self) -> Self {
                Self { $($key: self.$key.or(below.$key),)* }
            }

            /// The values of a spec that no layer sets.
            pub fn defaults() -> Self {
                Self { $($key: default_of!($($default)?),)* }
            }

            /// This layer over the defaults.
            pub(crate) fn complete(self) -> Complete {
                Complete { $($key: complete_value!(self.$key $(, $default)?),)* }
            }
        }
    };
}

macro_rules! complete_type {
    ($type:ty) => { Option<$type> };
    ($type:ty, $default:expr) => { $type };
}

macro_rules! complete_value {
    ($value:expr) => {
        $value
    };
    ($value:expr, $default:expr) => {
        $value.unwrap_or_else(|| $default)
    };
}

macro_rules! default_of {
    () => {
        None
    };
    ($default:expr) => {
        Some($default)
    };
}

spec_fields! {
    /// The seed of everything that is drawn.
    #[arg(long, value_name = "SEED", display_order = 16)]
    seed: u64 = 1;
    /// Kinds of traffic: transfer, swap, mix, trace.
    #[arg(long = "workload", value_name = "KINDS", value_delimiter = ',', display_order = 1)]
    workloads: Vec<String> = vec!["mix".to_owned()];
    /// The share of swaps in mix, 0 to 1.
    #[arg(long, value_name = "SHARE", display_order = 2)]
    swap_ratio: f64 = 0.5;
    /// The CSV file of the workload `trace`.
    #[arg(long, value_name = "FILE", display_order = 3)]
    trace: PathBuf;
    /// Accounts at the start.
    #[arg(long, value_name = "COUNT", display_order = 17)]
    accounts: u32 = 10_000;
    /// Pools at the start.
    #[arg(long, value_name = "COUNT", display_order = 18)]
    pools: u32 = 16;
    /// The fee of every pool, in basis points.
    #[arg(long, value_name = "BPS", display_order = 19)]
    fee_bps: u16 = 30;
    /// The depth of the state tree.
    #[arg(long, value_name = "LEVELS", display_order = 20)]
    depth: u64 = 24;
    /// Choose accounts and pools by Zipf's law with this exponent; 0 is uniform.
    #[arg(long = "zipf", value_name = "EXPONENT", display_order = 21)]
    skew: f64 = 0.0;
    /// Transactions in a batch, a cell each.
    #[arg(long = "batch-size", value_name = "SIZES", value_delimiter = ',', display_order = 4)]
    batch_sizes: Vec<usize> = vec![16, 64];
    /// Batch sizes of one proof system in place of those, SYSTEM:SIZES.
    #[arg(long = "batch-size-of", value_name = "SYSTEM:SIZES", display_order = 4)]
    batch_sizes_of: Vec<String> = Vec::new();
    /// Transactions for which the circuit has room; the batch size unless given.
    #[arg(long, value_name = "COUNT", display_order = 5)]
    capacity: usize;
    /// Proof systems: plonky2, plonky2-keccak, plonky3, plonky2-registers, plonky2-merge4, plonky2-registers-merge4,
    /// plonky2-registers-or-plain, scripted, command.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', display_order = 22)]
    #[serde(deserialize_with = "one_or_several", serialize_with = "one_as_a_word")]
    proof_system: Vec<String> = vec!["plonky2".to_owned()];
    /// The TOML file of the proof system `scripted`.
    #[arg(long, value_name = "FILE", display_order = 23)]
    script: PathBuf;
    /// Program and arguments of the proof system `command`, separated by spaces.
    #[arg(long, value_name = "PROGRAM", value_delimiter = ' ', display_order = 24)]
    command: Vec<String>;
    /// How long `command` may take for one answer.
    #[arg(long = "command-timeout", value_name = "TIME", value_parser = seconds, display_order = 25)]
    command_timeout_s: f64 = 600.0;
    /// Measure a prover that cannot verify its own proofs; its samples are labelled `unverified`.
    #[arg(long, action = SetTrue, display_order = 26)]
    allow_unverified: bool = false;
    /// Keep samples in the estimate that would be discarded for interference or a quota; they are labelled `kept`,
    /// and the figures are those of a busy machine.
    #[arg(long, action = SetTrue, display_order = 27)]
    keep_discarded: bool = false;
    /// The same for a cell of which no sample is clean, and no other; interference only. `run` does so by default.
    #[arg(long, action = SetTrue, display_order = 28)]
    keep_if_all_discarded: bool = false;
    /// Cores of a prover: all, powers, or numbers such as 1,2,4.
    #[arg(long, value_name = "CORES", display_order = 6)]
    #[serde(deserialize_with = "words_or_numbers")]
    cores: String = "powers".to_owned();
    /// The clock: as_is, frequencies (2.0GHz,2.5GHz) where cpufreq allows, duty cycles (50%,100%) where a control
    /// group does.
    #[arg(long, value_name = "CLOCKS", display_order = 7)]
    clock: String = "as_is".to_owned();
    /// Provers at once, each with its own cores: numbers, or fill for as many as the machine holds.
    #[arg(long, value_name = "COUNTS", display_order = 8)]
    #[serde(deserialize_with = "words_or_numbers")]
    provers: String = "1".to_owned();
    /// Repeats of each cell at most, each with a new seed.
    #[arg(long, value_name = "COUNT", display_order = 10)]
    repeats: u64 = 20;
    /// Further repeats at most, in place of those of which a proof was discarded.
    #[arg(long, value_name = "COUNT", display_order = 11)]
    reruns: u64 = 5;
    /// End a cell once the 95 % interval of its median prove time is this narrow, as a part of it; 0 for never.
    #[arg(long, value_name = "PART", display_order = 12)]
    interval_width: f64 = 0.05;
    /// Memory that a cell may take, in bytes; what is free unless given.
    #[arg(long = "memory-limit", value_name = "BYTES", display_order = 13)]
    memory_limit_bytes: u64;
    /// Repeats that are made even where the time limit is spent.
    #[arg(long, value_name = "COUNT", display_order = 14)]
    min_repeats: u64 = 2;
    /// Batches in an aggregation, N.
    #[arg(long, value_name = "N", display_order = 9)]
    batches_per_aggregation: usize = 4;
    /// Time after which a cell starts no further repeat.
    #[arg(long = "time-limit", value_name = "TIME", value_parser = seconds, display_order = 15)]
    time_limit_s: f64 = 60.0;
}

impl Overrides {
    /// The layer of parsed flags. clap gives every switch a value; one that is not set leaves the field to the layers
    /// below.
    #[must_use]
    pub fn of_flags(mut self) -> Self {
        for switch in [&mut self.allow_unverified, &mut self.keep_discarded, &mut self.keep_if_all_discarded]
        {
            *switch = switch.filter(|is_set| *is_set);
        }
        self
    }
}

/// The notations of one or several words: `"plonky2"`, `["plonky2", "plonky2-keccak"]`.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

fn one_or_several<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<String>>, D::Error> {
    let value = Option::<OneOrSeveral>::deserialize(input)
        .map_err(|_| serde::de::Error::custom("expected a word or a list of words"))?;
    Ok(value.map(|value| match value {
        OneOrSeveral::One(word) => vec![word],
        OneOrSeveral::Several(words) => words,
    }))
}

/// A list of one is written as the word, which earlier versions read too.
fn one_as_a_word<S: Serializer>(words: &Option<Vec<String>>, output: S) -> Result<S::Ok, S::Error> {
    match words.as_deref() {
        Some([word]) => word.serialize(output),
        words => words.serialize(output),
    }
}

/// The notations of a list of numbers in TOML: `"1,2,4"`, `2`, `[1, 2, 4]`.
#[derive(Deserialize)]
#[serde(untagged)]
enum WordsOrNumbers {
    Words(String),
    Number(u64),
    Numbers(Vec<u64>),
}

fn words_or_numbers<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let value = Option::<WordsOrNumbers>::deserialize(input)
        .map_err(|_| serde::de::Error::custom("expected words or numbers, such as `all`, `1,2` or [1, 2]"))?;
    Ok(value.map(|value| match value {
        WordsOrNumbers::Words(words) => words,
        WordsOrNumbers::Number(number) => number.to_string(),
        WordsOrNumbers::Numbers(numbers) => {
            let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
            numbers.join(",")
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::Overrides;
    use clap::{Args, Command, FromArgMatches};

    fn flags(arguments: &[&str]) -> Overrides {
        let command = Overrides::augment_args(Command::new("measure").no_binary_name(true));
        let matches = command.try_get_matches_from(arguments).expect("valid flags");
        Overrides::from_arg_matches(&matches).expect("every type fits").of_flags()
    }

    #[test]
    fn flags_that_are_not_given_set_nothing() {
        assert_eq!(flags(&[]), Overrides::default());
    }

    #[test]
    fn one_system_is_a_word_and_several_are_a_list() {
        for (text, systems) in [
            ("proof_system = \"plonky2\"\n", &["plonky2"][..]),
            ("proof_system = [\"plonky2\", \"plonky2-keccak\"]\n", &["plonky2", "plonky2-keccak"]),
        ] {
            let layer: Overrides = toml::from_str(text).expect("reads");
            assert_eq!(
                layer.proof_system.as_deref(),
                Some(&*systems.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
            );
            assert_eq!(toml::to_string(&layer).expect("writes"), text);
        }
        assert!(toml::from_str::<Overrides>("proof_system = 1").is_err());
    }

    #[test]
    fn flags_are_named_and_read_as_the_keys() {
        let layer = flags(&[
            "--zipf",
            "1.5",
            "--time-limit",
            "2min",
            "--batch-size",
            "8,32",
            "--keep-discarded",
            "--keep-if-all-discarded",
        ]);
        let wanted = Overrides {
            skew: Some(1.5),
            time_limit_s: Some(120.0),
            batch_sizes: Some(vec![8, 32]),
            keep_discarded: Some(true),
            keep_if_all_discarded: Some(true),
            ..Overrides::default()
        };
        assert_eq!(layer, wanted);
    }
}
