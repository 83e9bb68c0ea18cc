//! A plan to render in tests: the seed's numbers, typed from the source and not computed.

use crate::plan::record::{
    AggregationRecord, DelayLimitRecord, DesignName, DesignRecord, InputsRecord, PLAN_SCHEMA_VERSION,
    PlanRecord, RecommendationRecord, StateName, StatisticName, TermName, TimeRecord,
};

fn fixed(mean_s: f64) -> TimeRecord {
    TimeRecord { law: "fixed".to_owned(), mean_s, cv: 0.0, samples: None }
}

/// A plan for the seed's numbers.
pub(crate) fn seed_plan() -> PlanRecord {
    let row = |design, n: u32, throughput, consolidated, proofs| DesignRecord {
        design,
        provers: n,
        batches_per_aggregation: n,
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
            batches_per_aggregation: 2,
            aggregators: 1,
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
        reasons: vec!["prove limits the rate: 12 provers at 120 s each carry 0.1 batches/s.".to_owned()],
    }
}
