//! The delay to virtual: from a live pipeline.

use super::claim::Claim;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::claims::evidence::Evidence;
use crate::formulas::published::virtual_delay_s;
use crate::normal::t_975;
use records::claims::{ClaimRecord, ClaimSourceName};
use records::fleet::pipeline::PipelineRecord;

const FROM: &str = "bench-harness pipeline";

pub(super) fn virtual_delay(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the mean time from the opening of a batch to its being virtual (sequenced on L1), over mean close time plus \
             block time,",
        bound: Bound::AtMost,
        threshold: 1.1,
        unit: "×",
    };
    let claim = Claim {
        id: "virtual-delay",
        title: "order, then prove: the delay to virtual is close plus block time",
        source: ClaimSourceName::OrderThenProve,
        quote: "delay^{(to_virtual)} = close_a_batch_time + block_time",
        quoted: &[("25 s", "10 s to close and a block of 15 s, by the formula of the source")],
    };
    let command = "bench-harness pipeline, then --pipeline bench-out/pipeline.json";
    let Some(record) = evidence.pipeline else { return claim.not_measured(&RULE, command) };
    let mut figures = vec![];
    let sequenced = record.batches.iter().filter_map(|batch| Some((batch, batch.sequenced_s?)));
    let delays: Vec<f64> = sequenced.map(|(batch, at_s)| at_s - batch.opened_s).collect();
    if let (Some(delay), Some(close)) = (mean(&delays), mean(&closes(record))) {
        let published_s = virtual_delay_s(1, close.value, record.rules.block_s);
        let what = format!("to virtual over {} batches", delays.len());
        figures.push(delay.times(1.0 / published_s).deciding(what, "×", FROM));
        figures.push(delay.beside("from opening to virtual", "s", FROM));
        figures.push(close.beside("close time", "s", FROM));
        figures.push(Figure::exact(published_s).beside("close plus block time", "s", "formula"));
    }
    if let Some(delay) = &record.summary.consolidated_delay {
        let figure = Figure { value: delay.mean_s, ends: None, samples: Some(delay.samples) };
        figures.push(figure.beside("mean delay of a transaction to consolidated (proven on L1)", "s", FROM));
    }
    let cautions = vec![
        "L1 is simulated in slots. A batch waits for the next slot, half a slot on average where closing is not in step \
         with it, and the formula counts a whole one."
            .to_owned(),
    ];
    claim.answered(&RULE, figures, cautions, None)
}

fn closes(record: &PipelineRecord) -> Vec<f64> {
    record.batches.iter().map(|batch| batch.closed_s - batch.opened_s).collect()
}

/// The mean with its 95 % interval by Student's t, as of independent batches; none of no batches.
fn mean(values: &[f64]) -> Option<Figure> {
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - value).powi(2)).sum();
    let half = (n > 1.0).then(|| t_975(n - 1.0) * (squares / (n - 1.0) / n).sqrt());
    let ends = half.map(|half| (value - half, value + half));
    (n > 0.0).then_some(Figure { value, ends, samples: Some(values.len() as u64) })
}

#[cfg(test)]
mod tests {
    use super::virtual_delay;
    use crate::claims::evidence::Evidence;
    use records::claims::ClaimVerdictName::{DoesNotHold, Holds, NotMeasured};

    #[test]
    fn batches_that_are_sequenced_in_the_next_slot_and_batches_that_wait() {
        let verdict = |later_s: f64| {
            let mut record = fixtures::pipeline::pipeline();
            let example = record.batches[0].clone();
            record.rules.block_s = 4.0;
            record.batches = (0..10_u64)
                .map(|place| {
                    let mut batch = example.clone();
                    (batch.opened_s, batch.closed_s) = (10.0 * place as f64, 10.0 * place as f64 + 2.0);
                    batch.sequenced_s = Some(batch.closed_s + later_s + 0.01 * (place % 3) as f64);
                    batch
                })
                .collect();
            virtual_delay(&Evidence { pipeline: Some(&record), ..Evidence::default() }).verdict
        };
        assert_eq!(verdict(2.0), Holds);
        assert_eq!(verdict(4.0), Holds);
        assert_eq!(verdict(12.0), DoesNotHold);
        let mut none = fixtures::pipeline::pipeline();
        none.batches.clear();
        assert_eq!(
            virtual_delay(&Evidence { pipeline: Some(&none), ..Evidence::default() }).verdict,
            NotMeasured
        );
    }
}
