//! The bytes of a batch that go to L1: compact, self-delimiting, and read back exactly.
//!
//! Layout: the number of transactions, then for each transaction a header byte (bit 0: swap; bits 1–2: token in),
//! sender, target, nonce, amount and, for a swap, the least amount out. Numbers are little-endian base 128
//! (LEB128), in their shortest form alone, so that each batch has exactly one encoding.

use crate::account::{AccountId, Token};
use crate::pool::PoolId;
use crate::transaction::{Action, Batch, BatchId, Transaction};
use thiserror::Error;

/// Bytes that are not a batch.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("byte {at} of the batch data: expected {expected}")]
pub struct DecodeError {
    /// Where reading stopped, from 0.
    pub at: usize,
    /// What should have stood there.
    pub expected: &'static str,
}

/// The bytes of a batch. Its number is not among them: L1 knows the order.
pub fn encode(batch: &Batch) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + 20 * batch.transactions.len());
    put(&mut bytes, batch.transactions.len() as u64);
    for transaction in &batch.transactions {
        put_transaction(&mut bytes, transaction);
    }
    bytes
}

/// The bytes of one transaction, as they stand in those of its batch: what its sender signs.
pub fn encode_transaction(transaction: &Transaction) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(20);
    put_transaction(&mut bytes, transaction);
    bytes
}

fn put_transaction(bytes: &mut Vec<u8>, transaction: &Transaction) {
    let Transaction { sender, nonce, action } = transaction;
    let (is_swap, target, token, amount) = match *action {
        Action::Transfer { to, token, amount } => (0, to.0, token, amount),
        Action::Swap { pool, token_in, amount_in, .. } => (1, pool.0, token_in, amount_in),
    };
    bytes.push(is_swap | (token.index() as u8) << 1);
    for number in [u64::from(sender.0), u64::from(target), u64::from(*nonce), amount] {
        put(bytes, number);
    }
    if let Action::Swap { min_out, .. } = action {
        put(bytes, *min_out);
    }
}

/// The batch of its bytes.
///
/// # Errors
/// The place and the want of the first byte that does not fit.
pub fn decode(id: BatchId, bytes: &[u8]) -> Result<Batch, DecodeError> {
    let mut reader = Reader { bytes, at: 0 };
    let count = reader.number()?;
    // A transaction takes at least five bytes: a count beyond that is refused before anything is allocated.
    if count > (bytes.len() as u64) / 5 {
        return Err(DecodeError { at: 0, expected: "no more transactions than the bytes can hold" });
    }
    let transactions = (0..count).map(|_| reader.transaction()).collect::<Result<_, _>>()?;
    if reader.at < bytes.len() {
        return Err(reader.expected("the end of the batch"));
    }
    Ok(Batch { id, transactions })
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn expected(&self, expected: &'static str) -> DecodeError {
        DecodeError { at: self.at, expected }
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        let byte = *self.bytes.get(self.at).ok_or(self.expected("another byte"))?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(self.expected("a number below 2^64"));
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                let shortest = part != 0 || shift == 0;
                return if shortest {
                    Ok(number)
                } else {
                    Err(self.expected("the shortest form of a number"))
                };
            }
        }
        Err(self.expected("a number below 2^64"))
    }

    fn small(&mut self) -> Result<u32, DecodeError> {
        let number = self.number()?;
        u32::try_from(number).map_err(|_| self.expected("a number below 2^32"))
    }

    fn transaction(&mut self) -> Result<Transaction, DecodeError> {
        let header = self.byte()?;
        let token = Token::new(u64::from(header >> 1)).ok_or(self.expected("a header of kind and token"))?;
        let sender = AccountId(self.small()?);
        let target = self.small()?;
        let nonce = self.small()?;
        let amount = self.number()?;
        let action = if header & 1 == 0 {
            Action::Transfer { to: AccountId(target), token, amount }
        } else {
            Action::Swap { pool: PoolId(target), token_in: token, amount_in: amount, min_out: self.number()? }
        };
        Ok(Transaction { sender, nonce, action })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{decode, encode};
    use crate::account::{AccountId, Token};
    use crate::pool::PoolId;
    use crate::transaction::{Action, Batch, BatchId, Transaction};
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

    pub(crate) fn any_transaction() -> impl Strategy<Value = Transaction> {
        let token = (0u64..3).prop_map(|index| Token::new(index).expect("below three"));
        let action = prop_oneof![
            (any::<u32>(), token.clone(), any::<u64>())
                .prop_map(|(to, token, amount)| { Action::Transfer { to: AccountId(to), token, amount } }),
            (any::<u32>(), token, any::<u64>(), any::<u64>()).prop_map(
                |(pool, token_in, amount_in, min_out)| {
                    Action::Swap { pool: PoolId(pool), token_in, amount_in, min_out }
                }
            ),
        ];
        (any::<u32>(), any::<u32>(), action).prop_map(|(sender, nonce, action)| Transaction {
            sender: AccountId(sender),
            nonce,
            action,
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(transactions in proptest::collection::vec(any_transaction(), 0..20)) {
            let batch = Batch { id: BatchId(3), transactions };
            prop_assert_eq!(decode(BatchId(3), &encode(&batch)), Ok(batch));
        }

        #[test]
        fn any_bytes_are_a_batch_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(batch) = decode(BatchId(0), &bytes) {
                // One batch, one encoding.
                prop_assert!(encode(&batch) == bytes);
            }
        }
    }
}
