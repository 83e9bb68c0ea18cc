//! Circuits and keys of all stages, and their proofs as bytes.

use crate::circuit::fractal::attach::AttachCircuit;
use crate::circuit::fractal::crossings::ChainShape;
use crate::circuit::fractal::join::JoinCircuit;
use crate::circuit::fractal::keys::{TopKey, Tops, UpperKeys, VerifierKey, key_digest};
use crate::circuit::fractal::values::{AttachValues, ChildValues, CrossingValues, JoinValues, SideValues};
use crate::circuit::{Circuit, PlonkProof};
use crate::fractal::chain::RollupChain;
use crate::fractal::native::{NodeStatement, circuit_number};
use crate::fractal::tree::{SettlementTree, Settling, TreeNode};
use crate::plonk::{decode, no_proof, prove_with, verify_bytes};
use crate::size::circuit_size;
use crate::system::{Proof, ProverError};
use plonky2::field::types::Field;
use records::fractal::RollupCircuitName;
use records::sample::CircuitRecord;
use std::time::Duration;
use workloads::hash::{Felt, RATE};
use workloads::state::Depth;

/// Which circuit a proof is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeSource {
    /// The top of a chain of this kind.
    Top {
        /// What the circuit can hold.
        circuit: RollupCircuitName,
        /// The rollup's identifier.
        id: u64,
    },
    /// An attachment.
    Attach,
    /// A join or a settlement.
    Join,
}

/// A proof of a tree, with what the next needs beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeProof {
    /// Which key verifies it.
    pub source: NodeSource,
    /// plonky2's encoding, public elements included.
    pub bytes: Vec<u8>,
    /// What it says.
    pub said: NodeStatement,
}

/// Circuits and keys of every kind of rollup, and of what stands above their tops.
#[derive(Debug)]
pub struct FractalSystem {
    depth: Depth,
    chains: Vec<RollupChain>,
    attach: AttachCircuit,
    join: JoinCircuit,
    keys: UpperKeys,
}

impl FractalSystem {
    /// Builds everything for rollups of these kinds, whose chains have one shape. Never counted as proving.
    ///
    /// # Errors
    /// A shape that cannot be, or proofs that have no common form: too many slots in a chain.
    pub fn set_up(
        circuits: &[RollupCircuitName],
        depth: Depth,
        shape: ChainShape,
    ) -> Result<Self, ProverError> {
        let chains = circuits.iter().map(|circuit| RollupChain::build(*circuit, depth, shape));
        let chains = chains.collect::<Result<Vec<_>, _>>()?;
        let Some(first) = chains.first() else {
            return Err(ProverError::Input {
                what: "kinds of rollups",
                expected: "at least 1".to_owned(),
                got: "0".to_owned(),
            });
        };
        let common = &first.top().common;
        for chain in &chains {
            same_form(first.top(), chain.top(), "the top of a chain", chain.circuit().words())?;
        }
        let keys: Vec<_> = chains
            .iter()
            .map(|chain| TopKey {
                number: circuit_number(chain.circuit()),
                digest: key_digest(&chain.top().verifier_only),
            })
            .collect();
        let tops = Tops { common, keys: &keys };
        let attach = AttachCircuit::build(tops, shape);
        let slots = format!("chains of {} slots", shape.slots());
        same_form(first.top(), &attach.circuit, "the circuit that attaches a rollup", &slots)?;
        let join = JoinCircuit::build(tops);
        same_form(first.top(), &join.circuit, "the circuit that joins two", "this set-up")?;
        let keys = UpperKeys {
            attach: key_digest(&attach.circuit.verifier_only),
            join: key_digest(&join.circuit.verifier_only),
        };
        Ok(Self { depth, chains, attach, join, keys })
    }

    /// The depth of every state tree.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The digests of the upper keys: a verifier needs them for [`NodeStatement::sealed`].
    pub fn keys(&self) -> UpperKeys {
        self.keys
    }

    /// The circuits of a kind of rollup.
    ///
    /// # Errors
    /// A kind that was not set up.
    pub fn chain(&self, circuit: RollupCircuitName) -> Result<&RollupChain, ProverError> {
        self.chains.iter().find(|chain| chain.circuit() == circuit).ok_or_else(|| ProverError::Input {
            what: "kind of a rollup",
            expected: "one of the set-up".to_owned(),
            got: circuit.to_string(),
        })
    }

    /// The sizes of the circuits above the tops: attach, join.
    pub fn upper_sizes(&self) -> [CircuitRecord; 2] {
        [("attach", &self.attach.circuit), ("join", &self.join.circuit)]
            .map(|(name, circuit)| circuit_size(name.to_owned(), circuit))
    }

    /// The circuit that attaches; tests assign its private numbers themselves.
    pub fn attach_circuit(&self) -> &AttachCircuit {
        &self.attach
    }

    /// The circuit that joins and settles; tests assign its private numbers themselves.
    pub fn join_circuit(&self) -> &JoinCircuit {
        &self.join
    }

    /// The circuit whose key verifies a proof.
    ///
    /// # Errors
    /// The top of a kind that was not set up.
    pub fn circuit(&self, source: NodeSource) -> Result<&Circuit, ProverError> {
        match source {
            NodeSource::Top { circuit, .. } => Ok(self.chain(circuit)?.top()),
            NodeSource::Attach => Ok(&self.attach.circuit),
            NodeSource::Join => Ok(&self.join.circuit),
        }
    }

    /// Makes one node of a tree from the proofs before it. `slots` are the committed elements of each rollup's slots,
    /// padding included.
    ///
    /// # Errors
    /// Proofs of another form, or no proof.
    ///
    /// # Panics
    /// At a top, which [`RollupChain::merge`] makes; or without the proofs before the node.
    pub fn make(
        &self,
        tree: &SettlementTree,
        said: &[NodeStatement],
        place: usize,
        made: &[NodeProof],
        slots: &[Vec<[Felt; RATE]>],
    ) -> Result<NodeProof, ProverError> {
        let what = format!("node {place} of the tree");
        let (source, timed) = match tree.nodes()[place] {
            TreeNode::Top { .. } => unreachable!("the top of a chain is made by its merges"),
            TreeNode::Attach { rollup, child } => {
                let Some(Settling { parent, bridge, portal }) = tree.rollups()[rollup].settling else {
                    unreachable!("what is attached settles on another")
                };
                let crossings = CrossingValues {
                    parent: SideValues::honest(bridge, &slots[parent]),
                    child: SideValues::honest(portal, &slots[rollup]),
                };
                let proof = self.decoded(&made[child])?;
                let child = self.child_values(&made[child], &proof)?;
                let values = AttachValues { keys: self.keys, child, crossings };
                let inputs = self.attach.witness(&values).map_err(|error| no_proof(&what, &error))?;
                (NodeSource::Attach, prove_with(&self.attach.circuit, inputs, &what)?)
            }
            TreeNode::Join { children, .. } => {
                (NodeSource::Join, self.join_two(children.map(|child| &made[child]), Felt::ZERO, &what)?)
            }
            TreeNode::Settle { children } => {
                (NodeSource::Join, self.join_two(children.map(|child| &made[child]), Felt::ONE, &what)?)
            }
        };
        Ok(NodeProof { source, bytes: timed.proof.to_bytes(), said: said[place] })
    }

    fn join_two(
        &self,
        [left, right]: [&NodeProof; 2],
        is_settlement: Felt,
        what: &str,
    ) -> Result<crate::plonk::Timed, ProverError> {
        let proofs = [self.decoded(left)?, self.decoded(right)?];
        let children = [self.child_values(left, &proofs[0])?, self.child_values(right, &proofs[1])?];
        let values = JoinValues { keys: self.keys, children, is_settlement };
        let inputs = self.join.witness(&values).map_err(|error| no_proof(what, &error))?;
        prove_with(&self.join.circuit, inputs, what)
    }

    /// A proof as plonky2 holds it, not verified.
    ///
    /// # Errors
    /// Bytes that are no proof.
    pub fn decoded(&self, node: &NodeProof) -> Result<PlonkProof, ProverError> {
        decode(self.circuit(node.source)?, &node.bytes)
    }

    /// The honest private numbers of a child.
    ///
    /// # Errors
    /// The top of a kind that was not set up.
    pub fn child_values<'a>(
        &'a self,
        node: &NodeProof,
        proof: &'a PlonkProof,
    ) -> Result<ChildValues<'a>, ProverError> {
        let key: &VerifierKey = &self.circuit(node.source)?.verifier_only;
        let (place, id) = match node.source {
            NodeSource::Top { circuit, id } => {
                let place = self.chains.iter().position(|chain| chain.circuit() == circuit);
                (place.unwrap_or_default(), id)
            }
            NodeSource::Attach => (self.chains.len(), 0),
            NodeSource::Join => (self.chains.len() + 1, 0),
        };
        let mut choice = vec![Felt::ZERO; self.chains.len() + 2];
        choice[place] = Felt::ONE;
        Ok(ChildValues {
            proof,
            key,
            choice,
            id: Felt::from_canonical_u64(id),
            commitment: node.said.commitment,
            everything: node.said.everything,
        })
    }

    /// The top of a rollup's chain as a node of its tree.
    pub fn top(&self, tree: &SettlementTree, rollup: usize, proof: Proof, said: NodeStatement) -> NodeProof {
        let rollup = &tree.rollups()[rollup];
        let source = NodeSource::Top { circuit: rollup.circuit, id: rollup.id };
        NodeProof { source, bytes: proof.bytes, said }
    }

    /// Verifies a proof above the tops and compares what it says with native execution: `native` is computed from the
    /// verifier's own list of rollups.
    ///
    /// # Errors
    /// [`ProverError::Rejected`] or [`ProverError::Mismatch`].
    pub fn verify(
        &self,
        source: NodeSource,
        bytes: &[u8],
        native: &NodeStatement,
    ) -> Result<Duration, ProverError> {
        verify_bytes(self.circuit(source)?, bytes)?.against_native(&native.sealed(self.keys))
    }
}

fn same_form(first: &Circuit, other: &Circuit, what: &'static str, of: &str) -> Result<(), ProverError> {
    if first.common == other.common {
        return Ok(());
    }
    let form = |circuit: &Circuit| {
        let kinds = circuit.common.gates.len();
        format!("2^{} rows of {kinds} kinds of gates", circuit.common.degree_bits())
    };
    Err(ProverError::Input {
        what,
        expected: format!("{}, as in all others", form(first)),
        got: format!("{} with {of}", form(other)),
    })
}
