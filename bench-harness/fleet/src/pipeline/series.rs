//! The pipeline over time, at even intervals: of a long run fewer points, so that its record stays small.

use records::fleet::pipeline::PipelinePointRecord;

/// The first interval, s.
const INTERVAL_S: f64 = 0.25;
/// Points that are kept; with one more, every second is dropped and the interval doubled.
const POINTS_MAX: usize = 2_048;

/// Points of a run so far.
#[derive(Clone, Debug)]
pub struct PipelineSeries {
    points: Vec<PipelinePointRecord>,
    interval_s: f64,
}

impl Default for PipelineSeries {
    fn default() -> Self {
        Self { points: Vec::new(), interval_s: INTERVAL_S }
    }
}

impl PipelineSeries {
    /// Goes on after points of before.
    pub fn after(points: Vec<PipelinePointRecord>) -> Self {
        let mut series = Self::default();
        points.into_iter().for_each(|point| series.see(point));
        series
    }

    /// Takes a point, where the last is long enough ago.
    pub fn see(&mut self, point: PipelinePointRecord) {
        if self.points.last().is_some_and(|last| point.at_s - last.at_s < self.interval_s) {
            return;
        }
        self.points.push(point);
        if self.points.len() > POINTS_MAX {
            let mut place = 0;
            self.points.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.interval_s *= 2.0;
        }
    }

    /// What was kept, and the last point however soon it comes.
    pub fn ended(mut self, last: PipelinePointRecord) -> Vec<PipelinePointRecord> {
        self.points.push(last);
        self.points
    }
}

#[cfg(test)]
mod tests {
    use super::{POINTS_MAX, PipelinePointRecord, PipelineSeries};

    fn point(at_s: f64) -> PipelinePointRecord {
        let (waiting_transactions, unproved_batches, proving, merging) = (0, 0, 0, 0);
        PipelinePointRecord { at_s, waiting_transactions, unproved_batches, proving, merging, workers: None }
    }

    #[test]
    fn a_long_run_has_few_points_over_all_of_it() {
        let mut series = PipelineSeries::default();
        for turn in 0..100_000 {
            series.see(point(f64::from(turn) * 0.1));
        }
        let points = series.ended(point(10_000.0));
        assert!(points.len() <= POINTS_MAX + 1 && points.len() > POINTS_MAX / 3, "{}", points.len());
        assert!(points.windows(2).all(|pair| pair[0].at_s < pair[1].at_s));
        assert!(points[0].at_s < 1e-9);
    }
}
