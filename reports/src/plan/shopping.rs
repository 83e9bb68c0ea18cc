//! The shopping list of a fleet: sentences for one kind of machine, a table for several.

use crate::text::{framed, trimmed};
use crate::words::count;
use records::number::significant;
use records::plan::answers::{MachineLoadRecord, ShoppingListRecord, ShoppingListsRecord};

const HEADER: [&str; 8] = ["machine", "needed", "cores", "unused", "memory", "$/hour", "$/month", "basis"];

/// One list in sentences: what to rent, what goes on it, and last the bill.
pub fn sentences(list: &ShoppingListRecord) -> Vec<String> {
    [vec![what(list)], on_them(list).into_iter().collect(), vec![bill(list)]].concat()
}

/// Machines, cores and memory.
fn what(list: &ShoppingListRecord) -> String {
    let ShoppingListRecord {
        machine,
        machines,
        cores_per_machine,
        memory_gib_per_machine,
        cores,
        memory_gib,
        unused_cores,
        memory_gib_used,
        is_guess,
        ..
    } = list;
    let each_gib =
        memory_gib_per_machine.map_or_else(String::new, |gib| format!(", {} GiB", significant(gib, 3)));
    let memory = match (memory_gib, memory_gib_used) {
        (Some(has), Some(takes)) => {
            format!(
                "{} GiB of memory, of which it takes {} GiB",
                significant(*has, 3),
                significant(*takes, 3)
            )
        }
        (Some(has), None) => {
            format!("{} GiB; what the fleet takes of it was not measured", significant(*has, 3))
        }
        (None, Some(takes)) => {
            format!("it takes {} GiB, and what the machines have is unknown", significant(*takes, 3))
        }
        (None, None) => "memory is unknown".to_owned(),
    };
    let guess = if *is_guess { "Another processor family, so a guess: " } else { "" };
    format!(
        "{guess}{machines} × {machine} ({}{each_gib}): {}, {unused_cores} of them unused; {memory}.",
        count(*cores_per_machine, "core"),
        count(*cores, "core"),
    )
}

/// What goes on which machines; nothing to say of one process on one machine.
fn on_them(list: &ShoppingListRecord) -> Option<String> {
    let loads: Vec<String> = list
        .loads
        .iter()
        .map(|MachineLoadRecord { machines, provers, aggregators }| {
            let parts = [(*provers, "prover"), (*aggregators, "aggregator")];
            let parts: Vec<String> =
                parts.into_iter().filter(|part| part.0 > 0).map(|(n, noun)| count(n, noun)).collect();
            format!("{machines} with {}", parts.join(" and "))
        })
        .collect();
    let spares = match (list.spares, list.aggregator_spares) {
        (0, 0) => String::new(),
        (spares, 0) => format!(" (spares among the provers: {spares})"),
        (0, spares) => format!(" (spares among the aggregators: {spares})"),
        (provers, aggregators) => {
            format!(" (spares among the provers: {provers}, among the aggregators: {aggregators})")
        }
    };
    (!loads.is_empty()).then(|| format!("Of these {}{spares}.", loads.join(", ")))
}

/// Dollars an hour, a month and a transaction.
fn bill(list: &ShoppingListRecord) -> String {
    let ShoppingListRecord {
        usd_per_hour,
        usd_per_month,
        gas_usd_per_hour,
        transactions_per_day,
        usd_per_transaction,
        ..
    } = list;
    let (Some(hour), Some(month)) = (usd_per_hour, usd_per_month) else {
        return "No price of this machine is known.".to_owned();
    };
    let gas = if gas_usd_per_hour.is_some() { "L1 gas included" } else { "without L1 gas" };
    let transaction = match (usd_per_transaction, transactions_per_day) {
        (Some(usd), Some(day)) => {
            format!("; ${} a transaction at {} a day", significant(*usd, 3), significant(*day, 3))
        }
        _ => String::new(),
    };
    format!(
        "${} an hour, ${} a month of 730 h, {gas}{transaction}.",
        significant(*hour, 4),
        significant(*month, 4)
    )
}

fn row(list: &ShoppingListRecord) -> [String; 8] {
    let usd = |usd: Option<f64>| usd.map_or_else(|| "?".to_owned(), |usd| significant(usd, 4));
    let memory = |gib: f64| format!("{} GiB", significant(gib, 3));
    [
        list.machine.clone(),
        list.machines.to_string(),
        list.cores.to_string(),
        list.unused_cores.to_string(),
        list.memory_gib.map_or_else(|| "?".to_owned(), memory),
        usd(list.usd_per_hour),
        usd(list.usd_per_month),
        list.basis.clone(),
    ]
}

/// Several lists as tables of at most `width` columns: machines that are known, and guesses in a table of their own.
pub fn terminal(lists: &ShoppingListsRecord, width: u16) -> String {
    let ShoppingListsRecord { known, guesses } = lists;
    let table =
        |lists: &[ShoppingListRecord]| trimmed(&framed(HEADER, lists.iter().map(row), width).to_string());
    let mut text = String::new();
    if !known.is_empty() {
        text += &table(known);
    }
    if !guesses.is_empty() {
        text += "Guesses, scaled from another processor family; measure there before you buy:\n";
        text += &table(guesses);
    }
    text
}

/// The same as Markdown.
pub fn markdown(lists: &ShoppingListsRecord) -> String {
    let ShoppingListsRecord { known, guesses } = lists;
    let table = |lists: &[ShoppingListRecord]| crate::markdown::table(&HEADER, lists.iter().map(row));
    let known = if known.is_empty() { String::new() } else { table(known) };
    if guesses.is_empty() {
        return known;
    }
    format!(
        "{known}\nGuesses, scaled from another processor family; measure there before you buy:\n\n{}",
        table(guesses)
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An order of 15 provers and 5 aggregators.
    pub(crate) fn order() -> ShoppingListRecord {
        ShoppingListRecord {
            machine: "box-16".to_owned(),
            machines: 3,
            cores_per_machine: 16,
            memory_gib_per_machine: Some(32.0),
            cores: 48,
            memory_gib: Some(96.0),
            unused_cores: 8,
            memory_gib_used: Some(60.0),
            provers: 14,
            spares: 1,
            aggregators: 5,
            aggregator_spares: 0,
            cores_per_prover: 2,
            cores_per_aggregator: 2,
            loads: vec![
                MachineLoadRecord { machines: 1, provers: 8, aggregators: 0 },
                MachineLoadRecord { machines: 1, provers: 7, aggregators: 1 },
                MachineLoadRecord { machines: 1, provers: 0, aggregators: 4 },
            ],
            machines_usd_per_hour: Some(2.4),
            gas_usd_per_hour: Some(31.5),
            usd_per_hour: Some(33.9),
            usd_per_month: Some(24_747.0),
            transactions_per_day: Some(864_000.0),
            usd_per_transaction: Some(33.9 * 24.0 / 864_000.0),
            basis: "same family".to_owned(),
            is_guess: false,
        }
    }

    #[test]
    fn an_order_in_sentences() {
        let unpriced = ShoppingListRecord {
            machine: "guess-64".to_owned(),
            memory_gib: None,
            memory_gib_per_machine: None,
            usd_per_hour: None,
            usd_per_month: None,
            usd_per_transaction: None,
            spares: 0,
            is_guess: true,
            basis: "OTHER FAMILY".to_owned(),
            ..order()
        };
        insta::assert_snapshot!("sentences", [sentences(&order()), sentences(&unpriced)].concat().join("\n"));
        let lists = ShoppingListsRecord { known: vec![order()], guesses: vec![unpriced] };
        insta::assert_snapshot!("table", terminal(&lists, 100));
        insta::assert_snapshot!("markdown", markdown(&lists));
    }
}
