//! Batches from a seed: who sends, to whom, how much.
//!
//! The generator carries its own ledger forward, so that each transaction it yields is valid after all before it.
//! Batch `k` draws from stream `k` alone: the same seed gives the same bytes on every machine.

use crate::account::{AccountId, TOKENS, Token};
use crate::ledger::{ExecutionError, Ledger};
use crate::pool::PoolId;
use crate::population::{Population, PopulationError};
use crate::random::{Chooser, Draws, Purpose, Skew};
use crate::swap::amount_out;
use crate::transaction::{Action, Batch, BatchId, Transaction};
use thiserror::Error;

/// What the transactions are like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traffic {
    /// The share of swaps among transactions, 0 (transfers alone) to 1 (swaps alone).
    pub swap_ratio: f64,
    /// How senders, recipients and pools are chosen.
    pub skew: Skew,
}

impl Default for Traffic {
    /// Half swaps, uniform.
    fn default() -> Self {
        Self { swap_ratio: 0.5, skew: Skew::Uniform }
    }
}

/// How much the transactions of a batch depend on each other, beyond what [`Skew`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contention {
    /// The fraction of swaps that go to pool 0, whatever the skew, 0 to 1.
    pub hot_pool: f64,
    /// How many transactions in a row one account sends, each depending on the one before by its nonce; at least 1.
    pub chain: u32,
}

impl Default for Contention {
    /// No more than the skew brings.
    fn default() -> Self {
        Self { hot_pool: 0.0, chain: 1 }
    }
}

/// A traffic or a population that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TrafficError {
    /// Not a share.
    #[error("share of swaps: expected 0 to 1, got {got}")]
    SwapRatio {
        /// What was asked for.
        got: f64,
    },
    /// Not an exponent.
    #[error("Zipf exponent: expected 0 to 10, got {got}")]
    Exponent {
        /// What was asked for.
        got: f64,
    },
    /// Not a fraction.
    #[error("fraction of swaps on one pool: expected 0 to 1, got {got}")]
    HotPool {
        /// What was asked for.
        got: f64,
    },
    /// No transaction at all.
    #[error("length of dependency chains: expected at least 1, got 0")]
    Chain,
    /// Swaps without pools.
    #[error("there are swaps in the traffic but no pool to swap against: ask for at least one pool")]
    NoPools,
    /// The population itself.
    #[error(transparent)]
    Population(#[from] PopulationError),
}

/// Yields consecutive batches.
#[derive(Clone, Debug)]
pub struct Generator {
    ledger: Ledger,
    seed: u64,
    next: u64,
    swap_ratio: f64,
    accounts: Chooser,
    pools: Option<Chooser>,
    contention: Contention,
    /// Who sends the next transactions of a chain, and how many of them are left.
    chain: Option<(AccountId, u32)>,
}

impl Population {
    /// A generator of batches over this population.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn generator(&self, seed: u64, traffic: Traffic) -> Result<Generator, TrafficError> {
        Generator::new(self, seed, traffic)
    }
}

impl Generator {
    /// A generator over the genesis of the same seed.
    ///
    /// # Errors
    /// A share outside 0 to 1, an exponent outside 0 to 10, swaps without pools, or a population that cannot be.
    pub fn new(population: &Population, seed: u64, traffic: Traffic) -> Result<Self, TrafficError> {
        Self::among(population, population.accounts, seed, traffic)
    }

    /// A generator whose draws are among the first `users` accounts alone, 1 to all of them: no other account sends a
    /// drawn transaction or receives one.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn among(
        population: &Population,
        users: u32,
        seed: u64,
        traffic: Traffic,
    ) -> Result<Self, TrafficError> {
        let Traffic { swap_ratio, skew } = traffic;
        if !(0.0..=1.0).contains(&swap_ratio) {
            return Err(TrafficError::SwapRatio { got: swap_ratio });
        }
        if let Skew::Zipf { exponent } = skew
            && !(0.0..=10.0).contains(&exponent)
        {
            return Err(TrafficError::Exponent { got: exponent });
        }
        let ledger = population.ledger(seed)?;
        let pools = (population.pools > 0).then(|| Chooser::new(population.pools, skew));
        if pools.is_none() && swap_ratio > 0.0 {
            return Err(TrafficError::NoPools);
        }
        let accounts = Chooser::new(users, skew);
        let contention = Contention::default();
        Ok(Self { ledger, seed, next: 0, swap_ratio, accounts, pools, contention, chain: None })
    }

    /// The same generator with contention. With none it draws the same numbers as without this call.
    ///
    /// # Errors
    /// A fraction outside 0 to 1, or chains of nothing.
    pub fn contended(self, contention: Contention) -> Result<Self, TrafficError> {
        let Contention { hot_pool, chain } = contention;
        if !(0.0..=1.0).contains(&hot_pool) {
            return Err(TrafficError::HotPool { got: hot_pool });
        }
        if chain == 0 {
            return Err(TrafficError::Chain);
        }
        Ok(Self { contention, ..self })
    }

    /// The next batch of `size` transactions.
    pub fn next_batch(&mut self, size: usize) -> Batch {
        let id = BatchId(self.next);
        self.next += 1;
        let mut draws = Draws::new(self.seed, Purpose::Transactions, id.0);
        let transactions = (0..size).map(|_| self.next_transaction(&mut draws)).collect();
        self.ledger.take_touched();
        Batch { id, transactions }
    }

    /// The next batch of `size` transactions, of which some are given: who sends, and what. They stand in their order,
    /// spread evenly among those that are drawn.
    ///
    /// # Errors
    /// A given transaction that breaks a rule.
    ///
    /// # Panics
    /// With more given transactions than `size`.
    pub fn next_batch_with(
        &mut self,
        size: usize,
        given: &[(AccountId, Action)],
    ) -> Result<Batch, ExecutionError> {
        assert!(given.len() <= size, "more transactions are given than a batch has");
        let id = BatchId(self.next);
        self.next += 1;
        let mut draws = Draws::new(self.seed, Purpose::Transactions, id.0);
        let mut rest = given.iter().enumerate().peekable();
        let mut transactions = Vec::with_capacity(size);
        for place in 0..size {
            let due = rest.next_if(|(number, _)| number * size / given.len() == place);
            transactions.push(match due {
                Some((_, (sender, action))) => self.applied(*sender, *action)?,
                None => self.next_transaction(&mut draws),
            });
        }
        self.ledger.take_touched();
        Ok(Batch { id, transactions })
    }

    /// A transaction with its sender's next nonce, applied.
    fn applied(&mut self, sender: AccountId, action: Action) -> Result<Transaction, ExecutionError> {
        let nonce = self.ledger.account(sender)?.nonce;
        let transaction = Transaction { sender, nonce, action };
        self.ledger.apply(&transaction)?;
        Ok(transaction)
    }

    fn next_transaction(&mut self, draws: &mut Draws) -> Transaction {
        let is_swap = draws.chance(self.swap_ratio);
        let sender = self.sender(draws);
        let action = match &self.pools {
            Some(pools) if is_swap => self.swap(self.pool(pools, draws), sender, draws),
            _ => self.transfer(sender, draws),
        };
        let nonce = self.ledger.accounts()[sender.0 as usize].nonce;
        let transaction = Transaction { sender, nonce, action };
        let applied = self.ledger.apply(&transaction);
        assert!(applied.is_ok(), "the generator made a transaction that its own ledger refuses: {applied:?}");
        transaction
    }

    fn sender(&mut self, draws: &mut Draws) -> AccountId {
        let (sender, left) = self
            .chain
            .take()
            .unwrap_or_else(|| (AccountId(self.accounts.draw(draws)), self.contention.chain));
        self.chain = (left > 1).then_some((sender, left - 1));
        sender
    }

    fn pool(&self, pools: &Chooser, draws: &mut Draws) -> PoolId {
        // Without a hot pool nothing is drawn, so that older workloads stay as they are.
        let is_hot = self.contention.hot_pool > 0.0 && draws.chance(self.contention.hot_pool);
        PoolId(if is_hot { 0 } else { pools.draw(draws) })
    }

    fn transfer(&self, sender: AccountId, draws: &mut Draws) -> Action {
        let to = AccountId(self.accounts.draw(draws));
        let token = self.token(draws.below(TOKENS as u64));
        let balance = self.ledger.accounts()[sender.0 as usize].balances[token.index()];
        let room = u64::MAX - self.ledger.accounts()[to.0 as usize].balances[token.index()];
        // At most a thousandth of the balance, so that a hot account never runs dry.
        let amount = draws.below(balance / 1024 + 1).min(room);
        Action::Transfer { to, token, amount }
    }

    fn swap(&self, pool_id: PoolId, sender: AccountId, draws: &mut Draws) -> Action {
        let pool = &self.ledger.pools()[pool_id.0 as usize];
        let [first, second] = pool.pair();
        let (token_in, token_out) = if draws.bits() & 1 == 0 { (first, second) } else { (second, first) };
        let balance = self.ledger.accounts()[sender.0 as usize].balances[token_in.index()];
        let reserve_in = pool.reserve(token_in);
        // Small against the balance and the reserve, so that prices drift and nothing runs dry.
        let ceiling = (balance / 1024).min(reserve_in / 64).min(u64::MAX - reserve_in);
        let amount_in = draws.below(ceiling + 1);
        let quote = amount_out(reserve_in, pool.reserve(token_out), amount_in, pool.fee_bps());
        // A user who accepts half a per cent of slippage.
        let quote = quote.unwrap_or(0);
        Action::Swap { pool: pool_id, token_in, amount_in, min_out: quote - quote / 200 }
    }

    fn token(&self, index: u64) -> Token {
        Token::new(index).unwrap_or_else(|| unreachable!("a draw below TOKENS is a token"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Contention, Traffic, TrafficError};
    use crate::encoding::encode;
    use crate::hash::digest_hex;
    use crate::population::Population;
    use crate::random::Skew;
    use crate::state::Depth;
    use crate::transaction::Action;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    const GOLDEN_ROOT: &str = "ef637d0a4f4f57c5c4b863704b7a148b0a7c92ee4856cd601278f9ccfcd3d27b";

    fn population() -> Population {
        Population { accounts: 50, pools: 4, depth: Depth::new(10).expect("in range"), fee_bps: 30 }
    }

    #[test]
    fn the_bytes_of_a_seed_are_pinned() {
        // Golden: a change here changes every published workload.
        let traffic = Traffic { swap_ratio: 0.5, skew: Skew::Zipf { exponent: 1.0 } };
        let mut generator = population().generator(7, traffic).expect("valid");
        let mut state = population().state(7).expect("fits");
        for _ in 0..3 {
            let batch = generator.next_batch(16);
            state.execute(&batch).expect("valid");
        }
        assert_eq!(digest_hex(state.update_root()), GOLDEN_ROOT);
    }

    #[test]
    fn a_traffic_that_cannot_be_is_refused() {
        let refused = |swap_ratio, skew, pools| {
            let population = Population { pools, ..population() };
            population.generator(1, Traffic { swap_ratio, skew }).expect_err("cannot be")
        };
        assert_eq!(refused(1.5, Skew::Uniform, 1), TrafficError::SwapRatio { got: 1.5 });
        assert!(matches!(refused(f64::NAN, Skew::Uniform, 1), TrafficError::SwapRatio { .. }));
        assert_eq!(refused(0.5, Skew::Zipf { exponent: -1.0 }, 1), TrafficError::Exponent { got: -1.0 });
        assert_eq!(refused(0.5, Skew::Uniform, 0), TrafficError::NoPools);
    }

    #[test]
    fn contention_is_what_was_asked_for() {
        let traffic = Traffic { swap_ratio: 1.0, skew: Skew::Uniform };
        let generator = || population().generator(3, traffic).expect("valid");
        let with = |hot_pool, chain| generator().contended(Contention { hot_pool, chain });
        let hot = |batch: &crate::transaction::Batch| {
            let is_hot = |action| matches!(action, Action::Swap { pool, .. } if pool.0 == 0);
            batch.transactions.iter().filter(|transaction| is_hot(transaction.action)).count()
        };
        assert_eq!(hot(&with(1.0, 1).expect("valid").next_batch(200)), 200);
        // Half of all, and a quarter of the rest: 125, with a standard deviation of 7.
        assert!((100..150).contains(&hot(&with(0.5, 1).expect("valid").next_batch(200))));
        let chained = with(0.0, 7).expect("valid").next_batch(70).transactions;
        for chain in chained.chunks(7) {
            assert!(chain.iter().all(|transaction| transaction.sender == chain[0].sender), "{chain:?}");
            let nonces: Vec<_> = chain.iter().map(|transaction| transaction.nonce - chain[0].nonce).collect();
            assert_eq!(nonces, [0, 1, 2, 3, 4, 5, 6]);
        }
        assert_ne!(chained[0].sender, chained[7].sender);
        let none = generator().contended(Contention::default()).expect("valid").next_batch(50);
        assert_eq!(encode(&none), encode(&generator().next_batch(50)));
        assert_eq!(with(1.5, 1).expect_err("no fraction"), TrafficError::HotPool { got: 1.5 });
        assert_eq!(with(0.0, 0).expect_err("no chain"), TrafficError::Chain);
    }

    proptest! {
        #[test]
        fn generated_batches_execute(seed in 0u64.., ratio in 0.0f64..=1.0, exponent in 0.0f64..3.0, size in 1usize..40) {
            let traffic = Traffic { swap_ratio: ratio, skew: Skew::Zipf { exponent } };
            let mut generator = population().generator(seed, traffic).expect("valid");
            let mut again = population().generator(seed, traffic).expect("valid");
            let mut state = population().state(seed).expect("fits");
            for _ in 0..3 {
                let batch = generator.next_batch(size);
                prop_assert_eq!(encode(&batch), encode(&again.next_batch(size)));
                prop_assert!(state.execute(&batch).is_ok());
            }
        }

        #[test]
        fn the_ends_of_the_mix_are_pure(seed in 0u64..) {
            for (ratio, wanted) in [(0.0, false), (1.0, true)] {
                let mut generator = population()
                    .generator(seed, Traffic { swap_ratio: ratio, skew: Skew::Uniform })
                    .expect("valid");
                for transaction in generator.next_batch(20).transactions {
                    prop_assert_eq!(matches!(transaction.action, Action::Swap { .. }), wanted);
                }
            }
        }
    }
}
