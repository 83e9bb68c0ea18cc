//! The marks of a series as elements of SVG.

use crate::chart::model::{BandPoint, Bar, Dot, LaneSpan, Marks, Series};
use crate::chart::scale::Places;
use crate::chart::text::shortened;
use maud::{Markup, html};

/// A place, to a tenth.
pub(crate) fn place(x: f64) -> String {
    let text = format!("{x:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Both axes of a drawing.
pub(crate) struct Frame {
    pub(crate) x: Places,
    pub(crate) y: Places,
    /// Top and bottom of a chart.
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    /// How high a lane is, where there are any.
    pub(crate) lane: f64,
    /// Where what stands behind a bar must end.
    pub(crate) right: f64,
}

impl Frame {
    fn at(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some((self.x.at(x)?, self.y.at(y)?))
    }
}

/// In which order kinds of mark are drawn.
pub(crate) fn depth(marks: &Marks) -> u8 {
    match marks {
        Marks::Band(_) => 0,
        Marks::Columns(_) | Marks::Spans { .. } => 1,
        Marks::Line { .. } | Marks::Step { .. } => 2,
        Marks::Dots { hollow: true, .. } => 3,
        Marks::Dots { hollow: false, .. } => 4,
    }
}

pub(crate) fn draw(series: &Series, frame: &Frame) -> Markup {
    let tone = series.tone.class();
    match &series.marks {
        Marks::Line { points, dashed } => line(&path(points, frame, false), tone, *dashed),
        Marks::Step { points, dashed } => line(&path(points, frame, true), tone, *dashed),
        Marks::Dots { dots, hollow } => html! {
            @for dot in dots { (draw_dot(dot, frame, tone, *hollow)) }
        },
        Marks::Band(points) => band(points, frame, tone),
        Marks::Columns(columns) => html! {
            @for column in columns { (draw_column(column, frame, tone)) }
        },
        Marks::Spans { spans, hollow } => html! {
            @for span in spans { (draw_span(span, frame, tone, *hollow)) }
        },
    }
}

/// A path through the points; where one cannot stand the line is broken.
fn path(points: &[(f64, f64)], frame: &Frame, step: bool) -> String {
    let mut path = String::new();
    let mut before: Option<(f64, f64)> = None;
    for point in points {
        let here = frame.at(point.0, point.1);
        match (before, here) {
            (None, Some((x, y))) => path += &format!("M{} {}", place(x), place(y)),
            (Some(_), Some((x, y))) if step => path += &format!("H{}V{}", place(x), place(y)),
            (Some(_), Some((x, y))) => path += &format!("L{} {}", place(x), place(y)),
            (_, None) => {}
        }
        before = here;
    }
    path
}

fn line(path: &str, tone: &str, dashed: bool) -> Markup {
    html! {
        @if !path.is_empty() {
            path class={ "line s-" (tone) (if dashed { " dashed" } else { "" }) } d=(path) {}
        }
    }
}

fn band(points: &[BandPoint], frame: &Frame, tone: &str) -> Markup {
    let stands: Vec<_> = points
        .iter()
        .filter_map(|point| {
            // An end that cannot stand (below zero on a logarithmic axis) is held at the edge.
            let x = frame.x.at(point.x)?;
            (point.low.is_finite() && point.high.is_finite())
                .then(|| (x, frame.y.held(point.low), frame.y.held(point.high)))
        })
        .collect();
    let there = stands.iter().map(|(x, _, high)| format!("{} {}", place(*x), place(*high)));
    let back = stands.iter().rev().map(|(x, low, _)| format!("{} {}", place(*x), place(*low)));
    let path: Vec<_> = there.chain(back).collect();
    html! {
        @if stands.len() > 1 {
            path class={ "band f-" (tone) } d={ "M" (path.join("L")) "Z" } {}
        }
    }
}

fn note(text: &str) -> Markup {
    html! { @if !text.is_empty() { title { (shortened(text, 160)) } } }
}

fn draw_dot(dot: &Dot, frame: &Frame, tone: &str, hollow: bool) -> Markup {
    let Some((x, y)) = frame.at(dot.x, dot.y) else { return html! {} };
    let whisker =
        dot.interval.filter(|(low, high)| low.is_finite() && high.is_finite()).map(|(low, high)| {
            let (low, high) = (place(frame.y.held(low)), place(frame.y.held(high)));
            let (left, right) = (place(x - 4.0), place(x + 4.0));
            format!("M{left} {low}H{right}M{0} {low}V{high}M{left} {high}H{right}", place(x))
        });
    html! {
        g {
            (note(&dot.note))
            @if let Some(path) = whisker { path class={ "whisker s-" (tone) } d=(path) {} }
            @if hollow {
                circle class={ "ring s-" (tone) } cx=(place(x)) cy=(place(y)) r="4.8" {}
            } @else {
                circle class={ "dot f-" (tone) } cx=(place(x)) cy=(place(y)) r="4.4" {}
            }
        }
    }
}

fn draw_column(column: &Bar, frame: &Frame, tone: &str) -> Markup {
    let (Some((left, low)), Some((right, high))) =
        (frame.at(column.from, column.base), frame.at(column.to, column.base + column.y))
    else {
        return html! {};
    };
    html! {
        @if low - high > 0.05 {
            rect class={ "bar f-" (tone) } x=(place(left)) y=(place(high))
                width=(place((right - left).max(1.0))) height=(place((low - high).max(1.0))) {
                (note(&column.note))
            }
        }
    }
}

fn draw_span(span: &LaneSpan, frame: &Frame, tone: &str, hollow: bool) -> Markup {
    let (Some(left), Some(right)) = (frame.x.at(span.from), frame.x.at(span.to)) else { return html! {} };
    let thick = (frame.lane * 0.58).clamp(2.0, 24.0);
    let middle = frame.top + (span.lane as f64 + 0.5) * frame.lane;
    if middle > frame.bottom {
        return html! {};
    }
    let class = if hollow { format!("outline s-{tone} f-{tone}") } else { format!("bar f-{tone}") };
    let interval = span.interval.filter(|(low, high)| low.is_finite() && high.is_finite());
    let ends = interval.map(|(low, high)| (frame.x.held(low), frame.x.held(high)));
    let whisker = ends.map(|(low, high)| {
        let (top, bottom) = (place(middle - 4.0), place(middle + 4.0));
        let (low, high) = (place(low), place(high));
        format!("M{low} {top}V{bottom}M{low} {0}H{high}M{high} {top}V{bottom}", place(middle))
    });
    let after = ends.map_or(right, |(_, high)| right.max(high)) + 7.0;
    html! {
        g {
            (note(&span.note))
            rect class=(class) x=(place(left)) y=(place(middle - thick / 2.0))
                width=(place((right - left).max(1.5))) height=(place(thick)) rx="2" {}
            @if let Some(path) = whisker { path class="whisker-ink" d=(path) {} }
            @if !span.label.is_empty() {
                @if after < frame.right {
                    text class="strong" x=(place(after)) y=(place(middle + 4.0)) { (shortened(&span.label, 40)) }
                }
            }
        }
    }
}
