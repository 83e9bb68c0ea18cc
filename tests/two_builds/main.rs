//! Two builds that really prove, compared by the regression check: one slowed on purpose is caught, one that did not change passes.
//!
//! A target of its own: cargo runs one after another, so that no other test takes the cores from these, and the two
//! take turns. What is left is other load on the machine, so an inconclusive comparison is made again, once.
//! The error rates of the regression check are not tested here but by `synthetic_noise` of the crate `regression`, over
//! thousands of trials.

#[path = "../end_to_end/processes.rs"]
#[expect(dead_code, reason = "the other target uses the rest of it")]
mod processes;
#[path = "../end_to_end/skip.rs"]
mod skip;
mod slowed_arm;
#[path = "../end_to_end/support.rs"]
#[expect(dead_code, reason = "the other target uses the rest of it")]
mod support;

use crate::skip::skip;
use crate::support::{Bench, Ran};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Mutex, PoisonError};

static ALONE: Mutex<()> = Mutex::new(());

const TRIES: u32 = 2;

/// Two programs that really prove: this test's own binary, once as it is and once slowed by so many per cent.
fn compared(percent: u32) -> Ran {
    let bench = Bench::new();
    let tests = std::env::current_exe().expect("this binary");
    for (name, percent) in [("base", 0), ("head", percent)] {
        let arm = format!(
            "SLOWED_BY={percent} RAYON_NUM_THREADS=1 {} --ignored --exact slowed_arm::the_arm --nocapture | grep '^{{'",
            tests.display()
        );
        bench.write(name, &format!("#!/bin/sh\n{arm}\n"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(bench.path(name), mode).expect("executable");
    }
    // A machine that disturbs more pairs than that is not quiet enough, and is not waited for.
    let asked = "--time prove --pairs 8 --repeat-discarded 2";
    bench.run(&format!("gate paired --base ./base --head ./head {asked} {}", slowed_arm::SPEC))
}

/// The first conclusive verdict of at most two; skipped where there is none. A wrong verdict fails.
fn decided(percent: u32, verdict: &str, code: i32) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..TRIES {
        let ran = compared(percent);
        // 5: every pair was discarded.
        if ran.stdout.starts_with("INCONCLUSIVE") || ran.code == Some(5) {
            println!("this machine is not quiet enough: {}{}", ran.stdout, ran.stderr);
            continue;
        }
        assert!(ran.stdout.starts_with(verdict), "{ran:#?}");
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        return;
    }
    skip!("quiet-machine", "{TRIES} comparisons were inconclusive on this machine");
}

#[test]
fn a_build_that_is_slowed_by_ten_percent_is_caught() {
    decided(10, "REGRESSED", 3);
}

/// What `gate_paired` tests of scripted times, on real ones.
#[test]
#[ignore = "a minute: cargo test --test two_builds -- --include-ignored"]
fn a_build_that_did_not_change_passes() {
    decided(0, "PASS", 0);
}
