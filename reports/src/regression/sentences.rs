//! Comparisons of builds and histories in sentences: what each rendering of them says, made once.

use crate::words::{count, date, percent_fixed};
use records::number::time;
use records::regression::drift::{DriftName, DriftRecord, MachineDriftRecord, SeriesDriftRecord};
use records::regression::exact::{
    ExactRecord, ExactVerdictName, FigureDifferenceName, FigureDifferenceRecord, HeadroomRecord,
};
use records::regression::figures::FigureValueRecord;
use records::regression::paired::{
    BlockRecord, ComparedRecord, FleetImpactRecord, PairedRecord, SamplePairRecord, VerdictName, change,
};
use records::sample::MarkName;

/// The verdict of an exact comparison as one sentence without an end mark.
pub fn exact(record: &ExactRecord) -> String {
    let baseline = &record.baseline;
    match record.verdict {
        ExactVerdictName::Pass => {
            let cells = count(record.head.cells.len() as u64, "cell");
            format!("exact: pass, {} figures of {cells} are those of {baseline}", record.figures)
        }
        ExactVerdictName::Changed => {
            let differences = count(record.differences.len() as u64, "difference");
            let varies = record.differences.iter().any(|one| one.difference == FigureDifferenceName::Varies);
            let varies = if varies { ", some of them within one run" } else { "" };
            format!("exact: CHANGED, {differences} from {baseline}{varies}")
        }
    }
}

/// A difference in one line: `3942 → 4100 (+4.0 %); 4092 of 8192 rows free (50.0 %)`.
pub(crate) fn difference(one: &FigureDifferenceRecord) -> String {
    let (before, now) = (value(one.baseline.as_ref()), value(one.head.as_ref()));
    let change = match one.difference {
        FigureDifferenceName::Changed => format!("{before} → {now}"),
        FigureDifferenceName::Varies => format!("varies within one run: {before}, then {now}"),
        FigureDifferenceName::Missing if one.figure.is_none() => {
            "the cell is missing: the baseline has it".to_owned()
        }
        FigureDifferenceName::Missing => format!("missing: the baseline has {before}"),
        FigureDifferenceName::Additional if one.figure.is_none() => {
            "the cell is new: the baseline does not have it".to_owned()
        }
        FigureDifferenceName::Additional => format!("new: {now}"),
    };
    let percent = relative_change(one).map(|percent| format!(" ({percent})")).unwrap_or_default();
    let free = one.headroom.map(|room| format!("; {}", headroom(room))).unwrap_or_default();
    format!("{change}{percent}{free}")
}

/// A difference with its figure before it, for a list of one cell's.
pub(crate) fn figure_and_difference(one: &FigureDifferenceRecord) -> String {
    match &one.figure {
        Some(figure) => format!("{figure}: {}", difference(one)),
        None => difference(one),
    }
}

/// The relative change of a number: `+4.0 %`; none where there are no two numbers, or where the first is zero.
pub(crate) fn relative_change(one: &FigureDifferenceRecord) -> Option<String> {
    let (before, now) = one.counts().filter(|(before, now)| *before != 0 && before != now)?;
    let percent = 100.0 * (now as f64 / before as f64 - 1.0);
    // One row of a hundred thousand is a change too: never `+0.0 %`.
    let digits = if percent.abs() < 0.1 { 4 } else { 1 };
    Some(format!("{percent:+.digits$} %"))
}

/// A figure's value for a table: of a root of 64 digits the first twelve.
pub(crate) fn value(value: Option<&FigureValueRecord>) -> String {
    let text = value.map_or_else(|| "-".to_owned(), ToString::to_string);
    match text.char_indices().nth(24) {
        None => text,
        Some(_) => text.chars().take(12).chain(['…']).collect(),
    }
}

/// `154 of 4096 rows free (3.8 %)`
pub(crate) fn headroom(room: HeadroomRecord) -> String {
    let (free, percent) = free_rows(room);
    format!("{free} of {} rows free ({percent})", room.padded_rows)
}

/// Rows that are free before the next power of two, and what fraction of the padded rows they are.
pub(crate) fn free_rows(room: HeadroomRecord) -> (u64, String) {
    let free = room.padded_rows.saturating_sub(room.rows);
    (free, percent_fixed(free as f64 / (room.padded_rows as f64).max(1.0), 1))
}

/// The verdict of a paired comparison as one sentence without an end mark.
pub(crate) fn paired(record: &PairedRecord) -> String {
    let verdict = match record.verdict {
        VerdictName::Pass => "pass",
        VerdictName::Regressed => "REGRESSED",
        VerdictName::Improved => "improved",
        VerdictName::Inconclusive => "INCONCLUSIVE, which is not the same as no regression",
    };
    format!("paired: {verdict}: {} against {}", record.head.name, record.base.name)
}

/// The change of time in a block of pairs with its interval; none without an estimate.
pub(crate) fn block_change(block: &BlockRecord) -> Option<String> {
    Some(change(block.ratio?, block.ratio_low.zip(block.ratio_high)))
}

/// What came of one comparison: the change, the verdict and why.
pub(crate) fn compared(compared: &ComparedRecord) -> String {
    let ratio = block_change(compared.shown()).unwrap_or_else(|| "no estimate".to_owned());
    format!("{ratio}, {}: {}", compared.verdict.key(), compared.reason)
}

/// The pairs of a block for a table: `10`, and of those discarded whose sample it was: `9, 3 discarded (base 1, head 2)`.
pub(crate) fn pairs(block: &BlockRecord) -> String {
    let BlockRecord { pairs_used, pairs_discarded, .. } = block;
    match (*pairs_discarded, discarded_by_arm(block)) {
        (0, _) => pairs_used.to_string(),
        // Those of a geometric mean stand with the cells that it is of.
        (discarded, (0, 0)) => format!("{pairs_used}, {discarded} discarded"),
        (discarded, (base, head)) => {
            format!("{pairs_used}, {discarded} discarded (base {base}, head {head})")
        }
    }
}

/// In how many pairs of a block the sample of base was discarded, and in how many that of head.
fn discarded_by_arm(block: &BlockRecord) -> (u64, u64) {
    let of = |mark: fn(&SamplePairRecord) -> MarkName| {
        block.pairs.iter().filter(|pair| !mark(pair).counts()).count() as u64
    };
    (of(|pair| pair.base_mark), of(|pair| pair.head_mark))
}

/// Discarded samples of head, at least, that are no accident where base has next to none.
const TELLING: u64 = 3;

/// What a reader must know beside the verdict, a sentence each: that disturbed samples are in the figures, and that one
/// program alone was disturbed.
pub(crate) fn cautions(record: &PairedRecord) -> Vec<String> {
    let blocks = || record.comparisons.iter().map(|one| (one, one.compared.shown()));
    let used = || blocks().flat_map(|(_, block)| block.pairs.iter().filter(|pair| pair.is_used));
    let is_kept = |mark: MarkName| usize::from(mark == MarkName::Kept);
    let kept: usize = used().map(|pair| is_kept(pair.base_mark) + is_kept(pair.head_mark)).sum();
    let mut cautions = Vec::new();
    if kept > 0 {
        cautions.push(format!(
            "{kept} of {} samples behind these figures were disturbed, by interference or a quota, and kept since \
             --keep-discarded was given: THE TIMES OF A BUSY MACHINE",
            2 * used().count()
        ));
    }
    for (one, block) in blocks() {
        let (base, head) = discarded_by_arm(block);
        let (more, less, name) = if head >= base { (head, base, "head") } else { (base, head, "base") };
        if more >= TELLING && more >= 4 * less {
            cautions.push(format!(
                "{}, {}: samples of {name} were discarded {more} times and those of the other {less}: a program that is \
                 disturbed so much oftener may keep a neighbouring core busy itself, which is a finding",
                one.cell.words(),
                one.time.key()
            ));
        }
    }
    cautions
}

/// `prove +6.1 % [4.8, 7.5] = 3 more provers, +$410 a month at 500 tx/s`
pub(crate) fn fleet_impact(record: &FleetImpactRecord) -> String {
    let base = record.provers_base;
    let provers = match record.provers_head {
        None => {
            format!("no number of provers meets {} any more ({} did)", record.target, count(base, "prover"))
        }
        Some(head) if head == base => format!("as many provers as before ({head})"),
        Some(head) => {
            let side = if head > base { "more" } else { "fewer" };
            count(head.abs_diff(base), &format!("{side} prover"))
        }
    };
    let dollars = match (record.usd_per_month_base, record.usd_per_month_head) {
        (Some(base), Some(head)) => {
            let sign = if head < base { '-' } else { '+' };
            format!(", {sign}${:.0} a month", (head - base).abs())
        }
        _ => String::new(),
    };
    let at = if record.provers_head.is_some() { format!(" at {}", record.target) } else { String::new() };
    let ratio = change(record.ratio, Some((record.ratio_low, record.ratio_high)));
    format!("prove {ratio} = {provers}{dollars}{at}")
}

/// A history in a sentence without an end mark.
pub(crate) fn drift(record: &DriftRecord) -> String {
    let series = || record.machines.iter().flat_map(|machine| &machine.series);
    let all = series().count();
    match series().filter(|one| one.drift == DriftName::Slower).count() {
        0 => format!("history: no drift in {all} series"),
        slower => format!("history: SLOWER, {slower} of {all} series have drifted"),
    }
}

/// Every series that got slower lately, with its machine: what is warned of.
pub fn drift_warnings(record: &DriftRecord) -> Vec<String> {
    let mut found = Vec::new();
    for MachineDriftRecord { machine, series } in &record.machines {
        let slower = series.iter().filter(|one| {
            one.drift == DriftName::Slower && one.shift.as_ref().is_some_and(|shift| shift.is_recent)
        });
        found.extend(slower.map(|one| {
            let words = shift(one).unwrap_or_default();
            format!("{} of {} has drifted: {words} on {}", one.quantity, one.cell, machine.words)
        }));
    }
    found
}

/// What a series that moved has done: `+6.1 % since 4f2a of 28 Nov 2026 (1.8 s → 1.91 s, compared with 9c01)`; none for
/// one that is steady.
pub(crate) fn shift(series: &SeriesDriftRecord) -> Option<String> {
    let shift = series.shift.as_ref()?;
    let first = series.points.iter().rfind(|point| point.commit == shift.since);
    let day = first.and_then(|point| date(point.recorded_unix_s)).map(|day| format!(" of {day}"));
    Some(format!(
        "{:+.1} % since {}{} ({} → {}, compared with {})",
        100.0 * (shift.ratio - 1.0),
        commit(&shift.since),
        day.unwrap_or_default(),
        time(shift.before_s),
        time(shift.after_s),
        commit(&shift.compared_with)
    ))
}

/// A commit for a person: of a hash its first ten digits.
pub(crate) fn commit(name: &str) -> String {
    let is_hash = name.len() >= 40 && name.chars().all(|c| c.is_ascii_hexdigit());
    if is_hash { name.chars().take(10).collect() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{cautions, difference, pairs, relative_change};
    use fixtures::regression::{exact, paired};
    use records::regression::exact::{FigureDifferenceName, FigureDifferenceRecord};
    use records::regression::figures::FigureValueRecord;
    use records::regression::paired::{PairedRecord, SamplePairRecord};
    use records::sample::MarkName;

    /// A comparison whose pairs have these marks, base before head.
    fn marked(marks: &[(MarkName, MarkName)]) -> PairedRecord {
        let mut record = paired();
        record.comparisons.truncate(1);
        let compared = &mut record.comparisons[0].compared;
        compared.second = None;
        let pair = |(at, &(base_mark, head_mark)): (usize, &(MarkName, MarkName))| SamplePairRecord {
            pair: at as u64,
            seed: at as u64,
            is_base_first: true,
            base_s: Some(1.0),
            head_s: Some(1.0),
            base_bytes: None,
            head_bytes: None,
            base_mark,
            head_mark,
            is_used: base_mark.counts() && head_mark.counts(),
        };
        compared.first.pairs = marks.iter().enumerate().map(pair).collect();
        compared.first.pairs_discarded =
            compared.first.pairs.iter().filter(|pair| !pair.is_used).count() as u64;
        record
    }

    #[test]
    fn which_program_was_disturbed_is_said_where_it_was_one_alone() {
        let (clean, shared) = (MarkName::Clean, MarkName::SharedCore);
        let lopsided = marked(&[(clean, shared), (clean, shared), (clean, clean), (clean, shared)]);
        assert!(pairs(&lopsided.comparisons[0].compared.first).ends_with("3 discarded (base 0, head 3)"));
        let said = cautions(&lopsided);
        assert!(said.len() == 1 && said[0].contains("samples of head were discarded 3 times"), "{said:?}");
        let both = marked(&[(clean, shared), (shared, clean), (clean, shared), (clean, shared)]);
        assert_eq!(cautions(&both), Vec::<String>::new());
    }

    #[test]
    fn samples_that_were_kept_are_counted() {
        let (clean, kept) = (MarkName::Clean, MarkName::Kept);
        let said = cautions(&marked(&[(clean, kept), (kept, kept), (clean, clean)]));
        assert!(said.len() == 1 && said[0].starts_with("3 of 6 samples"), "{said:?}");
        assert_eq!(cautions(&marked(&[(clean, clean)])), Vec::<String>::new());
    }

    #[test]
    fn a_difference_in_words() {
        let words = exact().differences.into_iter().map(|one| {
            let place = one.figure.iter().fold(one.cell.clone(), |cell, figure| format!("{cell}, {figure}"));
            format!("{place}: {}", difference(&one))
        });
        insta::assert_snapshot!(words.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_small_change_is_never_zero_percent() {
        let count = |count| Some(FigureValueRecord::Count(count));
        let one = FigureDifferenceRecord {
            cell: "a".to_owned(),
            figure: Some("rows".to_owned()),
            difference: FigureDifferenceName::Changed,
            baseline: count(100_000),
            head: count(100_001),
            headroom: None,
        };
        assert_eq!(relative_change(&one).as_deref(), Some("+0.0010 %"));
        assert_eq!(relative_change(&FigureDifferenceRecord { baseline: count(0), ..one }), None);
    }
}
