//! How many provers the same traffic takes on each circuit: what a circuit for one application is worth.

use records::fractal::{CircuitProversRecord, FractalRecord, RollupCircuitRecord, SameTrafficRecord};

use crate::error::{PlanError, positive};
use crate::formulas::capacity::whole_at_least;
use crate::plan::request::HEADROOM;

/// Provers of one core for `transactions_per_s` on each circuit of a record, the headroom of every plan left:
/// `P = ⌈rate · CPU time of a transaction / (1 − headroom)⌉`. Batches are taken to be full.
///
/// # Errors
/// [`PlanError::BadInput`] for a rate that is not above zero.
pub fn same_traffic(record: &FractalRecord, transactions_per_s: f64) -> Result<SameTrafficRecord, PlanError> {
    positive("transactions_per_s", transactions_per_s)?;
    let provers = record.circuits.iter().map(|circuit| {
        let RollupCircuitRecord { circuit, swap_ratio, transactions, cpu_s, .. } = circuit;
        let of = |batch_s: f64| {
            let busy = transactions_per_s * batch_s / f64::from((*transactions).max(1));
            whole_at_least(busy / (1.0 - HEADROOM)).max(1)
        };
        CircuitProversRecord {
            circuit: *circuit,
            swap_ratio: *swap_ratio,
            provers: of(cpu_s.median),
            provers_min: of(cpu_s.min),
            provers_max: of(cpu_s.max),
        }
    });
    Ok(SameTrafficRecord { transactions_per_s, headroom: HEADROOM, provers: provers.collect() })
}

#[cfg(test)]
mod tests {
    use super::same_traffic;

    #[test]
    fn provers_are_the_cores_in_use_with_a_fifth_more_of_room() {
        let mut record = fixtures::fractal::fractal();
        let circuit = &mut record.circuits[2];
        // 2 s for 32 transactions: 62.5 cores for 1,000 a second, of which four fifths are used.
        circuit.cpu_s = records::execution::MiddleRecord { median: 2.0, min: 1.0, max: 4.0 };
        let of = |rate| same_traffic(&record, rate).unwrap().provers[2];
        let provers = of(1_000.0);
        assert_eq!((provers.provers_min, provers.provers, provers.provers_max), (40, 79, 157));
        assert_eq!(of(1e-3).provers, 1);
        assert!(same_traffic(&record, 0.0).is_err());
    }
}
