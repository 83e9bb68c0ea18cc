//! The recommended fleet as machines like the one that was measured: how many, what is on each, and what they cost.

use planner::domain::Prices;
use planner::hardware::Basis;
use planner::hardware::packing::{ProcessSize, Room};
use planner::hardware::shopping::{DailyUse, FleetToHouse, MachinePrice, Offer, list};
use planner::plan::Plan;
use records::plan::answers::ShoppingListRecord;
use records::profile::{CellSummaryRecord, ProfileRecord};

const GIB: f64 = (1_u64 << 30) as f64;

/// The order for machines like the one of `profile`; none where its cores are unknown or a prover does not fit.
pub(crate) fn on_measured_machine(
    profile: &ProfileRecord,
    cell: &CellSummaryRecord,
    plan: &Plan,
) -> Option<ShoppingListRecord> {
    let cores: u32 = profile.machine.number("physical_cores").and_then(|cores| u32::try_from(cores).ok())?;
    let memory_gib = profile.machine.number("memory_total_bytes").map(|bytes| bytes as f64 / GIB);
    let size = ProcessSize {
        cores: plan.choice.cores_per_prover,
        memory_gib: cell.peak_rss_bytes.map(|bytes| bytes as f64 / GIB),
    };
    let fleet = FleetToHouse::of(&plan.request, &plan.choice, size, size);
    let offer = Offer {
        id: "machine like this one".to_owned(),
        room: Room { cores, memory_gib },
        price: plan.request.prices().map(|prices| per_core(prices, size.cores)),
        basis: Basis::Measured,
    };
    let used = DailyUse::at_target(&plan.request, plan.choice.batches_per_aggregation);
    list(&fleet, &offer, &used).ok()
}

/// The price of a core, where a prover of so many cores has a price.
fn per_core(prices: Prices, cores_per_prover: u32) -> MachinePrice {
    MachinePrice::PerCoreHour(prices.prover_usd_per_hour() / f64::from(cores_per_prover.max(1)))
}
