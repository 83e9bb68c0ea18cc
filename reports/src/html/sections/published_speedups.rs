//! Speed-ups that others have published of parallel execution: dated facts with their sources, none measured here.

/// A published speed-up over execution in order.
pub(super) struct PublishedSpeedup {
    /// Which executor.
    pub(super) system: &'static str,
    /// What it executed.
    pub(super) workload: &'static str,
    /// On how many threads or virtual CPUs.
    pub(super) threads: u32,
    /// Over execution in order.
    pub(super) speedup: f64,
    /// Its place on the axis of contention: no two transactions have anything in common (0), or each depends on the one
    /// before (1); none for what lies between in a way that no single number tells.
    pub(super) contention: Option<f64>,
    /// Where it stands.
    pub(super) source: &'static str,
    /// When that was written.
    pub(super) date: &'static str,
}

const PEVM: &str = "risechain/pevm, crates/pevm/benches/README.md at 164183d";
const GREVM: &str = "Galxe/grevm, docs/v2/grevm2.1.md, table 6";
const BLOCK_STM: &str = "Gelashvili et al., Block-STM, arXiv:2203.06871v3";

pub(super) const PUBLISHED: [PublishedSpeedup; 6] = [
    PublishedSpeedup {
        system: "pevm",
        workload: "6,413 independent Uniswap swaps",
        threads: 32,
        speedup: 22.1,
        contention: Some(0.0),
        source: PEVM,
        date: "2024-11-20",
    },
    PublishedSpeedup {
        system: "pevm",
        workload: "6,414 Uniswap swaps, each depending on the one before",
        threads: 32,
        speedup: 0.71,
        contention: Some(1.0),
        source: GREVM,
        date: "2025-07-21",
    },
    PublishedSpeedup {
        system: "pevm",
        workload: "85 Ethereum blocks, mean; 0.89 to 4.32",
        threads: 12,
        speedup: 2.02,
        contention: None,
        source: PEVM,
        date: "2024-11-20",
    },
    PublishedSpeedup {
        system: "Block-STM",
        workload: "Diem transfers, low contention",
        threads: 32,
        speedup: 20.0,
        contention: Some(0.0),
        source: BLOCK_STM,
        date: "2022-08-26",
    },
    PublishedSpeedup {
        system: "Block-STM",
        workload: "Aptos transfers, low contention",
        threads: 32,
        speedup: 17.0,
        contention: None,
        source: BLOCK_STM,
        date: "2022-08-26",
    },
    PublishedSpeedup {
        system: "Block-STM",
        workload: "Aptos transfers, high contention: above",
        threads: 32,
        speedup: 8.0,
        contention: None,
        source: "Aptos Labs, The Aptos Blockchain, figure of Block-STM",
        date: "2022",
    },
];
