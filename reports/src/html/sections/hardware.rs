//! Machines ranked for the plan.

use crate::chart::{Axis, Chart, Column, LaneSpan, Series, Table, TableValue, Tone};
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use crate::words::{count, seconds};
use records::number::significant;
use records::plan::answers::{CatalogueMachineRecord, MachineFleetRecord};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "hardware", title: "On which machines", script: None, build };

/// Machines in the chart; all of them are in the table.
const LANES_MAX: usize = 16;

fn build(records: &Records) -> Option<Vec<Block>> {
    if records.machines.is_empty() {
        return None;
    }
    let placed: Vec<(&CatalogueMachineRecord, &MachineFleetRecord)> =
        records.machines.iter().filter_map(|machine| Some((machine, machine.fleet.as_ref()?))).collect();
    let priced: Vec<_> =
        placed.iter().filter_map(|(machine, fleet)| Some((*machine, *fleet, fleet.usd_per_hour?))).collect();
    let table = table(&records.machines);
    let mut blocks = Vec::new();
    if priced.is_empty() {
        blocks.push(Block::Words(
            "The catalogue has no price for any machine that can do it: they are in the order of how many it takes."
                .to_owned(),
        ));
        blocks.push(Block::Table {
            id: "machines-table".to_owned(),
            caption:
                "Machines for this target. Times are scaled from the measured machine; their basis is named."
                    .to_owned(),
            table,
        });
    } else {
        blocks.push(Block::chart(ranking(&priced, table)));
    }
    blocks.push(Block::Words(
        "Times on machines that were not measured are extrapolated by clock and cores. \"OTHER FAMILY\" scales across \
         processors that do other work in a cycle, \"MORE CORES\" goes beyond the core counts measured: measure there \
         before you buy."
            .to_owned(),
    ));
    Some(blocks)
}

fn ranking(priced: &[(&CatalogueMachineRecord, &MachineFleetRecord, f64)], table: Table) -> Chart {
    let shown = &priced[..priced.len().min(LANES_MAX)];
    let span =
        |(lane, (machine, fleet, usd)): (usize, &(&CatalogueMachineRecord, &MachineFleetRecord, f64))| {
            LaneSpan {
                lane,
                from: 0.0,
                to: *usd,
                interval: None,
                label: format!("${} · {} ×", significant(*usd, 3), fleet.machines),
                note: format!(
                    "{}: {}, {} of {}, {}, prove {}, p99 {}, {}",
                    short(&machine.id),
                    count(fleet.machines, "machine"),
                    count(fleet.provers, "prover"),
                    count(fleet.cores_per_prover, "core"),
                    count(fleet.aggregators, "aggregator"),
                    seconds(fleet.prove_s),
                    seconds(fleet.delay_s_p99),
                    fleet.basis
                ),
            }
        };
    let (known, guesses): (Vec<_>, Vec<_>) =
        shown.iter().enumerate().partition(|(_, (_, fleet, _))| fleet.basis == "measured");
    let bars = |places: Vec<_>| places.into_iter().map(span).collect::<Vec<_>>();
    let series = [
        Series::spans("measured", Tone::Main, bars(known)),
        Series::outlines("extrapolated", Tone::Main, bars(guesses)),
    ];
    let cheapest = shown.first().map_or_else(String::new, |(machine, fleet, usd)| {
        format!(" First: {} × {} at ${} an hour.", fleet.machines, short(&machine.id), significant(*usd, 3))
    });
    Chart {
        id: "machines-by-cost".to_owned(),
        title: "What the fleet costs on each machine".to_owned(),
        caption: format!(
            "Dollars an hour for all machines that the target takes, for provers, spares and aggregators, and how many they \
             are: first those that were measured or are of the same family, then guesses, each cheapest first. Outlines are extrapolated from another machine.{cheapest}"
        ),
        x: Axis::from_zero("$ an hour"),
        y: Axis::lanes("", shown.iter().map(|(machine, ..)| machine.id.clone()).collect()),
        series: series.into_iter().filter(|series| !series.is_empty()).collect(),
        rules: Vec::new(),
        table,
    }
}

fn table(machines: &[CatalogueMachineRecord]) -> Table {
    fn of(machine: &CatalogueMachineRecord, pick: fn(&MachineFleetRecord) -> TableValue) -> TableValue {
        machine.fleet.as_ref().map_or(TableValue::Nothing, pick)
    }
    let columns: [Column<CatalogueMachineRecord>; 12] = [
        ("machine", "machine", |machine| short(&machine.id).into()),
        ("cores_per_prover", "cores a prover", |machine| of(machine, |fleet| fleet.cores_per_prover.into())),
        ("provers_per_machine", "provers a machine", |machine| {
            of(machine, |fleet| fleet.provers_per_machine.into())
        }),
        ("provers", "provers", |machine| of(machine, |fleet| fleet.provers.into())),
        ("aggregators", "aggregators", |machine| of(machine, |fleet| fleet.aggregators.into())),
        ("machines", "machines", |machine| of(machine, |fleet| fleet.machines.into())),
        ("cores", "cores, all", |machine| of(machine, |fleet| fleet.order.cores.into())),
        ("prove_s", "prove, s", |machine| of(machine, |fleet| fleet.prove_s.into())),
        ("merge_s", "merge, s", |machine| of(machine, |fleet| fleet.merge_s.into())),
        ("usd_per_hour", "$/hour", |machine| of(machine, |fleet| fleet.usd_per_hour.into())),
        ("delay_p99_s", "p99, s", |machine| of(machine, |fleet| fleet.delay_s_p99.into())),
        ("basis", "basis", |CatalogueMachineRecord { fleet, problem, .. }| match (fleet, problem) {
            (Some(fleet), _) => fleet.basis.clone().into(),
            (None, Some(why)) => format!("no plan: {why}").into(),
            (None, None) => TableValue::Nothing,
        }),
    ];
    Table::of(machines, columns)
}
