//! kill -9: a store is as after its last whole block, or is not there.

use crate::world::{after, commit_next, genesis, shape};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use workloads::store::disk::Store;

const FILE: &str = "BENCH_HARNESS_TEST_STORE";
/// A filling that takes some tenths of a second.
const MANY: u32 = 60_000;
const FEW: u32 = 500;

fn file_of_child() -> Option<PathBuf> {
    std::env::var_os(FILE).map(PathBuf::from)
}

#[test]
#[ignore = "the child process of a test below"]
fn commits_without_end() {
    let Some(file) = file_of_child() else { return };
    let mut store = Store::open(&file, shape(FEW)).expect("whole");
    let mut generator = after(shape(FEW), store.blocks()).1;
    loop {
        commit_next(&mut store, &mut generator).expect("committed");
    }
}

#[test]
#[ignore = "the child process of a test below"]
fn fills_once() {
    let Some(file) = file_of_child() else { return };
    Store::fill(&file, shape(MANY), &genesis(shape(MANY))).expect("filled");
}

fn child(test: &str, file: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", test, "--ignored"]).env(FILE, file);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts")
}

/// Waits until something holds, and then kills the child.
fn kill_once(mut child: Child, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to that");
        std::thread::sleep(Duration::from_millis(1));
    }
    // SIGKILL on Unix.
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn blocks_are_whole_whenever_it_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.redb");
    drop(Store::fill(&file, shape(FEW), &genesis(shape(FEW))).expect("filled"));
    let changed = || std::fs::metadata(&file).expect("there").modified().expect("a time");
    let mut blocks = 0;
    for round in 0..8 {
        let before = changed();
        let child = child("killed::commits_without_end", &file);
        let running = Instant::now();
        // At another moment of a commit each time.
        let until = Duration::from_millis(40 + 13 * round);
        kill_once(child, || changed() > before && running.elapsed() > until);
        let store = Store::open(&file, shape(FEW)).expect("a killed process leaves a whole store");
        assert!(store.blocks() >= blocks, "a committed block is lost");
        blocks = store.blocks();
        let (memory, _) = after(shape(FEW), blocks);
        assert_eq!(store.root(), memory.root(), "after {blocks} blocks");
    }
    assert!(blocks > 8, "{blocks} blocks were committed");
    // It goes on: leaves and nodes are those of the root.
    let mut store = Store::open(&file, shape(FEW)).expect("whole");
    let (_, mut generator) = after(shape(FEW), blocks);
    for number in 1..=5 {
        commit_next(&mut store, &mut generator).expect("committed");
        assert_eq!(store.root(), after(shape(FEW), blocks + number).0.root());
    }
}

#[test]
fn a_filling_that_is_killed_leaves_no_store_and_is_begun_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, part) = (folder.path().join("state.redb"), folder.path().join("state.redb.filling"));
    let has_begun = || std::fs::metadata(&part).is_ok_and(|part| part.len() > 0);
    kill_once(child("killed::fills_once", &file), has_begun);
    assert!(part.exists() && !file.exists());
    let said = Store::open(&file, shape(MANY)).expect_err("there is none").to_string();
    assert!(said.contains("state.redb: No such file"), "{said}");
    let store = Store::fill(&file, shape(MANY), &genesis(shape(MANY))).expect("filled");
    assert_eq!(store.root(), genesis(shape(MANY)).root());
    assert!(!part.exists());
}
