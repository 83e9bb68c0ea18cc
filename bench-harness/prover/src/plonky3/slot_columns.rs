//! The columns of the table of slots: one transaction a row, or nothing.
//!
//! Owns their order, not what they must satisfy ([`crate::plonky3::slots`]) nor what an honest prover puts there
//! ([`crate::plonky3::slot_values`]).

use crate::circuit::swap::{COLUMNS as PRODUCT_COLUMNS, REMAINDER_PARTS};
use workloads::account::TOKENS;
use workloads::hash::RATE;

/// A number below 2^16 as two bytes, both looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word<T> {
    /// The number modulo 2^8.
    pub low: T,
    /// The rest.
    pub high: T,
}

/// A number below 2^64, lowest word first.
pub type AmountColumns<T> = [Word<T>; 4];

/// What one leaf holds of one token, before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MovementColumns<T> {
    /// Before.
    pub before: AmountColumns<T>,
    /// After.
    pub after: AmountColumns<T>,
    /// The carry between the limbs.
    pub carry: T,
}

/// One access to a leaf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access<T> {
    /// Where the leaf stands.
    pub index: T,
    /// What it holds before.
    pub leaf: [T; RATE],
    /// When it was written last.
    pub time: T,
    /// How long ago that is, less one.
    pub gap: Word<T>,
}

/// The division of a swap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Division<T> {
    /// The fee in basis points.
    pub fee: Word<T>,
    /// 10 000 less the fee; both are zero without a swap.
    pub kept: Word<T>,
    /// The remainder.
    pub remainder: [Word<T>; REMAINDER_PARTS],
    /// Denominator − 1 − remainder.
    pub slack: [Word<T>; REMAINDER_PARTS],
    /// The carry between the halves of the comparison of remainder and denominator, plus two.
    pub slack_carry: Word<T>,
    /// The carry out of each column of the product but the last, plus [`crate::circuit::swap::CARRY_OFFSET`].
    pub carries: [[Word<T>; 3]; PRODUCT_COLUMNS - 1],
}

/// A row of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot<T> {
    /// The number of the row.
    pub slot: T,
    /// One for a transfer.
    pub is_transfer: T,
    /// One for a swap.
    pub is_swap: T,
    /// The sender's leaf.
    pub sender: Access<T>,
    /// The target's leaf, after the sender's was written.
    pub target: Access<T>,
    /// Which token goes in: one bit a token, none in a row without a transaction.
    pub token_in: [T; TOKENS],
    /// Which token comes out; none without a swap.
    pub token_out: [T; TOKENS],
    /// One where the pool's second token goes in.
    pub reversed: T,
    /// How much goes in.
    pub amount_in: AmountColumns<T>,
    /// How much comes out.
    pub amount_out: AmountColumns<T>,
    /// The least that must come out.
    pub min_out: AmountColumns<T>,
    /// How much more came out.
    pub surplus: AmountColumns<T>,
    /// The carry of their sum.
    pub surplus_carry: T,
    /// What the sender holds of the token that goes in.
    pub sender_in: MovementColumns<T>,
    /// What the target holds of it.
    pub target_in: MovementColumns<T>,
    /// What the sender holds of the token that comes out.
    pub sender_out: MovementColumns<T>,
    /// What the target holds of it.
    pub target_out: MovementColumns<T>,
    /// The sender's nonce afterwards.
    pub next_nonce: [Word<T>; 2],
    /// The division.
    pub division: Division<T>,
}

/// Reads cells or writes them, in one order.
trait Visit<T> {
    fn cell(&mut self, cell: &mut T);

    fn cells(&mut self, cells: &mut [T]) {
        cells.iter_mut().for_each(|cell| self.cell(cell));
    }

    fn word(&mut self, Word { low, high }: &mut Word<T>) {
        self.cell(low);
        self.cell(high);
    }

    fn words(&mut self, words: &mut [Word<T>]) {
        words.iter_mut().for_each(|word| self.word(word));
    }

    fn movement(&mut self, MovementColumns { before, after, carry }: &mut MovementColumns<T>) {
        self.words(before);
        self.words(after);
        self.cell(carry);
    }

    fn access(&mut self, Access { index, leaf, time, gap }: &mut Access<T>) {
        self.cell(index);
        self.cells(leaf);
        self.cell(time);
        self.word(gap);
    }

    fn division(&mut self, division: &mut Division<T>) {
        let Division { fee, kept, remainder, slack, slack_carry, carries } = division;
        self.word(fee);
        self.word(kept);
        self.words(remainder);
        self.words(slack);
        self.word(slack_carry);
        carries.iter_mut().for_each(|carry| self.words(carry));
    }

    fn slot(&mut self, slot: &mut Slot<T>) {
        let Slot {
            slot,
            is_transfer,
            is_swap,
            sender,
            target,
            token_in,
            token_out,
            reversed,
            amount_in,
            amount_out,
            min_out,
            surplus,
            surplus_carry,
            sender_in,
            target_in,
            sender_out,
            target_out,
            next_nonce,
            division,
        } = slot;
        for cell in [slot, is_transfer, is_swap, reversed, surplus_carry] {
            self.cell(cell);
        }
        self.access(sender);
        self.access(target);
        self.cells(token_in);
        self.cells(token_out);
        for amount in [amount_in, amount_out, min_out, surplus] {
            self.words(amount);
        }
        for movement in [sender_in, target_in, sender_out, target_out] {
            self.movement(movement);
        }
        self.words(next_nonce);
        self.division(division);
    }
}

struct Read<'a, T>(std::slice::Iter<'a, T>);

impl<T: Copy> Visit<T> for Read<'_, T> {
    fn cell(&mut self, cell: &mut T) {
        let Self(cells) = self;
        *cell = *cells.next().unwrap_or_else(|| unreachable!("a row of the table has all its columns"));
    }
}

struct Write<'a, T>(std::slice::IterMut<'a, T>);

impl<T: Copy> Visit<T> for Write<'_, T> {
    fn cell(&mut self, cell: &mut T) {
        let Self(cells) = self;
        *cells.next().unwrap_or_else(|| unreachable!("a row of the table has all its columns")) = *cell;
    }
}

struct Count(usize);

impl<T> Visit<T> for Count {
    fn cell(&mut self, _: &mut T) {
        self.0 += 1;
    }
}

struct Words<T>(Vec<Word<T>>);

impl<T: Copy> Visit<T> for Words<T> {
    fn cell(&mut self, _: &mut T) {}

    fn word(&mut self, word: &mut Word<T>) {
        self.0.push(*word);
    }
}

/// How many columns there are.
pub fn columns() -> usize {
    let mut count = Count(0);
    count.slot(&mut Slot::<u8>::default());
    count.0
}

impl<T: Copy> Slot<T> {
    /// A row of its cells.
    ///
    /// # Panics
    /// If there are not [`columns`] of them.
    pub fn of_row(row: &[T]) -> Self {
        let mut slot = Self::filled(row[0]);
        Read(row.iter()).slot(&mut slot);
        slot
    }

    /// A row of one value.
    fn filled(cell: T) -> Self {
        let word = Word { low: cell, high: cell };
        let amount = [word; 4];
        let movement = MovementColumns { before: amount, after: amount, carry: cell };
        let access = Access { index: cell, leaf: [cell; RATE], time: cell, gap: word };
        let division = Division {
            fee: word,
            kept: word,
            remainder: [word; REMAINDER_PARTS],
            slack: [word; REMAINDER_PARTS],
            slack_carry: word,
            carries: [[word; 3]; PRODUCT_COLUMNS - 1],
        };
        Self {
            slot: cell,
            is_transfer: cell,
            is_swap: cell,
            sender: access,
            target: access,
            token_in: [cell; TOKENS],
            token_out: [cell; TOKENS],
            reversed: cell,
            amount_in: amount,
            amount_out: amount,
            min_out: amount,
            surplus: amount,
            surplus_carry: cell,
            sender_in: movement,
            target_in: movement,
            sender_out: movement,
            target_out: movement,
            next_nonce: [word; 2],
            division,
        }
    }

    /// Writes the row's cells.
    pub fn write(mut self, row: &mut [T]) {
        Write(row.iter_mut()).slot(&mut self);
    }

    /// All words of the row, which are range-checked.
    pub fn words(mut self) -> Vec<Word<T>> {
        let mut words = Words(Vec::new());
        words.slot(&mut self);
        words.0
    }
}
