//! `samples.jsonl`: what is written is read, whatever it is; what is broken is told with line and field.

use fixtures::sample::{cell, sample};
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use records::file::ReadError;
use records::sample::log::{parse_line, read_unfinished};
use records::sample::{
    CellEndRecord, CellRecord, EndName, FailureName, FailureRecord, LogRecord, MarkName, RepeatRecord,
    SAMPLE_SCHEMA_VERSION, SampleLog, SampleRecord, StageName, read_log,
};
use std::path::{Path, PathBuf};

fn folder_and_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("samples.jsonl");
    (folder, file)
}

#[test]
fn lines_are_appended_and_a_cut_one_is_told_and_removed() {
    let (_folder, file) = folder_and_file();
    let mut log = SampleLog::create(&file).expect("new");
    for batch in 0..3 {
        log.append(&LogRecord::Sample(sample(batch, 1.5))).expect("written");
    }
    log.sync().expect("synced");
    let second = SampleLog::create(&file).expect_err("it is another's").to_string();
    assert!(second.contains("samples.jsonl: cannot be written: another run is writing to it"), "{second}");
    let contents = read_unfinished(&file).expect("whole");
    let locked = SampleLog::resume(&file, &contents).expect_err("it is being written").to_string();
    assert!(locked.contains("another run is writing to it"), "{locked}");
    drop(log);
    let there = SampleLog::create(&file).expect_err("it is there").to_string();
    assert!(there.contains("samples.jsonl: cannot be written: ") && there.contains("exists"), "{there}");

    let mut bytes = std::fs::read(&file).expect("there");
    let whole = bytes.len();
    bytes.truncate(whole - 10);
    std::fs::write(&file, &bytes).expect("cut");
    let error = read_log(&file).expect_err("cut");
    assert!(matches!(error, ReadError::Truncated { line: 3, .. }), "{error}");
    let contents = read_unfinished(&file).expect("tolerated");
    assert_eq!((contents.records.len(), contents.cut_off_bytes), (2, (whole / 3 - 10) as u64));
    let mut log = SampleLog::resume(&file, &contents).expect("goes on");
    log.append(&LogRecord::Sample(sample(2, 1.5))).expect("written");
    drop(log);
    let batches: Vec<_> = read_log(&file)
        .expect("whole again")
        .into_iter()
        .map(|record| match record {
            LogRecord::Sample(sample) => sample.batch,
            _ => None,
        })
        .collect();
    assert_eq!(batches, [Some(0), Some(1), Some(2)]);
}

#[test]
fn a_bad_line_is_told_with_line_and_field() {
    let good = serde_json::to_string(&LogRecord::Sample(sample(0, 1.5))).expect("JSON");
    let (_folder, file) = folder_and_file();
    let error = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} is not in {good}");
        std::fs::write(&file, format!("{good}\n{}\n", good.replace(from, to))).expect("written");
        let error = read_log(&file).expect_err(to).to_string();
        let place = format!("{}, ", file.display());
        error.strip_prefix(&place).map(str::to_owned).expect("the file comes first")
    };
    for (from, to, wanted) in [
        ("\"schema_version\":2", "\"schema_version\":3", "line 2, field schema_version: expected 2, got 3"),
        (
            "\"wall_s\":1.5",
            "\"wall_s\":\"x\"",
            "line 2, field wall_s: invalid type: string \"x\", expected f64",
        ),
        ("\"cores\":2", "\"cores\":-2", "line 2, field cell.cores: invalid value"),
        ("\"wall_s\":1.5,", "", "line 2, field .: missing field `wall_s`"),
        ("\"wall_s\"", "\"walls\"", "line 2, field walls: unknown field `walls`"),
        (
            "\"sample\"",
            "\"simple\"",
            "line 2, field record: expected set_up, sample, repeat, failure or cell_end, got \"simple\"",
        ),
        ("\"prove\"", "\"prance\"", "line 2, field stage: unknown variant `prance`"),
        ("{\"record\"", "\"record\"", "line 2, field .: "),
    ] {
        let error = error(from, to);
        assert!(error.starts_with(wanted), "{error}");
    }
}

fn any_cell() -> impl Strategy<Value = CellRecord> {
    (option::of(0.0f64..=1.0), any::<u64>(), 1u64..100).prop_map(|(swap_ratio, batch, cores)| CellRecord {
        swap_ratio,
        batch_transactions: batch,
        provers: 1 + batch % 3,
        ..cell(cores)
    })
}

fn any_time() -> impl Strategy<Value = f64> {
    prop_oneof![0.0f64..1e9, 1e-12f64..1e-6, Just(0.1 + 0.2)]
}

fn any_sample() -> BoxedStrategy<LogRecord> {
    let numbers = (option::of(any::<u64>()), option::of(any::<u64>()), any::<u64>());
    let times = (any_time(), option::of(any_time()), option::of(any_time()));
    let marks = prop_oneof![Just(MarkName::Clean), Just(MarkName::SharedCore), Just(MarkName::Unverified)];
    let stages =
        prop_oneof![Just(StageName::SetUp), Just(StageName::Prove), Just(StageName::VerifyAggregate)];
    let made = (any_cell(), "\\PC*", numbers, times, marks, stages).prop_map(
        |(cell, run, (repeat, level, transactions), (wall_s, cpu_s, share), mark, stage)| SampleRecord {
            run,
            cell,
            repeat,
            level,
            transactions,
            wall_s,
            cpu_s,
            core_fraction: share,
            mark,
            stage,
            ..sample(0, 0.0)
        },
    );
    made.prop_map(LogRecord::Sample).boxed()
}

fn any_record() -> impl Strategy<Value = LogRecord> {
    let version = SAMPLE_SCHEMA_VERSION;
    let run = || "run-1".to_owned();
    let failure =
        (any_cell(), option::of(any::<u64>()), ".*").prop_map(move |(cell, repeat, why)| FailureRecord {
            schema_version: version,
            run: run(),
            cell,
            repeat,
            seed: repeat,
            failure: FailureName::Crash,
            why,
        });
    let repeat = (any_cell(), any::<u64>(), any_time()).prop_map(move |(cell, repeat, wall_s)| {
        RepeatRecord { schema_version: version, run: run(), cell, repeat, seed: repeat, wall_s }
    });
    let end = (any_cell(), any::<u64>()).prop_map(move |(cell, repeats)| CellEndRecord {
        schema_version: version,
        run: run(),
        cell,
        end: EndName::TimeLimit,
        repeats,
    });
    prop_oneof![
        any_sample(),
        failure.prop_map(LogRecord::Failure),
        repeat.prop_map(LogRecord::Repeat),
        end.prop_map(LogRecord::CellEnd),
    ]
}

proptest! {
    #[test]
    fn what_was_written_is_read(records in proptest::collection::vec(any_record(), 0..12)) {
        let (_folder, file) = folder_and_file();
        let mut log = SampleLog::create(&file).expect("new");
        for record in &records {
            log.append(record).expect("written");
        }
        prop_assert_eq!(read_log(&file).expect("whole"), records);
    }

    #[test]
    fn no_line_panics(text in ".*", cut in 0usize..400) {
        let path = Path::new("samples.jsonl");
        let _ = parse_line(text.as_bytes(), path, 1);
        let good = serde_json::to_string(&LogRecord::Sample(sample(0, 1.5))).expect("JSON");
        let cut = cut.min(good.len() - 1);
        proptest::prop_assert!(parse_line(&good.as_bytes()[..cut], path, 1).is_err());
    }
}
