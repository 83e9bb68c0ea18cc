//! A ledger as storage of the contract, and transactions as calls of it.

use super::contract::{ADDRESS, address, balance_slot, code, pool_slot, reserve_slot, swap, transfer};
use crate::account::{Account, AccountId, TOKENS, Token};
use crate::leaf::LeafId;
use crate::ledger::Ledger;
use crate::pool::PoolId;
use crate::rules::declared;
use crate::transaction::{Action, Transaction};
use revm::context::TxEnv;
use revm::context::result::ExecutionResult;
use revm::database::{CacheDB, EmptyDB};
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::{TxKind, U256};
use revm::state::{AccountInfo, Bytecode};
use revm::{Context, DatabaseRef, ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext};
use std::collections::BTreeSet;

/// The library that executes.
pub const ENGINE: &str = "revm";

/// Enough for any call of the contract.
const GAS_LIMIT: u64 = 1_000_000;

/// What a transaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvmOutcome {
    /// What came out of a pool, 0 for a transfer; none where a rule was broken, and nothing changed.
    pub amount_out: Option<u64>,
    /// The gas that it used; 0 where it did not come to be executed.
    pub gas: u64,
}

/// The contract with the leaves that a block declares, in a virtual machine of the newest rules.
///
/// Each transaction is one of the machine: its nonce is checked, it is executed, and its changes are committed. Gas is
/// counted and costs nothing.
pub struct EvmPools {
    evm: MainnetEvm<MainnetContext<CacheDB<EmptyDB>>>,
    accounts: usize,
    pools: usize,
}

impl EvmPools {
    /// The contract over the leaves of a ledger that the transactions declare.
    pub fn new(ledger: &Ledger, transactions: &[Transaction]) -> Self {
        let mut database = CacheDB::new(EmptyDB::default());
        let contract = AccountInfo { nonce: 1, ..AccountInfo::default() };
        database.insert_account_info(ADDRESS, contract.with_code(Bytecode::new_raw(code())));
        let mut store = |(slot, value): (U256, U256)| {
            // A database in memory has no way to fail.
            let Ok(()) = database.insert_account_storage(ADDRESS, slot, value);
        };
        let leaves: BTreeSet<LeafId> = transactions.iter().flat_map(declared).collect();
        let mut nonces = Vec::new();
        for leaf in leaves {
            match leaf {
                LeafId::Account(id) => {
                    let Ok(account) = ledger.account(id) else { continue };
                    nonces.push((id, account.nonce));
                    for token in tokens() {
                        let balance = account.balances[token.index()];
                        store((balance_slot(id, token), U256::from(balance)));
                    }
                }
                LeafId::Pool(id) => {
                    let Ok(pool) = ledger.pool(id) else { continue };
                    store(pool_slot(id, pool));
                    for token in pool.pair() {
                        store((reserve_slot(id, token), U256::from(pool.reserve(token))));
                    }
                }
            }
        }
        for (id, nonce) in nonces {
            let info = AccountInfo { nonce: nonce.into(), ..AccountInfo::default() };
            database.insert_account_info(address(id), info);
        }
        let evm = Context::mainnet().with_db(database).build_mainnet();
        Self { evm, accounts: ledger.accounts().len(), pools: ledger.pools().len() }
    }

    /// Executes one transaction. One that breaks a rule changes nothing, as natively: not even its nonce, which a chain
    /// would count up all the same.
    pub fn execute(&mut self, transaction: &Transaction) -> EvmOutcome {
        let refused = |gas| EvmOutcome { amount_out: None, gas };
        let Transaction { sender, nonce, action } = *transaction;
        // The contract knows no accounts: whoever has nothing is anybody.
        let has = |id: AccountId| (id.0 as usize) < self.accounts;
        let data = match action {
            Action::Transfer { to, token, amount } if has(to) => transfer(to, token, amount),
            Action::Swap { pool, token_in, amount_in, min_out } if (pool.0 as usize) < self.pools => {
                swap(pool, token_in, amount_in, min_out)
            }
            Action::Transfer { .. } | Action::Swap { .. } => return refused(0),
        };
        // The machine has nonces of 64 bits.
        if !has(sender) || nonce == u32::MAX {
            return refused(0);
        }
        let call = TxEnv::builder()
            .caller(address(sender))
            .kind(TxKind::Call(ADDRESS))
            .data(data)
            .nonce(nonce.into())
            .gas_limit(GAS_LIMIT)
            .build_fill();
        // A nonce that is not the next is no transaction at all.
        let Ok(executed) = self.evm.transact(call) else { return refused(0) };
        let gas = executed.result.tx_gas_used();
        match &executed.result {
            ExecutionResult::Success { output, .. } => {
                let amount_out = U256::from_be_slice(output.data()).to::<u64>();
                self.evm.commit(executed.state);
                EvmOutcome { amount_out: Some(amount_out), gas }
            }
            _ => refused(gas),
        }
    }

    /// An account as the contract has it; its owner is not known there.
    pub fn account(&self, id: AccountId) -> Account {
        let info = self.database().basic_ref(address(id)).unwrap_or_default().unwrap_or_default();
        let balances = tokens().map(|token| self.stored(balance_slot(id, token)));
        Account { owner: 0, nonce: u32::try_from(info.nonce).unwrap_or(u32::MAX), balances }
    }

    /// A pool's reserve of a token as the contract has it.
    pub fn reserve(&self, id: PoolId, token: Token) -> u64 {
        self.stored(reserve_slot(id, token))
    }

    fn stored(&self, slot: U256) -> u64 {
        self.database().storage_ref(ADDRESS, slot).unwrap_or_default().to::<u64>()
    }

    fn database(&self) -> &CacheDB<EmptyDB> {
        &self.evm.ctx.journaled_state.database
    }
}

impl std::fmt::Debug for EvmPools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { evm: _, accounts, pools } = self;
        f.debug_struct("EvmPools").field("accounts", accounts).field("pools", pools).finish_non_exhaustive()
    }
}

fn tokens() -> [Token; TOKENS] {
    let token = |index: usize| {
        Token::new(index as u64).unwrap_or_else(|| unreachable!("an index below TOKENS is a token"))
    };
    std::array::from_fn(token)
}
