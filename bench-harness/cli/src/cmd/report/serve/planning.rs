//! One plan in a process of its own, which ends when it has taken too long or nobody waits for it any more. Not here: what
//! the process does ([`crate::cmd::report::serve::child`]).

use crate::cmd::report::serve::child::{ChildAnswer, ChildRequest};
use anyhow::{Context, anyhow};
use prover::process::{ChildProcess, NoLine};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often it is looked whether the client is still there.
const LOOK: Duration = Duration::from_millis(20);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// It took longer than the limit.
    TooLong,
    /// The client has gone.
    Left,
    /// The process did not work.
    Failed(anyhow::Error),
}

/// A client that waits: when this is dropped it has gone.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Arc<AtomicBool>);

impl Waiting {
    /// Whether the client has gone.
    pub(crate) fn has_left(&self) -> impl Fn() -> bool + Send + 'static {
        let left = Arc::clone(&self.0);
        move || left.load(Ordering::SeqCst)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The answer to a request, within `limit` and while the client has not left. However it ends, so has the process.
pub(crate) fn planned(
    request: &ChildRequest<'_>,
    limit: Duration,
    has_left: impl Fn() -> bool,
) -> Result<ChildAnswer, NoAnswer> {
    let until = Instant::now() + limit;
    let mut child = started(request).map_err(NoAnswer::Failed)?;
    loop {
        match child.line(LOOK) {
            Ok(line) => {
                let answer = serde_json::from_slice(&line).context("reading the planning process's answer");
                return answer.map_err(NoAnswer::Failed);
            }
            Err(NoLine::Late) if has_left() => return Err(NoAnswer::Left),
            Err(NoLine::Late) if Instant::now() < until => {}
            Err(NoLine::Late) => return Err(NoAnswer::TooLong),
            Err(NoLine::Ended | NoLine::TooLong) => {
                child.end();
                let errors = child.last_errors();
                return Err(NoAnswer::Failed(anyhow!(
                    "the planning process ended without an answer{errors}"
                )));
            }
        }
    }
}

fn started(request: &ChildRequest<'_>) -> anyhow::Result<ChildProcess> {
    let program = std::env::current_exe().context("finding this program's own file")?;
    let line = serde_json::to_string(request)? + "\n";
    let child = ChildProcess::start(Command::new(program).arg("plan-child"))
        .context("starting a planning process")?;
    child.send(line);
    Ok(child)
}
