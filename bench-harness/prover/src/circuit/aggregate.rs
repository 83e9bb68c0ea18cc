//! Two proofs become one, or four: each verifies under the key of the level below, and each follows the one before.
//!
//! Each level of the tree is a circuit of its own that knows one key, as a constant: a proof of any other circuit
//! has no witness. The first level above batches of two circuits knows two ([`crate::circuit::child_key`]). Children may
//! be missing from the end: the first is then verified in their place and their bits are zero, so that any number of
//! batches fits and every merge of a level costs the same.
//!
//! A merge of four says what two levels of merges of two would say, `join(join(a, b), join(c, d))`, and one of three
//! `join(join(a, b), c)`: so the statement of an aggregate does not depend on how many children its merges have, and
//! nobody who compares it needs to know ([`crate::statement::Statement::join_all`]).

use crate::circuit::amount::{constant, private_bit, zero_unless};
use crate::circuit::child_key::{ChildCircuits, ChildKeys};
use crate::circuit::fan_in::{FanIn, MergeRows};
use crate::circuit::leaf::{choose, hash_two};
use crate::circuit::{Builder, Circuit, Config, PlonkProof};
use crate::statement::PUBLIC_ELEMENTS;
use anyhow::Result;
use plonky2::field::types::Field;
use plonky2::gates::constant::ConstantGate;
use plonky2::gates::gate::GateRef;
use plonky2::gates::noop::NoopGate;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use plonky2::plonk::proof::ProofWithPublicInputsTarget;
use workloads::hash::{Domain, Felt};

/// One level of an aggregation tree.
#[derive(Debug)]
pub struct AggregateCircuit {
    /// The circuit with its keys.
    pub circuit: Circuit,
    children: Vec<ProofWithPublicInputsTarget<2>>,
    /// One for each child after the first: whether it is there.
    has_child: Vec<Target>,
    /// One for each child where there are two keys: whether its key is the other one.
    is_other: Vec<Target>,
}

/// What a proof of this project says, as it stands in its public elements.
pub(crate) struct StatementTargets {
    pub(crate) old_root: HashOutTarget,
    pub(crate) new_root: HashOutTarget,
    pub(crate) commitment: HashOutTarget,
    pub(crate) transactions: Target,
}

impl StatementTargets {
    pub(crate) fn of(elements: &[Target]) -> Self {
        assert_eq!(
            elements.len(),
            PUBLIC_ELEMENTS,
            "every proof of this project has the same public elements"
        );
        let digest = |at: usize| HashOutTarget::from_partial(&elements[at..at + 4], elements[0]);
        Self { old_root: digest(0), new_root: digest(4), commitment: digest(8), transactions: elements[12] }
    }

    /// What two neighbours say as one where `has_right`, a bit, is one; where it is zero, what the first says.
    fn join(builder: &mut Builder, first: &Self, second: &Self, has_right: Target) -> Self {
        // Where there is a second, it begins at the root at which the first ends.
        for (end, begin) in first.new_root.elements.iter().zip(&second.old_root.elements) {
            let gap = builder.sub(*begin, *end);
            let gap = builder.mul(gap, has_right);
            builder.assert_zero(gap);
        }
        // The commitment of two neighbours, in the domain of such: `workloads::hash::hash_commitments`.
        let tag = constant(builder, Domain::Pair.tag());
        let joined = hash_two(builder, [&first.commitment, &second.commitment], tag);
        let new_root = choose(builder, has_right, [&second.new_root, &first.new_root]);
        let commitment = choose(builder, has_right, [&joined, &first.commitment]);
        let transactions = builder.mul_add(has_right, second.transactions, first.transactions);
        Self { old_root: first.old_root, new_root, commitment, transactions }
    }

    /// What all children say as one: neighbours are joined level by level. `has_child` has a bit for each but the first.
    fn join_all(builder: &mut Builder, said: Vec<Self>, has_child: &[Target]) -> Option<Self> {
        let mut level = said;
        // How many children the first of a pair stands for.
        let mut width = 1;
        while level.len() > 1 {
            let pairs = level.chunks(2).enumerate();
            level = pairs
                .filter_map(|(place, pair)| {
                    let [first, second] = pair else { return None };
                    // The right one is there where the first of its children is: none is there after a missing one.
                    let has_right = has_child[(2 * place + 1) * width - 1];
                    Some(Self::join(builder, first, second, has_right))
                })
                .collect();
            width *= 2;
        }
        level.pop()
    }
}

/// The fewest rows of a circuit that is padded: one more than half of 2^13, which two verifications take.
const PADDED_ROWS: usize = (1 << 12) + 1;

/// Gives a circuit with verifications the form of all such: the rows of two verifications, and kinds of gates that some
/// have rows of and others do not, since constants find a place in rows of other gates if there are enough.
pub(crate) fn pad_to_one_form(builder: &mut Builder) {
    let constants = CircuitConfig::standard_recursion_config().num_constants;
    builder.add_gate_to_gate_set(GateRef::new(ConstantGate::new(constants)));
    while builder.num_gates() < PADDED_ROWS {
        builder.add_gate(NoopGate, vec![]);
    }
    builder.add_gate_to_gate_set(GateRef::new(NoopGate));
}

impl AggregateCircuit {
    /// Builds the level above `child`, of merges of two.
    pub fn build(child: &Circuit) -> Self {
        Self::build_for(child, FanIn::Two, MergeRows::Needed)
    }

    /// Builds the level above `child`, of merges of two and of the form that all such levels have.
    pub fn build_padded(child: &Circuit) -> Self {
        Self::build_for(child, FanIn::Two, MergeRows::OneForm)
    }

    /// Builds the level above `child`, of merges of so many.
    pub fn build_for(child: &Circuit, fan_in: FanIn, rows: MergeRows) -> Self {
        Self::with_keys(&child.into(), fan_in, rows, Builder::build::<Config>)
    }

    /// Builds the level above proofs of one circuit, or of two, under a configuration: the constraints are the same.
    pub fn build_with<'a>(child: impl Into<ChildCircuits<'a>>, fan_in: FanIn, config: CircuitConfig) -> Self {
        Self::laid_out(&child.into(), fan_in, MergeRows::Needed, config, Builder::build::<Config>)
    }

    /// The level above proofs of one circuit or of two, of merges of so many, with keys from elsewhere: `keys` gets the
    /// complete constraints.
    pub(crate) fn with_keys(
        child: &ChildCircuits<'_>,
        fan_in: FanIn,
        rows: MergeRows,
        keys: impl FnOnce(Builder) -> Circuit,
    ) -> Self {
        Self::laid_out(child, fan_in, rows, fan_in.merge_config(), keys)
    }

    fn laid_out(
        child: &ChildCircuits<'_>,
        fan_in: FanIn,
        rows: MergeRows,
        config: CircuitConfig,
        keys: impl FnOnce(Builder) -> Circuit,
    ) -> Self {
        let mut builder = Builder::new(config);
        let common = child.common();
        let keys_below = ChildKeys::new(&mut builder, child);
        let children: Vec<_> =
            (0..fan_in.children()).map(|_| builder.add_virtual_proof_with_pis(common)).collect();
        let mut is_other = Vec::new();
        for proof in &children {
            let (key, bit) = keys_below.of_child(&mut builder);
            builder.verify_proof::<Config>(proof, &key, common);
            is_other.extend(bit);
        }
        let has_child: Vec<_> = children.iter().skip(1).map(|_| private_bit(&mut builder)).collect();
        for pair in has_child.windows(2) {
            // Who is missing is missing from the end.
            zero_unless(&mut builder, pair[1], pair[0]);
        }
        let said = children.iter().map(|proof| StatementTargets::of(&proof.public_inputs)).collect();
        if let Some(whole) = StatementTargets::join_all(&mut builder, said, &has_child) {
            builder.register_public_inputs(&whole.old_root.elements);
            builder.register_public_inputs(&whole.new_root.elements);
            builder.register_public_inputs(&whole.commitment.elements);
            builder.register_public_input(whole.transactions);
        }
        if rows == MergeRows::OneForm {
            pad_to_one_form(&mut builder);
        }
        Self { circuit: keys(builder), children, has_child, is_other }
    }

    /// The witness of one merge of proofs in the order of their chain: as many as the level is for, or fewer.
    ///
    /// # Errors
    /// No proof, too many, or proofs of another shape.
    pub fn witness(&self, children: &[&PlonkProof]) -> Result<PartialWitness<Felt>> {
        self.witness_under(children, &[])
    }

    /// The same where there are two keys, with a bit for each proof: whether its key is the other one.
    ///
    /// # Errors
    /// As above, or not a bit a proof.
    pub fn witness_under(&self, children: &[&PlonkProof], is_other: &[Felt]) -> Result<PartialWitness<Felt>> {
        let most = self.children.len();
        anyhow::ensure!((1..=most).contains(&children.len()), "1 to {most} children");
        anyhow::ensure!(is_other.is_empty() || is_other.len() == children.len(), "a bit for each child");
        let bits: Vec<_> = (1..most).map(|place| Felt::from_bool(place < children.len())).collect();
        self.witness_told(&filled(children, most), &bits, &filled(is_other, most))
    }

    /// The witness of a proof in each place, and any number for each bit: whether the children after the first are there.
    ///
    /// # Errors
    /// Too few or too many, or proofs of another shape.
    pub fn witness_with(&self, children: &[&PlonkProof], has_child: &[Felt]) -> Result<PartialWitness<Felt>> {
        self.witness_told(children, has_child, &[])
    }

    /// The same where there are two keys, with any number for each of their bits too.
    ///
    /// # Errors
    /// As above.
    pub fn witness_told(
        &self,
        children: &[&PlonkProof],
        has_child: &[Felt],
        is_other: &[Felt],
    ) -> Result<PartialWitness<Felt>> {
        anyhow::ensure!(children.len() == self.children.len(), "a proof in each place");
        anyhow::ensure!(has_child.len() == self.has_child.len(), "a bit for each child but the first");
        anyhow::ensure!(
            is_other.len() == self.is_other.len(),
            "a bit for each child where there are two keys"
        );
        let mut witness = PartialWitness::new();
        for (target, child) in self.children.iter().zip(children) {
            witness.set_proof_with_pis_target(target, child)?;
        }
        let bits = self.has_child.iter().zip(has_child).chain(self.is_other.iter().zip(is_other));
        for (target, bit) in bits {
            witness.set_target(*target, *bit)?;
        }
        Ok(witness)
    }
}

/// As many as there are places: the first stands for those that are missing.
fn filled<T: Copy>(given: &[T], places: usize) -> Vec<T> {
    let mut all = given.to_vec();
    if let Some(first) = given.first() {
        all.resize(places, *first);
    }
    all
}
