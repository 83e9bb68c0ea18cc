//! What a plonky2 proof spent on grinding: the search for a number that gives a hash enough leading zeros.
//!
//! plonky2 times its own steps in a tree whose times are private and which can only be printed to the `log` facade.
//! So a logger is installed that listens to one thread while that thread prints a tree, and is deaf otherwise. Where
//! the program has another logger already, grinding is not known.

use log::{LevelFilter, Log, Metadata, Record};
use plonky2::util::timing::TimingTree;
use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::Duration;

/// How plonky2 1.1.0 calls the step.
const STEP: &str = "s to find proof-of-work witness";

thread_local! {
    /// What was heard so far, while this thread listens.
    static HEARD: RefCell<Option<Vec<f64>>> = const { RefCell::new(None) };
}

struct Listener;

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        HEARD.with_borrow(Option::is_some)
    }

    fn log(&self, record: &Record<'_>) {
        HEARD.with_borrow_mut(|heard| {
            if let Some(times_s) = heard
                && let Some(time_s) = seconds(&record.args().to_string())
            {
                times_s.push(time_s);
            }
        });
    }

    fn flush(&self) {}
}

/// The time in a line such as `| | 0.0312s to find proof-of-work witness`; none in any other.
fn seconds(line: &str) -> Option<f64> {
    line.trim_start_matches(['|', ' ']).strip_suffix(STEP)?.parse().ok()
}

/// The time of the grinding steps of a tree, to 0.1 ms; none where it cannot be heard, or the tree has no such step.
pub(crate) fn grind_of(timing: &TimingTree) -> Option<Duration> {
    static IS_OURS: OnceLock<bool> = OnceLock::new();
    let is_ours = *IS_OURS.get_or_init(|| {
        let is_set = log::set_logger(&Listener).is_ok();
        if is_set {
            log::set_max_level(LevelFilter::Debug);
        }
        is_set
    });
    if !is_ours {
        return None;
    }
    HEARD.set(Some(Vec::new()));
    timing.print();
    let heard_s = HEARD.take().filter(|times_s| !times_s.is_empty())?;
    Some(Duration::from_secs_f64(heard_s.iter().sum()))
}

#[cfg(test)]
mod tests {
    use super::{grind_of, seconds};
    use plonky2::util::timing::TimingTree;
    use std::time::Duration;

    #[test]
    fn one_line_is_the_step() {
        assert_eq!(seconds("| | 0.0312s to find proof-of-work witness"), Some(0.0312));
        assert_eq!(seconds("| 0.0312s to compute wire polynomials"), None);
        assert_eq!(seconds("s to find proof-of-work witness"), None);
    }

    #[test]
    fn a_tree_tells_its_step_and_only_it() {
        let mut tree = TimingTree::default();
        tree.push("compute wires", log::Level::Debug);
        std::thread::sleep(Duration::from_millis(20));
        tree.pop();
        assert_eq!(grind_of(&tree), None, "there is no such step");
        for _ in 0..2 {
            tree.push("find proof-of-work witness", log::Level::Debug);
            std::thread::sleep(Duration::from_millis(5));
            tree.pop();
        }
        let grind = grind_of(&tree).expect("heard");
        assert!(grind >= Duration::from_millis(10) && grind < Duration::from_millis(1_000), "{grind:?}");
    }
}
