//! A child process in a group of its own: started, fed, heard line by line, and always ended and reaped, with all that
//! it started itself.
//!
//! External provers, measuring processes and the programs of a comparison are all started here: this is the lowest
//! crate of those that start any, and the others import it already. Its threads sleep until the child reads or
//! writes, so that nothing of ours runs beside what is timed.

use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest line that is read.
pub const LINE_LIMIT_BYTES: usize = 256 << 20;
/// How much of the error output is kept: its end.
const ERRORS_LIMIT_BYTES: usize = 2_000;
/// How long the rest of what an ended process wrote may take to arrive: a process of its own may hold the pipe open.
const GRACE: Duration = Duration::from_millis(500);
/// How often a process that may end is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// The groups of all processes that live, so that [`end_all`] finds them from any thread.
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Ends every child of this process that was started here, with all that they started: for a process that is about to
/// end without unwinding.
pub fn end_all() {
    let groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    for group in groups.iter().filter_map(|raw| Pid::from_raw(*raw)) {
        // Fails only where all of them have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Ends this process, and every child that was started here, when `input` ends: whoever would have read its answer is not
/// there any more.
pub fn end_with(mut input: impl Read + Send + 'static) {
    std::thread::spawn(move || {
        // Whether it ends or fails, nobody is there.
        let _ = input.read_to_end(&mut Vec::new());
        end_all();
        std::process::exit(1);
    });
}

/// Ends a child that leads a group of its own, and all of that group.
pub fn end_group(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // Fails only where all of them have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

/// Why there is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLine {
    /// None came in time.
    Late,
    /// The output has ended.
    Ended,
    /// It is longer than [`LINE_LIMIT_BYTES`].
    TooLong,
}

/// A child that is running. It is ended, with its group, when this is dropped.
#[derive(Debug)]
pub struct ChildProcess {
    child: Child,
    /// None once the input is closed.
    input: Option<Sender<Vec<u8>>>,
    lines: Receiver<Result<Vec<u8>, NoLine>>,
    errors: Arc<Mutex<Vec<u8>>>,
    errors_reader: Option<JoinHandle<()>>,
    status: Option<ExitStatus>,
    /// Whether its group was ended: the number may be another's since.
    is_over: bool,
}

impl ChildProcess {
    /// Starts a program in a process group of its own, so that all of it can be ended, and Ctrl-C comes to us alone.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(command: &mut Command) -> std::io::Result<Self> {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.process_group(0).spawn()?;
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).insert(child.id() as i32);
        let (input, to_write) = channel();
        let (to_read, lines) = channel();
        // Writing has its own thread: a program that does not read would block it for ever.
        if let Some(stdin) = child.stdin.take() {
            std::thread::spawn(move || write_all(stdin, &to_write));
        }
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || read_lines(stdout, &to_read));
        }
        let errors = Arc::new(Mutex::new(Vec::new()));
        let errors_reader = child.stderr.take().map(|stderr| {
            let errors = Arc::clone(&errors);
            std::thread::spawn(move || keep_the_end(stderr, &errors))
        });
        Ok(Self { child, input: Some(input), lines, errors, errors_reader, status: None, is_over: false })
    }

    /// Its process id, which is that of its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a line, with its end. Of a program that reads no more the output says why.
    pub fn send(&self, line: String) {
        if let Some(input) = &self.input {
            let _ = input.send(line.into_bytes());
        }
    }

    /// Ends its input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// The next line of its output, with its end; the last may have none.
    ///
    /// # Errors
    /// [`NoLine`].
    pub fn line(&self, wait: Duration) -> Result<Vec<u8>, NoLine> {
        match self.lines.recv_timeout(wait) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => Err(NoLine::Late),
            Err(RecvTimeoutError::Disconnected) => Err(NoLine::Ended),
        }
    }

    /// What is left of its output once it has ended.
    pub fn rest_of_output(&self) -> Vec<u8> {
        std::iter::from_fn(|| self.line(GRACE).ok()).flatten().collect()
    }

    /// How it has ended; none while it runs.
    ///
    /// # Errors
    /// Where the system has lost it.
    pub fn status(&mut self) -> std::io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
        }
        Ok(self.status)
    }

    /// How it ended by itself within a time; none where it did not.
    pub fn status_within(&mut self, time: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + time;
        loop {
            match self.status() {
                Ok(None) if Instant::now() < until => std::thread::sleep(LOOK),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }

    /// Ends it with all of its group.
    pub fn end(&mut self) {
        self.close_input();
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            // Where it has ended by itself, what it started may live on: the number is theirs as long as one does.
            let _ = kill_process_group(group, Signal::KILL);
        }
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).remove(&(self.child.id() as i32));
        if self.status.is_none() {
            self.status = self.child.wait().ok();
        }
    }

    /// The end of what it wrote to its error output, as the end of a sentence; nothing where it wrote none. Asked
    /// after its end.
    pub fn last_errors(&self) -> String {
        let until = Instant::now() + GRACE;
        while Instant::now() < until
            && self.errors_reader.as_ref().is_some_and(|reader| !reader.is_finished())
        {
            std::thread::sleep(LOOK);
        }
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        match String::from_utf8_lossy(&errors).trim() {
            "" => String::new(),
            errors => format!("; its error output ends: {errors}"),
        }
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        self.end();
    }
}

fn write_all(mut stdin: impl Write, lines: &Receiver<Vec<u8>>) {
    while let Ok(line) = lines.recv() {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_lines(stdout: impl Read, lines: &Sender<Result<Vec<u8>, NoLine>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let limit = LINE_LIMIT_BYTES as u64 + 1;
        let read = stdout.by_ref().take(limit).read_until(b'\n', &mut line);
        let line = match read {
            Ok(0) | Err(_) => return,
            Ok(_) if line.len() > LINE_LIMIT_BYTES => Err(NoLine::TooLong),
            Ok(_) => Ok(line),
        };
        let is_last = line.is_err();
        if lines.send(line).is_err() || is_last {
            return;
        }
    }
}

fn keep_the_end(mut stderr: impl Read, errors: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut buffer) {
        let mut errors = errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors.extend_from_slice(&buffer[..read]);
        let surplus = errors.len().saturating_sub(ERRORS_LIMIT_BYTES);
        errors.drain(..surplus);
    }
}
