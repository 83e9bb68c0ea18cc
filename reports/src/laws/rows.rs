//! What terminal and Markdown both show of scaling laws.

use crate::columns::{TextColumn, TextTable};
use crate::words::{interval, or_dash, percent, size};
use records::laws::{
    CoefficientRecord, CurvePointRecord, FamilyRecord, FitRecord, LawName, LawRecord, LawsRecord, OfName,
    OverName, Reach, TreeRecord,
};
use records::number::{significant, time};
use records::profile::QuantityName;

/// The laws that share variable and family, in the order of the record.
pub(crate) struct Block<'a> {
    pub(crate) over: OverName,
    pub(crate) family: &'a FamilyRecord,
    pub(crate) laws: Vec<&'a LawRecord>,
}

/// The laws by variable and family.
pub(crate) fn blocks(record: &LawsRecord) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    for law in &record.laws {
        match blocks.last_mut().filter(|block| block.over == law.over && *block.family == law.family) {
            Some(block) => block.laws.push(law),
            None => blocks.push(Block { over: law.over, family: &law.family, laws: vec![law] }),
        }
    }
    blocks
}

impl Block<'_> {
    pub(crate) fn title(&self) -> String {
        format!("Over {}: {}", self.over.words(), self.family.words())
    }

    /// The laws whose curves are shown: those that a plan is made of. All others are in CSV and JSON.
    pub(crate) fn drawn(&self) -> impl Iterator<Item = &LawRecord> {
        let planned = [Some(QuantityName::ProveBatch), Some(QuantityName::Aggregate), None];
        self.laws.iter().copied().filter(move |law| planned.contains(&law.stage))
    }

    /// What must be known beside the numbers, each sentence once, with the stages that it is of.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<(&str, Vec<String>)> = Vec::new();
        for law in &self.laws {
            for note in &law.notes {
                match notes.iter_mut().find(|(known, _)| known == note) {
                    Some((_, stages)) => stages.push(stage(law)),
                    None => notes.push((note, vec![stage(law)])),
                }
            }
        }
        let of = |(note, stages): (&str, Vec<String>)| {
            if stages.len() == self.laws.len() {
                note.to_owned()
            } else {
                format!("{}: {note}", stages.join(", "))
            }
        };
        notes.into_iter().map(of).collect()
    }
}

/// The table of coefficients: a row a fit.
pub(crate) fn fit_table(block: &Block) -> TextTable {
    let columns: [TextColumn<(&LawRecord, &FitRecord)>; 4] = [
        ("stage", |(law, _)| stage(law)),
        ("law", |(_, fit)| fit.law.words().to_owned()),
        ("coefficients [95 %]", |(_, fit)| {
            let peak = fit.peak.map(|peak| {
                format!("fastest on {} cores ({})", significant(peak.cores, 3), peak.reach.words())
            });
            fit.coefficients.iter().map(coefficient).chain(peak).collect::<Vec<_>>().join("\n")
        }),
        ("leave-one-out error", |(_, fit)| {
            or_dash(fit.leave_one_out_fraction.map(|fraction| percent(fraction, 2)))
        }),
    ];
    let fits = block.laws.iter().flat_map(|law| law.fits.iter().map(move |fit| (*law, fit)));
    TextTable::of(&columns, fits)
}

/// What a law says of a place, or why it says nothing.
type Said<'a> = (&'a LawRecord, LawName, f64, Result<&'a CurvePointRecord, &'a str>);

/// The table of curves: a row a place and fit, of the stages that are drawn.
pub(crate) fn curve_table(block: &Block) -> TextTable {
    let columns: [TextColumn<Said>; 5] = [
        ("at", |(_, _, x, _)| significant(*x, 4)),
        ("stage", |(law, ..)| stage(law)),
        ("measured", |(law, _, x, said)| {
            let here = law.points.iter().filter(|known| known.x == *x && said.is_ok());
            let measured: Vec<String> = here.map(|known| figure(law.of, known.y)).collect();
            or_dash(Some(measured.join(", ")).filter(|_| !measured.is_empty()))
        }),
        ("law", |(_, name, ..)| name.words().to_owned()),
        ("says [95 %]", |(law, .., said)| match said {
            Ok(point) => {
                let flag = match point.reach {
                    Reach::Within => String::new(),
                    Reach::Beyond | Reach::Far => format!(", {}", point.reach.words()),
                };
                let band = interval(point.low, point.high, |x| figure(law.of, x));
                format!("{}{band}{flag}", figure(law.of, point.y))
            }
            Err(why) => format!("REFUSED: {why}"),
        }),
    ];
    let mut rows: Vec<Said> = Vec::new();
    for law in block.drawn() {
        for fit in &law.fits {
            rows.extend(fit.curve.iter().map(|point| (law, fit.law, point.x, Ok(point))));
            rows.extend(fit.refused.iter().map(|one| (law, fit.law, one.x, Err(one.why.as_str()))));
        }
    }
    // Stable: at one place the stages keep their order.
    rows.sort_by(|a, b| a.2.total_cmp(&b.2));
    TextTable::of(&columns, rows)
}

/// The table of trees.
pub(crate) fn tree_table(block: &Block) -> TextTable {
    let columns: [TextColumn<TreeRecord>; 5] = [
        ("N", |tree| tree.batches_per_aggregation.to_string()),
        ("merges", |tree| tree.merges.to_string()),
        ("levels", |tree| tree.levels.to_string()),
        ("on one aggregator", |tree| time(tree.one_aggregator_s)),
        ("on enough", |tree| time(tree.enough_aggregators_s)),
    ];
    TextTable::of(&columns, block.laws.iter().flat_map(|law| &law.trees))
}

/// The stage of a law for a person: `prove batch`, `aggregate, level 1`, `peak memory`.
pub(crate) fn stage(law: &LawRecord) -> String {
    law.stage.map_or_else(|| law.of.words().to_owned(), |stage| stage.at_level(law.level))
}

fn coefficient(coefficient: &CoefficientRecord) -> String {
    let CoefficientRecord { name, value, low, high } = coefficient;
    let (words, of): (&str, fn(f64) -> String) = match name.as_str() {
        "one_core_s" => ("one core", time),
        "serial_fraction" => ("serial fraction", fraction),
        "contention" => ("contention", fraction),
        "crosstalk" => ("crosstalk", fraction),
        "a_ghz_s" => ("A", |x| format!("{} GHz s", significant(x, 4))),
        "a_s" => ("A", time),
        "b_s" => ("B", time),
        "fixed_s" => ("fixed", time),
        "each_s" => ("a transaction", time),
        "fixed_bytes" => ("fixed", size),
        "each_bytes" => ("a transaction", size),
        "merge_s" => ("a merge", time),
        other => (other, fraction),
    };
    format!("{words} {}{}", of(*value), interval(*low, *high, of))
}

fn figure(of: OfName, x: f64) -> String {
    match of {
        OfName::TimeS => time(x),
        OfName::MemoryBytes => size(x),
    }
}

fn fraction(x: f64) -> String {
    significant(x, 3)
}
