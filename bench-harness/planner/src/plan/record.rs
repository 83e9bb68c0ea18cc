//! A plan as the record that `reports` writes and renders. Every field is named here, so that a new one
//! breaks the build until it is thought of.

use records::plan::{
    AggregationRecord, DelayLimitRecord, DelayRecord, DesignName, DesignRecord, FleetEstimateRecord,
    InputsRecord, PLAN_SCHEMA_VERSION, ParetoRecord, PlanRecord, RecommendationRecord, SensitivityRecord,
    SimulatedRecord, StateName, StatisticName, TermName, TimeRecord, UnstableRecord,
};

use crate::domain::{Aggregation, DelayLimit, Design, State, Statistic, Term, TimeDist, time::Shape};
use crate::plan::{
    DesignFigures, Fleet, FleetEstimate, Outcome, Plan, PlanRequest, Point, Recommendation, Sensitivity,
    notes,
};
use crate::sim::{DelayFigures, Simulated};

impl Plan {
    /// The plan as a record of version [`PLAN_SCHEMA_VERSION`].
    pub fn to_record(&self) -> PlanRecord {
        let Self { request, choice, designs, fleet_estimates, sensitivity: moves, pareto: front } = self;
        PlanRecord {
            schema_version: PLAN_SCHEMA_VERSION,
            inputs: inputs(request),
            recommendation: recommendation(request, choice),
            designs: designs.iter().map(design).collect(),
            fleet_estimates: fleet_estimates.iter().map(fleet_estimate).collect(),
            sensitivity: sensitivity(moves),
            pareto: front.iter().map(pareto).collect(),
            reasons: notes::of(self),
        }
    }
}

fn inputs(request: &PlanRequest) -> InputsRecord {
    let load = request.load();
    InputsRecord {
        target_batches_per_s: load.batches_per_s(),
        target_transactions_per_s: load.transactions_per_s(),
        batch_transactions: load.batch_transactions(),
        close_s: request.close_s(),
        close_interval_s: request.interval_s(),
        prove: time(request.prove()),
        aggregation: aggregation(request.aggregation()),
        block_s: request.block_s(),
        delay_limit: request.delay_limit().map(limit),
    }
}

fn recommendation(request: &PlanRequest, choice: &Recommendation) -> RecommendationRecord {
    let Recommendation {
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
    let rented = provers + request.spares();
    let prices = request.prices();
    let usd_per_batch = prices.map(|prices| {
        prices.usd_per_batch(rented, aggregators, batches_per_aggregation, throughput_batches_per_s)
    });
    RecommendationRecord {
        provers,
        spares: request.spares(),
        batches_per_aggregation,
        aggregators,
        usd_per_batch,
        usd_per_hour: prices.map(|prices| prices.usd_per_hour(rented, aggregators)),
        capacity_batches_per_s,
        throughput_batches_per_s,
        throughput_transactions_per_s: size
            .map(|size| throughput_batches_per_s * request.fill_fraction() * f64::from(size)),
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
        aggregators,
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
        aggregators,
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

pub(crate) fn term(term: Term) -> TermName {
    match term {
        Term::Prove => TermName::Prove,
        Term::Close => TermName::Close,
        Term::Aggregate => TermName::Aggregate,
        Term::Block => TermName::Block,
    }
}

fn fleet_estimate(fleet_estimate: &FleetEstimate) -> FleetEstimateRecord {
    let FleetEstimate {
        fleet: Fleet { provers, batches_per_aggregation, aggregators },
        published_throughput_batches_per_s,
        published_delay_s,
        corrected_throughput_batches_per_s,
        corrected_delay_s,
        utilization,
        simulation,
    } = fleet_estimate;
    let (simulated, unstable) = match simulation {
        Outcome::Settles(result) => (Some(simulated(result)), None),
        Outcome::Unstable { growth_s_per_batch, p99_after_a_day_s, p99_after_a_week_s } => {
            let unstable = UnstableRecord {
                growth_s_per_batch: *growth_s_per_batch,
                p99_after_a_day_s: *p99_after_a_day_s,
                p99_after_a_week_s: *p99_after_a_week_s,
            };
            (None, Some(unstable))
        }
    };
    FleetEstimateRecord {
        provers: *provers,
        batches_per_aggregation: *batches_per_aggregation,
        aggregators: *aggregators,
        utilization: *utilization,
        published_throughput_batches_per_s: *published_throughput_batches_per_s,
        published_delay_s: *published_delay_s,
        corrected_throughput_batches_per_s: *corrected_throughput_batches_per_s,
        corrected_delay_s: *corrected_delay_s,
        simulated,
        unstable,
    }
}

fn simulated(result: &Simulated) -> SimulatedRecord {
    SimulatedRecord {
        throughput_batches_per_s: result.throughput_batches_per_s.value,
        prover_use: result.prover_use.value,
        prover_queue_mean: result.prover_queue_mean.value,
        consolidated: delay(&result.consolidated),
        consolidated_random: delay(&result.consolidated_random),
        virtual_oldest: delay(&result.virtual_state),
        virtual_random: delay(&result.virtual_random),
        replications: result.replications,
        batches: result.batches,
    }
}

fn delay(figures: &DelayFigures) -> DelayRecord {
    let DelayFigures { mean_s, p50_s, p90_s: _, p99_s, samples } = *figures;
    DelayRecord {
        mean_s: mean_s.value,
        mean_half_width_s: mean_s.half_width,
        p50_s: p50_s.value,
        p50_half_width_s: p50_s.half_width,
        p99_s: p99_s.value,
        p99_half_width_s: p99_s.half_width,
        samples,
    }
}

fn sensitivity(sensitivity: &Sensitivity) -> SensitivityRecord {
    let Sensitivity { slower_provers, faster_provers, measured } = sensitivity;
    let measured = measured.as_ref();
    SensitivityRecord {
        provers_if_10_percent_slower: *slower_provers,
        provers_if_10_percent_faster: *faster_provers,
        prove_mean_low_s: measured.map(|m| m.mean_low_s),
        prove_mean_high_s: measured.map(|m| m.mean_high_s),
        provers_low: measured.and_then(|m| m.provers_low),
        provers_high: measured.and_then(|m| m.provers_high),
    }
}

fn pareto(point: &Point) -> ParetoRecord {
    let Point {
        fleet: Fleet { provers, batches_per_aggregation, aggregators },
        machines,
        usd_per_batch,
        p99_s,
    } = *point;
    ParetoRecord { provers, batches_per_aggregation, aggregators, machines, usd_per_batch, p99_s }
}
