//! A ledger with its tree: the left half of the leaves are accounts, the right half pools.

use crate::account::{Account, AccountId};
pub use crate::depth::{Depth, DepthError, LeafIndex};
use crate::executor::{Block, Executed, Executor, ExecutorError};
use crate::hash::{Digest, hash_pair};
use crate::ledger::{BatchError, ExecutionError, Ledger, Receipt, Touched};
use crate::merkle::{DensePrefixTree, SHARED_MIN, of_each};
use crate::pool::{Pool, PoolId};
use crate::transaction::Batch;
use std::num::NonZeroUsize;

/// Every account, every pool, and the tree over them.
#[derive(Clone, Debug)]
pub struct State {
    depth: Depth,
    ledger: Ledger,
    accounts: DensePrefixTree,
    pools: DensePrefixTree,
}

impl State {
    /// Builds the tree over a ledger.
    ///
    /// # Errors
    /// [`DepthError::TooSmall`] if the leaves do not fit.
    pub fn new(depth: Depth, mut ledger: Ledger) -> Result<Self, DepthError> {
        depth.check_room("accounts", ledger.accounts().len())?;
        depth.check_room("pools", ledger.pools().len())?;
        ledger.take_touched();
        let height = depth.levels() - 1;
        let accounts = DensePrefixTree::new(height, of_each(ledger.accounts(), Account::hash));
        let pools = DensePrefixTree::new(height, of_each(ledger.pools(), Pool::hash));
        Ok(Self { depth, ledger, accounts, pools })
    }

    /// The depth of the tree.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The leaves.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The trees over both halves: accounts, pools.
    pub(crate) fn halves(&self) -> [&DensePrefixTree; 2] {
        [&self.accounts, &self.pools]
    }

    /// The root as of the last [`State::update_root`].
    pub fn root(&self) -> Digest {
        hash_pair(self.accounts.root(), self.pools.root())
    }

    /// Applies a batch to the leaves, whole or not at all. The root stays as it was until [`State::update_root`].
    ///
    /// # Errors
    /// The first transaction that breaks a rule.
    pub fn execute(&mut self, batch: &Batch) -> Result<Vec<Receipt>, BatchError> {
        self.ledger.apply_all(&batch.transactions)
    }

    /// Executes a block by an executor of choice, each transaction whole or not at all. The root stays as it was until
    /// [`State::update_root`].
    ///
    /// # Errors
    /// What the executor was given beside the block does not fit it; nothing was changed.
    pub fn execute_by(
        &mut self,
        executor: &dyn Executor,
        block: Block<'_>,
        threads: NonZeroUsize,
    ) -> Result<Executed, ExecutorError> {
        executor.execute(&mut self.ledger, block, threads)
    }

    /// Says whether a batch could be applied, and changes nothing.
    ///
    /// # Errors
    /// The first transaction that breaks a rule.
    pub fn dry_run(&mut self, batch: &Batch) -> Result<(), BatchError> {
        self.ledger.dry_run(&batch.transactions)
    }

    /// Hashes every leaf that changed since the last call, each once, and every node above them, each once.
    pub fn update_root(&mut self) -> Digest {
        let Touched { accounts, pools } = self.ledger.take_touched();
        let ledger = &self.ledger;
        let account = |id: &AccountId| (id.0 as usize, ledger.accounts()[id.0 as usize].hash());
        let pool = |id: &PoolId| (id.0 as usize, ledger.pools()[id.0 as usize].hash());
        let (account_tree, pool_tree) = (&mut self.accounts, &mut self.pools);
        if accounts.len() + pools.len() < SHARED_MIN || rayon::current_num_threads() == 1 {
            account_tree.replace(accounts.iter().map(account));
            pool_tree.replace(pools.iter().map(pool));
        } else {
            // Inside the pool, so that no level of a tree has to be handed to it anew.
            rayon::join(
                || account_tree.replace(of_each(&accounts, account)),
                || pool_tree.replace(of_each(&pools, pool)),
            );
        }
        self.root()
    }

    /// The siblings of an account's leaf, from the leaf up.
    ///
    /// # Errors
    /// If there is no such account.
    pub fn account_siblings(&self, id: AccountId) -> Result<Vec<Digest>, ExecutionError> {
        self.ledger.account(id)?;
        let mut siblings = self.accounts.siblings(id.0 as usize);
        siblings.push(self.pools.root());
        Ok(siblings)
    }

    /// The siblings of a pool's leaf, from the leaf up.
    ///
    /// # Errors
    /// If there is no such pool.
    pub fn pool_siblings(&self, id: PoolId) -> Result<Vec<Digest>, ExecutionError> {
        self.ledger.pool(id)?;
        let mut siblings = self.pools.siblings(id.0 as usize);
        siblings.push(self.accounts.root());
        Ok(siblings)
    }

    /// Writes one account's leaf and the nodes above it at once: what a witness does, step by step, where
    /// execution does it once a batch. No rule is checked here.
    ///
    /// # Errors
    /// If there is no such account.
    pub fn replace_account(&mut self, id: AccountId, account: Account) -> Result<(), ExecutionError> {
        self.ledger.overwrite_account(id, account)?;
        self.accounts.replace([(id.0 as usize, account.hash())]);
        Ok(())
    }

    /// Writes one pool's leaf and the nodes above it at once. No rule is checked here.
    ///
    /// # Errors
    /// If there is no such pool.
    pub fn replace_pool(&mut self, id: PoolId, pool: Pool) -> Result<(), ExecutionError> {
        self.ledger.overwrite_pool(id, pool)?;
        self.pools.replace([(id.0 as usize, pool.hash())]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Depth, DepthError, State};
    use crate::account::{Account, AccountId};
    use crate::ledger::Ledger;
    use crate::merkle::root_from_path;
    use crate::pool::PoolId;
    use crate::population::Population;

    #[test]
    fn depth_is_bounded() {
        assert_eq!(Depth::new(1), Err(DepthError::Range { got: 1 }));
        assert_eq!(Depth::new(32), Err(DepthError::Range { got: 32 }));
        assert!(Depth::new(24).is_ok());
    }

    #[test]
    fn too_many_accounts_name_the_depth_that_holds_them() {
        let account = Account { owner: 0, nonce: 0, balances: [0; 3] };
        let depth = Depth::new(3).expect("3 is in range");
        let error = State::new(depth, Ledger::new(vec![account; 5], vec![])).expect_err("4 fit");
        assert_eq!(error, DepthError::TooSmall { depth: 3, what: "accounts", room: 4, got: 5, needed: 4 });
        assert!(State::new(Depth::new(4).expect("in range"), Ledger::new(vec![account; 5], vec![])).is_ok());
    }

    #[test]
    fn paths_of_both_halves_lead_to_the_root() {
        let population = Population { accounts: 9, pools: 3, ..Population::default() };
        let state = population.state(1).expect("a small population fits");
        let depth = state.depth();
        let account = AccountId(8);
        let siblings = state.account_siblings(account).expect("exists");
        let leaf = state.ledger().accounts()[8].hash();
        assert_eq!(root_from_path(leaf, depth.account_leaf(account).0, &siblings), state.root());
        let siblings = state.pool_siblings(PoolId(2)).expect("exists");
        let leaf = state.ledger().pools()[2].hash();
        assert_eq!(root_from_path(leaf, depth.pool_leaf(PoolId(2)).0, &siblings), state.root());
        assert!(state.account_siblings(AccountId(9)).is_err());
    }

    #[test]
    fn step_by_step_equals_once_a_batch() {
        let mut once = Population::default().state(5).expect("fits");
        let mut stepwise = once.clone();
        let mut generator = Population::default().generator(5, Default::default()).expect("valid");
        let batch = generator.next_batch(20);
        once.execute(&batch).expect("generated batches are valid");
        let root = once.update_root();
        for (id, account) in once.ledger().accounts().iter().enumerate() {
            stepwise.replace_account(AccountId(id as u32), *account).expect("exists");
        }
        for (id, pool) in once.ledger().pools().iter().enumerate() {
            stepwise.replace_pool(PoolId(id as u32), *pool).expect("exists");
        }
        assert_eq!(stepwise.root(), root);
    }
}
