//! What a chart says, apart from how it is drawn. Plain data: sections make it, [`crate::chart::svg`] draws it.

use crate::chart::table::Table;

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    /// Lower-case words joined by `-`: its anchor in the page and the name of its files.
    pub(crate) id: String,
    /// What it shows, in a few words.
    pub(crate) title: String,
    /// What to see in it, in a sentence or two.
    pub(crate) caption: String,
    /// The horizontal axis.
    pub(crate) x: Axis,
    /// The vertical axis.
    pub(crate) y: Axis,
    /// What is drawn, from back to front within each kind of mark.
    pub(crate) series: Vec<Series>,
    /// Reference lines.
    pub(crate) rules: Vec<Rule>,
    /// The numbers behind it.
    pub(crate) table: Table,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    /// What it measures, with its unit: `prove time, s`.
    pub(crate) title: String,
    /// How values become places.
    pub(crate) scale: Scale,
    /// Where it has marks; empty for round numbers.
    pub(crate) ticks: Vec<f64>,
}

impl Axis {
    /// An axis from the minimum to the maximum.
    pub(crate) fn linear(title: &str) -> Self {
        Self { title: title.to_owned(), scale: Scale::Linear, ticks: Vec::new() }
    }

    /// An axis that begins at zero: for lengths and areas.
    pub(crate) fn from_zero(title: &str) -> Self {
        Self { scale: Scale::FromZero, ..Self::linear(title) }
    }

    /// A logarithmic axis; values that are not above zero are not drawn.
    pub(crate) fn log(title: &str) -> Self {
        Self { scale: Scale::Log, ..Self::linear(title) }
    }

    /// A vertical axis of named lanes, the first on top, for [`Marks::Spans`].
    pub(crate) fn lanes(title: &str, names: Vec<String>) -> Self {
        Self { scale: Scale::Lanes(names), ..Self::linear(title) }
    }

    /// The same axis with marks at these values.
    #[must_use]
    pub(crate) fn with_ticks(self, ticks: Vec<f64>) -> Self {
        Self { ticks, ..self }
    }
}

/// How values become places.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scale {
    /// Evenly, from the minimum to the maximum.
    Linear,
    /// Evenly, from zero.
    FromZero,
    /// By ratio.
    Log,
    /// A lane a name.
    Lanes(Vec<String>),
}

/// A series: marks that belong together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    /// Its name in the legend; empty for none (a band beside its line, say).
    pub(crate) name: String,
    /// Its colour.
    pub(crate) tone: Tone,
    /// What is drawn.
    pub(crate) marks: Marks,
}

impl Series {
    fn of(name: &str, tone: Tone, marks: Marks) -> Self {
        Self { name: name.to_owned(), tone, marks }
    }

    /// A line through points in the order given.
    pub(crate) fn line(name: &str, tone: Tone, points: Vec<(f64, f64)>) -> Self {
        Self::of(name, tone, Marks::Line { points, dashed: false })
    }

    /// The same, broken: extrapolated, or a formula beside a measurement.
    pub(crate) fn dashed(name: &str, tone: Tone, points: Vec<(f64, f64)>) -> Self {
        Self::of(name, tone, Marks::Line { points, dashed: true })
    }

    /// A line that keeps its y until the next x.
    pub(crate) fn step(name: &str, tone: Tone, points: Vec<(f64, f64)>) -> Self {
        Self::of(name, tone, Marks::Step { points, dashed: false })
    }

    /// Points, each with its interval.
    pub(crate) fn dots(name: &str, tone: Tone, dots: Vec<Dot>) -> Self {
        Self::of(name, tone, Marks::Dots { dots, hollow: false })
    }

    /// Points as rings: what was seen and does not count.
    pub(crate) fn rings(name: &str, tone: Tone, dots: Vec<Dot>) -> Self {
        Self::of(name, tone, Marks::Dots { dots, hollow: true })
    }

    /// An area between two lines, without a name: it belongs to the line in it.
    pub(crate) fn band(tone: Tone, points: Vec<BandPoint>) -> Self {
        Self::of("", tone, Marks::Band(points))
    }

    /// Upright bars.
    pub(crate) fn columns(name: &str, tone: Tone, columns: Vec<Bar>) -> Self {
        Self::of(name, tone, Marks::Columns(columns))
    }

    /// Bars along lanes.
    pub(crate) fn spans(name: &str, tone: Tone, spans: Vec<LaneSpan>) -> Self {
        Self::of(name, tone, Marks::Spans { spans, hollow: false })
    }

    /// The same as outlines: extrapolated.
    pub(crate) fn outlines(name: &str, tone: Tone, spans: Vec<LaneSpan>) -> Self {
        Self::of(name, tone, Marks::Spans { spans, hollow: true })
    }

    /// Whether it has nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.marks {
            Marks::Line { points, .. } | Marks::Step { points, .. } => points.is_empty(),
            Marks::Dots { dots, .. } => dots.is_empty(),
            Marks::Band(points) => points.is_empty(),
            Marks::Columns(columns) => columns.is_empty(),
            Marks::Spans { spans, .. } => spans.is_empty(),
        }
    }
}

/// Colours by role; each has a value for light, for dark and for paper. Told apart by people who see colours
/// differently, and never the only difference between two series of one kind of mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tone {
    /// What the chart is about.
    Main,
    /// What it is compared with.
    Second,
    /// A third.
    Third,
    /// A fourth.
    Fourth,
    /// What stands behind: context, discarded samples.
    Muted,
    /// What is wrong: unstable, beyond a limit.
    Warning,
}

/// What is drawn. Values that are not finite are not drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Marks {
    /// A line through points in the order given.
    Line {
        /// (x, y).
        points: Vec<(f64, f64)>,
        /// Broken: extrapolated, or a formula beside a measurement.
        dashed: bool,
    },
    /// A line that keeps its y until the next x.
    Step {
        /// (x, y).
        points: Vec<(f64, f64)>,
        /// Broken.
        dashed: bool,
    },
    /// Points, each with its interval.
    Dots {
        /// The points.
        dots: Vec<Dot>,
        /// Rings: what was seen and does not count.
        hollow: bool,
    },
    /// An area between two lines.
    Band(Vec<BandPoint>),
    /// Upright bars from zero: a histogram.
    Columns(Vec<Bar>),
    /// Bars along lanes: a ranking, a timeline.
    Spans {
        /// The bars.
        spans: Vec<LaneSpan>,
        /// Outlines: extrapolated.
        hollow: bool,
    },
}

/// A point with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dot {
    /// Where.
    pub(crate) x: f64,
    /// What.
    pub(crate) y: f64,
    /// The interval of y.
    pub(crate) interval: Option<(f64, f64)>,
    /// What is said when it is pointed at.
    pub(crate) note: String,
}

/// A place in a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BandPoint {
    /// Where.
    pub(crate) x: f64,
    /// Lower end.
    pub(crate) low: f64,
    /// Upper end.
    pub(crate) high: f64,
}

/// An upright bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    /// Left side.
    pub(crate) from: f64,
    /// Right side.
    pub(crate) to: f64,
    /// Its height, from zero.
    pub(crate) y: f64,
    /// What it stands on: the height of the bar below it.
    pub(crate) base: f64,
    /// What is said when it is pointed at.
    pub(crate) note: String,
}

/// A bar along a lane.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LaneSpan {
    /// Which lane, from 0 at the top.
    pub(crate) lane: usize,
    /// Left end.
    pub(crate) from: f64,
    /// Right end.
    pub(crate) to: f64,
    /// The interval of the right end.
    pub(crate) interval: Option<(f64, f64)>,
    /// What stands behind its end; empty for nothing.
    pub(crate) label: String,
    /// What is said when it is pointed at.
    pub(crate) note: String,
}

/// A reference line across the whole chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    /// At one x, upright.
    X {
        /// Where.
        at: f64,
        /// What it is.
        label: String,
    },
    /// At one y, level.
    Y {
        /// Where.
        at: f64,
        /// What it is.
        label: String,
    },
}
