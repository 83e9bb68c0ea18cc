//! The run of a fleet in a few lines, for a terminal.

use records::fleet::summary::{FleetRoomsRecord, FleetSummaryRecord, FleetTimesRecord};
use records::number::significant;

fn shown(x: f64) -> String {
    significant(x, 3)
}

/// A run in a few lines.
pub fn render(summary: &FleetSummaryRecord) -> String {
    let times = |what: &str, times: Option<FleetTimesRecord>| match times {
        None => String::new(),
        Some(FleetTimesRecord { samples, mean_s, p50_s, p99_s, max_s }) => format!(
            "{what}: mean {} s, p50 {} s, p99 {} s, longest {} s ({samples} samples)\n",
            shown(mean_s),
            shown(p50_s),
            shown(p99_s),
            shown(max_s)
        ),
    };
    let mut text = format!(
        "{} of {} batches proved, aggregated and verified in {} s: {} batches/s\n",
        summary.consolidated_batches,
        summary.batches,
        shown(summary.elapsed_s),
        shown(summary.throughput_batches_per_s)
    );
    if let Some(FleetRoomsRecord { register_batches, plain_batches, transactions }) = summary.rooms {
        text += &format!(
            "{transactions} transactions: {register_batches} batches of swaps in registers, {plain_batches} in plain slots\n"
        );
    }
    text += &times("delay of a group's oldest transaction", summary.delay);
    text += &times("wait of a batch for a prover", summary.prover_wait);
    text += &times("proof of a batch", summary.prove);
    text += &times("merge", summary.merge);
    text += &times("beside the proof, from when it could be begun to its verification", summary.handling);
    if let Some(prover_use) = summary.prover_use {
        text += &format!("provers busy with batches: {} %\n", shown(100.0 * prover_use));
    }
    for worker in &summary.workers {
        text += &format!("{}: {} jobs, busy {} s", worker.worker, worker.jobs, shown(worker.busy_s));
        if let Some(why) = &worker.excluded {
            text += &format!("; LEFT OUT: {why}");
        }
        text.push('\n');
    }
    let counts = summary.counts;
    text + &format!(
        "submitted again {}, duplicates {}, wrong proofs {}, late proofs {}, late failures {}, failed attempts {}\n",
        counts.resubmitted,
        counts.duplicates,
        counts.wrong_proofs,
        counts.late_proofs,
        counts.late_failures,
        counts.failed_attempts
    )
}

#[cfg(test)]
mod tests {
    use super::render;
    use records::fleet::job::FleetWorkRecord;
    use records::fleet::summary::{
        FleetCountsRecord, FleetRoomsRecord, FleetSummaryRecord, FleetTimesRecord, FleetWorkerRecord,
    };

    fn worker(name: &str, jobs: u64, excluded: Option<&str>) -> FleetWorkerRecord {
        let (worker, excluded) = (name.to_owned(), excluded.map(str::to_owned));
        FleetWorkerRecord { worker, jobs, busy_s: 1.25, excluded, machine: None }
    }

    fn summary() -> FleetSummaryRecord {
        let times = FleetTimesRecord { samples: 4, mean_s: 1.0, p50_s: 0.9, p99_s: 2.0, max_s: 2.0 };
        FleetSummaryRecord {
            schema_version: 1,
            run: "run".to_owned(),
            work: FleetWorkRecord {
                proof_system: "scripted".to_owned(),
                script: None,
                seed: 1,
                swap_ratio: 0.5,
                accounts: 20,
                pools: 2,
                depth: 8,
                fee_bps: 30,
                batch_transactions: 4,
                batches_per_aggregation: 2,
            },
            batches: 4,
            consolidated_batches: 4,
            is_complete: true,
            given_up: Vec::new(),
            elapsed_s: 2.0,
            throughput_batches_per_s: 2.0,
            delay: Some(times),
            prover_wait: None,
            prove: Some(times),
            merge: None,
            handling: None,
            prover_use: Some(0.625),
            rooms: None,
            counts: FleetCountsRecord { wrong_proofs: 1, ..FleetCountsRecord::default() },
            workers: vec![worker("worker-0", 4, None), worker("worker-1", 0, Some("batch 2: a wrong proof"))],
            samples: Vec::new(),
        }
    }

    #[test]
    fn a_run_is_said_in_a_few_lines_and_who_is_left_out() {
        insta::assert_snapshot!(render(&summary()));
    }

    #[test]
    fn how_batches_were_cut_is_said_of_a_system_with_two_rooms() {
        let rooms = FleetRoomsRecord { register_batches: 3, plain_batches: 1, transactions: 13 };
        let text = render(&FleetSummaryRecord { rooms: Some(rooms), ..summary() });
        let line = text.lines().nth(1);
        assert_eq!(line, Some("13 transactions: 3 batches of swaps in registers, 1 in plain slots"));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let text = render(&FleetSummaryRecord { delay: None, prover_use: None, ..summary() });
        assert!(!text.contains("delay") && !text.contains('%'), "{text}");
    }
}
