//! What is known of a cell while children come and go.

use crate::profile::{aggregate_s, prove_batch_s};
use records::sample::{SampleRecord, StageName};
use std::time::Instant;

/// What is known of a cell while children come and go.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Complete repeats.
    pub(crate) made: u64,
    /// Of these, those of which a proof is left out of the estimate.
    pub(crate) spoiled: u64,
    /// Repeats that failed.
    pub(crate) failed: u64,
    /// The times of the batch proofs in the estimate.
    pub(crate) prove_batch_s: Vec<f64>,
    /// The times of the aggregations in the estimate.
    pub(crate) aggregate_s: Vec<f64>,
    /// The repeat that is being made.
    pub(crate) current: Option<Current>,
    /// Repeats that may still be made.
    pub(crate) remaining: Vec<u64>,
    /// Whether the child that lives, or lived last, has brought any repeat to an end.
    pub(crate) has_achieved: bool,
    pub(crate) started: Instant,
}

/// A repeat that is being made.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) repeat: u64,
    samples: Vec<SampleRecord>,
}

impl Current {
    pub(crate) fn new(repeat: u64) -> Self {
        Self { repeat, samples: Vec::new() }
    }
}

impl Progress {
    pub(crate) fn sample(&mut self, sample: &SampleRecord) {
        if let Some(current) = &mut self.current {
            current.samples.push(sample.clone());
        }
    }

    pub(crate) fn repeat_is_made(&mut self) {
        self.made += 1;
        self.has_achieved = true;
        if let Some(Current { repeat, samples }) = self.current.take() {
            self.remaining.retain(|left| *left != repeat);
            let is_discarded =
                samples.iter().any(|sample| sample.stage == StageName::Prove && !sample.mark.counts());
            self.spoiled += u64::from(is_discarded);
            let samples: Vec<_> = samples.iter().collect();
            self.prove_batch_s.extend(prove_batch_s(&samples));
            self.aggregate_s.extend(aggregate_s(&samples));
        }
    }

    pub(crate) fn repeat_has_failed(&mut self, repeat: Option<u64>) {
        self.remaining.retain(|left| Some(*left) != repeat);
        self.failed += u64::from(repeat.is_some());
        self.current = None;
    }
}
