//! What is no store of the shape: each answered in words, and nothing is written over.

use crate::world::{after, commit_next, generator, genesis, shape};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use workloads::store::disk::Store;
use workloads::store::error::StoreError;
use workloads::store::shape::StoreShape;

const ACCOUNTS: u32 = 300;

/// A store of three blocks, closed.
fn stored() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.redb");
    let mut store = Store::fill(&file, shape(ACCOUNTS), &genesis(shape(ACCOUNTS))).expect("filled");
    let mut generator = generator(shape(ACCOUNTS));
    for _ in 0..3 {
        commit_next(&mut store, &mut generator).expect("committed");
    }
    (folder, file)
}

/// What is said of a file, which is not touched by the asking.
fn refusal(file: &Path, shape: StoreShape) -> StoreError {
    Store::open(file, shape).expect_err("no such store")
}

#[test]
fn a_store_that_is_cut_off_is_never_taken_for_a_whole_one() {
    let (folder, file) = stored();
    let whole = fs::read(&file).expect("there");
    let half = folder.path().join("half.redb");
    let mut refused = 0;
    for part in 0..32 {
        fs::write(&half, &whole[..whole.len() * part / 32]).expect("written");
        match Store::open(&half, shape(ACCOUNTS)) {
            Err(error @ (StoreError::Damaged { .. } | StoreError::Io { .. })) => {
                assert!(error.to_string().contains("half.redb: "), "{error}");
                refused += 1;
            }
            Err(error) => panic!("{part}/32: {error}"),
            // Only the unused end was cut off.
            Ok(store) => assert_eq!(store.root(), after(shape(ACCOUNTS), 3).0.root(), "{part}/32"),
        }
    }
    assert!(refused >= 16, "{refused} of 32");
    assert_eq!(fs::read(&file).expect("there"), whole);
}

#[test]
fn what_was_never_a_store_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in [("text", b"leaf,balance\n1,2\n".repeat(4_000)), ("zeros", vec![0; 1 << 20])] {
        let file = folder.path().join(name);
        fs::write(&file, &bytes).expect("written");
        let said = refusal(&file, shape(ACCOUNTS)).to_string();
        assert!(said.contains(name) && said.contains("not a whole store"), "{said}");
        assert_eq!(fs::read(&file).expect("there"), bytes, "{name} was written over");
    }
}

#[test]
fn a_store_of_another_genesis_is_named_by_what_differs() {
    let (_folder, file) = stored();
    let other = |change: fn(&mut StoreShape)| {
        let mut shape = shape(ACCOUNTS);
        change(&mut shape);
        refusal(&file, shape).to_string()
    };
    assert!(other(|shape| shape.population.accounts = 301).contains("accounts is 300, expected 301"));
    assert!(other(|shape| shape.population.pools = 5).contains("pools is 4, expected 5"));
    assert!(other(|shape| shape.population.fee_bps = 5).contains("fee_bps is 30, expected 5"));
    assert!(other(|shape| shape.seed = 12).contains("seed is 11, expected 12"));
    let deeper = other(|shape| shape.population.depth = workloads::depth::Depth::new(21).expect("in range"));
    assert!(deeper.contains("depth is 20, expected 21"), "{deeper}");
    assert_eq!(Store::open(&file, shape(ACCOUNTS)).expect("whole").blocks(), 3);
}

#[test]
fn a_store_is_one_process_s_at_a_time() {
    let (_folder, file) = stored();
    let store = Store::open(&file, shape(ACCOUNTS)).expect("whole");
    let error = refusal(&file, shape(ACCOUNTS));
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    drop(store);
    Store::open(&file, shape(ACCOUNTS)).expect("free again");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("missing/state.redb");
    let error = Store::fill(&file, shape(ACCOUNTS), &genesis(shape(ACCOUNTS))).expect_err("no folder");
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(error.to_string().contains("missing/state.redb.filling: "), "{error}");
}

#[test]
fn a_file_without_permission_is_named() {
    let (_folder, file) = stored();
    let mut permissions = fs::metadata(&file).expect("there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).expect("set");
    match Store::open(&file, shape(ACCOUNTS)) {
        Err(StoreError::Io { source, .. }) => assert_eq!(source.kind(), std::io::ErrorKind::PermissionDenied),
        Err(error) => panic!("{error}"),
        // The superuser may write all the same.
        Ok(store) => assert_eq!(store.blocks(), 3),
    }
}
