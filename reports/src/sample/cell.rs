//! A run and a cell as the first columns of a CSV.

use crate::columns::CsvColumn;
use records::sample::CellRecord;

/// What a row of a CSV is of.
pub(crate) trait OfCell {
    /// Its run and its cell.
    fn run_and_cell(&self) -> (&str, &CellRecord);

    /// Its cell.
    fn cell(&self) -> &CellRecord {
        self.run_and_cell().1
    }
}

/// The columns in which rows of samples and rows of a profile begin.
pub(crate) fn cell_columns<Row: OfCell>() -> [CsvColumn<Row>; 10] {
    [
        ("run", |row| row.run_and_cell().0.into()),
        ("workload", |row| row.cell().workload.as_str().into()),
        ("swap_ratio", |row| row.cell().swap_ratio.into()),
        ("batch_transactions", |row| row.cell().batch_transactions.into()),
        ("capacity_transactions", |row| row.cell().capacity_transactions.into()),
        ("batches_per_aggregation", |row| row.cell().batches_per_aggregation.into()),
        ("proof_system", |row| row.cell().proof_system.as_str().into()),
        ("cores", |row| row.cell().cores.into()),
        ("clock", |row| row.cell().clock.as_str().into()),
        ("provers", |row| row.cell().provers.into()),
    ]
}
