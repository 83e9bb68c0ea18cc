//! The report as a person sees it: headless Chromium opens it, moves its sliders, and looks at what it draws.
//!
//! | room | what it owns |
//! |---|---|
//! | [`chromium`] | finding the browser, starting it without a network, ending it |
//! | [`devtools`] | the few words of the DevTools protocol that are needed |
//! | [`report`] | the tests: from disk, on wide and narrow screens, light and dark |
//! | [`served`] | the tests: behind `report --serve` |
//! | [`skip`] | tests that cannot run on this machine |
//!
//! A target of its own, so that it can be left out: `cargo test --test end_to_end` runs without a browser. Where there
//! is none these tests are skipped; `BENCH_HARNESS_REQUIRE=chromium` makes that a failure. The protocol is spoken
//! directly over a well-kept WebSocket library: the crates that wrap it fetch or generate code of hundreds of
//! thousands of lines for the dozen calls below.

mod chromium;
mod devtools;
mod report;
mod served;
#[path = "../end_to_end/skip.rs"]
mod skip;
