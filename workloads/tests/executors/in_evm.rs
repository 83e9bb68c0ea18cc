//! The contract in a virtual machine does what the native rules do, transaction by transaction.

use crate::blocks::{World, world};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;
use workloads::account::{Account, AccountId};
use workloads::depth::Depth;
use workloads::evm::pools::EvmPools;
use workloads::generate::{Contention, Traffic};
use workloads::ledger::Ledger;
use workloads::pool::PoolId;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::transaction::Transaction;

fn check(ledger: &Ledger, transactions: &[Transaction]) -> Result<(), TestCaseError> {
    let (mut native, mut evm) = (ledger.clone(), EvmPools::new(ledger, transactions));
    for (index, transaction) in transactions.iter().enumerate() {
        let expected = native.apply(transaction).ok().map(|receipt| receipt.amount_out);
        let got = evm.execute(transaction);
        prop_assert_eq!(got.amount_out, expected, "transaction {}: {:?}", index, transaction);
        // 21,000 is what a transaction costs before its first instruction.
        prop_assert_eq!(got.amount_out.is_some() && got.gas <= 21_000, false, "{:?}", got);
    }
    // Leaves that no transaction declares are not in the contract.
    let touched = native.take_touched();
    for id in touched.accounts {
        let expected = Account { owner: 0, ..native.accounts()[id.0 as usize] };
        prop_assert_eq!(evm.account(AccountId(id.0)), expected, "account {}", id.0);
    }
    for id in touched.pools {
        let pool = &native.pools()[id.0 as usize];
        for token in pool.pair() {
            prop_assert_eq!(evm.reserve(PoolId(id.0), token), pool.reserve(token), "pool {}", id.0);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Refusals of every kind, drained pools, amounts up to 2^64 − 1.
    #[test]
    fn of_random_blocks(world in world(4, 30)) {
        let World { ledger, transactions } = world;
        check(&ledger, &transactions)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn of_generated_traffic(seed in 0u64.., ratio in 0.0f64..=1.0, hot_pool in 0.0f64..=1.0, chain in 1u32..8) {
        let depth = Depth::new(9).expect("in range");
        let population = Population { accounts: 200, pools: 20, depth, fee_bps: 30 };
        let traffic = Traffic { swap_ratio: ratio, skew: Skew::Zipf { exponent: 1.0 } };
        let mut generator = population.generator(seed, traffic).expect("valid")
            .contended(Contention { hot_pool, chain }).expect("valid");
        let transactions = generator.next_batch(150).transactions;
        check(&population.ledger(seed).expect("valid"), &transactions)?;
    }
}
