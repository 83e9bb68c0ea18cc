//! How batches come, as it is written on the command line: a law, a trace, or a day.

use crate::exit::usage;
use crate::number::{cv, rate_or_zero, whole};
use planner::plan::ArrivalLaw;
use planner::sim::gaps_of_csv;
use std::path::PathBuf;
use std::str::FromStr;

const EXPECTED: &str = "fixed, poisson, erlang:K, lognormal:CV, trace:FILE, daily:RATES or daily-poisson:RATES \
                        (as in daily:1,1,3,2)";

/// An Erlang law of more stages differs from fixed times by less than a hundredth, and takes as many draws.
const ERLANG_MAX: u32 = 10_000;
/// Slots of a day: one a second.
const SLOTS_MAX: usize = 86_400;

/// A law of arrivals as it is written; a trace is not read yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arrivals {
    Law(ArrivalLaw),
    Trace(PathBuf),
}

impl FromStr for Arrivals {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let within = |what: &'static str| move |error: String| format!("{what}: {error}");
        let wrong = || format!("expected {EXPECTED}, got `{text}`");
        let (name, value) = text.split_once(':').map_or((text, None), |(name, value)| (name, Some(value)));
        let law = match (name, value) {
            ("fixed", None) => ArrivalLaw::Fixed,
            ("poisson", None) => ArrivalLaw::Poisson,
            ("erlang", Some(k)) => ArrivalLaw::Erlang(whole(1..=ERLANG_MAX)(k).map_err(within("K"))?),
            ("lognormal", Some(text)) => ArrivalLaw::LogNormal(cv(text).map_err(within("CV"))?),
            ("trace", Some(path)) if !path.is_empty() => return Ok(Self::Trace(path.into())),
            ("daily" | "daily-poisson", Some(rates)) => {
                let shape: Result<Vec<f64>, _> = rates.split(',').map(rate_or_zero).collect();
                let shape = shape.map_err(within("RATES"))?;
                if shape.len() > SLOTS_MAX {
                    return Err(format!("RATES: expected at most {SLOTS_MAX}, got {}", shape.len()));
                }
                ArrivalLaw::Daily { shape, poisson: name == "daily-poisson" }
            }
            _ => return Err(wrong()),
        };
        Ok(Self::Law(law))
    }
}

/// The law as it is written; a trace without its file, and a day without its rates.
impl std::fmt::Display for Arrivals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Law(ArrivalLaw::Fixed) => f.write_str("fixed"),
            Self::Law(ArrivalLaw::Poisson) => f.write_str("poisson"),
            Self::Law(ArrivalLaw::Erlang(k)) => write!(f, "erlang:{k}"),
            Self::Law(ArrivalLaw::LogNormal(cv)) => write!(f, "lognormal:{cv}"),
            Self::Law(ArrivalLaw::Daily { poisson: false, .. }) => f.write_str("daily"),
            Self::Law(ArrivalLaw::Daily { poisson: true, .. }) => f.write_str("daily-poisson"),
            Self::Law(ArrivalLaw::Trace(_)) | Self::Trace(_) => f.write_str("trace"),
            Self::Law(ArrivalLaw::Closings(_)) => f.write_str("as they were measured"),
        }
    }
}

impl Arrivals {
    /// The law. A row of a trace is a transaction where the size of a batch is known, and a batch where it is not.
    pub(crate) fn law(&self, batch_transactions: Option<u32>) -> anyhow::Result<ArrivalLaw> {
        match self {
            Self::Law(law) => Ok(law.clone()),
            Self::Trace(path) => {
                let text = records::file::read_text(path)?;
                let gaps_s = gaps_of_csv(&text, batch_transactions.unwrap_or(1))
                    .map_err(|error| usage(format!("{}: {error}", path.display())))?;
                Ok(ArrivalLaw::Trace(gaps_s))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ArrivalLaw, Arrivals};

    #[test]
    fn laws_of_arrivals() {
        let law = |text: &str| text.parse::<Arrivals>();
        assert_eq!(law("fixed"), Ok(Arrivals::Law(ArrivalLaw::Fixed)));
        assert_eq!(law("erlang:4"), Ok(Arrivals::Law(ArrivalLaw::Erlang(4))));
        assert_eq!(law("lognormal:2.0"), Ok(Arrivals::Law(ArrivalLaw::LogNormal(2.0))));
        assert_eq!(law("trace:a.csv"), Ok(Arrivals::Trace("a.csv".into())));
        let day = ArrivalLaw::Daily { shape: vec![1.0, 2.5], poisson: false };
        assert_eq!(law("daily:1,2.5"), Ok(Arrivals::Law(day)));
        for bad in [
            "",
            "erlang",
            "erlang:x",
            "poisson:1",
            "uniform",
            "trace:",
            "daily:1,x",
            "daily",
            "erlang:0",
            "erlang:10001",
            "lognormal:nan",
            "lognormal:-1",
            "lognormal:10.1",
            "daily:1,-1",
            "daily:inf",
        ] {
            assert!(law(bad).is_err(), "{bad}");
        }
    }
}
