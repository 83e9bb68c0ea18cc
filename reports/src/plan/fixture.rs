//! A plan to render in tests: the seed's numbers, typed from the source and not computed.

use crate::plan::record::{
    AggregationRecord, DelayLimitRecord, DelayRecord, DesignName, DesignRecord, InputsRecord, OutlookRecord,
    PLAN_SCHEMA_VERSION, ParetoRecord, PlanRecord, RecommendationRecord, SensitivityRecord, SimulatedRecord,
    StateName, StatisticName, TermName, TimeRecord, UnstableRecord,
};

fn delay(mean_s: f64, p99_s: f64) -> DelayRecord {
    DelayRecord {
        mean_s,
        mean_half_width_s: Some(0.3),
        p50_s: mean_s - 5.0,
        p50_half_width_s: Some(0.3),
        p99_s,
        p99_half_width_s: Some(2.1),
        samples: 10_000,
    }
}

/// A fleet that settles and one that does not, with the figures of the reference tables.
fn outlooks() -> Vec<OutlookRecord> {
    let settles = OutlookRecord {
        provers: 14,
        batches_per_aggregation: 12,
        aggregators: 1,
        use_share: 0.857,
        seed_throughput_batches_per_s: 0.1,
        seed_delay_s: 267.0,
        corrected_throughput_batches_per_s: 0.1,
        corrected_delay_s: 267.0,
        simulated: Some(SimulatedRecord {
            throughput_batches_per_s: 0.1,
            prover_use: 0.857,
            prover_queue_mean: 0.04,
            consolidated: delay(300.4, 402.8),
            consolidated_random: delay(240.4, 362.9),
            virtual_oldest: delay(25.0, 25.0),
            virtual_random: delay(20.0, 24.9),
            replications: 8,
            batches: 19_200,
        }),
        unstable: None,
    };
    let unstable =
        UnstableRecord { growth_s_per_batch: 0.0, p99_after_a_day_s: 613.0, p99_after_a_week_s: 1_177.0 };
    let full = OutlookRecord {
        provers: 12,
        use_share: 1.0,
        simulated: None,
        unstable: Some(unstable),
        ..settles.clone()
    };
    vec![settles, full]
}

fn fixed(mean_s: f64) -> TimeRecord {
    TimeRecord { law: "fixed".to_owned(), mean_s, cv: 0.0, samples: None }
}

/// A plan for the seed's numbers.
pub(crate) fn seed_plan() -> PlanRecord {
    let row = |design, n: u32, throughput, consolidated, proofs| DesignRecord {
        design,
        provers: n,
        batches_per_aggregation: n,
        aggregators: u32::from(matches!(
            design,
            DesignName::HorizontalAggregated | DesignName::OrderThenProve
        )),
        prover_speedup: None,
        throughput_batches_per_s: throughput,
        delay_virtual_s: None,
        delay_virtual_group_s: None,
        delay_consolidated_s: consolidated,
        verifications_per_group: proofs,
        bottleneck: TermName::Prove,
        meets_throughput: throughput >= 0.1,
    };
    PlanRecord {
        schema_version: PLAN_SCHEMA_VERSION,
        inputs: InputsRecord {
            target_batches_per_s: 0.1,
            target_transactions_per_s: Some(40.0),
            batch_transactions: Some(400),
            close_s: 10.0,
            close_interval_s: 10.0,
            prove: TimeRecord { law: "empirical".to_owned(), mean_s: 120.0, cv: 0.3, samples: Some(40) },
            aggregation: AggregationRecord {
                shape: "fixed_total".to_owned(),
                arity: None,
                step: fixed(12.0),
            },
            block_s: 15.0,
            delay_limit: Some(DelayLimitRecord {
                state: StateName::Consolidated,
                statistic: StatisticName::P99,
                limit_s: 605.0,
            }),
        },
        recommendation: RecommendationRecord {
            provers: 12,
            spares: 1,
            batches_per_aggregation: 2,
            aggregators: 1,
            usd_per_batch: Some(0.0833),
            usd_per_hour: Some(30.0),
            capacity_batches_per_s: 0.1,
            throughput_batches_per_s: 0.1,
            throughput_transactions_per_s: Some(40.0),
            delay_virtual_s: 25.0,
            delay_consolidated_s: 167.0,
            verifications_per_group: 1,
            verifications_per_hour: 180.0,
            bottleneck: TermName::Prove,
            provers_only_add_delay_after: 12,
        },
        designs: vec![
            row(DesignName::SingleBatch, 1, 1.0 / 120.0, 145.0, 1),
            DesignRecord {
                provers: 1,
                prover_speedup: Some(12.0),
                ..row(DesignName::Vertical, 1, 0.1, 35.0, 1)
            },
            row(DesignName::HorizontalNaive, 12, 0.1, 255.0, 12),
            row(DesignName::HorizontalAggregated, 12, 0.1, 267.0, 1),
            DesignRecord {
                delay_virtual_s: Some(25.0),
                delay_virtual_group_s: Some(135.0),
                ..row(DesignName::OrderThenProve, 12, 0.1, 267.0, 1)
            },
        ],
        outlooks: outlooks(),
        sensitivity: SensitivityRecord {
            provers_if_10_percent_slower: Some(14),
            provers_if_10_percent_faster: Some(11),
            prove_mean_low_s: Some(114.2),
            prove_mean_high_s: Some(126.1),
            provers_low: Some(12),
            provers_high: Some(13),
        },
        pareto: vec![ParetoRecord {
            provers: 14,
            batches_per_aggregation: 12,
            aggregators: 1,
            machines: 16,
            usd_per_batch: Some(0.0889),
            p99_s: 402.8,
        }],
        reasons: vec!["prove limits the rate: 12 provers at 120 s each carry 0.1 batches/s.".to_owned()],
    }
}
