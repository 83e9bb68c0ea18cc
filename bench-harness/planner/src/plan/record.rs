//! A plan as the record that is written: what was asked, in summary, beside what the plan found.
//!
//! Not here: the records that a plan is made of, which its modules fill in themselves.

use records::plan::{
    AggregationRecord, InputsRecord, PLAN_SCHEMA_VERSION, PlanRecord, SequencingRecord, TimeRecord,
};

use crate::domain::{Aggregation, LoneProof, TimeDist, time::TimeShape};
use crate::plan::{Plan, PlanRequest, notes, run_ahead};
use crate::sim::VirtualForms;

impl Plan {
    /// The plan as a record of version [`PLAN_SCHEMA_VERSION`].
    pub fn to_record(&self) -> PlanRecord {
        let Self {
            request,
            choice,
            designs,
            fleet_estimates,
            sensitivity,
            pareto,
            stress,
            alternatives,
            options,
            systems,
            search,
        } = self;
        PlanRecord {
            schema_version: PLAN_SCHEMA_VERSION,
            inputs: inputs(request),
            recommendation: choice.clone(),
            designs: designs.clone(),
            fleet_estimates: fleet_estimates.clone(),
            sensitivity: sensitivity.clone(),
            pareto: pareto.clone(),
            stress: stress.clone(),
            alternatives: alternatives.clone(),
            options: options.clone(),
            systems: systems.clone(),
            search: *search,
            order: None,
            run_ahead: run_ahead::of(self),
            sequencing: sequencing(self),
            reasons: notes::of(self),
        }
    }
}

/// The delay to virtual by the formulas; none for a fleet that cannot be simulated.
fn sequencing(plan: &Plan) -> Option<SequencingRecord> {
    let Plan { request, choice, .. } = plan;
    let pipeline =
        request.pipeline(choice.provers, choice.batches_per_aggregation, choice.aggregators).ok()?;
    let VirtualForms { published_oldest_s, corrected_oldest_s, corrected_random_s } =
        pipeline.virtual_forms();
    Some(SequencingRecord {
        batches_per_sequence: request.batches_per_sequence(choice.batches_per_aggregation),
        published_oldest_s,
        corrected_oldest_s,
        corrected_random_s,
    })
}

fn inputs(request: &PlanRequest) -> InputsRecord {
    let load = &request.load;
    InputsRecord {
        target_batches_per_s: load.batches_per_s(),
        target_transactions_per_s: load.transactions_per_s(),
        batch_transactions: load.batch_transactions(),
        close_s: request.close_s(),
        close_interval_s: request.interval_s(),
        prove: time(&request.prove),
        aggregation: aggregation(&request.aggregation),
        block_s: request.block_s,
        headroom: request.headroom,
        delay_limit: request.delay_limit,
    }
}

pub(crate) fn time(dist: &TimeDist) -> TimeRecord {
    let (law, samples) = match dist.shape() {
        TimeShape::Fixed => ("fixed", None),
        TimeShape::LogNormal => ("log_normal", None),
        TimeShape::Exponential => ("exponential", None),
        TimeShape::Empirical(samples) => ("empirical", Some(samples.len() as u64)),
    };
    TimeRecord { law: law.to_owned(), mean_s: dist.mean_s(), cv: dist.cv(), samples }
}

fn aggregation(aggregation: &Aggregation) -> AggregationRecord {
    let (shape, arity) = match aggregation {
        Aggregation::Separate => ("separate", None),
        Aggregation::FixedTotal { .. } => ("fixed_total", None),
        Aggregation::Tree { tree, .. } => ("tree", Some(tree.arity())),
        Aggregation::Fold { .. } => ("fold", Some(2)),
    };
    let lone_proof = match aggregation {
        Aggregation::Tree { tree, .. } => Some(match tree.lone() {
            LoneProof::Passes => "passes".to_owned(),
            LoneProof::Lifted => "lifted".to_owned(),
        }),
        Aggregation::Separate | Aggregation::FixedTotal { .. } | Aggregation::Fold { .. } => None,
    };
    AggregationRecord { shape: shape.to_owned(), arity, lone_proof, step: time(aggregation.step()) }
}
