//! `--data` and its price: where the data of each layer's transactions is, how long it is, and what a byte costs.

use crate::cmd::plan::prices::PriceArgs;
use crate::exit::usage;
use crate::number::{gas, number};
use planner::fractal::{BlockRoom, BytePrice, DataOnL1, LayerData};
use records::closing::ClosingRecord;
use std::path::PathBuf;
use std::str::FromStr;
use workloads::data::COMMITMENT_BYTES;

/// Ethereum's target of blobs in a block, since the second fork of blob parameters (EIP-8135).
const BLOBS_PER_BLOCK: f64 = 14.0;

/// Flags of data.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DataArgs {
    /// Where the data of transactions is: rollup (on L1), validium (not on L1), volition:FRACTION (on L1 for that
    /// fraction). Several for layers 2, 3 and so on; deeper layers are like the last.
    #[arg(
        long,
        value_name = "MODES",
        value_delimiter = ',',
        default_value = "rollup",
        requires = "rollup_count"
    )]
    data: Vec<DataChoice>,
    /// Bytes of a transaction's data as they go to L1, compressed.
    #[arg(long, value_name = "BYTES", value_parser = number(0.0..=1e6), requires = "rollup_count", conflicts_with = "data_from")]
    data_bytes: Option<f64>,
    /// The same as measured: what `close --json` prints.
    #[arg(long, value_name = "FILE", requires = "rollup_count")]
    data_from: Option<PathBuf>,
    /// Gas of a byte of data as calldata, of the day that is planned for.
    #[arg(long, value_name = "GAS", value_parser = gas, requires_all = ["rollup_count", "gwei"], conflicts_with = "blob_gwei")]
    data_byte_gas: Option<f64>,
    /// Price of blob gas, of the day that is planned for: data goes to blobs, a blob gas a byte (EIP-4844).
    #[arg(long, value_name = "GWEI", value_parser = number(0.0..=1e9), requires_all = ["rollup_count", "usd_per_eth"])]
    blob_gwei: Option<f64>,
    /// Blobs that a block of L1 has for this data: 14 is Ethereum's target as of January 2026. 0 for no limit.
    #[arg(long, value_name = "COUNT", value_parser = number(0.0..=1e6), default_value_t = BLOBS_PER_BLOCK, requires = "blob_gwei")]
    blobs_per_block: f64,
}

impl DataArgs {
    /// The data of all layers, at the prices of gas and ether and within the gas of a block.
    ///
    /// # Errors
    /// Usage for a price without a length, and what [`DataOnL1::new`] refuses.
    pub(crate) fn data(&self, prices: &PriceArgs) -> anyhow::Result<DataOnL1> {
        let PriceArgs { gwei, usd_per_eth, block_gas, .. } = *prices;
        let measured = self.data_from.as_deref().map(records::file::read::<ClosingRecord>).transpose()?;
        let length = self.data_bytes.or(measured.as_ref().map(bytes_per_transaction));
        let price = match (self.data_byte_gas, self.blob_gwei, gwei) {
            (Some(byte_gas), _, Some(gwei)) => Some(BytePrice::Calldata { byte_gas, gwei }),
            (_, Some(gwei), _) => Some(BytePrice::Blob { gwei }),
            _ => None,
        };
        if price.is_some() && length.is_none() {
            return Err(usage(
                "--data-byte-gas, --blob-gwei: how long the data of a transaction is is not known; give --data-bytes or \
                 --data-from",
            ));
        }
        let layers = self.data.iter().map(|choice| choice.0).collect();
        let bytes = length.map(|length| (length, COMMITMENT_BYTES as f64));
        let limit = |room: f64| Some(room).filter(|room| *room > 0.0);
        let room = BlockRoom { gas: limit(block_gas), blobs: limit(self.blobs_per_block) };
        Ok(DataOnL1::new(layers, bytes, price.zip(usd_per_eth))?.within(room))
    }
}

/// All data of the batches of a study, compressed, over their transactions.
fn bytes_per_transaction(record: &ClosingRecord) -> f64 {
    let bytes: u64 = record.batches.iter().map(|batch| batch.rollup_bytes).sum();
    let transactions: u64 = record.batches.iter().map(|batch| u64::from(batch.transactions)).sum();
    bytes as f64 / transactions.max(1) as f64
}

/// A layer's data as it is written on the command line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct DataChoice(LayerData);

impl FromStr for DataChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected rollup, validium or volition:FRACTION from 0 to 1, got `{text}`");
        match text.split_once(':') {
            None if text == "rollup" => Ok(Self(LayerData::ROLLUP)),
            None if text == "validium" => Ok(Self(LayerData::VALIDIUM)),
            Some(("volition", fraction)) => {
                let fraction = crate::number::fraction(fraction).map_err(|_| wrong())?;
                LayerData::volition(fraction).map(Self).map_err(|_| wrong())
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DataChoice;
    use planner::fractal::LayerData;

    #[test]
    fn choices() {
        let choice = |text: &str| text.parse::<DataChoice>().map(|choice| choice.0);
        assert_eq!(choice("rollup"), Ok(LayerData::ROLLUP));
        assert_eq!(choice("validium"), Ok(LayerData::VALIDIUM));
        assert_eq!(choice("volition:0.25"), Ok(LayerData::volition(0.25).expect("a fraction")));
        assert_eq!(choice("volition:25%"), choice("volition:0.25"));
        for bad in ["", "plasma", "volition", "volition:2", "volition:x", "rollup:1"] {
            assert!(choice(bad).is_err(), "{bad}");
        }
    }
}
