//! The contract: its bytes, its calldata, and where in its storage it keeps what.
//!
//! `pools.evm` is its source, `pools.hex` the bytes; a test assembles the one and compares it with the other.

use crate::account::{AccountId, Token};
use crate::pool::{Pool, PoolId};
use revm::primitives::{Address, Bytes, U256, keccak256};

/// What [`code`] reads.
const HEX: &str = include_str!("pools.hex");

/// Where the contract is.
pub(super) const ADDRESS: Address = Address::with_last_byte(0xaa);

/// Added to the number of an account, so that none is a precompiled contract or this one.
const FIRST_ACCOUNT: u64 = 1 << 40;

/// The kinds of call.
const SWAP: u64 = 0;
const TRANSFER: u64 = 1;

/// The bytes of the contract.
///
/// # Panics
/// If `pools.hex` is not hexadecimal, which a test would have found.
pub(super) fn code() -> Bytes {
    let digits: Vec<u8> = HEX.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).unwrap_or_default();
        u8::from_str_radix(text, 16).unwrap_or_else(|error| unreachable!("pools.hex: {error}"))
    };
    digits.chunks(2).map(byte).collect::<Vec<_>>().into()
}

/// The address of an account.
pub(super) fn address(id: AccountId) -> Address {
    let mut bytes = [0; 20];
    bytes[12..].copy_from_slice(&(FIRST_ACCOUNT + u64::from(id.0)).to_be_bytes());
    Address::new(bytes)
}

fn slot(first: U256, second: u64) -> U256 {
    let words = [first.to_be_bytes::<32>(), U256::from(second).to_be_bytes::<32>()].concat();
    U256::from_be_bytes(keccak256(words).0)
}

/// Where an account's balance of a token is.
pub(super) fn balance_slot(id: AccountId, token: Token) -> U256 {
    slot(U256::from_be_slice(address(id).as_slice()), token.index() as u64)
}

/// Where a pool's reserve of a token is.
pub(super) fn reserve_slot(id: PoolId, token: Token) -> U256 {
    slot(U256::from(id.0), 0x0100 + token.index() as u64)
}

/// Where a pool's pair and fee are, and what is there.
pub(super) fn pool_slot(id: PoolId, pool: &Pool) -> (U256, U256) {
    let [first, second] = pool.pair().map(|token| token.index() as u64);
    let value = (1 << 32) | (second << 24) | (first << 16) | u64::from(pool.fee_bps());
    (slot(U256::from(id.0), 0x0200), U256::from(value))
}

/// The calldata of a swap.
pub(super) fn swap(pool: PoolId, token_in: Token, amount_in: u64, min_out: u64) -> Bytes {
    words([SWAP, pool.0.into(), token_in.index() as u64, amount_in, min_out].map(U256::from))
}

/// The calldata of a transfer.
pub(super) fn transfer(to: AccountId, token: Token, amount: u64) -> Bytes {
    let to = U256::from_be_slice(address(to).as_slice());
    let [kind, token, amount] = [TRANSFER, token.index() as u64, amount].map(U256::from);
    words([kind, to, token, amount, U256::ZERO])
}

fn words(words: [U256; 5]) -> Bytes {
    words.iter().flat_map(U256::to_be_bytes::<32>).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::code;
    use std::collections::BTreeMap;

    /// The instructions that the contract uses (<https://www.evm.codes>).
    const OPCODES: [(&str, u8); 23] = [
        ("STOP", 0x00),
        ("ADD", 0x01),
        ("MUL", 0x02),
        ("SUB", 0x03),
        ("DIV", 0x04),
        ("LT", 0x10),
        ("GT", 0x11),
        ("EQ", 0x14),
        ("ISZERO", 0x15),
        ("AND", 0x16),
        ("SHR", 0x1c),
        ("KECCAK256", 0x20),
        ("CALLER", 0x33),
        ("CALLDATALOAD", 0x35),
        ("POP", 0x50),
        ("MSTORE", 0x52),
        ("SLOAD", 0x54),
        ("SSTORE", 0x55),
        ("JUMP", 0x56),
        ("JUMPI", 0x57),
        ("PUSH0", 0x5f),
        ("RETURN", 0xf3),
        ("REVERT", 0xfd),
    ];
    const JUMPDEST: u8 = 0x5b;
    const PUSH0: u8 = 0x5f;

    fn opcode(word: &str) -> u8 {
        let numbered = |name: &str, first: u8| {
            let number: u8 = word.strip_prefix(name)?.parse().ok()?;
            Some(first + number - 1)
        };
        let named = OPCODES.iter().find(|(name, _)| *name == word).map(|(_, opcode)| *opcode);
        let opcode = named.or_else(|| numbered("DUP", 0x80)).or_else(|| numbered("SWAP", 0x90));
        opcode.unwrap_or_else(|| panic!("no instruction {word}"))
    }

    /// Two passes in one: places of labels are filled in at the end.
    fn assembled(source: &str) -> Vec<u8> {
        let (mut bytes, mut labels, mut gaps) = (Vec::new(), BTreeMap::new(), Vec::new());
        let code = source.lines().map(|line| line.split(';').next().unwrap_or_default());
        for word in code.flat_map(str::split_whitespace) {
            if let Some(label) = word.strip_suffix(':') {
                assert!(labels.insert(label, bytes.len()).is_none(), "{label} stands twice");
                bytes.push(JUMPDEST);
            } else if let Some(label) = word.strip_prefix('@') {
                bytes.push(PUSH0 + 2);
                gaps.push((bytes.len(), label));
                bytes.extend([0, 0]);
            } else if let Some(digits) = word.strip_prefix("0x") {
                let pushed: Vec<u8> = (0..digits.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits"))
                    .collect();
                bytes.push(PUSH0 + u8::try_from(pushed.len()).expect("at most 32"));
                bytes.extend(pushed);
            } else {
                bytes.push(opcode(word));
            }
        }
        for (at, label) in gaps {
            let place = u16::try_from(labels[label]).expect("a short program");
            bytes[at..at + 2].copy_from_slice(&place.to_be_bytes());
        }
        bytes
    }

    #[test]
    fn the_source_gives_these_bytes() {
        assert_eq!(assembled(include_str!("pools.evm")), code().to_vec());
    }
}
