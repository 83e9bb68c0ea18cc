//! Delays to the states before consolidation, by formula.

use crate::fractal::request::FractalRequest;

/// From the oldest transaction of a batch to the batch's being sequenced on its host: its own close time, and the block of
/// the host. That is the block time of L1 for layer 2, and the close time of the host for deeper layers, since what a rollup
/// sequences stands on its host as a transaction of one of the host's batches.
pub(crate) fn host_s(request: &FractalRequest, layer: u32) -> f64 {
    let cadence = request.cadence;
    let host_block_s = if layer == 2 { cadence.block_s } else { cadence.close_s };
    cadence.close_s + host_block_s
}

/// The same to L1: `(layer − 1)·c + b`, a close time for each host on the way, and the block. On layer 2 it is the published
/// delay to virtual, `c + b`.
pub(crate) fn virtual_s(request: &FractalRequest, layer: u32) -> f64 {
    f64::from(layer - 1) * request.cadence.close_s + request.cadence.block_s
}
