//! What nothing here measures, and what it would take.

use super::claim::Claim;
use records::claims::{ClaimRecord, ClaimSourceName};

const SOURCE: ClaimSourceName = ClaimSourceName::FractalScaling;

pub(super) fn layer_3s() -> ClaimRecord {
    let claim = Claim {
        id: "layer-3s",
        title: "a thousand layers on one layer",
        source: SOURCE,
        quote: "you can have 1,000 layer 3s, layer 4s or whatever on a layer 2 and all of it is settled with a single \
                succinct recursive validity proof",
        quoted: &[("1,000 layer 3s", "layers that settle on one layer 2, as an example of how far it goes")],
    };
    claim.untestable(
        "Layers whose batches are the transactions of another layer: a statement whose public inputs are another \
         statement's roots, and a plan over a tree of pipelines. The recursion itself is measured: see constant-cost.",
    )
}

pub(super) fn single_proof_of_layers() -> ClaimRecord {
    let claim = Claim {
        id: "gazillion",
        title: "any throughput behind one proof",
        source: SOURCE,
        quote: "you can do a gazillion TPS (with varying properties as mentioned above) verified by a single succinct \
                validity proof",
        quoted: &[],
    };
    claim.untestable(
        "Machines enough to saturate something other than provers: a fleet of hundreds, and data availability for what \
         it sequences. The fleet that a throughput takes is what `bench-harness plan` answers from measured proofs.",
    )
}

pub(super) fn composition() -> ClaimRecord {
    let claim = Claim {
        id: "composition",
        title: "layers that compose atomically",
        source: SOURCE,
        quote: "validity proven execution layers can be atomically composable with its settlement layer, \
                unidirectionally. The requirement is a proof is generated every block",
        quoted: &[],
    };
    claim.untestable(
        "Messages between two states within one statement, and a proof in every block: prove times far below the slot of \
         the settlement layer. What a proof takes on this machine is in the profile.",
    )
}

pub(super) fn servers() -> ClaimRecord {
    let claim = Claim {
        id: "servers",
        title: "100,000 servers for a niche",
        source: SOURCE,
        quote: "Let’s say we’ll need only 0.1% of the compute capabilities of “web2”. That’s 100,000 servers to \
                establish a small niche.",
        quoted: &[
            ("100,000,000 servers", "what “web2” runs on, by the source"),
            ("100,000 servers", "0.1 % of them, assumed and not measured there"),
        ],
    };
    claim.untestable(
        "A demand in transactions: the source names servers and no load. With one, `bench-harness plan --target-tx-per-s` \
         says how many provers of the measured machine meet it.",
    )
}

pub(super) fn asic() -> ClaimRecord {
    let claim = Claim {
        id: "asic",
        title: "one core a hundred times as fast",
        source: SOURCE,
        quote: "One tantalizing solution can be ASIC VMs - so basically you have a gargantuan single core that’s 100x \
                faster than a regular CPU core.",
        quoted: &[("100x", "an ASIC that runs a VM against a core, by hearsay of a hardware engineer")],
    };
    claim.untestable("Such hardware.")
}
