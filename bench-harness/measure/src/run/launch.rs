//! Starting a child and hearing what it says.

use crate::child::message::Message;
use crate::child::request::CellRequest;
use crate::child::serve::serve;
use crate::run::error::MeasureError;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How much of a child's error output is told: its end.
const ERRORS_LIMIT_BYTES: u64 = 2_000;
/// How long a child may take to end by itself once its input has ended.
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

/// A child that is running.
#[derive(Debug)]
pub(crate) struct Running {
    messages: Receiver<Result<Message, String>>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Process {
        child: Child,
        /// Open for as long as we are here: its end tells the child that we have gone.
        input: Option<ChildStdin>,
        errors: Option<File>,
    },
    Thread {
        stop: Arc<AtomicBool>,
    },
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

fn start_process(program: &PathBuf, arguments: &[String], request: &CellRequest) -> std::io::Result<Running> {
    let request = CellRequest { guard_input: true, ..request.clone() };
    // A file takes what a pipe would need a thread for.
    let errors = tempfile::tempfile()?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(errors.try_clone()?)
        // Ctrl-C is for us: the terminal would send it to a child of our group too, whose end would look like a crash.
        .process_group(0)
        .spawn()?;
    let mut input = child.stdin.take();
    let line = serde_json::to_string(&request)? + "\n";
    if let Some(input) = &mut input {
        // A child that has ended already tells so by its output.
        let _ = input.write_all(line.as_bytes());
    }
    let (sender, messages) = channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { return };
                let message =
                    serde_json::from_str(&line).map_err(|error| format!("it wrote {line:?}: {error}"));
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
    }
    Ok(Running { messages, kind: Kind::Process { child, input, errors: Some(errors) } })
}

fn start_thread(request: CellRequest) -> Running {
    let (sender, messages) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    std::thread::spawn(move || {
        let mut sink = |message: Message| {
            if seen.load(Ordering::SeqCst) || sender.send(Ok(message)).is_err() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(request.cores);
        if let Ok(pool) = pool.build() {
            pool.install(|| serve(&request, &mut sink));
        }
    });
    Running { messages, kind: Kind::Thread { stop } }
}

impl Running {
    /// The child's process; none where it is a thread of this one.
    pub(crate) fn process(&self) -> Option<u32> {
        match &self.kind {
            Kind::Process { child, .. } => Some(child.id()),
            Kind::Thread { .. } => None,
        }
    }

    /// What the child says next, within a time.
    pub(crate) fn next(&mut self, wait: Duration) -> ChildEvent {
        match self.messages.recv_timeout(wait) {
            Ok(Ok(message)) => ChildEvent::Message(message),
            Ok(Err(garbage)) => {
                self.end();
                ChildEvent::Ended { is_clean: false, how: garbage }
            }
            Err(RecvTimeoutError::Timeout) => ChildEvent::Nothing,
            Err(RecvTimeoutError::Disconnected) => {
                let (is_clean, how) = self.how_it_ended();
                ChildEvent::Ended { is_clean, how }
            }
        }
    }

    fn how_it_ended(&mut self) -> (bool, String) {
        let Kind::Process { child, input, errors } = &mut self.kind else {
            return (true, "the measuring thread ended".to_owned());
        };
        // Its output has ended, so nothing that matters is lost by this.
        drop(input.take());
        let status = match child.wait() {
            Ok(status) => status,
            Err(error) => return (false, format!("the measuring process is lost: {error}")),
        };
        let mut how = format!("the measuring process ended: {status}");
        if std::os::unix::process::ExitStatusExt::signal(&status) == Some(9) {
            how += " (by somebody, or by the kernel for want of memory)";
        }
        let errors = errors.take().map_or_else(String::new, the_end_of);
        if !errors.is_empty() {
            how += &format!("; its error output ends: {errors}");
        }
        (status.success(), how)
    }

    /// Ends the child, and with it every external prover that it started.
    pub(crate) fn end(&mut self) {
        match &mut self.kind {
            Kind::Thread { stop } => stop.store(true, Ordering::SeqCst),
            Kind::Process { child, input, .. } => {
                drop(input.take());
                let until = Instant::now() + GRACE;
                while Instant::now() < until {
                    if !matches!(child.try_wait(), Ok(None)) {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
                // Fails only where it has ended.
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn the_end_of(mut file: File) -> String {
    let mut read = || {
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(ERRORS_LIMIT_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        std::io::Result::Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim().to_owned()
}
