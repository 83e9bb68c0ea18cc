//! Whether cells satisfy the tables, row by row, without a proof: what is wrong, and where.
//!
//! For tests: a lie is found in microseconds a row. It is the same `eval` that a proof goes through, over numbers.

use crate::plonky3::field::Val;
use crate::plonky3::table::{TABLES, Table};
use crate::plonky3::traces::Traces;
use crate::statement::PUBLIC_ELEMENTS;
use p3_air::{Air, AirBuilder, BaseAir, RowWindow};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::{Count, InteractionBuilder};
use p3_matrix::dense::RowMajorMatrix;
use std::collections::BTreeMap;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A constraint is not zero.
    Constraint {
        /// Which table.
        table: usize,
        /// Which row.
        row: usize,
        /// Which of the table's constraints, in the order of its code.
        constraint: usize,
    },
    /// A message is sent more often than it is received, or less.
    Message {
        /// On which bus.
        bus: String,
        /// The message.
        message: Vec<Val>,
    },
}

type Messages = BTreeMap<(String, Vec<Val>), Val>;

/// All that is wrong with the cells, by their own statement.
pub fn faults(tables: &[Table; TABLES], traces: &Traces) -> Vec<Fault> {
    let public = traces.public_values();
    let mut faults = Vec::new();
    let mut messages = Messages::new();
    let matrices = [&traces.hashes, &traces.slots, &traces.fixed];
    for (number, (table, cells)) in tables.iter().zip(matrices).enumerate() {
        let fixed = table.preprocessed_trace();
        let height = cells.values.len() / cells.width;
        for row in 0..height {
            let mut check = Check {
                main: window(cells, row),
                fixed: fixed.as_ref().map_or(RowWindow::from_two_rows(&[], &[]), |fixed| window(fixed, row)),
                public: &public,
                first: row == 0,
                last: row + 1 == height,
                off: Vec::new(),
                messages: &mut messages,
            };
            table.eval(&mut check);
            let broken = check.off.iter().enumerate().filter(|(_, off)| !off.is_zero());
            faults.extend(broken.map(|(constraint, _)| Fault::Constraint { table: number, row, constraint }));
        }
    }
    let unbalanced = messages.into_iter().filter(|(_, count)| !count.is_zero());
    faults.extend(unbalanced.map(|((bus, message), _)| Fault::Message { bus, message }));
    faults
}

/// How many constraints each table has, messages not counted.
pub fn constraint_counts(tables: &[Table; TABLES]) -> [usize; TABLES] {
    tables.each_ref().map(|table| {
        let (cells, fixed) = (vec![Val::ZERO; table.width()], vec![Val::ZERO; table.preprocessed_width()]);
        let mut check = Check {
            main: RowWindow::from_two_rows(&cells, &cells),
            fixed: RowWindow::from_two_rows(&fixed, &fixed),
            public: &[Val::ZERO; PUBLIC_ELEMENTS],
            first: true,
            last: true,
            off: Vec::new(),
            messages: &mut Messages::new(),
        };
        table.eval(&mut check);
        check.off.len()
    })
}

/// What each constraint of a row that stands alone is off by.
#[cfg(test)]
pub(crate) fn off_by(row: &[Val], constrain: impl FnOnce(&mut Check<'_>)) -> Vec<Val> {
    let row = RowWindow::from_two_rows(row, row);
    let mut messages = Messages::new();
    let mut check = Check {
        main: row,
        fixed: row,
        public: &[],
        first: true,
        last: true,
        off: Vec::new(),
        messages: &mut messages,
    };
    constrain(&mut check);
    check.off
}

/// A row and the next, the first after the last.
fn window(cells: &RowMajorMatrix<Val>, row: usize) -> RowWindow<'_, Val> {
    let width = cells.width;
    let height = cells.values.len() / width;
    let at = |row: usize| &cells.values[row * width..(row + 1) * width];
    RowWindow::from_two_rows(at(row), at((row + 1) % height))
}

/// Evaluates constraints over the numbers of a row, and keeps what they send.
pub(crate) struct Check<'a> {
    main: RowWindow<'a, Val>,
    fixed: RowWindow<'a, Val>,
    public: &'a [Val],
    first: bool,
    last: bool,
    /// What each constraint is off by, in the order of its code.
    off: Vec<Val>,
    messages: &'a mut Messages,
}

impl<'a> AirBuilder for Check<'a> {
    type F = Val;
    type Expr = Val;
    type Var = Val;
    type PreprocessedWindow = RowWindow<'a, Val>;
    type MainWindow = RowWindow<'a, Val>;
    type PublicVar = Val;
    type PeriodicVar = Val;

    fn main(&self) -> Self::MainWindow {
        self.main
    }

    fn preprocessed(&self) -> &Self::PreprocessedWindow {
        &self.fixed
    }

    fn is_first_row(&self) -> Val {
        Val::from_bool(self.first)
    }

    fn is_last_row(&self) -> Val {
        Val::from_bool(self.last)
    }

    fn is_transition(&self) -> Val {
        Val::from_bool(!self.last)
    }

    fn assert_zero<I: Into<Val>>(&mut self, value: I) {
        self.off.push(value.into());
    }

    fn public_values(&self) -> &[Val] {
        self.public
    }
}

impl InteractionBuilder for Check<'_> {
    fn push_interaction<E: Into<Val>>(
        &mut self,
        bus: &str,
        fields: impl IntoIterator<Item = E>,
        count: impl Into<Count<Val>>,
    ) {
        let (count, _) = count.into().into_parts();
        if !count.is_zero() {
            let message = fields.into_iter().map(Into::into).collect();
            *self.messages.entry((bus.to_owned(), message)).or_default() += count;
        }
    }

    fn push_local_interaction(&mut self, _: impl IntoIterator<Item = (Vec<Val>, Count<Val>)>) {
        unreachable!("the tables exchange messages on buses alone");
    }
}
