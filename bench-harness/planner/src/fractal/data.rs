//! What of each layer's data goes to L1, and what that costs a transaction.
//!
//! Not here: how long the data of a batch is, which is measured by `bench-harness close`.

use records::closing::DataModeName;

use crate::error::{PlanError, not_negative};

/// Bytes of a blob that hold 31 bytes of data: a field element of 32 bytes must stay below the field's order (EIP-4844).
const BLOB_BYTES_PER_BYTE: f64 = 32.0 / 31.0;
/// Bytes of a blob (EIP-4844).
const BLOB_BYTES: f64 = 131_072.0;

/// Where the data of a layer's transactions is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerData {
    mode: DataModeName,
    /// The fraction of transactions whose data goes to L1.
    fraction: f64,
}

impl LayerData {
    /// All of it on L1.
    pub const ROLLUP: Self = Self { mode: DataModeName::Rollup, fraction: 1.0 };
    /// None of it on L1.
    pub const VALIDIUM: Self = Self { mode: DataModeName::Validium, fraction: 0.0 };

    /// On L1 for this fraction of transactions.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless it lies in 0 to 1.
    pub fn volition(fraction: f64) -> Result<Self, PlanError> {
        if (0.0..=1.0).contains(&fraction) {
            Ok(Self { mode: DataModeName::Volition, fraction })
        } else {
            Err(PlanError::bad("data", "a fraction from 0 to 1", fraction))
        }
    }

    /// Which of the three.
    pub fn mode(self) -> DataModeName {
        self.mode
    }
}

/// What a byte on L1 costs, as gas and its price; dates and sources are the user's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BytePrice {
    /// Calldata: gas of a byte, at the price of gas.
    Calldata {
        /// Gas of a byte.
        byte_gas: f64,
        /// Price of gas.
        gwei: f64,
    },
    /// Blobs: one blob gas a byte (EIP-4844), at the price of blob gas; the unused rest of a blob is not counted.
    Blob {
        /// Price of blob gas.
        gwei: f64,
    },
}

/// What a block of L1 has for data; none without limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BlockRoom {
    /// Gas of all kinds, where data is calldata.
    pub gas: Option<f64>,
    /// Blobs, where data goes to blobs.
    pub blobs: Option<f64>,
}

/// What data takes of a block of L1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BlockUse {
    pub(crate) used: f64,
    pub(crate) room: f64,
    pub(crate) unit: &'static str,
}

/// The data of all layers.
#[derive(Debug, Clone, PartialEq)]
pub struct DataOnL1 {
    /// From layer 2; deeper layers are like the last.
    layers: Vec<LayerData>,
    /// Compressed data of a transaction, and the commitment of a batch, bytes.
    bytes: Option<(f64, f64)>,
    /// What a byte costs, and ether in dollars.
    price: Option<(BytePrice, f64)>,
    room: BlockRoom,
}

impl Default for DataOnL1 {
    /// Rollups, of whose bytes nothing is known.
    fn default() -> Self {
        Self { layers: vec![LayerData::ROLLUP], bytes: None, price: None, room: BlockRoom::default() }
    }
}

impl DataOnL1 {
    /// The data of layers from layer 2, all on L1 where none is given. `bytes`: of a transaction compressed, and of the
    /// commitment that goes to L1 of each batch in any mode. `price`: of a byte, and of ether in dollars.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a number below zero.
    pub fn new(
        layers: Vec<LayerData>,
        bytes: Option<(f64, f64)>,
        price: Option<(BytePrice, f64)>,
    ) -> Result<Self, PlanError> {
        if let Some((data, commitment)) = bytes {
            not_negative("data_bytes", data)?;
            not_negative("commitment_bytes", commitment)?;
        }
        if let Some((price, usd_per_eth)) = price {
            not_negative("usd_per_eth", usd_per_eth)?;
            match price {
                BytePrice::Calldata { byte_gas, gwei } => {
                    not_negative("data_byte_gas", byte_gas)?;
                    not_negative("gwei", gwei)?;
                }
                BytePrice::Blob { gwei } => {
                    not_negative("blob_gwei", gwei)?;
                }
            }
        }
        let layers = if layers.is_empty() { vec![LayerData::ROLLUP] } else { layers };
        Ok(Self { layers, bytes, price, room: BlockRoom::default() })
    }

    /// The same where a block of L1 has no more room than that.
    #[must_use]
    pub fn within(self, room: BlockRoom) -> Self {
        Self { room, ..self }
    }

    /// What so many bytes a block take of it, beside verifications of `verification_gas` a block; none where they are not priced,
    /// since it is then not known in what they go, or where a block has room without limit.
    pub(crate) fn block_use(&self, bytes_per_block: f64, verification_gas: f64) -> Option<BlockUse> {
        let (used, room, unit) = match self.price?.0 {
            BytePrice::Calldata { byte_gas, .. } => {
                (bytes_per_block * byte_gas + verification_gas, self.room.gas?, "gas a block")
            }
            BytePrice::Blob { .. } => {
                (bytes_per_block * BLOB_BYTES_PER_BYTE / BLOB_BYTES, self.room.blobs?, "blobs a block")
            }
        };
        Some(BlockUse { used, room, unit })
    }

    /// Bytes of a transaction's data, compressed, and of a batch's commitment, where known.
    pub(crate) fn lengths(&self) -> Option<(f64, f64)> {
        self.bytes
    }

    /// The choice of a layer.
    pub fn of(&self, layer: u32) -> LayerData {
        let at = (layer as usize).saturating_sub(2).min(self.layers.len() - 1);
        self.layers[at]
    }

    /// Bytes on L1 for a transaction of a layer: its fraction of the data, and its part of the batch's commitment.
    ///
    /// ```
    /// use planner::fractal::{DataOnL1, LayerData};
    /// let layers = vec![LayerData::ROLLUP, LayerData::VALIDIUM, LayerData::volition(0.25)?];
    /// let data = DataOnL1::new(layers, Some((20.0, 64.0)), None)?;
    /// // Batches of 64: a byte of the commitment each.
    /// assert_eq!([2, 3, 4, 5].map(|layer| data.bytes(layer, 64)), [Some(21.0), Some(1.0), Some(6.0), Some(6.0)]);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn bytes(&self, layer: u32, batch_transactions: u32) -> Option<f64> {
        let (data, commitment) = self.bytes?;
        Some(self.of(layer).fraction * data + commitment / f64::from(batch_transactions.max(1)))
    }

    /// Dollars for a transaction of a layer; none where bytes or price are not known.
    ///
    /// ```
    /// use planner::fractal::{BytePrice, DataOnL1, LayerData};
    /// let usd = |price| {
    ///     DataOnL1::new(vec![], Some((31.0, 0.0)), Some((price, 3_000.0))).map(|data| data.usd(2, 64).unwrap())
    /// };
    /// // 31 bytes of 16 gas at 10 gwei; 32 bytes of a blob at 1 gwei.
    /// assert!((usd(BytePrice::Calldata { byte_gas: 16.0, gwei: 10.0 })? - 0.01488).abs() < 1e-12);
    /// assert!((usd(BytePrice::Blob { gwei: 1.0 })? - 9.6e-5).abs() < 1e-12);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn usd(&self, layer: u32, batch_transactions: u32) -> Option<f64> {
        let bytes = self.bytes(layer, batch_transactions)?;
        let (price, usd_per_eth) = self.price?;
        let gwei = match price {
            BytePrice::Calldata { byte_gas, gwei } => bytes * byte_gas * gwei,
            BytePrice::Blob { gwei } => bytes * BLOB_BYTES_PER_BYTE * gwei,
        };
        Some(gwei * 1e-9 * usd_per_eth)
    }
}
