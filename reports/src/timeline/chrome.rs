//! A timeline in the Chrome trace event format (JSON object format): one `M` event that names each process and lane,
//! one `X` event a span, times in microseconds. Perfetto (<https://ui.perfetto.dev>) and `chrome://tracing` open it.
//!
//! Source: "Trace Event Format", Google, 2016. A lane is a thread there, and spans of one thread must nest or stand
//! apart, which ours do.

use records::timeline::{LaneRecord, ProcessRecord, SpanRecord, TimelineRecord};
use serde_json::{Value, json};

/// The Chrome trace event format.
///
/// # Errors
/// A number that JSON cannot hold, such as an infinity.
pub fn render(timeline: &TimelineRecord) -> serde_json::Result<String> {
    let TimelineRecord { what, processes } = timeline;
    let mut events = Vec::new();
    for (pid, ProcessRecord { name, lanes }) in (1..).zip(processes) {
        events.push(metadata("process_name", pid, 0, json!({ "name": name })));
        events.push(metadata("process_sort_index", pid, 0, json!({ "sort_index": pid })));
        for (tid, LaneRecord { name, spans }) in (1..).zip(lanes) {
            events.push(metadata("thread_name", pid, tid, json!({ "name": name })));
            events.push(metadata("thread_sort_index", pid, tid, json!({ "sort_index": tid })));
            events.extend(spans.iter().map(|span| complete(pid, tid, span)));
        }
    }
    // One event a line: a trace can then be looked at, and compared, with tools for text.
    let mut text = format!(
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{},\"traceEvents\":[\n",
        json!({ "program": "bench-harness", "what": what })
    );
    let lines: Result<Vec<_>, _> = events.iter().map(serde_json::to_string).collect();
    text += &lines?.join(",\n");
    text += "\n]}\n";
    Ok(text)
}

/// What is known of a process or of a lane in it.
fn metadata(kind: &str, pid: u64, tid: u64, args: Value) -> Value {
    json!({ "ph": "M", "name": kind, "pid": pid, "tid": tid, "args": args })
}

fn complete(pid: u64, tid: u64, span: &SpanRecord) -> Value {
    let SpanRecord { work, label, group, start_s, duration_s } = span;
    let mut args = json!({ "work": work.key() });
    if let Some(group) = group {
        args["group"] = json!(group);
    }
    // The end is rounded, and not the duration, so that what touches does not come to overlap.
    let start_us = microseconds(*start_s);
    let duration_us = round_ns((microseconds(start_s + duration_s) - start_us).max(0.0));
    json!({
        "ph": "X", "name": label, "cat": work.key(), "pid": pid, "tid": tid,
        "ts": start_us, "dur": duration_us, "args": args,
    })
}

fn microseconds(time_s: f64) -> f64 {
    round_ns(time_s * 1e6)
}

/// To a nanosecond: more digits are noise of the arithmetic.
fn round_ns(time_us: f64) -> f64 {
    (time_us * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::render;
    use records::timeline::{LaneRecord, ProcessRecord, SpanName, SpanRecord, TimelineRecord};
    use serde_json::Value;

    fn timeline() -> TimelineRecord {
        let span = |work, label: &str, start_s, duration_s| SpanRecord {
            work,
            label: label.to_owned(),
            group: Some(0),
            start_s,
            duration_s,
        };
        let lane = |name: &str, spans| LaneRecord { name: name.to_owned(), spans };
        let proofs = vec![
            span(SpanName::Prove, "batch 0", 10.0, 120.0),
            span(SpanName::Prove, "batch 12", 130.0, 0.1),
        ];
        TimelineRecord {
            what: "a \"simulation\" of <b>2</b>".to_owned(),
            processes: vec![
                ProcessRecord { name: "provers".to_owned(), lanes: vec![lane("prover 0", proofs)] },
                ProcessRecord {
                    name: "L1".to_owned(),
                    lanes: vec![lane("proofs", vec![span(SpanName::Include, "group 0", 252.0, 15.0)])],
                },
            ],
        }
    }

    #[test]
    fn a_trace() {
        insta::assert_snapshot!(render(&timeline()).expect("renders"));
    }

    /// The rules of the format: every event has a phase, a process and a thread; a span a time and a duration.
    #[test]
    fn the_rules_of_the_format_are_kept() {
        let text = render(&timeline()).expect("renders");
        let trace: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(trace["displayTimeUnit"], "ms");
        let events = trace["traceEvents"].as_array().expect("events");
        for event in events {
            assert!(event["pid"].is_u64() && event["tid"].is_u64() && event["name"].is_string(), "{event}");
            match event["ph"].as_str() {
                Some("M") => assert!(event["args"].is_object(), "{event}"),
                Some("X") => assert!(event["ts"].is_f64() && event["dur"].as_f64() >= Some(0.0), "{event}"),
                other => panic!("{other:?}: {event}"),
            }
        }
        let first = events.iter().find(|event| event["ph"] == "X").expect("a span");
        assert_eq!((first["ts"].as_f64(), first["dur"].as_f64()), (Some(1e7), Some(1.2e8)));
    }
}
