//! Drawing a chart as SVG: markup for a page, where it follows the reader's theme, and a whole file for a paper.
//!
//! A chart with nothing to draw is not drawn: the caller says so in words ([`is_drawable`]).

use crate::chart::model::{Chart, Marks, Scale};
use crate::chart::palette::style_for_file;
use crate::chart::scale::{Places, tick_words, values};
use crate::chart::text::{clean, shortened, width};
use crate::chart::{legend, marks, rules};
use marks::{Frame, place};
use maud::{Markup, PreEscaped, html};

/// The place that a drawing has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    /// In units of the drawing: text is 12 of them high.
    pub(crate) width: f64,
    /// Without lanes; those take the height that they need.
    pub(crate) height: f64,
}

/// On a page with room, and in a file.
pub(crate) const WIDE: Size = Size { width: 720.0, height: 340.0 };
/// On a telephone.
pub(crate) const NARROW: Size = Size { width: 352.0, height: 300.0 };

/// Whether anything of the chart can be drawn.
pub(crate) fn is_drawable(chart: &Chart) -> bool {
    let (xs, ys) = values(chart);
    let bounds = (0.0, 1.0);
    Places::over(&chart.x, &xs, bounds).is_some() && Places::over(&chart.y, &ys, bounds).is_some()
}

/// The chart for a page: an `svg` element whose colours the page's style sheet gives.
pub(crate) fn for_page(chart: &Chart, size: Size) -> Markup {
    draw(chart, size, 6.0, &html! {}, &html! {})
}

/// The chart as a file of its own, with its title and its colours on paper.
pub(crate) fn file(chart: &Chart) -> String {
    let ground = html! { rect class="ground" width="100%" height="100%" {} };
    let title = html! {
        style { (PreEscaped(style_for_file())) }
        (ground)
        text class="title" x="16" y="28" { (shortened(&chart.title, 80)) }
    };
    let title_of =
        html! { title { (shortened(&chart.title, 160)) } desc { (shortened(&chart.caption, 1_200)) } };
    let drawing = draw(chart, WIDE, 42.0, &title, &title_of);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", drawing.into_string())
}

/// A chart of several that are stacked.
const STACKED: Size = Size { width: WIDE.width, height: 270.0 };

/// Several charts as one file, one below the other, each with its title and its caption above it; of a chart with
/// nothing to draw those alone.
pub(crate) fn stacked(charts: &[Chart]) -> String {
    let top = 56.0;
    let mut height = 12.0;
    let mut drawings = Vec::new();
    for chart in charts {
        let drawing = draw(chart, STACKED, top, &html! {}, &html! {});
        drawings.push(html! {
            g transform={ "translate(0 " (place(height)) ")" } {
                text class="title" x="16" y="24" { (shortened(&chart.title, 80)) }
                text x="16" y="44" { (shortened(&chart.caption, 110)) }
                (drawing)
            }
        });
        height += heights(chart, STACKED, top).1;
    }
    let (width, height) = (place(STACKED.width), place(height));
    let drawing = html! {
        svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" viewBox={ "0 0 " (width) " " (height) }
            width=(width) height=(height) {
            style { (PreEscaped(style_for_file())) }
            rect class="ground" width="100%" height="100%" {}
            @for drawing in drawings { (drawing) }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", drawing.into_string())
}

fn lanes(chart: &Chart) -> Option<&Vec<String>> {
    match &chart.y.scale {
        Scale::Lanes(names) => Some(names),
        Scale::Linear | Scale::FromZero | Scale::Log => None,
    }
}

fn lane_height(names: &[String]) -> f64 {
    if names.len() > 16 { 20.0 } else { 34.0 }
}

/// Where the plot of a chart begins, below `top`, and how high the whole drawing is.
fn heights(chart: &Chart, size: Size, top: f64) -> (f64, f64) {
    let title = if chart.y.title.is_empty() { 6.0 } else { 24.0 };
    let plot_top = top + legend::height(chart, 16.0, size.width - 12.0) + title + rules::height(chart);
    let height = match lanes(chart) {
        Some(names) => plot_top + lane_height(names) * names.len() as f64 + 44.0,
        None => size.height.max(plot_top + 180.0),
    };
    (plot_top, height)
}

fn draw(chart: &Chart, size: Size, top: f64, ground: &Markup, described: &Markup) -> Markup {
    let width = size.width;
    let legend_height = legend::height(chart, 16.0, width - 12.0);
    let (xs, ys) = values(chart);
    let lanes = lanes(chart);
    let lane = lanes.map_or(0.0, |names| lane_height(names));
    let (plot_top, height) = heights(chart, size, top);
    let bottom = height - 42.0;
    let left = margin_left(chart, &ys, (bottom, plot_top), width);
    let right = width - margin_right(chart);
    let (Some(x), Some(y)) =
        (Places::over(&chart.x, &xs, (left, right)), Places::over(&chart.y, &ys, (bottom, plot_top)))
    else {
        return html! {};
    };
    let frame = Frame { x, y, top: plot_top, bottom, lane, right: width };
    let mut series: Vec<_> = chart.series.iter().collect();
    series.sort_by_key(|series| marks::depth(&series.marks));
    html! {
        svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img"
            viewBox={ "0 0 " (place(width)) " " (place(height)) } width=(place(width)) height=(place(height))
            aria-label={ (shortened(&chart.title, 160)) ". " (shortened(&chart.caption, 400)) } {
            (described)
            (ground)
            (legend::draw(chart, 16.0, width - 12.0, top))
            @if !chart.y.title.is_empty() {
                text x="8" y=(place(top + legend_height + 14.0)) {
                    (clean(&chart.y.title))
                    // A small difference fills such a chart.
                    @if frame.y.is_cut(&chart.y) { " (not from 0)" }
                }
            }
            (x_axis(chart, &frame, left, right, height))
            @match lanes {
                Some(names) => (lane_names(names, &frame, left)),
                None => (y_axis(chart, &frame, left, right)),
            }
            @for series in series { (marks::draw(series, &frame)) }
            (rules::draw(chart, &frame, left, right))
        }
    }
}

fn margin_left(chart: &Chart, ys: &[f64], ends: (f64, f64), width_all: f64) -> f64 {
    match &chart.y.scale {
        Scale::Lanes(names) => {
            let most = lane_characters(width_all);
            let widest = names.iter().map(|name| width(&shortened(name, most))).fold(0.0, f64::max);
            (widest + 14.0).min(width_all * 0.45)
        }
        Scale::Linear | Scale::FromZero | Scale::Log => {
            let Some(places) = Places::over(&chart.y, ys, ends) else { return 40.0 };
            let labels = labels(&places, chart, false, 6);
            labels.iter().map(|(_, words)| width(words)).fold(0.0, f64::max) + 16.0
        }
    }
}

fn lane_characters(width_all: f64) -> usize {
    if width_all < 500.0 { 22 } else { 47 }
}

/// Room for what stands behind bars.
fn margin_right(chart: &Chart) -> f64 {
    let spans = chart.series.iter().filter_map(|series| match &series.marks {
        Marks::Spans { spans, .. } => Some(spans),
        _ => None,
    });
    let widest = spans.flatten().map(|span| width(&span.label)).fold(0.0, f64::max);
    16.0 + widest.min(150.0)
}

/// The marks of an axis: values and words.
fn labels(places: &Places, chart: &Chart, x: bool, wanted: usize) -> Vec<(f64, String)> {
    let axis = if x { &chart.x } else { &chart.y };
    let ticks = places.ticks(axis, wanted);
    let step = match axis.scale {
        // Along a logarithmic axis each mark has a step of its own.
        Scale::Log => 0.0,
        _ => ticks.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(f64::INFINITY, f64::min),
    };
    let step = if step.is_finite() { step } else { 0.0 };
    ticks.into_iter().map(|value| (value, tick_words(value, step))).collect()
}

fn x_axis(chart: &Chart, frame: &Frame, left: f64, right: f64, height: f64) -> Markup {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
    let wanted = ((right - left) / 85.0).clamp(3.0, 9.0) as usize;
    let mut shown: Vec<(f64, String)> = Vec::new();
    let mut last_end = f64::NEG_INFINITY;
    let all: Vec<_> = labels(&frame.x, chart, true, wanted)
        .into_iter()
        .filter_map(|(value, words)| Some((frame.x.at(value)?, words)))
        .collect();
    for (x, words) in &all {
        let half = width(words) / 2.0;
        // A mark whose words would run into those before it has none.
        if x - half > last_end + 6.0 {
            last_end = x + half;
            shown.push((*x, words.clone()));
        }
    }
    html! {
        @for (x, _) in &all {
            line class="grid" x1=(place(*x)) x2=(place(*x)) y1=(place(frame.top)) y2=(place(frame.bottom)) {}
        }
        line class="axis" x1=(place(left)) x2=(place(right)) y1=(place(frame.bottom)) y2=(place(frame.bottom)) {}
        @for (x, words) in &shown {
            text text-anchor="middle" x=(place(*x)) y=(place(frame.bottom + 17.0)) { (words) }
        }
        text text-anchor="end" x=(place(right)) y=(place(height - 6.0)) { (clean(&chart.x.title)) }
    }
}

fn y_axis(chart: &Chart, frame: &Frame, left: f64, right: f64) -> Markup {
    html! {
        @for (value, words) in labels(&frame.y, chart, false, 6) {
            @if let Some(y) = frame.y.at(value) {
                line class="grid" x1=(place(left)) x2=(place(right)) y1=(place(y)) y2=(place(y)) {}
                text text-anchor="end" x=(place(left - 7.0)) y=(place(y + 4.0)) { (words) }
            }
        }
    }
}

fn lane_names(names: &[String], frame: &Frame, left: f64) -> Markup {
    let most = lane_characters(frame.right);
    html! {
        @for (lane, name) in names.iter().enumerate() {
            @let y = frame.top + (lane as f64 + 0.5) * frame.lane;
            text text-anchor="end" x=(place(left - 8.0)) y=(place(y + 4.0)) {
                @let short = shortened(name, most);
                @if short != *name { title { (shortened(name, 400)) } }
                (short)
            }
        }
    }
}
