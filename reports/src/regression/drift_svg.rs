//! A history as one SVG picture: a plot a series, its results with their intervals, a line at each change point, and
//! the median of each stretch between.

use crate::export::{ExportError, Exporter};
use quick_xml::Writer;
use quick_xml::events::BytesText;
use records::number::time;
use records::regression::drift::{DriftName, DriftPointRecord, DriftRecord, SeriesDriftRecord};

/// A history as SVG.
#[derive(Clone, Copy, Debug)]
pub struct DriftSvg;

const WIDTH: f64 = 760.0;
const PLOT_HEIGHT: f64 = 110.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 10.0;
/// Two lines of title above a plot.
const TITLE: f64 = 42.0;
/// Title and plot.
const STEP: f64 = TITLE + PLOT_HEIGHT + 14.0;

type Out = Writer<Vec<u8>>;

impl Exporter<DriftRecord> for DriftSvg {
    fn name(&self) -> &'static str {
        "svg"
    }

    fn export(&self, record: &DriftRecord) -> Result<String, ExportError> {
        let plots: Vec<_> = record
            .machines
            .iter()
            .flat_map(|machine| machine.series.iter().map(|series| (&machine.machine.words, series)))
            .collect();
        let height = number(STEP * plots.len() as f64 + 10.0);
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
        let root = writer.create_element("svg").with_attributes([
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("viewBox", format!("0 0 {WIDTH} {height}").as_str()),
            ("font-family", "sans-serif"),
            ("font-size", "11"),
        ]);
        root.write_inner_content(|out| {
            attributes(out, "rect", &[("width", "100%"), ("height", "100%"), ("fill", "#ffffff")])?;
            for ((machine, series), at) in plots.iter().zip(0..) {
                plot(out, machine, series, STEP * f64::from(at))?;
            }
            Ok(())
        })?;
        Ok(String::from_utf8_lossy(&writer.into_inner()).into_owned() + "\n")
    }
}

/// From a series to points of the picture.
struct Scale {
    least_s: f64,
    greatest_s: f64,
    count: usize,
    top: f64,
}

impl Scale {
    fn of(points: &[DriftPointRecord], top: f64) -> Self {
        let ends = points
            .iter()
            .flat_map(|point| [Some(point.value_s), point.low_s, point.high_s].into_iter().flatten());
        let (least, greatest) = ends
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), x| (least.min(x), greatest.max(x)));
        // A flat line lies in the middle, and not on the edge.
        let margin =
            if greatest > least { (greatest - least) * 0.05 } else { greatest.abs().max(1e-9) * 0.05 };
        Self { least_s: least - margin, greatest_s: greatest + margin, count: points.len(), top }
    }

    fn x(&self, index: f64) -> f64 {
        let share = (index + 0.5) / (self.count as f64).max(1.0);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value_s: f64) -> f64 {
        let share = (self.greatest_s - value_s) / (self.greatest_s - self.least_s);
        self.top + TITLE + share * PLOT_HEIGHT
    }
}

fn plot(out: &mut Out, machine: &str, series: &SeriesDriftRecord, top: f64) -> std::io::Result<()> {
    let SeriesDriftRecord { cell, quantity, drift, shift: _, changes, points } = series;
    let scale = Scale::of(points, top);
    let colour = match drift {
        DriftName::Slower => "#c0392b",
        DriftName::Faster => "#1e8449",
        DriftName::Steady | DriftName::TooFew => "#1f4e79",
    };
    let words = series.words().unwrap_or_else(|| drift.words().to_owned());
    text(out, LEFT, top + 16.0, "start", &format!("{quantity} of {cell}, {machine}"))?;
    text(out, LEFT, top + 32.0, "start", &words)?;
    if points.is_empty() {
        return Ok(());
    }
    for value_s in [scale.least_s, (scale.least_s + scale.greatest_s) / 2.0, scale.greatest_s] {
        let y = scale.y(value_s);
        line(out, (LEFT, y), (WIDTH - RIGHT, y), "#dddddd", "1")?;
        text(out, LEFT - 6.0, y + 4.0, "end", &time(value_s))?;
    }
    for (point, at) in points.iter().zip(0..) {
        let x = scale.x(f64::from(at));
        if let (Some(low), Some(high)) = (point.low_s, point.high_s) {
            line(out, (x, scale.y(low)), (x, scale.y(high)), "#bbbbbb", "1")?;
        }
        let (x, y) = (number(x), number(scale.y(point.value_s)));
        let dot = out.create_element("circle").with_attributes([
            ("cx", x.as_str()),
            ("cy", y.as_str()),
            ("r", "2.5"),
            ("fill", colour),
        ]);
        dot.write_inner_content(|out| {
            let title = format!("{}: {}", point.commit, time(point.value_s));
            out.create_element("title").write_text_content(BytesText::new(&legal(&title)))?;
            Ok(())
        })?;
    }
    let mut start = 0.0;
    let mut level_s = changes.first().map(|change| change.before_s);
    for change in changes {
        let at = change.index as f64;
        let x = scale.x(at - 0.5);
        line(out, (x, scale.top + TITLE), (x, scale.top + TITLE + PLOT_HEIGHT), colour, "1")?;
        stretch(out, &scale, start, at, change.before_s)?;
        (start, level_s) = (at, Some(change.after_s));
    }
    match level_s {
        Some(level_s) => stretch(out, &scale, start, points.len() as f64, level_s),
        None => Ok(()),
    }
}

/// The median of a stretch between two change points.
fn stretch(out: &mut Out, scale: &Scale, from: f64, to: f64, median_s: f64) -> std::io::Result<()> {
    let y = scale.y(median_s);
    line(out, (scale.x(from - 0.5), y), (scale.x(to - 0.5), y), "#333333", "1.5")
}

fn line(out: &mut Out, from: (f64, f64), to: (f64, f64), colour: &str, width: &str) -> std::io::Result<()> {
    let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
    let place = [("x1", x1.as_str()), ("y1", &y1), ("x2", &x2), ("y2", &y2)];
    attributes(out, "line", &[&place[..], &[("stroke", colour), ("stroke-width", width)]].concat())
}

fn text(out: &mut Out, x: f64, y: f64, anchor: &str, words: &str) -> std::io::Result<()> {
    let (x, y) = (number(x), number(y));
    let element = out.create_element("text");
    let element = element.with_attributes([("x", x.as_str()), ("y", &y), ("text-anchor", anchor)]);
    element.write_text_content(BytesText::new(&legal(words)))?;
    Ok(())
}

fn attributes(out: &mut Out, name: &str, attributes: &[(&str, &str)]) -> std::io::Result<()> {
    out.create_element(name).with_attributes(attributes.iter().copied()).write_empty()?;
    Ok(())
}

/// A tenth of a unit is finer than anybody sees.
fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// XML has no form for most control characters.
fn legal(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::DriftSvg;
    use crate::export::Exporter;
    use fixtures::regression::drift;

    #[test]
    fn a_plot_a_series() {
        let mut record = drift();
        record.machines[0].series.iter_mut().for_each(|series| {
            let from = series.points.len().saturating_sub(6);
            series
                .changes
                .iter_mut()
                .for_each(|change| change.index = change.index.saturating_sub(from as u64).min(3));
            series.points.drain(..from);
        });
        insta::assert_snapshot!(DriftSvg.export(&record).expect("renders"));
    }

    #[test]
    fn it_is_xml_whatever_a_commit_is_called() {
        let mut record = drift();
        record.machines[0].series[0].points[0].commit = "<&\"\u{7}>".to_owned();
        record.machines[0].machine.words = "a < b & c".to_owned();
        let svg = DriftSvg.export(&record).expect("renders");
        let mut reader = quick_xml::Reader::from_str(&svg);
        let mut circles = 0;
        loop {
            match reader.read_event().expect("XML") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(start) if start.name().as_ref() == "circle" => circles += 1,
                _ => (),
            }
        }
        let points: usize = record.machines[0].series.iter().map(|series| series.points.len()).sum();
        assert_eq!(circles, points);
    }

    #[test]
    fn nothing_is_an_empty_picture() {
        let mut record = drift();
        record.machines.clear();
        assert!(DriftSvg.export(&record).expect("renders").starts_with("<svg "));
    }
}
