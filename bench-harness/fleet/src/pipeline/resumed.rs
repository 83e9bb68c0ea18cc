//! A pipeline that goes on where its ledger ends. The ledger says which batches were closed, of how many transactions and
//! when; when each of those arrived follows from the seed. Whatever arrived and is in no batch arrives again at its time,
//! so that no transaction is lost, and none is in two batches.

use crate::error::FleetError;
use crate::pipeline::series::PipelineSeries;
use crate::pipeline::{EarlierPart, LivePipeline, PipelineRules, record_path};
use crate::run::RunningFleet;
use records::fleet::pipeline::{ClosedByName, PipelineRecord};
use std::path::Path;
use workloads::sequencer::SequencedBatch;

impl LivePipeline {
    /// Of a run that was begun by a pipeline and goes on.
    ///
    /// # Errors
    /// A run of something else, or one whose sequencing is over before all has arrived: `fleet run --resume` has then
    /// finished what there was.
    pub fn resume(running: RunningFleet) -> Result<Self, FleetError> {
        let began = &running.coordinator().began;
        let capacity = began.work.batch_transactions;
        let Some(rules) = began.sequencing.as_ref().map(|record| PipelineRules::of(record, capacity)) else {
            let why = "its ledger is not that of a pipeline, or of a version before pipelines could go on"
                .to_owned();
            return Err(FleetError::Folder { folder: running.folder().to_owned(), why });
        };
        let mut pipeline = Self::new(running, rules);
        pipeline.replay();
        if !pipeline.coordinator.is_open_ended() {
            if pipeline.next_arrival_s <= rules.duration_s {
                let why =
                    "`fleet run --resume` has closed its last batch: it finishes the rest too".to_owned();
                return Err(FleetError::Folder { folder: pipeline.folder, why });
            }
            pipeline.sequencer.end(rules.duration_s);
        }
        pipeline.take_over_record();
        Ok(pipeline)
    }

    /// Puts the first transactions into the batches that the ledger has.
    fn replay(&mut self) {
        for closed in &self.coordinator.batches {
            let mut arrived_s = Vec::new();
            for _ in 0..closed.range.transactions {
                arrived_s.push(self.next_arrival_s);
                self.arrived += 1;
                let seed = self.coordinator.began.work.seed;
                self.next_arrival_s += self.rules.arrivals.gap_s(seed, self.arrived);
            }
            let closed_by = closed.closed_by.unwrap_or(ClosedByName::Full);
            self.closed.push(SequencedBatch { arrived_s, closed_s: closed.ready_s, closed_by });
        }
    }

    /// What the ledger does not have, where the record has it: a record that is not there, or of another run, says nothing.
    fn take_over_record(&mut self) {
        let Some(record) = record_of(&self.folder, &self.coordinator.began.run) else { return };
        self.series = PipelineSeries::after(record.series);
        self.unproved_max = record.summary.unproved_max_batches;
        self.present_s = record.summary.present_s;
        self.earlier = EarlierPart { held_s: record.summary.held_s, scaling: record.scaling };
    }
}

fn record_of(folder: &Path, run: &str) -> Option<PipelineRecord> {
    let record: PipelineRecord = records::file::read(&record_path(folder)).ok()?;
    (record.run == run).then_some(record)
}
