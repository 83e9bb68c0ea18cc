//! How far a prediction is from what was measured.

/// Beyond so many times what was measured a prediction is refused, or made loudly.
pub const FAR_TIMES: f64 = 2.0;

/// Where a point lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// Measured, or between two measured points.
    Within,
    /// Beyond the last measured point, at most twice as far: said with the prediction.
    Beyond {
        /// How many times as far.
        times: f64,
    },
    /// More than twice as far (or less than half of the smallest): not to be believed.
    Far {
        /// How many times as far.
        times: f64,
    },
}

impl Reach {
    /// Where `x` lies, given the smallest and largest point measured.
    ///
    /// ```
    /// use planner::scaling::Reach;
    /// assert_eq!(Reach::of(8.0, 1.0, 16.0), Reach::Within);
    /// assert_eq!(Reach::of(24.0, 1.0, 16.0), Reach::Beyond { times: 1.5 });
    /// assert_eq!(Reach::of(64.0, 1.0, 16.0), Reach::Far { times: 4.0 });
    /// ```
    pub fn of(x: f64, least: f64, most: f64) -> Self {
        let times = (x / most).max(least / x);
        if times <= 1.0 {
            Self::Within
        } else if times <= FAR_TIMES {
            Self::Beyond { times }
        } else {
            Self::Far { times }
        }
    }

    /// The flag in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Within => "measured range",
            Self::Beyond { .. } => "EXTRAPOLATED",
            Self::Far { .. } => "EXTRAPOLATED more than twice beyond what was measured",
        }
    }
}
