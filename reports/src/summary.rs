//! A run and its plan in 30 lines, for a person at a terminal: the answer, why, how sure, the delay four ways, what
//! was measured, and what must be known beside it. Never more lines than [`LINES_MAX`].

use crate::answer::{
    Way, WayKind, because, delay_in_words, fleet_cost, headline, how_sure, limit, order, recommended, target,
    users_wait, ways, without_proofs, withstands,
};
use crate::bars::{bar, histogram};
use crate::profile::rows::{interval, remarks};
use crate::text::wrap;
use records::number::{significant, time, time_range};
use records::plan::{FleetEstimateRecord, PlanRecord};
use records::profile::{CellSummaryRecord, IntervalRecord, ProfileRecord, QuantityName, QuantityRecord};
use records::report::Records;

/// The most lines of a summary: a terminal of the usual height holds it whole.
pub const LINES_MAX: usize = 30;
/// Cells that are shown; of more, the fastest.
const CELLS_MOST: usize = 5;
/// Remarks that are shown.
const REMARKS_MOST: usize = 3;

/// How a summary is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns of the terminal.
    pub width_columns: u16,
    /// Whether colours may be used: on a terminal alone, and never against `NO_COLOR`.
    pub colour: bool,
}

impl TextStyle {
    fn set(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn strong(self, text: &str) -> String {
        self.set("1", text)
    }

    fn soft(self, text: &str) -> String {
        self.set("2", text)
    }

    fn mark(self, text: &str) -> String {
        self.set("36", text)
    }

    fn warning(self, text: &str) -> String {
        self.set("33", text)
    }

    /// Words in lines of the terminal's width, behind a name.
    fn line(self, name: &str, words: &str) -> Vec<String> {
        let indent = " ".repeat(12);
        let text = wrap(&format!("{name:<12}{}", one_line(words)), self.width_columns, &indent);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if let Some(first) = lines.first_mut() {
            let rest = first.split_off(name.len().min(first.len()));
            *first = self.soft(name) + &rest;
        }
        lines
    }
}

/// Text of others as one line, without what a terminal would obey.
fn one_line(text: &str) -> String {
    crate::chart::beginning(text, 400)
}

/// The summary of these records, ending in a newline.
pub fn summary(records: &Records, style: TextStyle) -> String {
    let mut lines = Vec::new();
    if let Some(plan) = &records.plan {
        lines.extend(answer(plan, style));
        lines.push(String::new());
        lines.extend(recommended(plan).map(|fleet| delays(fleet, style)).unwrap_or_default());
    }
    if let Some(why) = &records.no_plan {
        lines.extend(
            wrap(&one_line(&format!("There is no plan: {why}")), style.width_columns, "")
                .lines()
                .map(str::to_owned),
        );
    }
    if let Some(profile) = &records.profile {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        // What is left of the lines is for the cells, with one for the heading and one for each remark.
        let room = LINES_MAX.saturating_sub(lines.len() + REMARKS_MOST + 2);
        lines.extend(cells(profile, room, style));
        lines.extend(cautions(profile, LINES_MAX.saturating_sub(lines.len()).min(REMARKS_MOST), style));
    }
    lines.truncate(LINES_MAX);
    lines.iter().fold(String::new(), |page, line| page + line.trim_end() + "\n")
}

fn answer(plan: &PlanRecord, style: TextStyle) -> Vec<String> {
    let headline = wrap(&format!("{}.", headline(plan)), style.width_columns, "");
    let mut lines: Vec<String> = headline.lines().map(|line| style.strong(line)).collect();
    let certainty = how_sure(plan);
    let provers = certainty.provers.map_or_else(String::new, |provers| format!("{provers} "));
    let parts = [
        ("for", target(plan)),
        ("users wait", users_wait(plan)),
        ("cost", fleet_cost(plan).unwrap_or_default()),
        ("why", format!("{}. {}", limit(plan), because(plan))),
        ("how sure", format!("{provers}{}; {}", certainty.basis, certainty.if_otherwise)),
        ("order", order(plan).unwrap_or_default()),
        ("systems", crate::plan::systems::line(plan)),
        ("withstands", withstands(plan)),
    ];
    let parts = parts.iter().filter(|(_, words)| !words.is_empty());
    lines.extend(parts.flat_map(|(name, words)| style.line(name, words)));
    lines
}

/// The same delay by each way of knowing it, as bars; a sentence where they are alike.
fn delays(fleet_estimate: &FleetEstimateRecord, style: TextStyle) -> Vec<String> {
    let ways = ways(fleet_estimate);
    let most = ways.iter().map(|way| way.delay_s).filter(|delay| delay.is_finite()).fold(0.0, f64::max);
    if let Some(sentence) = delay_in_words(&ways) {
        return wrap(&sentence, style.width_columns, "").lines().map(|line| style.soft(line)).collect();
    }
    let room = usize::from(style.width_columns).saturating_sub(22 + 24).clamp(6, 40);
    let mut lines = vec![style.soft("Delay to consolidated, oldest transaction of a group:")];
    for Way { name, kind, delay_s, half_width_s, .. } in ways {
        let drawn = bar(delay_s / most, room);
        let gap = " ".repeat(room - drawn.chars().count().min(room));
        let more = match (kind, half_width_s) {
            (WayKind::Unstable, _) => ", never settles".to_owned(),
            (_, Some(half)) => format!(" ± {}", significant(half, 2)),
            (_, None) => String::new(),
        };
        lines.push(format!("  {name:<20} {}{gap} {} s{more}", style.mark(&drawn), significant(delay_s, 4)));
    }
    lines
}

/// Columns of a histogram beside a name.
const HISTOGRAM_COLUMNS: usize = 12;
/// Columns that a name keeps however narrow the terminal is.
const NAME_MIN: usize = 16;

/// Name, median, interval and histogram of a cell.
type Row = (String, String, String, String);

/// Columns of a row beside its name, its interval and the gap before that: indent, gap and median.
const ROW_COLUMNS: usize = 2 + 1 + 8;

/// Prove times of the fastest cells, with how they are spread.
fn cells(profile: &ProfileRecord, room: usize, style: TextStyle) -> Vec<String> {
    let mut measured: Vec<_> = profile
        .cells
        .iter()
        .filter_map(|cell| Some((cell, cell.quantity(QuantityName::ProveBatch)?)))
        .collect();
    if measured.is_empty() {
        return vec![without_proofs(profile)];
    }
    let all = measured.len();
    let most = room.clamp(1, CELLS_MOST);
    if all > most {
        measured.sort_by(|(a, _), (b, _)| {
            let rate = |rate: Option<f64>| rate.unwrap_or(0.0);
            rate(b.transactions_per_s).total_cmp(&rate(a.transactions_per_s))
        });
        measured.truncate(most);
    }
    let heading = if all > most {
        format!("Time to prove a batch, the {most} of {all} cells with most transactions a second:")
    } else {
        "Time to prove a batch: median, interval, and how the proofs are spread:".to_owned()
    };
    let mut lines = vec![style.soft(&heading)];
    let columns = usize::from(style.width_columns);
    // A name that is cut says less than how sure an interval is, which `report` says as well.
    let rows =
        [(interval as fn(_) -> _, 2), (interval_alone, 1)].map(|(words, gap)| (rows(&measured, words), gap));
    let fits = |(rows, gap): &&(Vec<Row>, usize)| {
        widest(rows, name_of) + ROW_COLUMNS + gap + widest(rows, interval_of) <= columns
    };
    let (rows, gap) = rows.iter().find(fits).unwrap_or(&rows[1]);
    let (name, interval) = (widest(rows, name_of), widest(rows, interval_of));
    let room = columns.saturating_sub(ROW_COLUMNS + gap + interval);
    // Where there is no room for both, a name says more than a histogram.
    let has_histogram = room >= name + 1 + HISTOGRAM_COLUMNS;
    let left = if has_histogram { room.saturating_sub(1 + HISTOGRAM_COLUMNS) } else { room };
    let name_width = name.min(left.max(NAME_MIN));
    for (name, median, spread, histogram) in rows {
        let name = crate::chart::shortened(name, name_width);
        let drawn = if has_histogram { style.mark(histogram) } else { String::new() };
        lines.push(format!("  {name:<name_width$} {median:>8}{:gap$}{spread:<interval$} {drawn}", ""));
    }
    lines
}

/// A row for each of these cells; `interval` says an interval.
fn rows(cells: &[(&CellSummaryRecord, &QuantityRecord)], interval: fn(IntervalRecord) -> String) -> Vec<Row> {
    let row = |(cell, prove): &(&CellSummaryRecord, &QuantityRecord)| {
        let interval = prove.interval.map_or_else(|| "one sample".to_owned(), interval);
        (cell.cell.words(), time(prove.median_s), interval, histogram(&prove.values_s, HISTOGRAM_COLUMNS))
    };
    cells.iter().map(row).collect()
}

/// `[1.85, 1.96] s`
fn interval_alone(interval: IntervalRecord) -> String {
    time_range(interval.low_s, interval.high_s)
}

fn name_of(row: &Row) -> &str {
    &row.0
}

fn interval_of(row: &Row) -> &str {
    &row.2
}

/// Columns that the longest of these texts takes.
fn widest(rows: &[Row], text: fn(&Row) -> &str) -> usize {
    rows.iter().map(|row| text(row).chars().count()).max().unwrap_or(0)
}

fn cautions(profile: &ProfileRecord, room: usize, style: TextStyle) -> Vec<String> {
    let all: Vec<String> = profile.cells.iter().flat_map(remarks).collect();
    let shown = if all.len() > room { room.saturating_sub(1) } else { all.len() };
    let most = usize::from(style.width_columns.saturating_sub(2)).max(20);
    let mut lines: Vec<String> = all
        .iter()
        .take(shown)
        .map(|remark| style.warning(&format!("! {}", crate::chart::beginning(remark, most))))
        .collect();
    if all.len() > shown && room > 0 {
        lines.push(style.warning(&format!("! {} more remarks: bench-harness report", all.len() - shown)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, TextStyle, summary};
    use crate::html::fixture;
    use records::profile::{CellSummaryRecord, ProfileRecord};
    use records::report::Records;

    const PLAIN: TextStyle = TextStyle { width_columns: 100, colour: false };

    #[test]
    fn the_whole_summary() {
        insta::assert_snapshot!(summary(&fixture::records(), PLAIN));
    }

    /// The kept profile, with the longest names that `run` gives its cells by default.
    fn of_default_cells() -> Records {
        let text = include_str!("../../tests/data/two-cores-solo.json");
        let mut profile: ProfileRecord =
            records::file::parse(text, std::path::Path::new("profile.json")).expect("a profile");
        profile.cells.truncate(3);
        for (cell, system) in profile.cells.iter_mut().zip(["plonky2", "plonky2-keccak", "plonky3"]) {
            system.clone_into(&mut cell.cell.proof_system);
            cell.cell.provers = 2;
        }
        Records { profile: Some(profile), ..fixture::records() }
    }

    #[test]
    fn at_80_columns_nothing_is_cut() {
        let text = summary(&of_default_cells(), TextStyle { width_columns: 80, ..PLAIN });
        assert!(text.lines().all(|line| line.chars().count() <= 80) && !text.contains('…'), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let coloured = summary(&fixture::records(), TextStyle { colour: true, ..PLAIN });
        assert!(coloured.contains("\u{1b}[1mRun 12 provers"), "{coloured}");
        let mut plain = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain += before;
            rest = after.split_once('m').expect("an end").1;
        }
        assert_eq!(plain + rest, summary(&fixture::records(), PLAIN));
    }

    #[test]
    fn never_more_lines_than_a_terminal_has() {
        let mut records = fixture::records();
        let profile = records.profile.as_mut().expect("a profile");
        let one = profile.cells[0].clone();
        profile.cells = (1..40u64)
            .map(|cores| {
                let cell = records::sample::CellRecord { cores, ..one.cell.clone() };
                CellSummaryRecord { cell, ..one.clone() }
            })
            .collect();
        for width_columns in [40, 60, 80, 100, 140] {
            let text = summary(&records, TextStyle { width_columns, ..PLAIN });
            assert!(text.lines().count() <= LINES_MAX, "{}", text.lines().count());
            let hostile = text.lines().any(|line| line.contains('\u{1b}'));
            assert!(!hostile);
        }
        let text = summary(&records, TextStyle { width_columns: 80, ..PLAIN });
        for line in text.lines() {
            assert!(line.chars().count() <= 82, "{}: {line}", line.chars().count());
        }
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        assert_eq!(summary(&Records::default(), PLAIN), "");
        let text = summary(&fixture::profile_with(|profile| profile.cells.clear()), PLAIN);
        assert_eq!(text, "No batch was proved.\n");
    }

    #[test]
    fn a_name_cannot_command_the_terminal() {
        let mut records = fixture::records();
        let profile = records.profile.as_mut().expect("a profile");
        profile.cells[0].cell.workload = "\u{1b}[2J\u{7}evil\nline".to_owned();
        let text = summary(&records, PLAIN);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text}");
    }
}
