//! Which instruction sets this binary was compiled for, and whether the processor has them.
//!
//! Owns that comparison on x86-64; elsewhere both are unknown. A binary that needs what the
//! processor lacks can die of an illegal instruction before any of this runs, so the program calls
//! [`TargetFeatures::check`] first thing in `main`, where little code has run yet.

use serde::{Deserialize, Serialize};

/// Instruction sets by the compiler's names; `None` where nobody could test the reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFeatures {
    /// Those that the compiler may have used in this binary.
    pub compiled_in: Option<Vec<String>>,
    /// Those that the processor has and the operating system supports.
    pub on_this_cpu: Option<Vec<String>>,
}

/// The processor lacks what the binary was compiled for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this program was compiled for a processor with {}, which this one lacks; build it on this \
     machine, or without `-C target-cpu` and `-C target-feature`",
    missing.join(", ")
)]
pub struct MissingFeatures {
    /// The compiler's names of what is missing.
    pub missing: Vec<String>,
}

/// Vector instructions that field arithmetic is written for, several elements at a time: which of them a build may
/// use decides how fast it proves.
const VECTORS: [&str; 2] = ["avx2", "avx512f"];

/// A build that may not use vector instructions which the processor has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenericBuild {
    /// The compiler's names of what is not used.
    pub unused: Vec<String>,
}

impl std::fmt::Display for GenericBuild {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "this program was compiled without {}, which this processor has, and may prove slower than it could; \
             build it here with {NATIVE_BUILD}",
            self.unused.join(" and ")
        )
    }
}

/// What the user sets so that a build may use all that the processor has.
pub const NATIVE_BUILD: &str = "RUSTFLAGS=\"-C target-cpu=native\"";

#[cfg(target_arch = "x86_64")]
macro_rules! x86_features {
    ($($name:tt),+ $(,)?) => {
        [$(($name, cfg!(target_feature = $name), std::arch::is_x86_feature_detected!($name))),+]
    };
}

impl TargetFeatures {
    /// Asks the compiler's settings and the processor.
    #[cfg(target_arch = "x86_64")]
    #[must_use]
    pub fn read() -> Self {
        let all = x86_features![
            "sse",
            "sse2",
            "sse3",
            "ssse3",
            "sse4.1",
            "sse4.2",
            "popcnt",
            "aes",
            "pclmulqdq",
            "sha",
            "bmi1",
            "bmi2",
            "lzcnt",
            "movbe",
            "adx",
            "rdrand",
            "rdseed",
            "avx",
            "avx2",
            "fma",
            "f16c",
            "gfni",
            "vaes",
            "vpclmulqdq",
            "avx512f",
            "avx512bw",
            "avx512cd",
            "avx512dq",
            "avx512vl",
            "avx512ifma",
            "avx512vbmi",
            "avx512vbmi2",
            "avx512vnni",
            "avx512bitalg",
            "avx512vpopcntdq",
        ];
        let names = |has: fn(&(&str, bool, bool)) -> bool| {
            let chosen = all.iter().filter(|entry| has(entry));
            Some(chosen.map(|(name, _, _)| (*name).to_owned()).collect())
        };
        Self {
            compiled_in: names(|(_, compiled_in, _)| *compiled_in),
            on_this_cpu: names(|(_, _, on_this_cpu)| *on_this_cpu),
        }
    }

    /// Unknown on this architecture.
    #[cfg(not(target_arch = "x86_64"))]
    #[must_use]
    pub fn read() -> Self {
        Self::default()
    }

    /// Whether this build leaves vector instructions of the processor unused; `None` where it uses all of them, or
    /// where either is unknown.
    #[must_use]
    pub fn generic_build(&self) -> Option<GenericBuild> {
        let (compiled_in, on_this_cpu) = (self.compiled_in.as_ref()?, self.on_this_cpu.as_ref()?);
        let has = |names: &[String], wanted: &str| names.iter().any(|name| name == wanted);
        let is_unused = |name: &&str| has(on_this_cpu, name) && !has(compiled_in, name);
        let unused: Vec<_> = VECTORS.into_iter().filter(is_unused).map(str::to_owned).collect();
        (!unused.is_empty()).then_some(GenericBuild { unused })
    }

    /// Compares the two; where either is unknown, nothing can be said and nothing is refused.
    ///
    /// # Errors
    /// [`MissingFeatures`] where the binary was compiled for what the processor lacks.
    pub fn check(&self) -> Result<(), MissingFeatures> {
        let (Some(compiled_in), Some(on_this_cpu)) = (&self.compiled_in, &self.on_this_cpu) else {
            return Ok(());
        };
        let missing: Vec<String> =
            compiled_in.iter().filter(|name| !on_this_cpu.contains(name)).cloned().collect();
        if missing.is_empty() { Ok(()) } else { Err(MissingFeatures { missing }) }
    }
}

#[cfg(test)]
mod tests {
    use super::TargetFeatures;

    fn features(compiled_in: &[&str], on_this_cpu: &[&str]) -> TargetFeatures {
        let own = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        TargetFeatures { compiled_in: own(compiled_in), on_this_cpu: own(on_this_cpu) }
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = features(&["sse2", "avx2", "avx512f"], &["sse2"]).check().expect_err("lacks");
        assert_eq!(error.missing, ["avx2", "avx512f"]);
        let text = error.to_string();
        assert!(text.contains("avx2, avx512f") && text.contains("target-cpu"), "{text}");
    }

    #[test]
    fn enough_or_unknown_is_no_error() {
        assert_eq!(features(&["sse2"], &["sse2", "avx2"]).check(), Ok(()));
        assert_eq!(TargetFeatures::default().check(), Ok(()));
    }

    #[test]
    fn a_generic_build_names_what_it_leaves_and_the_flag() {
        let generic = features(&["sse2"], &["sse2", "avx2", "avx512f"]).generic_build().expect("generic");
        assert_eq!(generic.unused, ["avx2", "avx512f"]);
        let text = generic.to_string();
        assert!(text.contains("without avx2 and avx512f"), "{text}");
        assert!(text.contains("RUSTFLAGS=\"-C target-cpu=native\""), "{text}");
        let half = features(&["sse2", "avx2"], &["sse2", "avx2", "avx512f"]).generic_build();
        assert_eq!(half.map(|half| half.unused), Some(vec!["avx512f".to_owned()]));
        for enough in [features(&["avx2"], &["avx2"]), features(&["sse2"], &["sse2", "sha"])] {
            assert_eq!(enough.generic_build(), None);
        }
        assert_eq!(TargetFeatures::default().generic_build(), None);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn this_processor_runs_this_test() {
        let features = TargetFeatures::read();
        // Every x86-64 has SSE2 and every build for it may use it.
        let sse2 = "sse2".to_owned();
        assert!(features.compiled_in.as_ref().is_some_and(|names| names.contains(&sse2)));
        assert!(features.on_this_cpu.as_ref().is_some_and(|names| names.contains(&sse2)));
        assert_eq!(features.check(), Ok(()));
    }
}
