//! A simulated delay as the record that is written.

use records::plan::DelayRecord;

use crate::sim::DelayFigures;

/// Mean, median and 99th percentile, with their half-widths.
pub(crate) fn delay_record(figures: &DelayFigures) -> DelayRecord {
    let DelayFigures { mean_s, p50_s, p90_s: _, p99_s, samples } = *figures;
    DelayRecord {
        mean_s: mean_s.value,
        mean_half_width_s: mean_s.half_width,
        p50_s: p50_s.value,
        p50_half_width_s: p50_s.half_width,
        p99_s: p99_s.value,
        p99_half_width_s: p99_s.half_width,
        samples,
    }
}
