//! Each design by the seed's formulas, at the smallest N = P that meets the target.
//!
//! The seed has one number for N and P, and one for the close time. Where batches are filled by the load
//! the two uses of the close time part: between batches counts the interval, for the first one the whole
//! close. By hand both are the same and the printed formulas stand as they are.

use crate::domain::{Aggregation, Close, Design, Term};
use crate::formulas::{capacity::whole_at_least, published};
use crate::plan::request::PlanRequest;
use crate::sim::Closing;

/// One design's figures by the seed's formulas.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignFigures {
    /// The design.
    pub design: Design,
    /// Provers.
    pub provers: u32,
    /// Batches per aggregation, or per L1 transaction when naive.
    pub batches_per_aggregation: u32,
    /// Aggregators that the formula takes for granted: each level of the tree at once. 0 without aggregation.
    pub aggregators: u32,
    /// For [`Design::Vertical`]: how many times faster the prover must be.
    pub prover_speedup: Option<f64>,
    /// Throughput, batches/s.
    pub throughput_batches_per_s: f64,
    /// For [`Design::OrderThenProve`]: to virtual with one batch a sequence transaction, s.
    pub delay_virtual_s: Option<f64>,
    /// The same with N batches a sequence transaction, s.
    pub delay_virtual_group_s: Option<f64>,
    /// To consolidated, s.
    pub delay_consolidated_s: f64,
    /// Proofs verified on L1 for each group.
    pub verifications_per_group: u32,
    /// The largest term.
    pub bottleneck: Term,
    /// Whether the throughput reaches the target.
    pub meets_throughput: bool,
}

/// The numbers that the seed's formulas take.
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

/// All five designs, in the seed's order.
pub(crate) fn all(request: &PlanRequest) -> Vec<DesignFigures> {
    let load = request.load();
    let (interval_s, close_s) = match (request.closing(), load.close()) {
        (Closing::Full | Closing::ProverFree, Close::Fixed { close_s }) => (close_s, close_s),
        _ => (request.interval_s(), request.close_s()),
    };
    let published_form = Published {
        target: request.batches_per_s(),
        interval_s,
        extra_close_s: close_s - interval_s,
        prove_s: request.prove_mean_s(),
        block_s: request.block_s(),
        aggregation: request.aggregation(),
        fixed_n: request.batches_per_aggregation(),
    };
    vec![
        published_form.single(),
        published_form.vertical(),
        published_form.naive(),
        published_form.aggregated(),
        published_form.order_then_prove(),
    ]
}

impl Published<'_> {
    fn single(&self) -> DesignFigures {
        let throughput = published::single_throughput(self.prove_s);
        let delay_s =
            self.extra_close_s + published::single_delay_s(self.interval_s, self.prove_s, self.block_s);
        // The printed formula has one term: the source takes proving as the longest part.
        self.figures(Design::SingleBatch, 1, throughput, delay_s, Term::Prove)
    }

    fn vertical(&self) -> DesignFigures {
        let speedup = published::vertical_speedup(self.target, self.prove_s).max(1.0);
        let prove_s = self.prove_s / speedup;
        let throughput = published::single_throughput(prove_s);
        let delay_s = self.extra_close_s + published::single_delay_s(self.interval_s, prove_s, self.block_s);
        let figures = self.figures(Design::Vertical, 1, throughput, delay_s, Term::Prove);
        DesignFigures { prover_speedup: Some(speedup), ..figures }
    }

    fn naive(&self) -> DesignFigures {
        let n = self
            .fixed_n
            .unwrap_or_else(|| whole_at_least(self.target * self.prove_s.max(self.block_s)).max(1));
        let throughput = published::naive_throughput(n, self.interval_s, self.prove_s, self.block_s);
        let delay_s =
            self.extra_close_s + published::naive_delay_s(n, self.interval_s, self.prove_s, self.block_s);
        self.figures(Design::HorizontalNaive, n, throughput, delay_s, self.largest(n, self.prove_s, None))
    }

    fn aggregated(&self) -> DesignFigures {
        let n = self.fixed_n.unwrap_or_else(|| self.smallest_aggregated());
        let a = self.aggregate_s(n);
        let throughput = published::aggregated_throughput(n, self.interval_s, self.prove_s, a, self.block_s);
        let delay_s = self.extra_close_s
            + published::aggregated_delay_s(n, self.interval_s, self.prove_s, a, self.block_s);
        let bottleneck = self.largest(n, self.prove_s, Some(a));
        let figures = self.figures(Design::HorizontalAggregated, n, throughput, delay_s, bottleneck);
        DesignFigures { aggregators: self.aggregation.useful_aggregators(n), ..figures }
    }

    fn order_then_prove(&self) -> DesignFigures {
        let proving = self.aggregated();
        let to_virtual =
            |n| Some(self.extra_close_s + published::virtual_delay_s(n, self.interval_s, self.block_s));
        DesignFigures {
            design: Design::OrderThenProve,
            delay_virtual_s: to_virtual(1),
            delay_virtual_group_s: to_virtual(proving.batches_per_aggregation),
            ..proving
        }
    }

    /// Aggregation time of `n` proofs as the seed takes it: no queue, so aggregators enough.
    fn aggregate_s(&self, n: u32) -> f64 {
        self.aggregation.latency_s(n, self.aggregation.useful_aggregators(n))
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

    fn largest(&self, n: u32, prove_s: f64, aggregate_s: Option<f64>) -> Term {
        let mut largest = (Term::Prove, prove_s);
        let close_s = f64::from(n) * self.interval_s;
        let terms = [
            (Term::Close, close_s),
            (Term::Aggregate, aggregate_s.unwrap_or(0.0)),
            (Term::Block, self.block_s),
        ];
        for term in terms {
            // Equal terms go to the first named: at the balance point more provers are what is bought.
            if term.1 > largest.1 * (1.0 + 1e-9) {
                largest = term;
            }
        }
        largest.0
    }

    fn reaches(&self, batches_per_s: f64) -> bool {
        batches_per_s >= self.target * (1.0 - 1e-9)
    }

    fn figures(
        &self,
        design: Design,
        n: u32,
        throughput: f64,
        delay_s: f64,
        bottleneck: Term,
    ) -> DesignFigures {
        DesignFigures {
            design,
            provers: n,
            batches_per_aggregation: n,
            aggregators: 0,
            prover_speedup: None,
            throughput_batches_per_s: throughput,
            delay_virtual_s: None,
            delay_virtual_group_s: None,
            delay_consolidated_s: delay_s,
            verifications_per_group: published::verifications(n, design != Design::HorizontalNaive),
            bottleneck,
            meets_throughput: self.reaches(throughput),
        }
    }
}
