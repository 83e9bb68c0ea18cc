//! No room left: a clear stop, and what was measured stays.

use crate::log::Log;
use crate::support::{Bench, SCRIPT};

/// A disk of 64 KiB in a name space of its own, which is gone with the last process in it. `$1` is what happens on
/// it; its run is copied out before it goes.
const ON_A_SMALL_DISK: &str =
    "mkdir disk && mount -t tmpfs -o size=64k none disk && df disk >/dev/null || exit 99
bench-harness measure --spec spec.toml --repeats 30 --output disk/out 2>first.txt
echo $? >first.code
cp -r disk/out first
mount -o remount,size=4m disk || exit 98
bench-harness measure --output disk/out --resume 2>second.txt
echo $? >second.code
cp -r disk/out second";

#[test]
fn a_disk_that_fills_up_stops_the_run_and_more_room_lets_it_go_on() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.write("on_disk.sh", ON_A_SMALL_DISK);
    // As the superuser, or else as the superuser of a name space of users.
    let ran = bench.run_shell("unshare -m sh on_disk.sh || { rm -rf disk; unshare -rm sh on_disk.sh; }");
    if !bench.path("first.code").exists() {
        eprintln!("SKIPPED: no small disk can be mounted here: {}", ran.stderr);
        return;
    }
    ran.ok();
    let said = bench.read("first.txt");
    assert_eq!(bench.read("first.code"), "2\n", "{said}");
    let wanted = "error: disk/out/samples.jsonl: cannot be written: No space left on device";
    assert!(said.contains(wanted), "{said}");
    let (first, second) = (Log::of(&bench.path("first")), Log::of(&bench.path("second")));
    let made = first.of_kind("repeat").len();
    assert!((1..30).contains(&made), "{made} repeats on 64 KiB");
    let said = bench.read("second.txt");
    assert_eq!(bench.read("second.code"), "0\n", "{said}");
    assert_eq!(second.records[..first.records.len()], first.records[..]);
    assert_eq!(second.of_kind("repeat").len(), 30);
    assert!(second.counts().values().all(|count| *count == 1));
}

/// The same without any rights: files may not grow beyond 16 blocks of 512 or 1024 bytes.
#[test]
fn a_file_that_may_not_grow_stops_the_run() {
    let bench = Bench::scripted(SCRIPT, "");
    let limited = "trap '' XFSZ; ulimit -f 16; exec bench-harness measure --spec spec.toml --output out";
    let ran = bench.run_shell(limited);
    ran.fails(2, &["out/samples.jsonl: cannot be written: File too large"]);
    let kept = Log::of(&bench.path("out")).records;
    assert!(kept.len() > 5, "{}", kept.len());
    bench.run("measure --output out --resume").ok();
    let log = Log::of(&bench.path("out"));
    assert_eq!(log.records[..kept.len()], kept[..]);
    assert_eq!(log.of_kind("repeat").len(), 3);
}

#[test]
fn an_output_that_is_full_is_told() {
    let bench = Bench::new();
    let plan =
        "bench-harness plan --close 10s --prove 120s --aggregate 12s --target-batches-per-s 0.1 >/dev/full";
    let ran = bench.run_shell(plan);
    ran.fails(2, &["writing to standard output", "No space left on device"]);
}

/// A store that cannot be filled is no store: nothing of it stays, and more room lets it be filled.
#[test]
fn a_store_that_may_not_grow_is_told_and_leaves_nothing() {
    let bench = Bench::new();
    let verb = "bench-harness state-growth --accounts 20000 --transactions 50 --repeats 1 --folder stores";
    let limited = format!("trap '' XFSZ; ulimit -f 256; exec {verb}");
    let ran = bench.run_shell(&limited);
    ran.fails(2, &["stores/state-20000.redb.filling: ", "File too large"]);
    assert_eq!(std::fs::read_dir(bench.path("stores")).expect("a folder").count(), 0);
    bench.run_shell(verb).ok();
    assert!(bench.path("stores/state-20000.redb").exists());
}
