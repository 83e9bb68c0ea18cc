//! The data of a batch as L1 takes it: compressed by Brotli, as calldata or in blobs, whole or in part.
//!
//! Not here: the bytes before compression ([`crate::encoding`]), and what a byte costs.

use crate::account::AccountId;
use crate::encoding::encode;
use crate::random::{Draws, Purpose};
use crate::transaction::Batch;
use std::io;

/// The greatest quality of Brotli.
pub const QUALITY_MAX: u8 = 11;
/// Bytes of data that one field element of a blob holds: 32 bytes must stay below the field's order (EIP-4844), so that
/// 31 are used.
const DATA_OF_ELEMENT: u64 = 31;
/// Bytes of a field element.
const ELEMENT_BYTES: u64 = 32;
/// Field elements of a blob (EIP-4844).
const BLOB_ELEMENTS: u64 = 4_096;
/// What goes to L1 of a batch whose data stays elsewhere: the new state root and the commitment to the transactions.
pub const COMMITMENT_BYTES: u64 = 64;

/// Compresses bytes. The same bytes give the same result on every machine.
///
/// # Panics
/// Never: memory takes all.
pub fn compress(bytes: &[u8], quality: u8) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: i32::from(quality.min(QUALITY_MAX)),
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    let written = brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params);
    assert!(written.is_ok(), "compressing to memory failed: {written:?}");
    compressed
}

/// The bytes that were compressed.
///
/// # Errors
/// Bytes that are no result of Brotli.
pub fn decompress(compressed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    brotli::BrotliDecompress(&mut &*compressed, &mut bytes)?;
    Ok(bytes)
}

/// Bytes that data takes in blobs, without the unused rest of the last one.
///
/// ```
/// use workloads::data::{blob_bytes, blobs};
/// assert_eq!((blob_bytes(0), blob_bytes(31), blob_bytes(32)), (0, 32, 64));
/// assert_eq!((blobs(0), blobs(126_976), blobs(126_977)), (0, 1, 2));
/// ```
pub fn blob_bytes(data_bytes: u64) -> u64 {
    data_bytes.div_ceil(DATA_OF_ELEMENT) * ELEMENT_BYTES
}

/// Blobs that data takes, the last one perhaps in part.
pub fn blobs(data_bytes: u64) -> u64 {
    data_bytes.div_ceil(DATA_OF_ELEMENT).div_ceil(BLOB_ELEMENTS)
}

/// Which accounts of a volition have chosen that their transactions' data goes to L1: each with a chance, from a seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OnChainChoice {
    /// The seed.
    pub seed: u64,
    /// The chance, 0 to 1.
    pub fraction: f64,
}

impl OnChainChoice {
    /// Whether an account has.
    pub fn of(self, account: AccountId) -> bool {
        Draws::new(self.seed, Purpose::OnChain, u64::from(account.0)).chance(self.fraction)
    }

    /// The bytes of those transactions of a batch whose data goes to L1, before compression; none where there are none.
    pub fn encode(self, batch: &Batch) -> Vec<u8> {
        let chosen = batch.transactions.iter().filter(|transaction| self.of(transaction.sender));
        let chosen = Batch { id: batch.id, transactions: chosen.copied().collect() };
        if chosen.transactions.is_empty() { Vec::new() } else { encode(&chosen) }
    }
}

#[cfg(test)]
mod tests {
    use super::{OnChainChoice, QUALITY_MAX, compress, decompress};
    use crate::encoding::{decode, encode};
    use crate::generate::Traffic;
    use crate::population::Population;
    use crate::transaction::{Batch, BatchId};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn batch(size: usize) -> Batch {
        Population::default().generator(1, Traffic::default()).expect("valid").next_batch(size)
    }

    #[test]
    fn what_was_compressed_is_read_and_is_shorter() {
        let bytes = encode(&batch(200));
        for quality in [0, 6, QUALITY_MAX, 99] {
            let compressed = compress(&bytes, quality);
            assert!(compressed.len() < bytes.len(), "{quality}: {} of {}", compressed.len(), bytes.len());
            assert_eq!(decompress(&compressed).expect("what we wrote"), bytes);
        }
        assert!(decompress(&[0xff; 9]).is_err());
    }

    #[test]
    fn a_volition_sends_the_transactions_of_those_who_chose() {
        let batch = batch(300);
        let choice = |fraction| OnChainChoice { seed: 7, fraction };
        assert_eq!(choice(1.0).encode(&batch), encode(&batch));
        assert_eq!(choice(0.0).encode(&batch), Vec::<u8>::new());
        let half = decode(BatchId(0), &choice(0.5).encode(&batch)).expect("a batch").transactions;
        // 300 senders of 10 000, nearly all different: a standard deviation of 9.
        assert!((110..190).contains(&half.len()), "{}", half.len());
        let chosen: Vec<_> = batch
            .transactions
            .iter()
            .filter(|transaction| choice(0.5).of(transaction.sender))
            .copied()
            .collect();
        assert_eq!(half, chosen);
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..300), quality in 0_u8..=11) {
            prop_assert_eq!(decompress(&compress(&bytes, quality)).expect("what we wrote"), bytes);
        }
    }
}
