//! The jobs of a run by name, and the tree of merges of a group.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Which jobs a worker takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerClass {
    /// Batches.
    Prove,
    /// Merges.
    Aggregate,
    /// Both: of the oldest group first, and there merges first.
    Any,
}

impl WorkerClass {
    /// The class of a name: `prove`, `aggregate` or `any`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "prove" => Some(Self::Prove),
            "aggregate" => Some(Self::Aggregate),
            "any" => Some(Self::Any),
            _ => None,
        }
    }
}

/// One job of a run. The order is that in which they are best begun: by group, within it merges before batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// One node of the tree of a group.
    Merge {
        /// Which group, from 0.
        group: u64,
        /// Its level, from 1.
        level: u32,
        /// Its place in the level, from 0.
        place: u64,
    },
    /// The proof of a batch, from 0.
    Prove(u64),
}

impl Task {
    /// Its name: `prove-12`, `merge-3-1-0`.
    ///
    /// ```
    /// use fleet::task::Task;
    /// let task = Task::Merge { group: 3, level: 1, place: 0 };
    /// assert_eq!(task.name(), "merge-3-1-0");
    /// assert_eq!(Task::named("merge-3-1-0"), Some(task));
    /// assert_eq!(Task::named(&Task::Prove(12).name()), Some(Task::Prove(12)));
    /// assert_eq!(Task::named("merge-3-0-0"), None);
    /// ```
    pub fn name(self) -> String {
        match self {
            Self::Prove(batch) => format!("prove-{batch}"),
            Self::Merge { group, level, place } => format!("merge-{group}-{level}-{place}"),
        }
    }

    /// The job of a name.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(batch) = name.strip_prefix("prove-") {
            return batch.parse().ok().map(Self::Prove);
        }
        let mut numbers = name.strip_prefix("merge-")?.split('-');
        let group = numbers.next()?.parse().ok()?;
        let level = numbers.next()?.parse().ok().filter(|level| *level > 0)?;
        let place = numbers.next()?.parse().ok()?;
        numbers.next().is_none().then_some(Self::Merge { group, level, place })
    }

    /// What it is, in words: which batches it covers.
    pub fn words(self, shape: Groups) -> String {
        match self {
            Self::Prove(batch) => format!("batch {batch}"),
            Self::Merge { .. } => {
                let batches = shape.batches_of(self);
                format!("the merge of batches {} to {}", batches.start, batches.end - 1)
            }
        }
    }
}

/// The groups of a run and their trees: merges take as many children as the proof system says, and the last of a level
/// may have fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Batches of the run, at least 1.
    pub batches: u64,
    /// Batches in a group, at least 1; the last group may have fewer.
    pub batches_per_group: u64,
    /// Proofs that a merge takes at most, at least 2; none where groups are not aggregated at all.
    pub merge_children: Option<u64>,
}

impl Groups {
    /// More batches than ever come: of a run whose last batch is not known yet. Each of its groups counts as full.
    pub const OPEN: u64 = u64::MAX >> 1;

    /// How many groups there are.
    pub fn count(self) -> u64 {
        self.batches.div_ceil(self.batches_per_group)
    }

    /// Batches of a group.
    pub fn size(self, group: u64) -> u64 {
        (self.batches - group * self.batches_per_group).min(self.batches_per_group)
    }

    /// The group of a job.
    pub fn group_of(self, task: Task) -> u64 {
        match task {
            Task::Prove(batch) => batch / self.batches_per_group,
            Task::Merge { group, .. } => group,
        }
    }

    /// The batches that the proof of a job covers.
    pub fn batches_of(self, task: Task) -> Range<u64> {
        match task {
            Task::Prove(batch) => batch..batch + 1,
            Task::Merge { group, level, place } => {
                let of_group = group * self.batches_per_group;
                let width = self.width(level);
                let first = of_group + place.saturating_mul(width);
                first..first.saturating_add(width).min(of_group + self.size(group))
            }
        }
    }

    /// The level of a group's last merge: 0 where nothing is aggregated, since the system cannot or since a group is one batch,
    /// and at least 1 where it is, so that an aggregate always has the same form.
    pub fn top_level(self, group: u64) -> u32 {
        if self.merge_children.is_none() || self.batches_per_group == 1 {
            return 0;
        }
        let mut level = 1;
        while self.width(level) < self.size(group) {
            level += 1;
        }
        level
    }

    /// Batches below a full merge of a level.
    fn width(self, level: u32) -> u64 {
        self.merge_children.map_or(1, |children| children.max(2).saturating_pow(level))
    }

    /// The job above one in its tree; none above the last.
    pub fn parent(self, task: Task) -> Option<Task> {
        let group = self.group_of(task);
        let (level, place) = match task {
            Task::Prove(batch) => (0, batch - group * self.batches_per_group),
            Task::Merge { level, place, .. } => (level, place),
        };
        let place = place / self.width(1);
        (level < self.top_level(group)).then_some(Task::Merge { group, level: level + 1, place })
    }

    /// The jobs below a merge, at least one and at most as many as a merge takes; none below a batch.
    pub fn children(self, task: Task) -> Vec<Task> {
        let Task::Merge { group, level, place } = task else { return Vec::new() };
        let below = level - 1;
        let width = self.size(group).div_ceil(self.width(below));
        let most = self.width(1);
        let places = (most * place)..(most * place + most).min(width);
        places
            .map(|place| match below {
                0 => Task::Prove(group * self.batches_per_group + place),
                level => Task::Merge { group, level, place },
            })
            .collect()
    }

    /// The jobs whose proofs make a group complete: its last merge, or all of its batches.
    pub fn tops(self, group: u64) -> Vec<Task> {
        match self.top_level(group) {
            0 => {
                let first = group * self.batches_per_group;
                (first..first + self.size(group)).map(Task::Prove).collect()
            }
            level => vec![Task::Merge { group, level, place: 0 }],
        }
    }

    /// All jobs of a run.
    pub fn jobs(self) -> u64 {
        let merges = |group: u64| -> u64 {
            (1..=self.top_level(group)).map(|level| self.size(group).div_ceil(self.width(level))).sum()
        };
        self.batches + (0..self.count()).map(merges).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::{Groups, Task};

    fn groups(batches: u64, batches_per_group: u64) -> Groups {
        Groups { batches, batches_per_group, merge_children: Some(2) }
    }

    fn by_fours(batches: u64, batches_per_group: u64) -> Groups {
        Groups { merge_children: Some(4), ..groups(batches, batches_per_group) }
    }

    #[test]
    fn every_job_hangs_below_the_last_merge_of_its_group_once() {
        let cases = [(1, 1), (5, 1), (8, 8), (13, 5), (7, 8), (64, 8), (9, 4), (34, 17)];
        for groups in cases.into_iter().flat_map(|(batches, n)| [groups(batches, n), by_fours(batches, n)]) {
            let (batches, n) = (groups.batches, groups.batches_per_group);
            let mut seen = 0;
            let mut proved = Vec::new();
            for group in 0..groups.count() {
                let mut open = groups.tops(group);
                assert_eq!(groups.parent(open[0]), None);
                while let Some(task) = open.pop() {
                    seen += 1;
                    if let Task::Prove(batch) = task {
                        proved.push(batch);
                    }
                    for child in groups.children(task) {
                        assert_eq!(groups.parent(child), Some(task));
                        open.push(child);
                    }
                }
            }
            proved.sort_unstable();
            assert_eq!(proved, (0..batches).collect::<Vec<_>>());
            assert_eq!(seen, groups.jobs(), "{batches} batches in groups of {n}");
        }
    }

    #[test]
    fn without_aggregation_a_group_is_its_batches() {
        let groups = Groups { merge_children: None, ..groups(5, 3) };
        assert_eq!(groups.tops(1), [Task::Prove(3), Task::Prove(4)]);
        assert_eq!((groups.parent(Task::Prove(0)), groups.jobs()), (None, 5));
        // As a plan has it, a group of one batch needs no aggregator; a lone batch of a larger group is lifted.
        let alone = self::groups(5, 1);
        assert_eq!((alone.tops(4), alone.jobs()), (vec![Task::Prove(4)], 5));
        let last = self::groups(5, 2);
        assert_eq!((last.top_level(2), last.jobs()), (1, 5 + 3));
    }

    #[test]
    fn a_tree_of_fours_is_half_as_high() {
        let full = by_fours(16, 16);
        assert_eq!((full.top_level(0), full.jobs()), (2, 16 + 5));
        let top = Task::Merge { group: 0, level: 2, place: 0 };
        assert_eq!(full.children(top).len(), 4);
        assert_eq!(full.batches_of(full.children(top)[1]), 4..8);
        // Of seven the second merge has three children, and of 17 the last one is lifted twice.
        let seven = by_fours(7, 7);
        let second = Task::Merge { group: 0, level: 1, place: 1 };
        assert_eq!(seven.children(second), [4, 5, 6].map(Task::Prove));
        assert_eq!((by_fours(17, 17).top_level(0), by_fours(17, 17).jobs()), (3, 17 + 5 + 2 + 1));
        assert_eq!(second.words(seven), "the merge of batches 4 to 6");
    }

    #[test]
    fn a_job_says_which_batches_it_covers() {
        let groups = groups(13, 5);
        assert_eq!(Task::Prove(3).words(groups), "batch 3");
        let merge = Task::Merge { group: 1, level: 1, place: 2 };
        assert_eq!(merge.words(groups), "the merge of batches 9 to 9");
        let merge = Task::Merge { group: 2, level: 2, place: 0 };
        assert_eq!(merge.words(groups), "the merge of batches 10 to 12");
    }
}
