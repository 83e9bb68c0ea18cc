//! Which clock a cell asks for, and the notation of `--clock`.
//!
//! Owns the words. Setting a frequency is in `cpufreq`, a duty cycle in `duty`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A clock frequency, kept in kHz as the kernel's files have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Frequency {
    khz: u64,
}

impl Frequency {
    /// From kHz.
    #[must_use]
    pub fn from_khz(khz: u64) -> Self {
        Self { khz }
    }

    /// In kHz.
    #[must_use]
    pub fn khz(self) -> u64 {
        self.khz
    }

    /// In GHz.
    #[must_use]
    pub fn ghz(self) -> f64 {
        self.khz as f64 / 1e6
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}GHz", self.ghz())
    }
}

/// The part of the time for which a process may run, in whole percent from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct DutyPercent(u8);

impl DutyPercent {
    /// `None` for zero and for more than 100.
    #[must_use]
    pub fn new(percent: u8) -> Option<Self> {
        (1..=100).contains(&percent).then_some(Self(percent))
    }

    /// In percent.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// As a part of one.
    #[must_use]
    pub fn part(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl TryFrom<u8> for DutyPercent {
    type Error = String;

    fn try_from(percent: u8) -> Result<Self, String> {
        Self::new(percent).ok_or_else(|| format!("a duty cycle of {percent} %; expected 1 to 100"))
    }
}

impl From<DutyPercent> for u8 {
    fn from(percent: DutyPercent) -> Self {
        percent.0
    }
}

/// What a cell asks of the clock.
///
/// ```
/// use machine::ClockSetting;
/// let settings = ClockSetting::parse_list("as_is,2.5GHz,50%").unwrap();
/// assert_eq!(settings[1].to_string(), "2.5GHz");
/// assert_eq!(settings[2].to_string(), "50%");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ClockSetting {
    /// Whatever the machine does.
    AsIs,
    /// No faster than this, boost off.
    Frequency(Frequency),
    /// As it is, for a part of the time. Never to be reported as a frequency: memory keeps its
    /// speed.
    Duty(DutyPercent),
}

/// A text that is no clock setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a clock setting; expected `as_is`, a frequency such as `2.5GHz` (0.1 to 20), \
     or a duty cycle such as `50%` (1 to 100, whole)"
)]
pub struct ClockSettingError {
    text: String,
}

impl ClockSetting {
    /// Reads settings separated by commas, in the order given.
    ///
    /// # Errors
    /// [`ClockSettingError`] that names the one that is none.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, ClockSettingError> {
        text.split(',').map(str::parse).collect()
    }
}

impl FromStr for ClockSetting {
    type Err = ClockSettingError;

    fn from_str(text: &str) -> Result<Self, ClockSettingError> {
        let trimmed = text.trim();
        let setting = if trimmed == "as_is" {
            Some(Self::AsIs)
        } else if let Some(percent) = trimmed.strip_suffix('%') {
            percent.trim().parse().ok().and_then(DutyPercent::new).map(Self::Duty)
        } else if let Some(ghz) = trimmed.strip_suffix("GHz") {
            let ghz: Option<f64> = ghz.trim().parse().ok();
            let ghz = ghz.filter(|ghz| (0.1..=20.0).contains(ghz));
            ghz.map(|ghz| Self::Frequency(Frequency::from_khz((ghz * 1e6).round() as u64)))
        } else {
            None
        };
        setting.ok_or_else(|| ClockSettingError { text: text.to_owned() })
    }
}

impl fmt::Display for ClockSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsIs => f.write_str("as_is"),
            Self::Frequency(frequency) => frequency.fmt(f),
            Self::Duty(percent) => write!(f, "{}%", percent.get()),
        }
    }
}

impl From<ClockSetting> for String {
    fn from(setting: ClockSetting) -> Self {
        setting.to_string()
    }
}

impl TryFrom<String> for ClockSetting {
    type Error = ClockSettingError;

    fn try_from(text: String) -> Result<Self, ClockSettingError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::{ClockSetting, DutyPercent, Frequency};

    #[test]
    fn prints_what_it_reads() {
        for text in ["as_is", "2GHz", "3.35GHz", "0.1GHz", "1%", "100%"] {
            let setting: ClockSetting = text.parse().expect(text);
            assert_eq!(setting.to_string(), text);
            let json = serde_json::to_string(&setting).expect("json");
            assert_eq!(serde_json::from_str::<ClockSetting>(&json).expect("back"), setting);
        }
        let two = ClockSetting::Frequency(Frequency::from_khz(2_000_000));
        assert_eq!(" 2.0 GHz".parse(), Ok(two));
    }

    #[test]
    fn refuses_the_rest_and_names_it() {
        for text in ["", "fast", "2.5", "2500MHz", "0GHz", "NaNGHz", "-1GHz", "0%", "101%", "2.5%"] {
            let error = text.parse::<ClockSetting>().expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
        assert!(ClockSetting::parse_list("50%,").is_err());
        assert!(serde_json::from_str::<DutyPercent>("0").is_err());
    }
}
