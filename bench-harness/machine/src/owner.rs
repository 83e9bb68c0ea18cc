//! Which run a change on the computer belongs to, and whether that run still lives.
//!
//! Owns that identity: a process number is given again to somebody else, its start time is not.

use crate::root::Root;
use serde::{Deserialize, Serialize};

/// A process, distinguished from a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    /// Its number.
    pub(crate) process: u32,
    /// When it started, in ticks since the computer did.
    pub(crate) started_ticks: u64,
}

impl Owner {
    /// This process.
    pub(crate) fn this(root: &Root) -> Option<Self> {
        let process = std::process::id();
        started_ticks(root, process).map(|started_ticks| Self { process, started_ticks })
    }

    /// True while it runs; a process that has ended and is not yet reaped no longer does.
    pub(crate) fn is_alive(self, root: &Root) -> bool {
        started_ticks(root, self.process) == Some(self.started_ticks)
    }
}

/// Field 22 of `/proc/PID/stat`. The second is the name in brackets, which may hold anything.
fn started_ticks(root: &Root, process: u32) -> Option<u64> {
    let text = root.read(format!("proc/{process}/stat"))?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    // The state was field 3; 18 lie between it and the start time.
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Owner;
    use crate::root::Root;
    use crate::root::tests::fake;

    #[test]
    fn this_process_lives_and_an_earlier_one_does_not() {
        let root = Root::system();
        let this = Owner::this(&root).expect("this process");
        assert!(this.is_alive(&root));
        let earlier = Owner { started_ticks: this.started_ticks - 1, ..this };
        assert!(!earlier.is_alive(&root));
    }

    #[test]
    fn a_name_with_brackets_and_a_zombie() {
        let line =
            |state: &str| format!("7 (a) 1 (b) {state} 1 7 7 0 -1 4 10 0 0 0 1 2 0 0 20 0 1 0 5555 300 40 9");
        let owner = Owner { process: 7, started_ticks: 5_555 };
        let (_dir, root) = fake(&[("proc/7/stat", &line("S"))]);
        assert!(owner.is_alive(&root));
        let (_dir, root) = fake(&[("proc/7/stat", &line("Z"))]);
        assert!(!owner.is_alive(&root));
    }
}
