//! Circuits that are built, kept, loaded, and found to be others.

use super::{CircuitCache, CircuitOrigins, CircuitSource};
use crate::built_in::BuiltIn;
use crate::circuit::fan_in::FanIn;
use crate::circuit::registers::Registers;
use crate::circuit::{Circuit, Config};
use crate::plonk::slots::{SlotCircuit, SlotForm};
use crate::plonk::stored;
use crate::plonk::tree::{MergeTree, Tree};
use crate::plonk::{Plonky2, Plonky2Keccak};
use crate::system::{Job, Proof, ProofSystem, Shape, SlotKind, verify_against_native};
use crate::witness::{BatchTrace, record};
use plonky2::plonk::config::{KeccakGoldilocksConfig, PoseidonGoldilocksConfig};
use std::path::{Path, PathBuf};
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::Depth;
use workloads::transaction::Batch;

const SMALL: Registers = Registers { count: 2, block_levels: 2 };

fn shape(slots: SlotKind) -> Shape {
    Shape { depth: Depth::new(4).expect("in range"), capacity: 1, slots }
}

/// Two swaps in a chain, each a batch of its own.
fn batches() -> Vec<(Batch, BatchTrace)> {
    let population =
        Population { accounts: 4, pools: 2, depth: Depth::new(4).expect("in range"), fee_bps: 30 };
    let mut generator =
        population.generator(1, Traffic { swap_ratio: 1.0, skew: Skew::Uniform }).expect("valid");
    let mut state = population.state(1).expect("fits");
    let mut next = || {
        let batch = generator.next_batch(1);
        let trace = record(&mut state, &batch, 1).expect("executes");
        (batch, trace)
    };
    vec![next(), next()]
}

fn circuits_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path());
    let mut files: Vec<_> =
        entries.filter(|file| file.extension().is_some_and(|end| end == "circuit")).collect();
    files.sort();
    files
}

/// A set-up of `plonky2` with merges, and what became of its circuits.
fn set_up(folder: &Path) -> (Plonky2, CircuitOrigins) {
    let cache = CircuitCache::new(folder);
    let mut system = Plonky2::new().with_cache(Some(cache.clone()));
    system.set_up(shape(SlotKind::Any), 2).expect("a shape that can be");
    (system, cache.take_origins())
}

fn origins(loaded: usize, built: usize) -> CircuitOrigins {
    CircuitOrigins { loaded, built, notes: Vec::new() }
}

/// Proves two batches and merges them.
fn proved(system: &mut Plonky2, batches: &[(Batch, BatchTrace)]) -> Vec<Proof> {
    let prove = |(batch, trace): &(Batch, BatchTrace)| {
        system.prove(&Job { batch, trace, statement: trace.statement }).expect("honest").proof
    };
    let mut proofs: Vec<_> = batches.iter().map(prove).collect();
    proofs.push(system.merge(&proofs).expect("neighbours").proof);
    proofs
}

#[test]
fn what_is_loaded_is_what_was_built_and_each_verifies_the_proofs_of_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut built, first) = set_up(folder.path());
    let (mut loaded, second) = set_up(folder.path());
    assert_eq!((first, second), (origins(0, 2), origins(2, 0)));
    let batches = batches();
    let native: Vec<_> = batches.iter().map(|(_, trace)| trace.statement).collect();
    let both = native[0].join(&native[1]).expect("neighbours");
    for [prover, verifier] in [[0, 1], [1, 0]] {
        let systems = [&mut built, &mut loaded];
        let proofs = proved(systems[prover], &batches);
        for (proof, statement) in proofs.iter().zip([native[0], native[1], both]) {
            verify_against_native(systems[verifier], proof, &statement).expect("it is honest");
        }
    }
}

/// Every kind of circuit that there is: equal in all that plonky2 compares, and written as the same bytes again.
#[test]
fn each_circuit_is_loaded_as_it_was_built() {
    fn same<C: crate::plonk::config::PlonkConfig>(form: SlotForm, fan_in: FanIn, tree: &mut C::Tree) {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = CircuitCache::new(folder.path());
        let source = CircuitSource::of(Some(&cache), C::NAME, shape(SlotKind::Swap), form.registers());
        let batch = |source: &CircuitSource<C>| {
            SlotCircuit::<C>::from_source(shape(SlotKind::Swap), form, fan_in, source).expect("swaps")
        };
        let circuits = [&CircuitSource::default(), &source, &source].map(batch);
        let [plain, kept, loaded] = circuits.each_ref().map(SlotCircuit::circuits);
        let firsts = [plain.first, kept.first, loaded.first];
        let others = [plain.other, kept.other, loaded.other];
        for [plain, kept, loaded] in [firsts.map(Some), others] {
            assert!(plain == kept && kept == loaded, "{} {form:?}", C::NAME);
            // Not `assert_eq!`, which would print them.
            let written = [plain, loaded].map(|circuit| circuit.map(|it| stored::encode("one", it)));
            assert!(written[0] == written[1], "{} {form:?}", C::NAME);
        }
        let batches = form.parts().len();
        assert_eq!(cache.take_origins(), origins(batches, batches));
        let merges = |tree: &mut C::Tree, source: &CircuitSource<C>| {
            tree.clear();
            tree.grow_from(&loaded, 2, source);
            tree.circuits()
                .into_iter()
                .map(|level| stored::encode("one", level).expect("known gates"))
                .collect::<Vec<_>>()
        };
        let plain = merges(tree, &CircuitSource::default());
        let levels = plain.len();
        let (kept, loaded) = (merges(tree, &source), merges(tree, &source));
        assert!(plain == kept && kept == loaded, "{} {form:?}", C::NAME);
        assert_eq!(cache.take_origins(), origins(levels, levels));
    }
    for (form, fan_in) in [
        (SlotForm::Plain, FanIn::Two),
        (SlotForm::Registers(SMALL), FanIn::Four),
        (SlotForm::RegistersOrPlain(SMALL), FanIn::Two),
    ] {
        same::<PoseidonGoldilocksConfig>(form, fan_in, &mut MergeTree::of(fan_in));
    }
    same::<KeccakGoldilocksConfig>(SlotForm::Plain, FanIn::Two, &mut crate::plonk::tree::NoTree);
}

/// What a file may be instead of the one that was written, and what is then said of it.
#[test]
fn a_file_that_is_another_is_not_believed_and_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    set_up(folder.path());
    let files = circuits_in(folder.path());
    let (batch, merge) = (&files[0], &files[1]);
    let honest = std::fs::read(batch).expect("kept");
    let flipped = |place: usize| {
        let mut bytes = honest.clone();
        bytes[place] ^= 1;
        bytes
    };
    let text = |from: &str, to: &str| -> Vec<u8> {
        let place = honest.windows(from.len()).position(|window| window == from.as_bytes()).expect("there");
        assert_eq!(from.len(), to.len());
        [&honest[..place], to.as_bytes(), &honest[place + from.len()..]].concat()
    };
    let checked = |mut bytes: Vec<u8>| {
        let end = bytes.len() - 8;
        let sum = stored::checksum(&bytes[..end]);
        bytes[end..].copy_from_slice(&sum.to_le_bytes());
        bytes
    };
    let other_version = text(super::SOURCES, &"0".repeat(super::SOURCES.len()));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("no circuit of this form", Vec::new()),
        ("no circuit of this form", text("circuit 1\n", "circuit 2\n")),
        ("ends early", honest[..40].to_vec()),
        ("ends early", honest[..honest.len() / 2].to_vec()),
        ("checksum", honest[..honest.len() - 1].to_vec()),
        ("checksum", [&honest[..], &[0]].concat()),
        ("checksum", flipped(honest.len() / 2)),
        ("checksum", flipped(honest.len() - 1)),
        ("checksum", other_version.clone()),
        ("another version", checked(other_version)),
        ("another circuit", std::fs::read(merge).expect("kept")),
    ];
    for (why, bytes) in cases {
        std::fs::write(batch, &bytes).expect("writable");
        let (_, became) = set_up(folder.path());
        assert_eq!((became.loaded, became.built), (1, 1), "{why}");
        let [note] = &became.notes[..] else { panic!("{why}: {:?}", became.notes) };
        assert!(note.contains(why) && note.contains("built anew"), "{why}: {note}");
        assert!(std::fs::read(batch).expect("kept") == honest, "{why}");
    }
    assert_eq!(set_up(folder.path()).1, origins(2, 0));
}

/// Forged files, their checksums right: one with the key of another circuit, and one that is a circuit under a false name.
#[test]
fn a_forged_file_is_not_believed_where_its_key_is_not_that_of_its_circuit() {
    let source = CircuitSource::default();
    let of = |slots| {
        SlotCircuit::<Config>::from_source(shape(slots), SlotForm::Plain, FanIn::Two, &source)
            .expect("a shape")
    };
    let (mut circuit, other): (Circuit, Circuit) = match (of(SlotKind::Any), of(SlotKind::Transfer)) {
        (SlotCircuit::Plain(any), SlotCircuit::Plain(transfers)) => (any.circuit, transfers.circuit),
        _ => unreachable!("without registers"),
    };
    let why = |circuit: &Circuit| {
        let bytes = stored::encode("a circuit", circuit).expect("known gates");
        stored::decode::<Config>(&bytes, "a circuit").err()
    };
    assert_eq!(why(&circuit), None);
    let key = circuit.verifier_only.clone();
    circuit.verifier_only = other.verifier_only.clone();
    assert_eq!(why(&circuit), Some("its key is not the one that it names"));
    circuit.verifier_only = key.clone();
    circuit.verifier_only.constants_sigmas_cap = other.verifier_only.constants_sigmas_cap;
    assert_eq!(why(&circuit), Some("its key is not the one that it names"));
    circuit.verifier_only = key;
    circuit.prover_only.circuit_digest = other.prover_only.circuit_digest;
    assert_eq!(why(&circuit), Some("its key is not the one that it names"));
}

#[test]
fn a_folder_that_cannot_be_is_told_and_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a-file");
    std::fs::write(&file, "not a folder").expect("writable");
    let (mut system, became) = set_up(&file.join("circuits"));
    assert_eq!((became.loaded, became.built), (0, 2));
    assert!(became.notes.iter().any(|note| note.contains("the circuit is not kept")), "{:?}", became.notes);
    let batches = batches();
    let proofs = proved(&mut system, &batches);
    verify_against_native(&system, &proofs[0], &batches[0].1.statement).expect("it is honest");
}

#[test]
fn systems_and_shapes_have_files_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = CircuitCache::new(folder.path());
    for name in [BuiltIn::Plonky2, BuiltIn::Plonky2Keccak, BuiltIn::Plonky3] {
        for slots in [SlotKind::Any, SlotKind::Transfer] {
            name.make_with(Some(cache.clone())).set_up(shape(slots), 1).expect("a shape that can be");
        }
    }
    // Two batch circuits with a merge each, two without, and tables have none.
    assert_eq!((cache.take_origins(), circuits_in(folder.path()).len()), (origins(0, 6), 6));
    let mut keccak = Plonky2Keccak::new().with_cache(Some(cache.clone()));
    keccak.set_up(shape(SlotKind::Any), 1).expect("a shape that can be");
    assert_eq!(cache.take_origins(), origins(1, 0));
}
