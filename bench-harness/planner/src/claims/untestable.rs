//! What nothing here measures, and what it would take.

use super::claim::Claim;
use records::claims::{ClaimRecord, ClaimSourceName};

const SOURCE: ClaimSourceName = ClaimSourceName::FractalScaling;

pub(super) fn validium() -> ClaimRecord {
    let claim = Claim {
        id: "validium",
        title: "a validium is enough for most",
        source: SOURCE,
        quote: "A validium is an excellent solution for most usecases settling lower value transactions or commercial \
                transactions run by one application or company.",
        quoted: &[],
    };
    claim.untestable(
        "What transactions are worth, and to whom: no measurement has that. What data off L1 saves a transaction is what \
         `bench-harness plan --rollups 1000 --close 12s --fractal fractal.json --data rollup,validium` plans, and prices with \
         `--data-bytes` and what a byte costs.",
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

pub(super) fn asic() -> ClaimRecord {
    let claim = Claim {
        id: "asic",
        title: "one core a hundred times as fast",
        source: SOURCE,
        quote: "One tantalizing solution can be ASIC VMs - so basically you have a gargantuan single core that’s 100x \
                faster than a regular CPU core.",
        quoted: &[("100x", "an ASIC that runs a VM against a core, by hearsay of a hardware engineer")],
    };
    claim.untestable(
        "Such hardware. What it would do for proofs is a what-if: `bench-harness plan --rollups 1000 \
         --close 12s --fractal fractal.json --core-speed-up 100`.",
    )
}
