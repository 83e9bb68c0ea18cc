//! What a number of servers carries, against every number of rollups and every length of a round.

use super::{request, times};
use crate::error::PlanError;
use crate::fractal::search::{choose, for_load};
use crate::fractal::sim::Rounds;
use crate::fractal::{Cadence, FractalRequest, RollupTree, plan_rollups, within_servers};
use records::plan::{BatchState, DelayLimitRecord, Statistic};
use std::ops::RangeInclusive;

#[test]
fn a_server_more_than_fits_would_not_be_enough() {
    let template = || request(RollupTree::balanced(2, 3).unwrap(), times(7.0, 1.0, 1.5), 10.0, 2);
    for servers in [12, 100, 1_001] {
        let (fitted, budget) = within_servers(template(), servers).unwrap();
        let used = budget.executors + budget.provers + budget.aggregators;
        assert_eq!(used + budget.unused, servers);
        let one_more = RollupTree::balanced(budget.rollups + 1, 3).unwrap();
        let more = for_load(&fitted.clone().with_tree(one_more).unwrap());
        let spares = fitted.spares + fitted.aggregator_spares;
        assert!(budget.rollups + 1 + more.provers + more.aggregators + spares > servers, "{budget:?}");
    }
    assert!(within_servers(template(), 4).is_err());
}

/// The most rollups that any length of a round carries, by trying all of both.
fn most_by_brute_force(
    request: &FractalRequest,
    servers: u32,
    lengths: RangeInclusive<u32>,
) -> Option<(u32, u32)> {
    let mut most = None;
    for batches in lengths {
        for rollups in 2..servers {
            let cadence = Cadence { batches, ..request.cadence };
            let tree = RollupTree::balanced(rollups, 3).unwrap();
            let request = FractalRequest { cadence, tree, ..request.clone() };
            let rounds = Rounds::new(
                &request.tree,
                &request.times,
                (cadence.close_s, batches, cadence.block_s),
                request.seed,
            );
            let Ok(chosen) = choose(&request, &rounds) else { continue };
            let spares = request.spares + request.aggregator_spares;
            let is_carried = rollups + chosen.fleet.provers + chosen.fleet.aggregators + spares <= servers;
            if is_carried && most.is_none_or(|(carried, _)| rollups > carried) {
                most = Some((rollups, batches));
            }
        }
    }
    most
}

#[test]
fn servers_carry_the_most_within_a_limit_on_the_delay() {
    let mut refused = 0;
    for (servers, limit_s) in [(24, 45.0), (24, 60.0), (40, 52.0), (40, 90.0), (40, 38.0), (31, 20.0)] {
        let limit = DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::Mean, limit_s };
        let asked = FractalRequest {
            delay_limit: Some(limit),
            chooses_round: true,
            ..request(RollupTree::balanced(2, 3).unwrap(), times(7.0, 1.0, 1.5), 10.0, 1)
        };
        let most = most_by_brute_force(&asked, servers, 1..=10);
        match within_servers(asked, servers) {
            Ok((fitted, budget)) => {
                assert_eq!(
                    Some((budget.rollups, fitted.cadence.batches)),
                    most,
                    "{servers} within {limit_s} s"
                );
                let plan = plan_rollups(&fitted).unwrap();
                assert!(plan.whole.consolidated.mean_s <= limit_s * (1.0 + 1e-9));
                let machines = (plan.fleet.provers + plan.fleet.spares, plan.fleet.aggregators);
                assert_eq!(machines, (budget.provers, budget.aggregators), "{servers} within {limit_s} s");
                assert!(budget.rollups + budget.provers + budget.aggregators <= servers);
            }
            Err(error) => {
                assert!(most.is_none() && matches!(error, PlanError::Infeasible { .. }), "{error}: {most:?}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 1);
}
