//! Reference lines with their words: upright ones are named above the chart, level ones where least is drawn.

use crate::chart::marks::{Frame, place};
use crate::chart::model::{Chart, Marks, Rule};
use crate::chart::text::{shortened, width};
use maud::{Markup, html};

const ROW: f64 = 16.0;

/// Room above the chart: a row for each upright line.
pub(crate) fn height(chart: &Chart) -> f64 {
    chart.rules.iter().filter(|rule| matches!(rule, Rule::X { .. })).count() as f64 * ROW
}

pub(crate) fn draw(chart: &Chart, frame: &Frame, left: f64, right: f64) -> Markup {
    let most = if right - left < 400.0 { 34 } else { 60 };
    let upright = chart.rules.iter().filter_map(|rule| match rule {
        Rule::X { at, label } => Some((frame.x.at(*at)?, shortened(label, most))),
        Rule::Y { .. } => None,
    });
    let (upright, to_the_left) = sides(upright.collect(), left, right);
    let level = chart.rules.iter().filter_map(|rule| match rule {
        Rule::Y { at, label } => Some((frame.y.at(*at)?, shortened(label, most))),
        Rule::X { .. } => None,
    });
    let drawn = places(chart, frame);
    html! {
        @for (row, (x, label)) in upright.iter().enumerate() {
            @let y = frame.top - 6.0 - row as f64 * ROW;
            line class="rule" x1=(place(*x)) x2=(place(*x)) y1=(place(y - 8.0)) y2=(place(frame.bottom)) {}
            text class="halo" text-anchor=(if to_the_left { "end" } else { "start" })
                x=(place(if to_the_left { x - 5.0 } else { x + 5.0 })) y=(place(y)) { (label) }
        }
        @for (y, label) in level {
            @let (x, base) = quiet_place(&drawn, (left, right), y, width(&label), frame);
            line class="rule" x1=(place(left)) x2=(place(right)) y1=(place(y)) y2=(place(y)) {}
            text class="halo" x=(place(x)) y=(place(base)) { (label) }
        }
    }
}

/// Upright lines in the order of the rows of their names, lowest first, and whether the names stand on their left:
/// where one would run out on the right and all fit on the left. In that order no line crosses another's name.
fn sides(mut lines: Vec<(f64, String)>, left: f64, right: f64) -> (Vec<(f64, String)>, bool) {
    let runs_out = lines.iter().any(|(x, label)| x + 6.0 + width(label) > right);
    let fits_left = lines.iter().all(|(x, label)| x - 6.0 - width(label) >= left - 30.0);
    let to_the_left = runs_out && fits_left;
    lines.sort_by(|a, b| if to_the_left { a.0.total_cmp(&b.0) } else { b.0.total_cmp(&a.0) });
    (lines, to_the_left)
}

/// Where the words of a level line cover least of what is drawn: at either end or between, above or below it.
fn quiet_place(
    drawn: &[(f64, f64)],
    (left, right): (f64, f64),
    y: f64,
    wide: f64,
    frame: &Frame,
) -> (f64, f64) {
    let ends = [right - wide - 3.0, left + 4.0, f64::midpoint(left, right) - wide / 2.0];
    let bases = [y - 6.0, y + 15.0];
    let candidates = ends.into_iter().flat_map(|x| bases.map(|base| (x, base)));
    let allowed = candidates.filter(|(_, base)| base - 10.0 >= frame.top && base + 3.0 <= frame.bottom);
    let covered = |(x, base): (f64, f64)| {
        drawn
            .iter()
            .filter(|(a, b)| (x - 4.0..x + wide + 4.0).contains(a) && (base - 13.0..base + 5.0).contains(b))
            .count()
    };
    allowed.min_by_key(|place| covered(*place)).unwrap_or((ends[0], bases[0]))
}

/// Places on which something is drawn, close enough together that no word fits between them.
fn places(chart: &Chart, frame: &Frame) -> Vec<(f64, f64)> {
    let mut places = Vec::new();
    for series in &chart.series {
        let points: Vec<(f64, f64)> = match &series.marks {
            Marks::Line { points, .. } | Marks::Step { points, .. } => points.clone(),
            Marks::Dots { dots, .. } => dots.iter().map(|dot| (dot.x, dot.y)).collect(),
            Marks::Columns(columns) => {
                columns.iter().map(|column| (column.from, column.base + column.y)).collect()
            }
            Marks::Band(_) | Marks::Spans { .. } => continue,
        };
        let stands: Vec<_> =
            points.iter().filter_map(|(x, y)| Some((frame.x.at(*x)?, frame.y.at(*y)?))).collect();
        for pair in stands.windows(2) {
            let between = (1..12).map(|k| f64::from(k) / 12.0);
            places.extend(between.map(|share| {
                (pair[0].0 + share * (pair[1].0 - pair[0].0), pair[0].1 + share * (pair[1].1 - pair[0].1))
            }));
        }
        places.extend(stands);
    }
    places
}
