//! Batches of many rollups, of which some settle on others: each has a state and traffic of its own, and what leaves one
//! ledger arrives in the other.
//!
//! A rollup that settles on another has an account there, its *bridge*, and keeps one of its own, its *portal*. A deposit
//! is two transfers: of a user to the bridge in the parent, and of the portal to the same user in the child. A withdrawal
//! is the reverse. A user has one number in all ledgers. Whether a pair stands on both sides is nothing that native
//! execution of either looks at: that is what a proof of both is for.

use crate::account::{AccountId, TOKENS, Token};
use crate::generate::{Generator, Traffic, TrafficError};
use crate::ledger::ExecutionError;
use crate::population::Population;
use crate::random::{Draws, Purpose, Skew};
use crate::transaction::{Action, Batch};
use thiserror::Error;

/// An amount that crosses is at most this: far below what any account holds at first.
const AMOUNT_MAX: u64 = 1 << 20;

/// A rollup, by whom it settles on and what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExchangeMember {
    /// The place of its parent, before its own; none settles on layer 1.
    pub parent: Option<usize>,
    /// The fraction of swaps among its own transactions.
    pub swap_ratio: f64,
    /// Whether it exchanges with its parent. One that holds swaps alone cannot.
    pub exchanges: bool,
}

/// What is the same in all rollups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeShape {
    /// Accounts and pools of each. The last accounts are portal and bridges.
    pub population: Population,
    /// The seed of all.
    pub seed: u64,
    /// Batches of each.
    pub batches: usize,
    /// Transactions of a batch.
    pub size: usize,
}

/// The accounts that connect a rollup with its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// In the parent.
    pub bridge: AccountId,
    /// In the rollup itself.
    pub portal: AccountId,
}

/// The traffic of one rollup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollupTraffic {
    /// The seed of its genesis and of its own transactions.
    pub seed: u64,
    /// Its batches in order.
    pub batches: Vec<Batch>,
    /// How it is connected with its parent.
    pub gateway: Option<Gateway>,
    /// Transfers that came in from its parent.
    pub deposits: u32,
    /// Transfers that went out to its parent.
    pub withdrawals: u32,
}

/// Rollups that cannot exchange.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ExchangeError {
    /// A parent that comes later.
    #[error("rollup {rollup}: expected a parent before it, got {parent}")]
    Parent {
        /// Which rollup, by its place.
        rollup: usize,
        /// Its parent's place.
        parent: usize,
    },
    /// No account left for users.
    #[error(
        "accounts of a rollup: expected at least {min}, a portal, a bridge for each child and a user, got {got}"
    )]
    Accounts {
        /// How many it takes.
        min: u64,
        /// How many there are.
        got: u32,
    },
    /// No room for what crosses.
    #[error(
        "transactions of a batch: expected at least {min}, one for each rollup that one exchanges with, got {got}"
    )]
    Size {
        /// How many it takes.
        min: usize,
        /// How many there are.
        got: usize,
    },
    /// The traffic of each.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
    /// What crosses breaks a rule.
    #[error("rollup {rollup}: {source}")]
    Crossing {
        /// Which rollup, by its place.
        rollup: usize,
        /// The rule.
        source: ExecutionError,
    },
}

/// A transfer between two ledgers.
struct Crossing {
    is_deposit: bool,
    user: AccountId,
    token: Token,
    amount: u64,
}

impl Crossing {
    /// One of its two transfers: in the parent, whose account is the bridge, or in the child, whose account is the portal.
    fn transfer(&self, account: AccountId, is_parent: bool) -> (AccountId, Action) {
        let (from, to) =
            if self.is_deposit == is_parent { (self.user, account) } else { (account, self.user) };
        (from, Action::Transfer { to, token: self.token, amount: self.amount })
    }
}

/// The batches of all rollups. In each batch a rollup and its parent exchange a deposit and a withdrawal, or one of both in
/// turn where batches have no room for both, or nothing if it does not exchange.
///
/// # Errors
/// Parents after their children, too few accounts, too small batches, or traffic that cannot be.
pub fn exchange(
    members: &[ExchangeMember],
    shape: &ExchangeShape,
) -> Result<Vec<RollupTraffic>, ExchangeError> {
    let gateways = gateways(members, shape)?;
    let users = shape.population.accounts - 1 - most_children(members);
    let per_batch = crossings_per_batch(members, shape.size)?;
    let mut rollups = Vec::with_capacity(members.len());
    let mut generators = Vec::with_capacity(members.len());
    let mut draws = Vec::with_capacity(members.len());
    for (place, member) in members.iter().enumerate() {
        let seed = Draws::new(shape.seed, Purpose::Rollups, place as u64).bits();
        let traffic = Traffic { swap_ratio: member.swap_ratio, skew: Skew::Uniform };
        generators.push(Generator::among(&shape.population, users, seed, traffic)?);
        draws.push(Draws::new(shape.seed, Purpose::Crossings, place as u64));
        let gateway = gateways[place];
        rollups.push(RollupTraffic { seed, batches: Vec::new(), gateway, deposits: 0, withdrawals: 0 });
    }
    for batch in 0..shape.batches {
        let mut given = vec![Vec::new(); members.len()];
        for (place, member) in members.iter().enumerate() {
            let (Some(parent), Some(gateway), true) = (member.parent, gateways[place], member.exchanges)
            else {
                continue;
            };
            // Of rollups that exchange once a batch, each second one begins with a withdrawal.
            let before = members[..place].iter().filter(|other| is_partner(other)).count();
            for turn in 0..per_batch {
                let crossing = draw(&mut draws[place], users, (batch + turn + before).is_multiple_of(2));
                given[parent].push(crossing.transfer(gateway.bridge, true));
                given[place].push(crossing.transfer(gateway.portal, false));
                let count = if crossing.is_deposit {
                    &mut rollups[place].deposits
                } else {
                    &mut rollups[place].withdrawals
                };
                *count += 1;
            }
        }
        for (rollup, (generator, given)) in generators.iter_mut().zip(&given).enumerate() {
            let next = generator.next_batch_with(shape.size, given);
            let next = next.map_err(|source| ExchangeError::Crossing { rollup, source })?;
            rollups[rollup].batches.push(next);
        }
    }
    Ok(rollups)
}

fn draw(draws: &mut Draws, users: u32, is_deposit: bool) -> Crossing {
    let token = Token::new(draws.below(TOKENS as u64));
    Crossing {
        is_deposit,
        user: AccountId(draws.below(users.into()) as u32),
        token: token.unwrap_or_else(|| unreachable!("a draw below TOKENS is a token")),
        amount: 1 + draws.below(AMOUNT_MAX),
    }
}

/// Whether a rollup exchanges with a parent.
fn is_partner(member: &ExchangeMember) -> bool {
    member.exchanges && member.parent.is_some()
}

fn children(members: &[ExchangeMember], of: usize) -> usize {
    members.iter().filter(|member| member.parent == Some(of)).count()
}

fn most_children(members: &[ExchangeMember]) -> u32 {
    (0..members.len()).map(|place| children(members, place) as u32).max().unwrap_or(0)
}

/// The last account is the portal, those before it are bridges.
fn gateways(
    members: &[ExchangeMember],
    shape: &ExchangeShape,
) -> Result<Vec<Option<Gateway>>, ExchangeError> {
    let got = shape.population.accounts;
    let min = u64::from(most_children(members)) + 2;
    if u64::from(got) < min {
        return Err(ExchangeError::Accounts { min, got });
    }
    let portal = AccountId(got - 1);
    let mut bridges = vec![0; members.len()];
    let mut all = Vec::with_capacity(members.len());
    for (rollup, member) in members.iter().enumerate() {
        let Some(parent) = member.parent else {
            all.push(None);
            continue;
        };
        if parent >= rollup {
            return Err(ExchangeError::Parent { rollup, parent });
        }
        bridges[parent] += 1;
        all.push(Some(Gateway { bridge: AccountId(portal.0 - bridges[parent]), portal }));
    }
    Ok(all)
}

/// How much crosses between two in a batch: one or two, as the busiest rollup has room for.
fn crossings_per_batch(members: &[ExchangeMember], size: usize) -> Result<usize, ExchangeError> {
    let partners = |place: usize| {
        let is_partner = |member: &&ExchangeMember| member.exchanges && member.parent == Some(place);
        let own = members[place];
        members.iter().filter(is_partner).count() + usize::from(own.exchanges && own.parent.is_some())
    };
    let most = (0..members.len()).map(partners).max().unwrap_or(0);
    if size < most.max(1) {
        return Err(ExchangeError::Size { min: most.max(1), got: size });
    }
    Ok((size / most.max(1)).min(2))
}

#[cfg(test)]
mod tests {
    use super::{ExchangeError, ExchangeMember, ExchangeShape, Gateway, exchange};
    use crate::account::{AccountId, TOKENS};
    use crate::encoding::encode;
    use crate::population::Population;
    use crate::state::{Depth, State};
    use crate::transaction::Action;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn shape(accounts: u32, seed: u64, batches: usize, size: usize) -> ExchangeShape {
        let depth = Depth::new(8).expect("in range");
        let population = Population { accounts, pools: 3, depth, fee_bps: 30 };
        ExchangeShape { population, seed, batches, size }
    }

    fn member(parent: Option<usize>, swap_ratio: f64) -> ExchangeMember {
        ExchangeMember { parent, swap_ratio, exchanges: swap_ratio < 1.0 }
    }

    /// Two on layer 1; two on the first, of which one holds swaps alone; one on the third.
    fn family() -> Vec<ExchangeMember> {
        vec![
            member(None, 0.5),
            member(None, 0.0),
            member(Some(0), 0.0),
            member(Some(0), 1.0),
            member(Some(2), 0.5),
        ]
    }

    fn held(state: &State, account: AccountId) -> [u64; TOKENS] {
        state.ledger().account(account).expect("exists").balances
    }

    proptest! {
        /// What the bridge gains the portal has paid, batch for batch and token for token.
        #[test]
        fn what_leaves_one_ledger_arrives_in_the_other(seed in 0u64.., size in 2usize..12) {
            let shape = shape(40, seed, 4, size);
            let rollups = exchange(&family(), &shape).expect("an exchange");
            prop_assert_eq!(&rollups, &exchange(&family(), &shape).expect("the same again"));
            let mut states: Vec<_> =
                rollups.iter().map(|rollup| shape.population.state(rollup.seed).expect("fits")).collect();
            let sums = |states: &[State]| -> Vec<_> {
                let links = rollups.iter().zip(family()).enumerate();
                links.filter_map(|(place, (rollup, member))| {
                    let Gateway { bridge, portal } = rollup.gateway?;
                    let [above, below] = [held(&states[member.parent?], bridge), held(&states[place], portal)];
                    Some(std::array::from_fn::<_, TOKENS, _>(|token| above[token] + below[token]))
                }).collect()
            };
            let first = sums(&states);
            prop_assert_eq!(first.len(), 3);
            for batch in 0..4 {
                for (state, rollup) in states.iter_mut().zip(&rollups) {
                    prop_assert_eq!(rollup.batches[batch].transactions.len(), size);
                    prop_assert!(state.execute(&rollup.batches[batch]).is_ok());
                }
                prop_assert_eq!(&sums(&states), &first);
            }
            let per_batch = if size >= 4 { 2 } else { 1 };
            for (rollup, member) in rollups.iter().zip(family()) {
                let is_in = member.parent.is_some() && member.exchanges;
                prop_assert_eq!(rollup.deposits + rollup.withdrawals, if is_in { 4 * per_batch } else { 0 });
                prop_assert_eq!(rollup.deposits, rollup.withdrawals);
            }
        }
    }

    #[test]
    fn drawn_transactions_keep_away_from_gateways() {
        let mut alone = family();
        for member in &mut alone {
            member.exchanges = false;
        }
        let rollups = exchange(&alone, &shape(6, 1, 3, 50)).expect("no exchange");
        for transaction in
            rollups.iter().flat_map(|rollup| &rollup.batches).flat_map(|batch| &batch.transactions)
        {
            // A portal and at most two bridges: the first three are users.
            assert!(transaction.sender.0 < 3, "{transaction:?}");
            if let Action::Transfer { to, .. } = transaction.action {
                assert!(to.0 < 3, "{transaction:?}");
            }
        }
        let seeds: std::collections::BTreeSet<_> = rollups.iter().map(|rollup| rollup.seed).collect();
        assert_eq!(seeds.len(), rollups.len());
        assert_ne!(encode(&rollups[0].batches[0]), encode(&rollups[4].batches[0]));
    }

    #[test]
    fn of_rollups_that_exchange_once_each_second_one_withdraws() {
        let members = [
            member(None, 0.5),
            member(None, 0.0),
            member(Some(0), 0.0),
            member(Some(1), 1.0),
            member(Some(0), 0.5),
        ];
        let rollups = exchange(&members, &shape(10, 1, 1, 3)).expect("an exchange");
        let crossed: Vec<_> = rollups.iter().map(|rollup| (rollup.deposits, rollup.withdrawals)).collect();
        assert_eq!(crossed, [(0, 0), (0, 0), (1, 0), (0, 0), (0, 1)]);
    }

    #[test]
    fn siblings_have_bridges_of_their_own() {
        let rollups = exchange(&family(), &shape(6, 1, 1, 8)).expect("an exchange");
        let gateway = |bridge| Some(Gateway { bridge: AccountId(bridge), portal: AccountId(5) });
        let gateways: Vec<_> = rollups.iter().map(|rollup| rollup.gateway).collect();
        assert_eq!(gateways, [None, None, gateway(4), gateway(3), gateway(4)]);
    }

    #[test]
    fn what_cannot_exchange_is_refused_with_figures() {
        let refused = |members: &[ExchangeMember], accounts, size| {
            exchange(members, &shape(accounts, 1, 1, size)).expect_err("cannot be")
        };
        assert_eq!(refused(&family(), 3, 8), ExchangeError::Accounts { min: 4, got: 3 });
        assert_eq!(refused(&family(), 8, 1), ExchangeError::Size { min: 2, got: 1 });
        assert_eq!(refused(&[member(Some(0), 0.0)], 8, 8), ExchangeError::Parent { rollup: 0, parent: 0 });
        assert!(matches!(refused(&[member(None, 2.0)], 8, 8), ExchangeError::Traffic(_)));
    }
}
