//! Flags of shared argument structs that have no effect on one verb: absent from its help, and an error that says what
//! to do instead.

use clap::{Arg, ArgAction};

/// A flag without its dashes, and what to do instead.
pub(crate) type Refused = (&'static str, &'static str);

/// What of a spec has no effect on a sample of a comparison.
pub(crate) const OF_A_SAMPLE: [Refused; 11] = [
    ("repeats", "a sample is one repeat; --pairs sets how many are taken"),
    ("min-repeats", "a sample is one repeat; --pairs sets how many are taken"),
    ("reruns", "a discarded pair is repeated; --repeat-discarded sets how often"),
    ("interval-width", "the number of pairs is fixed beforehand; --pairs sets it"),
    ("time-limit", "the number of pairs is fixed beforehand; --sample-timeout limits one sample"),
    ("memory-limit", "a comparison checks no memory limit; `measure --memory-limit` does"),
    ("clock", "a comparison takes the clock as it is; `measure --clock` and `report A B` compare clocks"),
    ("provers", "a comparison takes one prover; `measure --provers` measures several at once"),
    ("keep-if-all-discarded", "a pair of which a sample is discarded is repeated; --keep-discarded uses it"),
    ("batch-size-of", "a comparison measures one cell; --batch-size sets its size"),
    ("fix-p", "the number of provers is the result; --provers-max limits it"),
];

/// What of a spec has no effect on exact figures.
pub(crate) const OF_EXACT_FIGURES: [Refused; 11] = [
    ("repeats", NOT_TIMED),
    ("min-repeats", NOT_TIMED),
    ("reruns", NOT_TIMED),
    ("interval-width", NOT_TIMED),
    ("time-limit", NOT_TIMED),
    ("memory-limit", NOT_TIMED),
    ("keep-discarded", NOT_TIMED),
    ("keep-if-all-discarded", NOT_TIMED),
    ("clock", NOT_TIMED),
    ("cores", NOT_TIMED),
    ("provers", NOT_TIMED),
];

const NOT_TIMED: &str = "exact figures are not timed and do not depend on it; omit it, or use `gate paired`";

/// Refuses an argument that is among `flags`.
pub(crate) fn refuse(arg: Arg, flags: &[Refused]) -> Arg {
    let found = arg.get_long().and_then(|long| flags.iter().find(|(flag, _)| *flag == long));
    let Some((_, instead)) = found.copied() else { return arg };
    let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
    let arg = arg.hide(true);
    if is_switch {
        arg.value_parser(move |text: &str| if text == "true" { Err(instead) } else { Ok(false) })
    } else {
        arg.value_parser(move |_: &str| Err::<String, _>(instead))
    }
}
