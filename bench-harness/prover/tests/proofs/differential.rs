//! Transactions at the edges of what is allowed and beyond them, in worlds at the edges of what can be: whatever
//! native execution says of one, a prover that computes with wrapping numbers is believed exactly where it agrees.

use prover::circuit::values::SlotValues;
use prover::statement::Statement;
use prover::witness::{Leaf, Opening, Step};
use workloads::account::{Account, AccountId, Token};
use workloads::hash::Digest;
use workloads::ledger::Ledger;
use workloads::pool::{Pool, PoolId};
use workloads::random::{Draws, Purpose};
use workloads::state::{Depth, State};
use workloads::swap::quotient;
use workloads::transaction::{Action, Batch, BatchId, Transaction};

const AMOUNTS: [u64; 14] = [
    0,
    1,
    2,
    9_999,
    10_000,
    0xffff,
    0x1_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0001,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];
const NONCES: [u32; 6] = [0, 5, 0xffff, 0x1_0000, u32::MAX - 1, u32::MAX];
const FEES: [u16; 5] = [0, 1, 30, 9_999, 10_000];
/// The depth of the tree: room for four accounts and four pools.
pub(crate) const DEPTH: u64 = 3;

/// One transaction, allowed or not, and what a liar says of it.
pub(crate) struct Attempt {
    /// The root before.
    pub(crate) root: Digest,
    /// The numbers of its slot: honest where it is allowed.
    pub(crate) values: SlotValues,
    /// What native execution says; none where it refuses.
    pub(crate) native: Option<Statement>,
    /// The commitment to the transaction.
    pub(crate) commitment: Digest,
    /// The transaction.
    pub(crate) transaction: Transaction,
}

impl Attempt {
    /// Whether what a proof says, if there is one, agrees with native execution. A proof of another transaction is
    /// none of this one.
    pub(crate) fn agrees(&self, proved: Option<Statement>) -> bool {
        proved.filter(|statement| statement.commitment == self.commitment) == self.native
    }
}

fn one<T: Copy>(draws: &mut Draws, of: &[T]) -> T {
    of[draws.below(of.len() as u64) as usize]
}

fn token(draws: &mut Draws) -> Token {
    Token::new(draws.below(3)).expect("below three")
}

fn world(draws: &mut Draws) -> State {
    let accounts = (0..3).map(|_| Account {
        owner: draws.bits() >> 1,
        nonce: one(draws, &NONCES),
        balances: [(); 3].map(|()| one(draws, &AMOUNTS)),
    });
    let accounts = accounts.collect();
    let pools = (0..2).map(|_| {
        let (first, step) = (draws.below(3), 1 + draws.below(2));
        let pair = [first, (first + step) % 3].map(|index| Token::new(index).expect("below three"));
        let reserves = [(); 2].map(|()| one(draws, &AMOUNTS));
        Pool::new(pair, reserves, one(draws, &FEES)).expect("two tokens, and a fee")
    });
    let ledger = Ledger::new(accounts, pools.collect());
    State::new(Depth::new(DEPTH).expect("in range"), ledger).expect("fits")
}

/// An edge, or what is held, or one more or less than that.
fn amount(draws: &mut Draws, held: u64) -> u64 {
    match draws.below(6) {
        0 => one(draws, &AMOUNTS),
        1 => held.wrapping_add(1),
        2 => held.wrapping_sub(1),
        3 => held / 2,
        _ => held,
    }
}

fn transaction(draws: &mut Draws, state: &State) -> Transaction {
    let sender = AccountId(draws.below(3) as u32);
    let account = state.ledger().accounts()[sender.0 as usize];
    let nonce = if draws.below(12) == 0 { account.nonce ^ 1 } else { account.nonce };
    let action = if draws.below(2) == 0 {
        let token = token(draws);
        let amount = amount(draws, account.balances[token.index()]);
        Action::Transfer { to: AccountId(draws.below(3) as u32), token, amount }
    } else {
        let pool = PoolId(draws.below(2) as u32);
        let held = state.ledger().pools()[pool.0 as usize];
        let token_in = if draws.below(8) == 0 { token(draws) } else { one(draws, &held.pair()) };
        let amount_in = amount(draws, account.balances[token_in.index()]);
        let out = held.other(token_in).map_or(0, |out| {
            let reserves = (held.reserve(token_in), held.reserve(out));
            quotient(reserves.0, reserves.1, amount_in, held.fee_bps()).map_or(0, |(out, _)| out)
        });
        let min_out = one(draws, &[0, 0, 0, out, out.wrapping_add(1)]);
        Action::Swap { pool, token_in, amount_in, min_out }
    };
    Transaction { sender, nonce, action }
}

fn opened(state: &State, id: AccountId) -> Opening {
    let leaf = Leaf::Account(state.ledger().accounts()[id.0 as usize]);
    Opening {
        index: state.depth().account_leaf(id),
        leaf,
        siblings: state.account_siblings(id).expect("exists"),
    }
}

/// What a liar records: the rules are followed in numbers that wrap, and nothing is refused.
fn recorded(state: &State, transaction: Transaction) -> Step {
    let mut between = state.clone();
    let sender = opened(state, transaction.sender);
    let mut account = state.ledger().accounts()[transaction.sender.0 as usize];
    account.nonce = account.nonce.wrapping_add(1);
    let (target, quotient) = match transaction.action {
        Action::Transfer { to, token, amount } => {
            let balance = &mut account.balances[token.index()];
            *balance = balance.wrapping_sub(amount);
            between.replace_account(transaction.sender, account).expect("exists");
            (opened(&between, to), (0, 0))
        }
        Action::Swap { pool: id, token_in, amount_in, .. } => {
            let pool = state.ledger().pools()[id.0 as usize];
            let token_out = pool.other(token_in).unwrap_or(token_in);
            let (reserve_in, reserve_out) = (pool.reserve(token_in), pool.reserve(token_out));
            // Where the price is undefined the liar takes all there is.
            let quotient =
                quotient(reserve_in, reserve_out, amount_in, pool.fee_bps()).unwrap_or((reserve_out, 0));
            let paid = &mut account.balances[token_in.index()];
            *paid = paid.wrapping_sub(amount_in);
            let got = &mut account.balances[token_out.index()];
            *got = got.wrapping_add(quotient.0);
            between.replace_account(transaction.sender, account).expect("exists");
            let siblings = between.pool_siblings(id).expect("exists");
            (Opening { index: state.depth().pool_leaf(id), leaf: Leaf::Pool(pool), siblings }, quotient)
        }
    };
    Step { transaction: Some(transaction), sender, target, quotient }
}

/// An attempt of a seed.
pub(crate) fn attempt(seed: u64) -> Attempt {
    let mut draws = Draws::new(seed, Purpose::Transactions, 77);
    let state = world(&mut draws);
    let transaction = transaction(&mut draws, &state);
    let batch = Batch { id: BatchId(0), transactions: vec![transaction] };
    let commitment = batch.commitment(state.depth(), 1);
    let (mut after, root) = (state.clone(), state.root());
    let native = after.execute(&batch).is_ok().then(|| Statement {
        old_root: root,
        new_root: after.update_root(),
        commitment,
        transactions: 1,
    });
    let values = SlotValues::honest(&recorded(&state, transaction));
    Attempt { root, values, native, commitment, transaction }
}
