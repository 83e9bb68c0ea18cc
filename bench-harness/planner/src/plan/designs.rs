//! Each design by the published formulas, at the smallest N = P that meets the target.
//!
//! The source has one number for N and P, and one for the close time. Where batches are filled by the load
//! the two uses of the close time differ: between batches counts the interval, for the first one the whole
//! close. By hand both are the same and the printed formulas stand as they are.

use records::plan::{Design, DesignRecord, Term};

use crate::domain::{Aggregation, Close};
use crate::formulas::{capacity::whole_at_least, published};
use crate::plan::request::PlanRequest;
use crate::sim::Closing;

/// The numbers that the published formulas take.
struct Published<'a> {
    target: f64,
    /// Between two batches.
    interval_s: f64,
    /// What the first batch's close takes beyond one interval.
    extra_close_s: f64,
    prove_s: f64,
    block_s: f64,
    aggregation: &'a Aggregation,
    fixed_n: Option<u32>,
}

/// All five designs, in the order of the source.
pub(crate) fn all(request: &PlanRequest) -> Vec<DesignRecord> {
    let load = &request.load;
    let (interval_s, close_s) = match (request.closing, load.close()) {
        (Closing::Full | Closing::ProverFree, Close::Fixed { close_s }) => (close_s, close_s),
        _ => (request.interval_s(), request.close_s()),
    };
    let inputs = Published {
        target: request.batches_per_s(),
        interval_s,
        extra_close_s: close_s - interval_s,
        prove_s: request.prove_mean_s(),
        block_s: request.block_s,
        aggregation: &request.aggregation,
        fixed_n: request.batches_per_aggregation,
    };
    let aggregated = inputs.aggregated();
    let order_then_prove = inputs.order_then_prove(aggregated.clone());
    vec![inputs.single(), inputs.vertical(), inputs.naive(), aggregated, order_then_prove]
}

impl Published<'_> {
    fn single(&self) -> DesignRecord {
        let throughput = published::single_throughput(self.prove_s);
        let delay_s = published::single_delay_s(self.interval_s, self.prove_s, self.block_s);
        // The printed formula has one term: the source takes proving as the longest stage.
        self.figures(Design::SingleBatch, 1, throughput, delay_s, Term::Prove)
    }

    fn vertical(&self) -> DesignRecord {
        let speedup = published::vertical_speedup(self.target, self.prove_s).max(1.0);
        let prove_s = self.prove_s / speedup;
        let throughput = published::single_throughput(prove_s);
        let delay_s = published::single_delay_s(self.interval_s, prove_s, self.block_s);
        let figures = self.figures(Design::Vertical, 1, throughput, delay_s, Term::Prove);
        DesignRecord { prover_speedup: Some(speedup), ..figures }
    }

    fn naive(&self) -> DesignRecord {
        let n = self
            .fixed_n
            .unwrap_or_else(|| whole_at_least(self.target * self.prove_s.max(self.block_s)).max(1));
        let throughput = published::naive_throughput(n, self.interval_s, self.prove_s, self.block_s);
        let delay_s = published::naive_delay_s(n, self.interval_s, self.prove_s, self.block_s);
        self.figures(Design::HorizontalNaive, n, throughput, delay_s, self.largest(n, None))
    }

    fn aggregated(&self) -> DesignRecord {
        let n = self.fixed_n.unwrap_or_else(|| self.smallest_aggregated());
        let a = self.aggregate_s(n);
        let throughput = published::aggregated_throughput(n, self.interval_s, self.prove_s, a, self.block_s);
        let delay_s = published::aggregated_delay_s(n, self.interval_s, self.prove_s, a, self.block_s);
        let bottleneck = self.largest(n, Some(a));
        let figures = self.figures(Design::HorizontalAggregated, n, throughput, delay_s, bottleneck);
        DesignRecord { aggregators: self.aggregation.useful_aggregators(n), ..figures }
    }

    fn order_then_prove(&self, proving: DesignRecord) -> DesignRecord {
        let to_virtual =
            |n| Some(self.extra_close_s + published::virtual_delay_s(n, self.interval_s, self.block_s));
        DesignRecord {
            design: Design::OrderThenProve,
            delay_virtual_s: to_virtual(1),
            delay_virtual_group_s: to_virtual(proving.batches_per_aggregation),
            ..proving
        }
    }

    /// Aggregation time of `n` proofs as the source takes it: no queue, so aggregators enough.
    fn aggregate_s(&self, n: u32) -> f64 {
        self.aggregation.whole_group_s(n, self.aggregation.useful_aggregators(n))
    }

    /// The smallest n whose throughput reaches the target, or the n that comes nearest.
    fn smallest_aggregated(&self) -> u32 {
        let rate = |n| {
            let a = self.aggregate_s(n);
            published::aggregated_throughput(n, self.interval_s, self.prove_s, a, self.block_s)
        };
        let tried = 1..=whole_at_least(self.target * self.prove_s.max(self.block_s))
            .saturating_mul(2)
            .clamp(64, 65_536);
        let mut nearest = (1, 0.0);
        for n in tried {
            let batches_per_s = rate(n);
            if self.reaches(batches_per_s) {
                return n;
            }
            if batches_per_s > nearest.1 {
                nearest = (n, batches_per_s);
            }
        }
        nearest.0
    }

    fn largest(&self, n: u32, aggregate_s: Option<f64>) -> Term {
        let terms = [
            (Term::Prove, self.prove_s),
            (Term::Close, f64::from(n) * self.interval_s),
            (Term::Aggregate, aggregate_s.unwrap_or(0.0)),
            (Term::Block, self.block_s),
        ];
        // Equal terms go to the first named: at the balance point more provers are what is bought.
        let larger =
            |max: (Term, f64), term: (Term, f64)| if term.1 > max.1 * (1.0 + 1e-9) { term } else { max };
        terms.into_iter().fold(terms[0], larger).0
    }

    fn reaches(&self, batches_per_s: f64) -> bool {
        batches_per_s >= self.target * (1.0 - 1e-9)
    }

    /// The record of a design. `delay_s` is that of the formula, in which the first batch closes within one interval.
    fn figures(
        &self,
        design: Design,
        n: u32,
        throughput: f64,
        delay_s: f64,
        bottleneck: Term,
    ) -> DesignRecord {
        DesignRecord {
            design,
            provers: n,
            batches_per_aggregation: n,
            aggregators: 0,
            prover_speedup: None,
            throughput_batches_per_s: throughput,
            delay_virtual_s: None,
            delay_virtual_group_s: None,
            delay_consolidated_s: self.extra_close_s + delay_s,
            verifications_per_group: published::verifications(n, design != Design::HorizontalNaive),
            bottleneck,
            meets_throughput: self.reaches(throughput),
        }
    }
}
