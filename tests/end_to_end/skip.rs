//! A test that cannot run on this machine says so, and fails where what it lacks is required.
//!
//! `BENCH_HARNESS_REQUIRE` names what must be there: `all`, or a comma list of names such as `chromium,cpufreq`.

/// Ends a test without a result: `skip!("chromium", "no browser was found")` prints `SKIPPED: no browser was found`.
/// The first argument is the name of what is missing.
macro_rules! skip {
    ($name:literal, $($reason:tt)+) => {{
        $crate::skip::skipped($name, &format!($($reason)+));
        return;
    }};
}
pub(crate) use skip;

/// Prints why a test is skipped; panics where `name` is required.
#[track_caller]
pub(crate) fn skipped(name: &str, reason: &str) {
    let required = std::env::var("BENCH_HARNESS_REQUIRE").unwrap_or_default();
    let is_required = required.split(',').any(|one| one == "all" || one == name);
    assert!(!is_required, "BENCH_HARNESS_REQUIRE={required}, but {name} is missing: {reason}");
    eprintln!("SKIPPED: {reason}");
}
