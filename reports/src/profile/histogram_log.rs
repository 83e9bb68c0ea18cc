//! A profile as a log of HdrHistogram, the format that its viewers and plotters read: one histogram a cell and
//! quantity, in nanoseconds, tagged with both.

use crate::export::ExportError;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use records::profile::{ProfileRecord, QuantityRecord};
use std::time::Duration;

/// Three digits, as in every summary.
const DIGITS: u8 = 3;

/// A profile as a log of histograms. Only values in the estimate are in it.
///
/// # Errors
/// What HdrHistogram refuses.
pub fn render(profile: &ProfileRecord) -> Result<String, ExportError> {
    let wrong = |error: &dyn std::fmt::Debug| ExportError::Histogram(format!("{error:?}"));
    let (mut bytes, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment(
        "values in nanoseconds; an interval starts at 0 and lasts as long as its values together",
    );
    let mut log = builder.begin_log_with(&mut bytes, &mut serializer).map_err(|error| wrong(&error))?;
    for cell in &profile.cells {
        for quantity in &cell.quantities {
            let histogram = histogram(quantity).map_err(|error| wrong(&error))?;
            let total_s: f64 = quantity.values_s.iter().sum();
            let tag = tag(&cell.cell.key(), quantity);
            // What is measured is no stretch of time; its values are.
            log.write_histogram(
                &histogram,
                Duration::ZERO,
                Duration::from_secs_f64(total_s.clamp(0.0, 1e15)),
                Tag::new(&tag),
            )
            .map_err(|error| wrong(&error))?;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn histogram(quantity: &QuantityRecord) -> Result<Histogram<u64>, hdrhistogram::CreationError> {
    let mut histogram = Histogram::<u64>::new(DIGITS)?;
    for value_s in &quantity.values_s {
        // A histogram that grows by itself takes any u64.
        let _ = histogram.record((value_s * 1e9).round().max(1.0) as u64);
    }
    Ok(histogram)
}

/// `swap/32of32/x2/plonky2/2c/as_is:aggregate_merge:1`: a tag has neither spaces nor commas.
fn tag(cell: &str, quantity: &QuantityRecord) -> String {
    let level = quantity.level.map_or_else(String::new, |level| format!(":{level}"));
    let tag = format!("{cell}:{}{level}", quantity.quantity.key());
    tag.replace([' ', ',', '\r', '\n'], "_")
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::profile;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    #[test]
    fn a_reader_of_the_format_finds_every_quantity() {
        let profile = profile::profile();
        let text = render(&profile).expect("renders");
        let mut tags = Vec::new();
        for entry in IntervalLogIterator::new(text.as_bytes()) {
            if let LogEntry::Interval(interval) = entry.expect("the format") {
                tags.push(interval.tag().expect("a tag").as_str().to_owned());
                assert!(interval.max() > 0.0);
            }
        }
        assert_eq!(tags.len(), profile.cells[0].quantities.len());
        assert_eq!(tags[1], "mix-0.5/64of64/x2/scripted/1c/as_is:prove_batch");
        assert!(tags[2].ends_with(":aggregate_merge:1"));
    }
}
