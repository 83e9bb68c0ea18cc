//! Starting a child and hearing what it says.

use crate::child::message::Message;
use crate::child::request::CellRequest;
use crate::child::serve::serve;
use crate::run::error::MeasureError;
use prover::process::{ChildProcess, NoLine};
use std::ops::ControlFlow;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long a child may take to end by itself once its input or its output has ended.
const GRACE: Duration = Duration::from_secs(2);

/// In which process a cell is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launcher {
    /// In one of its own: a program that calls [`crate::child::main`].
    Program {
        /// Which program.
        program: PathBuf,
        /// With which arguments.
        arguments: Vec<String>,
    },
    /// In this one, on a thread pool of the asked size: for tests of everything but processes. Peak memory and CPU
    /// time are then those of this process.
    InProcess,
}

/// A child that is running. It is ended, with every external prover that it started, when this is dropped.
#[derive(Debug)]
pub(crate) enum Running {
    /// Its input is open for as long as we are here: its end means to the child that we have gone.
    Process(ChildProcess),
    /// A thread of this process.
    Thread { messages: Receiver<Message>, stop: Arc<AtomicBool> },
}

/// What was heard.
#[derive(Debug)]
pub(crate) enum ChildEvent {
    /// Nothing, in the time that was given.
    Nothing,
    /// A message.
    Message(Message),
    /// The child has ended; in words, and whether as it should.
    Ended { is_clean: bool, how: String },
}

impl Launcher {
    /// Starts a child on a request.
    pub(crate) fn start(&self, request: &CellRequest) -> Result<Running, MeasureError> {
        match self {
            Self::Program { program, arguments } => start_process(program, arguments, request)
                .map_err(|source| MeasureError::Launch { program: program.clone(), source }),
            Self::InProcess => Ok(start_thread(request.clone())),
        }
    }
}

fn start_process(program: &Path, arguments: &[String], request: &CellRequest) -> std::io::Result<Running> {
    let request = CellRequest { guard_input: true, ..request.clone() };
    let line = serde_json::to_string(&request)? + "\n";
    let child = ChildProcess::start(Command::new(program).args(arguments))?;
    child.send(line);
    Ok(Running::Process(child))
}

fn start_thread(request: CellRequest) -> Running {
    let (sender, messages) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    std::thread::spawn(move || {
        let mut sink = |message: Message| {
            if seen.load(Ordering::SeqCst) || sender.send(message).is_err() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(request.cell.cores as usize);
        if let Ok(pool) = pool.build() {
            pool.install(|| serve(&request, &mut sink));
        }
    });
    Running::Thread { messages, stop }
}

impl Running {
    /// The child's process; none where it is a thread of this one.
    pub(crate) fn process(&self) -> Option<u32> {
        match self {
            Self::Process(child) => Some(child.id()),
            Self::Thread { .. } => None,
        }
    }

    /// What the child says next, within a time.
    pub(crate) fn next(&mut self, wait: Duration) -> ChildEvent {
        let child = match self {
            Self::Process(child) => child,
            Self::Thread { messages, .. } => {
                let how = "the measuring thread ended".to_owned();
                return match messages.recv_timeout(wait) {
                    Ok(message) => ChildEvent::Message(message),
                    Err(RecvTimeoutError::Timeout) => ChildEvent::Nothing,
                    Err(RecvTimeoutError::Disconnected) => ChildEvent::Ended { is_clean: true, how },
                };
            }
        };
        let garbage = match child.line(wait) {
            Err(NoLine::Late) => return ChildEvent::Nothing,
            Err(NoLine::Ended) => return how_it_ended(child),
            Err(NoLine::TooLong) => "it wrote a line without an end".to_owned(),
            Ok(line) => match serde_json::from_slice(&line) {
                Ok(message) => return ChildEvent::Message(message),
                Err(error) => {
                    let line = String::from_utf8_lossy(&line);
                    format!("it wrote {:?}: {error}", line.trim_end_matches('\n'))
                }
            },
        };
        self.end();
        ChildEvent::Ended { is_clean: false, how: garbage }
    }

    /// Ends the child, and with it every external prover that it started.
    pub(crate) fn end(&mut self) {
        match self {
            Self::Thread { stop, .. } => stop.store(true, Ordering::SeqCst),
            Self::Process(child) => {
                child.close_input();
                let _ = child.status_within(GRACE);
                child.end();
            }
        }
    }
}

/// How a child whose output has ended ended itself, in words.
fn how_it_ended(child: &mut ChildProcess) -> ChildEvent {
    // Nothing that matters is lost by ending its input as well.
    child.close_input();
    let status = child.status_within(GRACE);
    child.end();
    let Some(status) = status else {
        let how = "the measuring process closed its output and did not end".to_owned();
        return ChildEvent::Ended { is_clean: false, how };
    };
    let mut how = format!("the measuring process ended: {status}");
    if status.signal() == Some(9) {
        how += " (by somebody, or by the kernel for want of memory)";
    }
    ChildEvent::Ended { is_clean: status.success(), how: how + &child.last_errors() }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
