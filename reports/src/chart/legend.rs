//! The legend: a sign and a name for each named series, in rows above the chart.

use crate::chart::marks::place;
use crate::chart::model::{Chart, Marks, Series};
use crate::chart::text::{SIZE, shortened, width};
use maud::{Markup, html};

const ROW: f64 = 20.0;
const SIGN: f64 = 22.0;
const GAP: f64 = 16.0;

/// One entry with its place.
struct Entry<'a> {
    series: &'a Series,
    name: String,
    x: f64,
    row: usize,
}

fn entries(chart: &Chart, left: f64, right: f64) -> Vec<Entry<'_>> {
    let named: Vec<_> = chart.series.iter().filter(|series| !series.name.is_empty()).collect();
    // A chart of one series says in its title what that is.
    if named.len() < 2 {
        return Vec::new();
    }
    let (mut x, mut row) = (left, 0);
    let mut entries = Vec::new();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen characters")]
    let most = ((right - left - SIGN) / (0.62 * SIZE)).max(8.0) as usize;
    for series in named {
        let name = shortened(&series.name, most.min(48));
        let wide = SIGN + width(&name);
        if x > left && x + wide > right {
            (x, row) = (left, row + 1);
        }
        entries.push(Entry { series, name, x, row });
        x += wide + GAP;
    }
    entries
}

/// How high it is.
pub(crate) fn height(chart: &Chart, left: f64, right: f64) -> f64 {
    entries(chart, left, right).last().map_or(0.0, |entry| (entry.row + 1) as f64 * ROW + 4.0)
}

/// Draws it from `top`.
pub(crate) fn draw(chart: &Chart, left: f64, right: f64, top: f64) -> Markup {
    html! {
        @for entry in entries(chart, left, right) {
            @let y = top + entry.row as f64 * ROW + ROW / 2.0;
            (sign(entry.series, entry.x, y))
            text x=(place(entry.x + SIGN)) y=(place(y + 4.0)) { (entry.name) }
        }
    }
}

fn sign(series: &Series, x: f64, y: f64) -> Markup {
    let tone = series.tone.class();
    let (from, to, middle) = (place(x), place(x + 16.0), place(x + 8.0));
    html! {
        @match &series.marks {
            Marks::Line { dashed, .. } | Marks::Step { dashed, .. } => {
                line class={ "line s-" (tone) (if *dashed { " dashed" } else { "" }) }
                    x1=(from) x2=(to) y1=(place(y)) y2=(place(y)) {}
            }
            Marks::Dots { hollow, .. } => {
                @if *hollow {
                    circle class={ "ring s-" (tone) } cx=(middle) cy=(place(y)) r="3.6" {}
                } @else {
                    circle class={ "dot f-" (tone) } cx=(middle) cy=(place(y)) r="4.6" {}
                }
            }
            Marks::Band(_) => {
                rect class={ "band f-" (tone) } x=(from) y=(place(y - 5.0)) width="16" height="10" {}
            }
            Marks::Spans { hollow: true, .. } => {
                rect class={ "outline s-" (tone) " f-" (tone) } x=(from) y=(place(y - 5.0)) width="16" height="10" rx="2" {}
            }
            Marks::Columns(_) | Marks::Spans { .. } => {
                rect class={ "bar f-" (tone) } x=(from) y=(place(y - 5.0)) width="16" height="10" rx="2" {}
            }
        }
    }
}
