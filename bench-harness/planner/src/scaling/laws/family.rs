//! Cells that differ in one thing alone, and the points that they give.

use std::collections::BTreeMap;

use records::laws::{FamilyRecord, LawPointRecord};
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName, QuantityRecord};
use records::sample::CellRecord;

/// A family with its cells, each beside its place on the axis.
pub(super) type Members<'a> = Vec<(f64, &'a CellSummaryRecord)>;

/// A stage as it stands in a profile: with the level of aggregation, where it has one.
pub(super) type StageKey = (QuantityName, Option<u64>);

/// The family of a cell when nothing is varied.
pub(super) fn whole(cell: &CellRecord) -> FamilyRecord {
    let CellRecord {
        workload,
        swap_ratio,
        batch_transactions,
        capacity_transactions,
        batches_per_aggregation,
        proof_system,
        cores,
        clock,
        provers,
    } = cell;
    FamilyRecord {
        workload: workload.clone(),
        swap_ratio: *swap_ratio,
        proof_system: proof_system.clone(),
        batch_transactions: Some(*batch_transactions),
        capacity_transactions: Some(*capacity_transactions),
        batches_per_aggregation: Some(*batches_per_aggregation),
        cores: Some(*cores),
        clock: Some(clock.clone()),
        provers: Some(*provers),
        padded_rows: None,
    }
}

/// The measured cells by family, in the order of the profile. `place` gives a cell's family, with what is varied left
/// out, and its place on the axis; none for a cell that has no place there.
pub(super) fn families<'a>(
    profile: &'a ProfileRecord,
    place: impl Fn(&CellSummaryRecord) -> Option<(FamilyRecord, f64)>,
) -> Vec<(FamilyRecord, Members<'a>)> {
    let mut families: Vec<(FamilyRecord, Members)> = Vec::new();
    for summary in profile.cells.iter().filter(|summary| !summary.quantities.is_empty()) {
        let Some((family, x)) = place(summary) else { continue };
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, members)) => members.push((x, summary)),
            None => families.push((family, vec![(x, summary)])),
        }
    }
    for (_, members) in &mut families {
        members.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    families
}

/// How many different places the members have.
pub(super) fn places(members: &Members) -> usize {
    let mut places: Vec<f64> = members.iter().map(|member| member.0).collect();
    places.dedup();
    places.len()
}

/// The stages that any member has a time of, in the order of [`QuantityName`].
pub(super) fn stages(members: &Members) -> Vec<StageKey> {
    let mut found: BTreeMap<StageKey, ()> = BTreeMap::new();
    for quantity in members.iter().flat_map(|(_, summary)| &summary.quantities) {
        if has_law(quantity.quantity) && quantity.samples > 0 {
            found.insert((quantity.quantity, quantity.level), ());
        }
    }
    found.into_keys().collect()
}

/// The medians of one stage.
pub(super) fn points(members: &Members, stage: StageKey) -> Vec<LawPointRecord> {
    let point = |(x, summary): &(f64, &CellSummaryRecord)| {
        let quantity =
            find(summary, stage).filter(|quantity| quantity.samples > 0 && quantity.median_s > 0.0)?;
        Some(LawPointRecord {
            x: *x,
            y: quantity.median_s,
            low: quantity.interval.map(|interval| interval.low_s),
            high: quantity.interval.map(|interval| interval.high_s),
            samples: quantity.samples,
        })
    };
    members.iter().filter_map(point).collect()
}

fn find(summary: &CellSummaryRecord, (name, level): StageKey) -> Option<&QuantityRecord> {
    summary.quantities.iter().find(|quantity| quantity.quantity == name && quantity.level == level)
}

/// Whether a quantity is a stage of the pipeline whose time could follow a law.
fn has_law(name: QuantityName) -> bool {
    match name {
        // Drawing batches is the harness's own work, set-up is paid once, a level is its merges, and luck has no law.
        QuantityName::Generate | QuantityName::SetUp | QuantityName::AggregateLevel | QuantityName::Grind => {
            false
        }
        QuantityName::Execute
        | QuantityName::Root
        | QuantityName::Encode
        | QuantityName::Close
        | QuantityName::Record
        | QuantityName::Witness
        | QuantityName::Prove
        | QuantityName::ProveWithoutGrind
        | QuantityName::ProveBatch
        | QuantityName::Verify
        | QuantityName::AggregateMerge
        | QuantityName::Aggregate
        | QuantityName::VerifyAggregate => true,
    }
}

/// Points as plain pairs.
pub(super) fn pairs(points: &[LawPointRecord]) -> Vec<(f64, f64)> {
    points.iter().map(|point| (point.x, point.y)).collect()
}
