//! What machines and L1 cost, as flags.

use crate::cmd::plan::flags::Flag;
use crate::exit::usage;
use crate::number::{gas, number, usd};
use clap::ArgGroup;
use planner::domain::{Gas, L1Room, Prices};

/// Gas of a byte of calldata: the floor of EIP-7623 for a byte that is not zero, since May 2025.
const PROOF_BYTE_GAS: f64 = 40.0;
/// Ethereum's gas limit of a block, as of November 2025.
const BLOCK_GAS: f64 = 60e6;

/// What machines and L1 cost. Every price is given by the user: the program has none.
#[derive(Clone, Debug, clap::Args)]
#[command(
    next_help_heading = "Prices",
    group(ArgGroup::new("machine_price").args(["prover_usd_per_hour", "usd_per_core_hour"]))
)]
pub(crate) struct PriceArgs {
    /// Dollars per hour for one core of a machine: a prover costs its cores, and so does an aggregator.
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub(crate) usd_per_core_hour: Option<f64>,
    /// Dollars per hour for the machine of one prover, whatever its cores.
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub(crate) prover_usd_per_hour: Option<f64>,
    /// Dollars per hour for the machine of one aggregator [default: that of a prover].
    #[arg(long, value_name = "USD", value_parser = usd, requires = "prover_usd_per_hour")]
    pub(crate) aggregator_usd_per_hour: Option<f64>,
    /// Gas to verify one proof on L1 [default: what its bytes cost as calldata, where they were measured].
    #[arg(long, value_name = "GAS", value_parser = gas)]
    pub(crate) verify_gas: Option<f64>,
    /// Gas of each byte of a proof where --verify-gas is not given: 40 is Ethereum's floor for calldata (EIP-7623). The
    /// verification itself is not in it.
    #[arg(long, value_name = "GAS", value_parser = gas, default_value_t = PROOF_BYTE_GAS)]
    pub(crate) proof_byte_gas: f64,
    /// Gas that a block of L1 has for proofs: 60 million is Ethereum's limit as of November 2025. 0 for no limit.
    #[arg(long, value_name = "GAS", value_parser = gas, default_value_t = BLOCK_GAS)]
    pub(crate) block_gas: f64,
    /// Gas of each batch: data and sequencing.
    #[arg(long, value_name = "GAS", value_parser = gas, default_value_t = 0.0, requires = "gwei")]
    pub(crate) batch_gas: f64,
    /// Gas of each sequence transaction, whatever batches it has: S is then chosen, as large as a limit on the delay to
    /// virtual and a group allow, unless --batches-per-sequence fixes it.
    #[arg(long, value_name = "GAS", value_parser = gas, default_value_t = 0.0, requires = "gwei")]
    pub(crate) sequence_gas: f64,
    /// Price of gas.
    #[arg(
        long,
        value_name = "GWEI",
        value_parser = number(0.0..=1e9),
        requires_all = ["usd_per_eth", "machine_price"]
    )]
    pub(crate) gwei: Option<f64>,
    /// Price of ether.
    #[arg(long, value_name = "USD", value_parser = usd, requires = "gwei")]
    pub(crate) usd_per_eth: Option<f64>,
}

impl PriceArgs {
    /// The prices of a fleet whose provers and aggregators have `cores` cores each; none where that is not known.
    ///
    /// # Errors
    /// Usage for a price of a core where nobody knows the cores of a prover.
    pub(crate) fn prices(
        &self,
        cores: Option<u64>,
        verification_gas: Option<f64>,
    ) -> anyhow::Result<Option<Prices>> {
        let Self {
            usd_per_core_hour,
            prover_usd_per_hour,
            aggregator_usd_per_hour,
            verify_gas: _,
            proof_byte_gas: _,
            block_gas: _,
            batch_gas,
            sequence_gas,
            gwei,
            usd_per_eth,
        } = self;
        let (prover, aggregator) = match (*usd_per_core_hour, *prover_usd_per_hour) {
            (Some(core), _) => {
                let cores = cores.ok_or_else(|| {
                    usage(
                        "--usd-per-core-hour: how many cores a prover has is not known; give --measured-cores, or \
                         --prover-usd-per-hour instead",
                    )
                })?;
                (core * cores as f64, core * cores as f64)
            }
            (None, Some(prover)) => (prover, aggregator_usd_per_hour.unwrap_or(prover)),
            (None, None) => return Ok(None),
        };
        let gas = match (verification_gas, *gwei, *usd_per_eth) {
            (Some(verify_gas), Some(gwei), Some(usd_per_eth)) => {
                Some(Gas { verify_gas, batch_gas: *batch_gas, gwei, usd_per_eth })
            }
            (None, Some(_), _) => {
                return Err(usage("--gwei: what a verification takes is not known; give --verify-gas"));
            }
            _ => None,
        };
        Ok(Some(Prices::new(prover, aggregator, gas)?.with_sequence_gas(*sequence_gas)?))
    }

    /// Gas of one verification: as given, or of the calldata of a proof of so many bytes; none where neither is known.
    pub(crate) fn verification_gas(&self, proof_bytes: Option<u64>) -> Option<f64> {
        self.verify_gas.or_else(|| Some(self.proof_byte_gas * proof_bytes? as f64))
    }

    /// Refuses flags that mean nothing where the length of a proof is not known.
    ///
    /// # Errors
    /// Usage, with what to give instead.
    pub(crate) fn refuse_without_bytes(&self, given: &[Flag]) -> anyhow::Result<()> {
        let is_given = |name: &str| given.iter().any(|(flag, _)| flag == name);
        if is_given("proof-byte-gas") {
            return Err(usage(
                "--proof-byte-gas: the length of a proof is known from a --profile alone; give --verify-gas",
            ));
        }
        if is_given("block-gas") && self.verify_gas.is_none() {
            return Err(usage(
                "--block-gas: what a verification takes of it is not known; give --verify-gas",
            ));
        }
        Ok(())
    }

    /// What a block has room for, where it has a limit and a verification takes something.
    pub(crate) fn l1_room(&self, verification_gas: Option<f64>) -> anyhow::Result<Option<L1Room>> {
        let known = verification_gas.filter(|gas| *gas > 0.0 && self.block_gas > 0.0);
        Ok(known.map(|gas| L1Room::new(self.block_gas, gas)).transpose()?)
    }
}
