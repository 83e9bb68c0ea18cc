//! What a cell has to offer on a machine that was never quiet: its disturbed samples, where none of them is clean.
//!
//! Whether that is wanted is the spec's `keep_if_all_discarded`. A sample that failed for another reason than
//! interference (a quota that did not bind) is kept by nothing.

use crate::stage_sums::{CLOSE, PROVE_BATCH, StageTime, stage_sums, sums_of_levels};
use records::sample::{MarkName, SampleRecord, StageName};

/// Stages that are kept together, so that a sum of them has all its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    SetUp,
    Close,
    Prove,
    Aggregate,
}

impl Group {
    fn of(sample: &SampleRecord) -> Self {
        use StageName as S;
        match sample.stage {
            S::SetUp => Self::SetUp,
            S::Generate | S::Execute | S::Root | S::Encode => Self::Close,
            S::Grind | S::QueueWait if sample.level.is_some() => Self::Aggregate,
            S::QueueWait | S::Record | S::Witness | S::Prove | S::ProveCall | S::Verify | S::Grind => {
                Self::Prove
            }
            S::Aggregate | S::AggregateCall | S::VerifyAggregate => Self::Aggregate,
        }
    }

    /// Whether the estimate of this group has at least one sample.
    fn counts(self, samples: &[&SampleRecord]) -> bool {
        let sums = |stages: &[(StageName, f64)]| {
            let times = samples.iter().filter_map(|sample| StageTime::of(sample));
            stage_sums(times, stages).any(|sum| sum.counts)
        };
        match self {
            Self::SetUp => {
                samples.iter().any(|sample| sample.stage == StageName::SetUp && sample.mark.counts())
            }
            Self::Close => sums(&CLOSE),
            Self::Prove => sums(&PROVE_BATCH),
            Self::Aggregate => sums_of_levels(samples).iter().any(|sum| sum.counts),
        }
    }
}

/// The samples of a cell; of closing, proving and aggregating, each as a whole, the disturbed ones are `kept` where no
/// clean one is there to stand for them.
pub(crate) fn kept_where_none_counts(samples: &[&SampleRecord]) -> Vec<SampleRecord> {
    let empty: Vec<_> = [Group::SetUp, Group::Close, Group::Prove, Group::Aggregate]
        .into_iter()
        .filter(|group| !group.counts(samples))
        .collect();
    let marked = |sample: &&SampleRecord| {
        let mut sample = (*sample).clone();
        if sample.mark.is_interference() && empty.contains(&Group::of(&sample)) {
            sample.mark = MarkName::Kept;
        }
        sample
    };
    samples.iter().map(marked).collect()
}

#[cfg(test)]
mod tests {
    use super::kept_where_none_counts;
    use crate::statistics::MeasuredValue;
    use records::sample::{MarkName, SampleRecord, StageName};

    fn sample(repeat: u64, stage: StageName, mark: MarkName) -> SampleRecord {
        let level = (stage == StageName::Aggregate).then_some(1);
        let text = serde_json::json!({
            "schema_version": 2, "run": "r", "repeat": repeat, "batch": 0, "stage": stage, "level": level,
            "wall_s": 1.0, "cpu_s": 1.0, "transactions": 1, "mark": mark,
            "cell": {
                "workload": "swap", "batch_transactions": 1, "capacity_transactions": 1,
                "batches_per_aggregation": 1, "proof_system": "scripted", "cores": 1, "clock": "as_is"
            },
        });
        serde_json::from_value(text).expect("a sample")
    }

    const PROOF: [StageName; 3] = [StageName::Record, StageName::Witness, StageName::Prove];

    /// The marks after the choice, and how many samples count.
    fn kept(samples: &[SampleRecord]) -> (Vec<MarkName>, usize) {
        let kept = kept_where_none_counts(&samples.iter().collect::<Vec<_>>());
        let counts = kept.iter().filter(|sample| MeasuredValue::of(sample).counts).count();
        (kept.iter().map(|sample| sample.mark).collect(), counts)
    }

    #[test]
    fn one_clean_proof_is_enough_to_leave_the_disturbed_ones_out() {
        let mut samples: Vec<_> = PROOF.map(|stage| sample(0, stage, MarkName::Clean)).to_vec();
        samples.extend(PROOF.map(|stage| sample(1, stage, MarkName::SharedCore)));
        let before: Vec<_> = samples.iter().map(|sample| sample.mark).collect();
        assert_eq!(kept(&samples), (before, 3));
    }

    #[test]
    fn a_proof_counts_as_a_whole() {
        // Repeat 0 lost its proof, repeat 1 its witness: no batch has a whole time.
        let samples: Vec<_> = [(0, StageName::Prove), (1, StageName::Witness)]
            .into_iter()
            .flat_map(|(repeat, lost)| {
                PROOF.map(|stage| {
                    let mark = if stage == lost { MarkName::LostTime } else { MarkName::Clean };
                    sample(repeat, stage, mark)
                })
            })
            .collect();
        assert_eq!(kept(&samples).1, 6);
    }

    #[test]
    fn proving_and_aggregating_are_kept_apart() {
        let mut samples: Vec<_> = PROOF.map(|stage| sample(0, stage, MarkName::Clean)).to_vec();
        samples.push(sample(1, StageName::Prove, MarkName::SharedCore));
        samples.push(sample(0, StageName::Aggregate, MarkName::SharedCore));
        let marks = kept(&samples).0;
        assert_eq!(marks[3..], [MarkName::SharedCore, MarkName::Kept]);
    }

    #[test]
    fn a_quota_that_did_not_bind_is_never_kept() {
        let samples = PROOF.map(|stage| sample(0, stage, MarkName::OffQuota));
        assert_eq!(kept(&samples), (vec![MarkName::OffQuota; 3], 0));
    }
}
