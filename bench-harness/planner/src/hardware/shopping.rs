//! The shopping list of a fleet: which machines to rent, how many, what is on each, and what they cost.
//!
//! Owned here: from a fleet and one kind of machine to a list with its bill. Not here: which fleet a machine needs
//! ([`mod@crate::hardware::rank`]), and how processes are packed ([`crate::hardware::packing`]).

use records::plan::RecommendationRecord;
use records::plan::answers::{MachineLoadRecord, ShoppingListRecord, ShoppingListsRecord};

use crate::domain::Gas;
use crate::error::{PlanError, not_negative, positive};
use crate::formulas::cost::{gas_usd_per_batch, usd_per_month};
use crate::hardware::catalogue::Machine;
use crate::hardware::packing::{MachineProcesses, ProcessSize, Room, pack};
use crate::hardware::predict::Basis;
use crate::plan::fleet::Fleet;
use crate::plan::request::PlanRequest;

const DAY_S: f64 = 86_400.0;

/// A fleet, with what one process of it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FleetToHouse {
    /// Provers at work.
    pub provers: u32,
    /// Provers beyond those needed.
    pub spares: u32,
    /// Aggregators at work; 0 where nothing is aggregated.
    pub aggregators: u32,
    /// Aggregators beyond those needed.
    pub aggregator_spares: u32,
    /// One prover.
    pub prover: ProcessSize,
    /// One aggregator.
    pub aggregator: ProcessSize,
}

impl FleetToHouse {
    /// The fleet of a recommendation. Where a group takes no work to aggregate, such as a single proof in a tree, it has
    /// no aggregator.
    pub fn of(
        request: &PlanRequest,
        choice: &RecommendationRecord,
        prover: ProcessSize,
        aggregator: ProcessSize,
    ) -> Self {
        let fleet = Fleet::of(choice);
        Self::with_spares(request, fleet, prover, aggregator)
    }

    /// The same of a fleet that was searched for.
    pub(crate) fn with_spares(
        request: &PlanRequest,
        fleet: Fleet,
        prover: ProcessSize,
        aggregator: ProcessSize,
    ) -> Self {
        let aggregates = request.aggregation.work_s(fleet.batches_per_aggregation) > 0.0;
        let aggregators = if aggregates { fleet.aggregators } else { 0 };
        Self {
            provers: fleet.provers,
            spares: request.spares,
            aggregators,
            aggregator_spares: request.aggregators_rented(aggregators) - aggregators,
            prover,
            aggregator,
        }
    }
}

/// What is paid for a machine, used or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MachinePrice {
    /// Dollars for an hour of a machine.
    PerMachineHour(f64),
    /// Dollars for an hour of one of its cores; all of them are paid for.
    PerCoreHour(f64),
}

impl MachinePrice {
    /// Dollars for an hour of a machine of so many cores.
    ///
    /// ```
    /// use planner::hardware::shopping::MachinePrice;
    /// assert_eq!(MachinePrice::PerCoreHour(0.05).usd_per_machine_hour(16), 0.8);
    /// ```
    pub fn usd_per_machine_hour(self, cores: u32) -> f64 {
        match self {
            Self::PerMachineHour(usd) => usd,
            Self::PerCoreHour(usd) => usd * f64::from(cores),
        }
    }
}

/// A kind of machine that can be had.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Its id in the catalogue, or what the measured machine is called.
    pub id: String,
    /// What one of them has.
    pub room: Room,
    /// Its price, where there is one.
    pub price: Option<MachinePrice>,
    /// What the fleet's times on it are based on.
    pub basis: Basis,
}

impl Offer {
    /// A machine of the catalogue.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if its cores are unknown.
    pub fn of(machine: &Machine, basis: Basis) -> Result<Self, PlanError> {
        let Some(cores) = machine.cores else {
            return Err(PlanError::bad(&format!("cores of {}", machine.id), "a number", "unknown"));
        };
        Ok(Self {
            id: machine.id.clone(),
            room: Room { cores, memory_gib: machine.memory_gib },
            price: machine.usd_per_hour.map(MachinePrice::PerMachineHour),
            basis,
        })
    }
}

/// What the fleet is used for, which decides gas and the price of a transaction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyUse {
    /// Batches proved in a day.
    pub batches_per_day: f64,
    /// Transactions in them, where the size of a batch is known.
    pub transactions_per_day: Option<f64>,
    /// Batches that share a proof on L1.
    pub batches_per_aggregation: u32,
    /// What L1 charges, if it is in the bill.
    pub gas: Option<Gas>,
}

impl DailyUse {
    /// The target's load for 24 hours.
    pub fn at_target(request: &PlanRequest, batches_per_aggregation: u32) -> Self {
        let batches_per_day = request.batches_per_s() * DAY_S;
        let size = request.load().batch_transactions();
        Self {
            batches_per_day,
            transactions_per_day: size
                .map(|size| batches_per_day * request.fill_fraction() * f64::from(size)),
            batches_per_aggregation,
            gas: request.prices_for(batches_per_aggregation).and_then(|prices| prices.gas()),
        }
    }

    /// The same with so many transactions a day instead, in batches as full as the target's.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless it is a finite number above zero, or if the size of a batch is unknown.
    pub fn with_transactions_per_day(self, transactions: f64) -> Result<Self, PlanError> {
        let transactions = positive("transactions_per_day", transactions)?;
        let Some(before) = self.transactions_per_day else {
            return Err(PlanError::bad("batch_transactions", "transactions in a batch", "unknown"));
        };
        Ok(Self {
            batches_per_day: self.batches_per_day * transactions / before,
            transactions_per_day: Some(transactions),
            ..self
        })
    }

    /// Dollars of gas an hour, averaged over the day.
    fn gas_usd_per_hour(&self) -> Option<f64> {
        let Gas { verify_gas, batch_gas, gwei, usd_per_eth } = self.gas?;
        let batch_usd =
            gas_usd_per_batch(verify_gas, batch_gas, self.batches_per_aggregation.max(1), gwei, usd_per_eth);
        Some(batch_usd * self.batches_per_day / 24.0)
    }
}

/// The fewest machines of one kind that hold the fleet, with what is on each, and the bill. Every hour of every machine
/// is paid for, in use or not; gas is paid for what is proved.
///
/// ```
/// use planner::hardware::packing::{ProcessSize, Room};
/// use planner::hardware::shopping::{DailyUse, FleetToHouse, MachinePrice, Offer, list};
/// use planner::hardware::Basis;
/// let size = ProcessSize { cores: 2, memory_gib: Some(3.0) };
/// let fleet = FleetToHouse { provers: 14, spares: 1, aggregators: 4, aggregator_spares: 1, prover: size, aggregator: size };
/// let offer = Offer {
///     id: "box".to_owned(),
///     room: Room { cores: 16, memory_gib: Some(32.0) },
///     price: Some(MachinePrice::PerCoreHour(0.05)),
///     basis: Basis::Measured,
/// };
/// let used = DailyUse {
///     batches_per_day: 8_640.0,
///     transactions_per_day: Some(864_000.0),
///     batches_per_aggregation: 12,
///     gas: None,
/// };
/// // 20 processes of 2 cores, 8 on a machine: 3 machines, 8 cores unused.
/// let list = list(&fleet, &offer, &used)?;
/// assert_eq!((list.machines, list.cores, list.unused_cores), (3, 48, 8));
/// assert!((list.usd_per_hour.unwrap() - 2.4).abs() < 1e-12);
/// assert!((list.usd_per_month.unwrap() - 2.4 * 730.0).abs() < 1e-9);
/// assert!((list.usd_per_transaction.unwrap() - 2.4 * 24.0 / 864_000.0).abs() < 1e-12);
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::BadInput`] for a process that does not fit on a machine, or a price that is negative or not finite.
pub fn list(fleet: &FleetToHouse, offer: &Offer, used: &DailyUse) -> Result<ShoppingListRecord, PlanError> {
    let FleetToHouse { provers, spares, aggregators, aggregator_spares, prover, aggregator } = *fleet;
    let merging = aggregators.saturating_add(aggregator_spares);
    let Offer { id, room, price, basis } = offer;
    let housed = provers.saturating_add(spares);
    let Some(loads) = pack(*room, (prover, housed), (aggregator, merging)) else {
        return Err(too_small(fleet, offer));
    };
    let machines: u32 = loads.iter().map(|load| load.machines).sum();
    let total = |each: u32| u64::from(machines) * u64::from(each);
    let cores_used =
        u64::from(housed) * u64::from(prover.cores) + u64::from(merging) * u64::from(aggregator.cores);
    let gib = |count: u32, size: ProcessSize| {
        if count == 0 { Some(0.0) } else { Some(f64::from(count) * size.memory_gib?) }
    };
    let memory_gib_used = gib(housed, prover).zip(gib(merging, aggregator)).map(|(a, b)| a + b);
    let machines_usd_per_hour = match price {
        Some(price) => {
            let each = not_negative("machine price", price.usd_per_machine_hour(room.cores))?;
            Some(each * f64::from(machines))
        }
        None => None,
    };
    let gas_usd_per_hour = used.gas_usd_per_hour();
    let usd_per_hour = machines_usd_per_hour.map(|usd| usd + gas_usd_per_hour.unwrap_or(0.0));
    Ok(ShoppingListRecord {
        machine: id.clone(),
        machines,
        cores_per_machine: room.cores,
        memory_gib_per_machine: room.memory_gib,
        cores: total(room.cores),
        memory_gib: room.memory_gib.map(|gib| gib * f64::from(machines)),
        unused_cores: total(room.cores) - cores_used,
        memory_gib_used,
        provers,
        spares,
        aggregators,
        aggregator_spares,
        cores_per_prover: prover.cores,
        cores_per_aggregator: aggregator.cores,
        loads: loads
            .into_iter()
            .map(|MachineProcesses { machines, first, second }| MachineLoadRecord {
                machines,
                provers: first,
                aggregators: second,
            })
            .collect(),
        machines_usd_per_hour,
        gas_usd_per_hour,
        usd_per_hour,
        usd_per_month: usd_per_hour.map(usd_per_month),
        transactions_per_day: used.transactions_per_day,
        usd_per_transaction: usd_per_hour.zip(used.transactions_per_day).map(|(usd, day)| usd * 24.0 / day),
        basis: basis.words().to_owned(),
        is_guess: *basis == Basis::OtherFamily,
    })
}

/// The same fleet on several kinds of machine: those that were measured or are of the same family, and apart from them
/// the guesses; each cheapest first, those without a price after those with one by cores. A kind on which a process does
/// not fit is left out.
///
/// The fleet is the same on all: for machines on which a proof takes another time, [`crate::hardware::rank()`] has a
/// list each in [`records::plan::answers::MachineFleetRecord::order`].
///
/// # Errors
/// [`PlanError::BadInput`] for a price that is negative or not finite.
pub fn lists(
    fleet: &FleetToHouse,
    offers: &[Offer],
    used: &DailyUse,
) -> Result<ShoppingListsRecord, PlanError> {
    let mut all = Vec::new();
    for offer in offers {
        let fits = |size, count| count == 0 || offer.room.fits(size) > 0;
        if fits(fleet.prover, fleet.provers.saturating_add(fleet.spares))
            && fits(fleet.aggregator, fleet.aggregators.saturating_add(fleet.aggregator_spares))
        {
            all.push(list(fleet, offer, used)?);
        }
    }
    all.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
    let (guesses, known) = all.into_iter().partition(|list| list.is_guess);
    Ok(ShoppingListsRecord { known, guesses })
}

/// Priced before unpriced, then dollars, then cores.
fn order(list: &ShoppingListRecord) -> (u8, f64, u64) {
    match list.usd_per_hour {
        Some(usd) => (0, usd, list.cores),
        None => (1, 0.0, list.cores),
    }
}

fn too_small(fleet: &FleetToHouse, offer: &Offer) -> PlanError {
    let words = |size: ProcessSize| match size.memory_gib {
        Some(gib) => format!("{} cores and {gib:.1} GiB", size.cores),
        None => format!("{} cores", size.cores),
    };
    let expected = match (fleet.prover, fleet.aggregator) {
        (prover, aggregator) if prover == aggregator => format!("room for a process of {}", words(prover)),
        (prover, aggregator) => {
            format!("room for a prover of {} and an aggregator of {}", words(prover), words(aggregator))
        }
    };
    let room = ProcessSize { cores: offer.room.cores, memory_gib: offer.room.memory_gib };
    PlanError::bad(&format!("machine {}", offer.id), &expected, words(room))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(cores: u32, gib: f64) -> ProcessSize {
        ProcessSize { cores, memory_gib: Some(gib) }
    }

    fn fleet() -> FleetToHouse {
        FleetToHouse {
            provers: 14,
            spares: 1,
            aggregators: 2,
            aggregator_spares: 1,
            prover: size(4, 6.0),
            aggregator: size(2, 2.0),
        }
    }

    fn offer(id: &str, cores: u32, usd: Option<f64>, basis: Basis) -> Offer {
        let room = Room { cores, memory_gib: Some(f64::from(cores) * 2.0) };
        Offer { id: id.to_owned(), room, price: usd.map(MachinePrice::PerMachineHour), basis }
    }

    fn used(gas: Option<Gas>) -> DailyUse {
        DailyUse {
            batches_per_day: 8_640.0,
            transactions_per_day: Some(432_000.0),
            batches_per_aggregation: 12,
            gas,
        }
    }

    #[test]
    fn gas_is_in_the_bill_of_an_hour_a_month_and_a_transaction() {
        let gas = Gas { verify_gas: 350_000.0, batch_gas: 0.0, gwei: 10.0, usd_per_eth: 3_000.0 };
        let bill = list(&fleet(), &offer("box", 16, Some(0.8), Basis::Measured), &used(Some(gas))).unwrap();
        // 15 provers of 4 cores and 3 aggregators of 2 are 66 cores: 5 machines of 16. Gas: 30 proofs an hour of $10.5.
        assert_eq!((bill.machines, bill.unused_cores, bill.cores), (5, 14, 80));
        assert_eq!((bill.provers, bill.spares, bill.aggregators, bill.aggregator_spares), (14, 1, 2, 1));
        let close = |got: Option<f64>, wanted: f64| {
            assert!((got.unwrap() / wanted - 1.0).abs() < 1e-12, "{got:?} {wanted}")
        };
        close(bill.machines_usd_per_hour, 4.0);
        close(bill.gas_usd_per_hour, 30.0 * 10.5);
        close(bill.usd_per_hour, 319.0);
        close(bill.usd_per_month, 319.0 * 730.0);
        close(bill.usd_per_transaction, 319.0 * 24.0 / 432_000.0);
        close(bill.memory_gib_used, 96.0);
    }

    #[test]
    fn a_quiet_day_makes_a_transaction_dearer_and_gas_less() {
        let gas = Gas { verify_gas: 350_000.0, batch_gas: 0.0, gwei: 10.0, usd_per_eth: 3_000.0 };
        let busy = used(Some(gas));
        let quiet = busy.with_transactions_per_day(43_200.0).unwrap();
        let of = |used| list(&fleet(), &offer("box", 16, Some(0.8), Basis::Measured), &used).unwrap();
        let (busy, quiet) = (of(busy), of(quiet));
        assert!(
            (quiet.gas_usd_per_hour.unwrap() * 10.0 / busy.gas_usd_per_hour.unwrap() - 1.0).abs() < 1e-12
        );
        assert_eq!(quiet.machines_usd_per_hour, busy.machines_usd_per_hour, "hours are paid, used or not");
        assert!(quiet.usd_per_transaction > busy.usd_per_transaction);
        assert!(used(None).with_transactions_per_day(f64::NAN).is_err());
    }

    #[test]
    fn another_family_is_never_before_a_known_one() {
        let offers = [
            offer("guess", 64, Some(0.1), Basis::OtherFamily),
            offer("unpriced", 16, None, Basis::SameFamily),
            offer("here", 16, Some(9.0), Basis::Measured),
            offer("small", 2, Some(0.01), Basis::Measured),
            offer("family", 32, Some(2.0), Basis::SameFamily),
        ];
        let ShoppingListsRecord { known, guesses } = lists(&fleet(), &offers, &used(None)).unwrap();
        let ids =
            |lists: &[ShoppingListRecord]| lists.iter().map(|list| list.machine.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&known), ["family", "here", "unpriced"], "a prover of 4 cores does not fit on 2");
        assert_eq!(ids(&guesses), ["guess"]);
        assert!(guesses[0].is_guess && !known[0].is_guess);
    }

    #[test]
    fn a_machine_that_is_too_small_is_named() {
        let error =
            list(&fleet(), &offer("tiny", 2, None, Basis::Measured), &used(None)).unwrap_err().to_string();
        assert!(
            error.contains("machine tiny") && error.contains("a prover of 4 cores and 6.0 GiB"),
            "{error}"
        );
    }

    #[test]
    fn memory_decides_where_it_is_short() {
        let dear = FleetToHouse { prover: size(4, 15.0), ..fleet() };
        let by_cores = list(&fleet(), &offer("box", 16, None, Basis::Measured), &used(None)).unwrap();
        let by_memory = list(&dear, &offer("box", 16, None, Basis::Measured), &used(None)).unwrap();
        // 32 GiB hold two provers of 15, and an aggregator of 2 beside them.
        assert_eq!((by_cores.machines, by_memory.machines), (5, 8));
        assert_eq!(by_memory.usd_per_hour, None);
    }
}
