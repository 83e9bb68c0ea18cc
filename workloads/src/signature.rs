//! Signatures of transactions: ECDSA over secp256k1, one key an account, all from a seed.
//!
//! What is signed is the encoding of a transaction ([`crate::encoding`]), hashed by SHA-256. Keys and signatures are
//! deterministic (RFC 6979): the same seed gives the same bytes on every machine. Not here: time, and the statement that
//! is proved, which leaves signatures out.

use crate::account::AccountId;
use crate::encoding::encode_transaction;
use crate::random::{Draws, Purpose};
use crate::transaction::Transaction;
use k256::ecdsa::signature::{Signer, Verifier};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use rayon::prelude::*;
use std::collections::HashMap;
use thiserror::Error;

/// Bytes of a signature where one is published: two numbers of 256 bits.
pub const SIGNATURE_BYTES: u64 = 64;

/// A transaction, the key that its sender is known by, and a signature that should be of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    /// What was signed.
    pub transaction: Transaction,
    /// The sender's key.
    pub key: VerifyingKey,
    /// The signature.
    pub signature: Signature,
}

/// A signature that is not of its transaction by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("transaction {index}: its signature is not of this transaction by its sender")]
pub struct WrongSignature {
    /// The place of the transaction in its batch, from 0.
    pub index: usize,
}

/// The keys of accounts, each made when it is first asked for.
#[derive(Debug)]
pub struct KeyRing {
    seed: u64,
    keys: HashMap<AccountId, SigningKey>,
}

impl KeyRing {
    /// The keys of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, keys: HashMap::new() }
    }

    /// Signs transactions, each by its sender, on the threads of the current pool.
    pub fn sign(&mut self, transactions: &[Transaction]) -> Vec<SignedTransaction> {
        for Transaction { sender, .. } in transactions {
            self.keys.entry(*sender).or_insert_with(|| key(self.seed, *sender));
        }
        let keys = &self.keys;
        let signed = |transaction: &Transaction| {
            let key = &keys[&transaction.sender];
            SignedTransaction {
                transaction: *transaction,
                key: *key.verifying_key(),
                signature: key.sign(&encode_transaction(transaction)),
            }
        };
        transactions.par_iter().map(signed).collect()
    }
}

/// The key of an account: 256 random bits, again where they are no key, which has the chance 2^-128.
fn key(seed: u64, account: AccountId) -> SigningKey {
    let mut draws = Draws::new(seed, Purpose::Keys, u64::from(account.0));
    loop {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&draws.bits().to_le_bytes());
        }
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            return key;
        }
    }
}

impl SignedTransaction {
    fn is_valid(&self) -> bool {
        self.key.verify(&encode_transaction(&self.transaction), &self.signature).is_ok()
    }
}

/// Verifies a batch's signatures, one after the other.
///
/// # Errors
/// The first that is wrong.
pub fn verify_in_order(batch: &[SignedTransaction]) -> Result<(), WrongSignature> {
    match batch.iter().position(|signed| !signed.is_valid()) {
        Some(index) => Err(WrongSignature { index }),
        None => Ok(()),
    }
}

/// The same on the threads of the current pool.
///
/// # Errors
/// The first that is wrong.
pub fn verify_in_parallel(batch: &[SignedTransaction]) -> Result<(), WrongSignature> {
    match batch.par_iter().position_first(|signed| !signed.is_valid()) {
        Some(index) => Err(WrongSignature { index }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyRing, SignedTransaction, WrongSignature, verify_in_order, verify_in_parallel};
    use crate::generate::Traffic;
    use crate::population::Population;

    fn signed(seed: u64) -> Vec<SignedTransaction> {
        let population = Population { accounts: 5, ..Population::default() };
        let mut generator = population.generator(1, Traffic::default()).expect("valid");
        KeyRing::new(seed).sign(&generator.next_batch(12).transactions)
    }

    #[test]
    fn signatures_are_deterministic_and_every_account_has_its_key() {
        let batch = signed(1);
        assert_eq!(batch, signed(1));
        assert_ne!(batch[0].key, signed(2)[0].key);
        for (a, b) in batch.iter().zip(&batch[1..]) {
            assert_eq!(a.key == b.key, a.transaction.sender == b.transaction.sender);
        }
        assert_eq!((verify_in_order(&batch), verify_in_parallel(&batch)), (Ok(()), Ok(())));
    }

    #[test]
    fn what_was_not_signed_by_its_sender_is_found_with_its_place() {
        let good = signed(1);
        let refused = |spoil: &dyn Fn(&mut Vec<SignedTransaction>)| {
            let mut batch = good.clone();
            spoil(&mut batch);
            assert_eq!(verify_in_order(&batch), verify_in_parallel(&batch));
            verify_in_order(&batch)
        };
        // Another transaction, another signature, another key.
        assert_eq!(refused(&|batch| batch[7].transaction.nonce += 1), Err(WrongSignature { index: 7 }));
        assert_eq!(
            refused(&|batch| batch[3].signature = batch[4].signature),
            Err(WrongSignature { index: 3 })
        );
        let foreign = signed(2)[5].key;
        assert_eq!(refused(&|batch| batch[5].key = foreign), Err(WrongSignature { index: 5 }));
        // The first of two.
        let both = |batch: &mut Vec<SignedTransaction>| {
            batch[9].transaction.nonce += 1;
            batch[2].transaction.nonce += 1;
        };
        assert_eq!(refused(&both), Err(WrongSignature { index: 2 }));
    }
}
