//! What to know with a plan for many rollups, in sentences.

use records::number::significant;
use records::plan::FractalPlanRecord;

use crate::fractal::request::FractalRequest;

/// The sentences.
pub(crate) fn notes(request: &FractalRequest, plan: &FractalPlanRecord) -> Vec<String> {
    let mut notes = vec![
        format!(
            "Batches are taken to be full, each rollup to close one every {} s out of step with the others, and all rollups to \
             be of one size. Machines that execute are not in the fleet, and moving proofs takes no time.",
            significant(request.cadence.close_s, 4)
        ),
        "The pools are shared: a layer's machines are its part of them by work. All layers are settled by one proof, so that \
         their delays to consolidated differ by the phase of their closings alone."
            .to_owned(),
    ];
    if request.tree.layer_max() > 2 {
        notes.push(
            "To virtual: a rollup's batch stands on its host as a transaction of a batch of the host's, so that each layer \
             adds a close time; a batch whose proof is on L1 before that is virtual by then."
                .to_owned(),
        );
    }
    if let Some((data, commitment)) = request.data.lengths() {
        notes.push(format!(
            "Bytes on L1 of a transaction are its data, {} bytes where all of it goes there, and its part of the {} bytes of root \
             and commitment of its batch, which go there in every mode.",
            significant(data, 4),
            significant(commitment, 4)
        ));
    }
    if request.times.is_fixed() {
        notes.push(
            "Every time is fixed, so that delays have no interval: --prove-cv gives proofs a spread."
                .to_owned(),
        );
    }
    if plan.inputs.measured.is_some() {
        notes.push(format!(
            "Times are medians on one machine of {} cores. A merge is taken to cost in this tree what it cost in the one that \
             was measured.",
            request.cores_per_machine.map_or_else(|| "unknown".to_owned(), |cores| cores.to_string()),
        ));
    }
    if let Some(cost) = &plan.cost
        && !cost.has_data
    {
        notes.push(
            "Data on L1 is not in the cost: --data-bytes or --data-from says how long it is, --data-byte-gas or --blob-gwei \
             what a byte costs."
                .to_owned(),
        );
    }
    notes
}
