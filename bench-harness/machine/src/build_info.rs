//! What this binary was built from, and how.
//!
//! Owns the values that `build.rs` leaves. The allocator is not among them, since only the crate
//! of the binary knows which one it set: it passes the name to `MachineState::read`.

use serde::{Deserialize, Serialize};

/// The build; what the build script could not find out is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildInfo {
    /// Version of the package.
    pub version: String,
    /// The commit that was checked out; `None` where it was built outside a checkout.
    pub commit: Option<String>,
    /// True where tracked files differed from that commit.
    pub is_dirty: Option<bool>,
    /// What `rustc --version` printed.
    pub compiler: Option<String>,
    /// The target triple.
    pub target: Option<String>,
    /// `release` or `debug`.
    pub profile: Option<String>,
    /// Optimisation level of this crate.
    pub opt_level: Option<String>,
}

impl BuildInfo {
    /// The build of this binary.
    #[must_use]
    pub fn of_this_binary() -> Self {
        let own = |value: Option<&str>| value.map(str::to_owned);
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: own(option_env!("BENCH_BUILD_COMMIT")),
            is_dirty: option_env!("BENCH_BUILD_DIRTY").map(|text| text == "true"),
            compiler: own(option_env!("BENCH_BUILD_RUSTC")),
            target: own(option_env!("BENCH_BUILD_TARGET")),
            profile: own(option_env!("BENCH_BUILD_PROFILE")),
            opt_level: own(option_env!("BENCH_BUILD_OPT_LEVEL")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BuildInfo;

    #[test]
    fn the_compiler_is_known_and_a_commit_is_one() {
        let build = BuildInfo::of_this_binary();
        assert!(build.compiler.is_some_and(|text| text.starts_with("rustc ")));
        assert!(build.target.is_some_and(|text| text.contains(std::env::consts::ARCH)));
        // Outside a checkout there is neither; inside there are both.
        assert_eq!(build.commit.is_some(), build.is_dirty.is_some());
        if let Some(commit) = build.commit {
            assert!(commit.len() >= 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{commit}");
        }
    }
}
