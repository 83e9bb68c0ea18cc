//! What terminal and Markdown both show of scaling laws.

use crate::words::percent;
use records::laws::{
    CoefficientRecord, CurvePointRecord, FamilyRecord, FitRecord, LawName, LawRecord, LawsRecord, OfName,
    OverName, Reach, TreeRecord,
};
use records::number::{bytes, significant, time};
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

/// The header of the table of coefficients.
pub(crate) const FIT_HEADER: [&str; 4] = ["stage", "law", "coefficients [95 %]", "leave-one-out error"];

/// Its rows: one a fit.
pub(crate) fn fit_rows(block: &Block) -> Vec<[String; 4]> {
    let row = |law: &LawRecord, fit: &FitRecord| {
        let coefficients: Vec<String> = fit.coefficients.iter().map(coefficient).collect();
        let peak = fit
            .peak
            .map(|peak| format!("fastest on {} cores ({})", significant(peak.cores, 3), peak.reach.words()));
        [
            stage(law),
            fit.law.words().to_owned(),
            coefficients.into_iter().chain(peak).collect::<Vec<_>>().join("\n"),
            fit.leave_one_out_fraction.map_or_else(|| "-".to_owned(), |fraction| percent(fraction, 2)),
        ]
    };
    block.laws.iter().flat_map(|law| law.fits.iter().map(move |fit| row(law, fit))).collect()
}

/// The header of the table of curves.
pub(crate) const CURVE_HEADER: [&str; 5] = ["at", "stage", "measured", "law", "says [95 %]"];

/// Its rows: one a place and fit, of the stages that are drawn.
pub(crate) fn curve_rows(block: &Block) -> Vec<[String; 5]> {
    let mut rows: Vec<(f64, [String; 5])> = Vec::new();
    for law in block.drawn() {
        for fit in &law.fits {
            for point in &fit.curve {
                rows.push((point.x, curve_row(law, fit.law, point)));
            }
            for refused in &fit.refused {
                let at = significant(refused.x, 4);
                let row = [
                    at,
                    stage(law),
                    "-".to_owned(),
                    fit.law.words().to_owned(),
                    format!("REFUSED: {}", refused.why),
                ];
                rows.push((refused.x, row));
            }
        }
    }
    // Stable: at one place the stages keep their order.
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|row| row.1).collect()
}

fn curve_row(law: &LawRecord, name: LawName, point: &CurvePointRecord) -> [String; 5] {
    let measured: Vec<String> =
        law.points.iter().filter(|known| known.x == point.x).map(|known| figure(law.of, known.y)).collect();
    let band = band(law.of, point.low, point.high);
    let flag = match point.reach {
        Reach::Within => String::new(),
        Reach::Beyond | Reach::Far => format!(", {}", point.reach.words()),
    };
    [
        significant(point.x, 4),
        stage(law),
        if measured.is_empty() { "-".to_owned() } else { measured.join(", ") },
        name.words().to_owned(),
        format!("{}{band}{flag}", figure(law.of, point.y)),
    ]
}

/// The header of the table of trees.
pub(crate) const TREE_HEADER: [&str; 5] = ["N", "merges", "levels", "on one aggregator", "on enough"];

/// Its rows.
pub(crate) fn tree_rows(block: &Block) -> Vec<[String; 5]> {
    let row = |tree: &TreeRecord| {
        [
            tree.batches_per_aggregation.to_string(),
            tree.merges.to_string(),
            tree.levels.to_string(),
            time(tree.one_aggregator_s),
            time(tree.enough_aggregators_s),
        ]
    };
    block.laws.iter().flat_map(|law| &law.trees).map(row).collect()
}

/// The stage of a law for a person.
fn stage(law: &LawRecord) -> String {
    match (law.stage, law.level) {
        (None, _) => law.of.words().to_owned(),
        (Some(stage), None) => stage.words().to_owned(),
        (Some(stage), Some(level)) => format!("{}, level {level}", stage.words()),
    }
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
        "fixed_bytes" => ("fixed", memory),
        "each_bytes" => ("a transaction", memory),
        "merge_s" => ("a merge", time),
        other => (other, fraction),
    };
    let interval = match (low, high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", of(*low), of(*high)),
        _ => String::new(),
    };
    format!("{words} {}{interval}", of(*value))
}

fn band(of: OfName, low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", figure(of, low), figure(of, high)),
        _ => String::new(),
    }
}

fn figure(of: OfName, x: f64) -> String {
    match of {
        OfName::TimeS => time(x),
        OfName::MemoryBytes => memory(x),
    }
}

fn fraction(x: f64) -> String {
    significant(x, 3)
}

/// Bytes that a fit may have made negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made positive; saturates")]
fn memory(x: f64) -> String {
    let sign = if x < 0.0 { "-" } else { "" };
    format!("{sign}{}", bytes(x.abs().round() as u64))
}
