//! Arguments of a plan as the flags that give them: for the command that a page shows, and to plan again with one flag
//! changed.

use crate::cmd::plan::args::{BLOCK_S, DelayState, DelayStatistic, L1Kind, PlanArgs, PriceArgs};
use crate::cmd::plan::arrivals::Arrivals;
use crate::cmd::plan::merge_shape::Merging;
use crate::cmd::plan::simulation::{FaultArgs, OnCrash, SimulationArgs};
use clap::ValueEnum;
use planner::plan::ArrivalLaw;
use planner::plan::request::{HEADROOM, SPARES};
use planner::sim::Closing;

/// A flag without its dashes, and its value.
pub(crate) type Flag = (&'static str, String);

impl PlanArgs {
    /// All flags that are not at their defaults, in the order of the help.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let Self {
            target_tx_per_s,
            target_batches_per_s,
            close,
            block,
            delay,
            delay_state,
            delay_statistic,
            fix_n,
            fix_p,
            fix_a,
            provers_max,
            spares,
            headroom,
            arrivals,
            closing,
            batches_per_sequence,
            aggregate_shape,
            l1,
            missed_slots,
            l1_phase,
            proofs_per_slot,
            simulation: SimulationArgs { plan_seed, faults },
            prices,
        } = self;
        let mut flags = Vec::new();
        push(&mut flags, "target-tx-per-s", *target_tx_per_s);
        push(&mut flags, "target-batches-per-s", *target_batches_per_s);
        push(&mut flags, "close", *close);
        push(&mut flags, "block", (*block != BLOCK_S).then_some(*block));
        push(&mut flags, "delay", *delay);
        push_named(&mut flags, "delay-state", *delay_state, DelayState::Consolidated);
        push_named(&mut flags, "delay-statistic", *delay_statistic, DelayStatistic::Mean);
        push(&mut flags, "fix-n", *fix_n);
        push(&mut flags, "fix-p", *fix_p);
        push(&mut flags, "fix-a", *fix_a);
        push(&mut flags, "provers-max", *provers_max);
        push(&mut flags, "spares", (*spares != SPARES).then_some(*spares));
        push(&mut flags, "headroom", (*headroom != HEADROOM).then_some(*headroom));
        push(&mut flags, "arrivals", law(arrivals));
        push(&mut flags, "closing", rule(*closing));
        push(
            &mut flags,
            "batches-per-sequence",
            (*batches_per_sequence > 1).then_some(*batches_per_sequence),
        );
        push(&mut flags, "aggregate-shape", shape(*aggregate_shape));
        push_named(&mut flags, "l1", *l1, L1Kind::Serial);
        push(&mut flags, "missed-slots", *missed_slots);
        push(&mut flags, "l1-phase", *l1_phase);
        push(&mut flags, "proofs-per-slot", *proofs_per_slot);
        let FaultArgs { mtbf, repair, on_crash, straggler_fraction, straggler_factor } = faults;
        push(&mut flags, "mtbf", *mtbf);
        push(&mut flags, "repair", *repair);
        push_named(&mut flags, "on-crash", *on_crash, OnCrash::Requeue);
        push(&mut flags, "straggler-fraction", *straggler_fraction);
        push(&mut flags, "straggler-factor", *straggler_factor);
        let PriceArgs {
            usd_per_core_hour,
            prover_usd_per_hour,
            aggregator_usd_per_hour,
            verify_gas,
            batch_gas,
            gwei,
            usd_per_eth,
        } = prices;
        push(&mut flags, "usd-per-core-hour", *usd_per_core_hour);
        push(&mut flags, "prover-usd-per-hour", *prover_usd_per_hour);
        push(&mut flags, "aggregator-usd-per-hour", *aggregator_usd_per_hour);
        push(&mut flags, "verify-gas", *verify_gas);
        push(&mut flags, "batch-gas", (*batch_gas > 0.0).then_some(*batch_gas));
        push(&mut flags, "gwei", *gwei);
        push(&mut flags, "usd-per-eth", *usd_per_eth);
        push(&mut flags, "plan-seed", (*plan_seed != 1).then_some(*plan_seed));
        flags
    }
}

fn push<T: ToString>(flags: &mut Vec<Flag>, name: &'static str, value: Option<T>) {
    if let Some(value) = value {
        flags.push((name, value.to_string()));
    }
}

fn push_named<T: ValueEnum>(flags: &mut Vec<Flag>, name: &'static str, value: T, default: T) {
    let words = |value: T| value.to_possible_value().map(|value| value.get_name().to_owned());
    let (value, default) = (words(value), words(default));
    if value != default {
        push(flags, name, value);
    }
}

fn law(arrivals: &Arrivals) -> Option<String> {
    Some(match arrivals {
        Arrivals::Trace(path) => format!("trace:{}", path.display()),
        Arrivals::Law(ArrivalLaw::Fixed) => return None,
        Arrivals::Law(ArrivalLaw::Poisson) => "poisson".to_owned(),
        Arrivals::Law(ArrivalLaw::Erlang(k)) => format!("erlang:{k}"),
        Arrivals::Law(ArrivalLaw::LogNormal(cv)) => format!("lognormal:{cv}"),
        Arrivals::Law(ArrivalLaw::Daily { shape, poisson }) => {
            let rates: Vec<_> = shape.iter().map(ToString::to_string).collect();
            format!("{}:{}", if *poisson { "daily-poisson" } else { "daily" }, rates.join(","))
        }
        // Read from a file, whose name is kept above.
        Arrivals::Law(ArrivalLaw::Trace(_)) => return None,
    })
}

fn rule(closing: Closing) -> Option<String> {
    match closing {
        Closing::Full => None,
        Closing::Timeout(timeout_s) => Some(format!("timeout:{timeout_s}")),
        Closing::ProverFree => Some("prover-free".to_owned()),
    }
}

fn shape(merging: Merging) -> Option<String> {
    match merging {
        Merging::Tree(2) => None,
        Merging::Tree(arity) => Some(format!("tree:{arity}")),
        Merging::Fold => Some("fold".to_owned()),
        Merging::Separate => Some("separate".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::cmd::plan::args::PlanArgs;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Asked {
        #[command(flatten)]
        plan_args: PlanArgs,
    }

    #[test]
    fn arguments_given_again_by_their_flags_are_the_same_arguments() {
        let everything = "x --target-tx-per-s 500 --close 2 --block 6 --delay 60 --delay-state virtual --delay-statistic p99 \
            --fix-n 7 --fix-p 3 --spares 2 --arrivals erlang:4 --l1 slots --missed-slots 0.01 --l1-phase 3 --proofs-per-slot 2 --mtbf 86400 \
            --repair 60 --on-crash wait --straggler-fraction 0.1 --straggler-factor 3 --closing timeout:4 --batches-per-sequence 3 \
            --aggregate-shape tree:4 --prover-usd-per-hour 2.5 --aggregator-usd-per-hour 1 --verify-gas 350000 \
            --batch-gas 9000 --gwei 20 --usd-per-eth 3000 --plan-seed 9";
        for text in [
            everything,
            "x",
            "x --target-batches-per-s 0.1 --provers-max 9 --arrivals daily-poisson:1,2.5 --closing prover-free",
            "x --arrivals trace:my/file.csv --aggregate-shape fold --usd-per-core-hour 0.05",
        ] {
            let asked = Asked::try_parse_from(text.split_whitespace()).expect("flags").plan_args;
            let flags = asked.flags();
            let again = flags.iter().map(|(name, value)| format!("--{name}={value}"));
            let again = std::iter::once("x".to_owned()).chain(again);
            let again = Asked::try_parse_from(again).expect("its own flags").plan_args;
            assert_eq!(again.flags(), flags);
            assert_eq!(format!("{again:?}"), format!("{asked:?}"));
        }
    }
}
