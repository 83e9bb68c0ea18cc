//! A plan as the record that `reports` writes and renders. Every field is named here, so that a new one
//! breaks the build until it is thought of.

use reports::plan::{
    AggregationRecord, DelayLimitRecord, DesignName, DesignRecord, InputsRecord, PLAN_SCHEMA_VERSION,
    PlanRecord, RecommendationRecord, StateName, StatisticName, TermName, TimeRecord, significant,
};

use crate::domain::{Aggregation, DelayLimit, Design, State, Statistic, Term, TimeDist, time::Shape};
use crate::formulas::capacity::prover_capacity;
use crate::plan::{Choice, DesignFigures, Plan, PlanRequest};

impl Plan {
    /// The plan as a record of version [`PLAN_SCHEMA_VERSION`].
    pub fn to_record(&self) -> PlanRecord {
        let Self { request, choice, designs } = self;
        PlanRecord {
            schema_version: PLAN_SCHEMA_VERSION,
            inputs: inputs(request),
            recommendation: recommendation(request, choice),
            designs: designs.iter().map(design).collect(),
            reasons: reasons(self),
        }
    }
}

fn inputs(request: &PlanRequest) -> InputsRecord {
    let load = request.load();
    InputsRecord {
        target_batches_per_s: load.batches_per_s(),
        target_transactions_per_s: load.transactions_per_s(),
        batch_transactions: load.batch_transactions(),
        close_s: load.close_s(),
        close_interval_s: load.interval_s(),
        prove: time(request.prove()),
        aggregation: aggregation(request.aggregation()),
        block_s: request.block_s(),
        delay_limit: request.delay_limit().map(limit),
    }
}

fn recommendation(request: &PlanRequest, choice: &Choice) -> RecommendationRecord {
    let Choice {
        provers,
        batches_per_aggregation,
        aggregators,
        capacity_batches_per_s,
        throughput_batches_per_s,
        delay_virtual_s,
        delay_consolidated_s,
        bottleneck,
        provers_only_add_delay_after,
    } = *choice;
    let size = request.load().batch_transactions();
    RecommendationRecord {
        provers,
        batches_per_aggregation,
        aggregators,
        capacity_batches_per_s,
        throughput_batches_per_s,
        throughput_transactions_per_s: size.map(|size| throughput_batches_per_s * f64::from(size)),
        delay_virtual_s,
        delay_consolidated_s,
        verifications_per_group: 1,
        verifications_per_hour: 3600.0 * throughput_batches_per_s / f64::from(batches_per_aggregation),
        bottleneck: term(bottleneck),
        provers_only_add_delay_after,
    }
}

fn design(figures: &DesignFigures) -> DesignRecord {
    let DesignFigures {
        design,
        provers,
        batches_per_aggregation,
        prover_speedup,
        throughput_batches_per_s,
        delay_virtual_s,
        delay_virtual_group_s,
        delay_consolidated_s,
        verifications_per_group,
        bottleneck,
        meets_throughput,
    } = *figures;
    DesignRecord {
        design: match design {
            Design::SingleBatch => DesignName::SingleBatch,
            Design::Vertical => DesignName::Vertical,
            Design::HorizontalNaive => DesignName::HorizontalNaive,
            Design::HorizontalAggregated => DesignName::HorizontalAggregated,
            Design::OrderThenProve => DesignName::OrderThenProve,
        },
        provers,
        batches_per_aggregation,
        prover_speedup,
        throughput_batches_per_s,
        delay_virtual_s,
        delay_virtual_group_s,
        delay_consolidated_s,
        verifications_per_group,
        bottleneck: term(bottleneck),
        meets_throughput,
    }
}

fn time(dist: &TimeDist) -> TimeRecord {
    let (law, samples) = match dist.shape() {
        Shape::Fixed => ("fixed", None),
        Shape::LogNormal => ("log_normal", None),
        Shape::Exponential => ("exponential", None),
        Shape::Empirical(samples) => ("empirical", Some(samples.len() as u64)),
    };
    TimeRecord { law: law.to_owned(), mean_s: dist.mean_s(), cv: dist.cv(), samples }
}

fn aggregation(aggregation: &Aggregation) -> AggregationRecord {
    let (shape, arity) = match aggregation {
        Aggregation::FixedTotal { .. } => ("fixed_total", None),
        Aggregation::Tree { arity, .. } => ("tree", Some(*arity)),
        Aggregation::Fold { .. } => ("fold", Some(2)),
    };
    AggregationRecord { shape: shape.to_owned(), arity, step: time(aggregation.step()) }
}

fn limit(limit: DelayLimit) -> DelayLimitRecord {
    DelayLimitRecord {
        state: match limit.state() {
            State::Virtual => StateName::Virtual,
            State::Consolidated => StateName::Consolidated,
        },
        statistic: match limit.statistic() {
            Statistic::Mean => StatisticName::Mean,
            Statistic::P50 => StatisticName::P50,
            Statistic::P99 => StatisticName::P99,
        },
        limit_s: limit.limit_s(),
    }
}

fn term(term: Term) -> TermName {
    match term {
        Term::Prove => TermName::Prove,
        Term::Close => TermName::Close,
        Term::Aggregate => TermName::Aggregate,
        Term::Block => TermName::Block,
    }
}

fn reasons(plan: &Plan) -> Vec<String> {
    let Plan { request, choice, .. } = plan;
    let prove_s = request.prove().mean_s();
    let mut reasons = vec![format!(
        "{} limits the rate: the fleet can carry {} batches/s; {} provers at {} s a batch carry {}.",
        choice.bottleneck,
        significant(choice.capacity_batches_per_s, 4),
        choice.provers,
        significant(prove_s, 4),
        significant(prover_capacity(choice.provers, prove_s), 4),
    )];
    reasons.push(format!(
        "With N = P, more than {} provers only add delay: batches do not close faster.",
        choice.provers_only_add_delay_after
    ));
    reasons
}
