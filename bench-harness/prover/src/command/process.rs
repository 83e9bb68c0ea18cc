//! The process of an external prover: started, asked, and always ended and reaped, with all that it started itself.

use rustix::process::{Pid, Signal, kill_process_group, set_parent_process_death_signal};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest line that is read.
const REPLY_LIMIT_BYTES: usize = 256 << 20;
/// How much of the error output is kept: its end.
const ERRORS_LIMIT_BYTES: usize = 2_000;
/// How long a process that closed its output may take to end by itself, so that its exit status can be told.
const GRACE: Duration = Duration::from_millis(500);

/// The groups of all processes that live, so that [`end_all`] finds them from any thread.
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Ends every external prover of this process, with all that they started: for a process that is about to end
/// without unwinding.
pub fn end_all() {
    let groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    for group in groups.iter().filter_map(|raw| Pid::from_raw(*raw)) {
        // One that has ended already is what we want.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Late,
    Ended,
    TooLong { limit_bytes: usize },
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// A process that is running.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    group: i32,
    requests: Sender<Vec<u8>>,
    replies: Receiver<Line>,
    errors: Arc<Mutex<Vec<u8>>>,
    errors_reader: Option<JoinHandle<()>>,
    is_reaped: bool,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "a line of {} bytes", bytes.len()),
            Self::TooLong => write!(f, "a line that is too long"),
        }
    }
}

impl Process {
    /// Starts a program in a process group of its own.
    pub(crate) fn start(argv: &[String]) -> std::io::Result<Self> {
        let (program, arguments) = argv.split_first().ok_or_else(|| std::io::Error::other("no program"))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        // SAFETY: between fork and exec only what is safe in a signal handler may be called; this is one system call.
        unsafe {
            command.pre_exec(|| {
                // Where this process is killed without a chance to end its provers, the kernel ends them. It looks
                // at the thread that starts them: here the one that measures, which lives as long as the process.
                Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
            });
        }
        let mut child = command.spawn()?;
        let group = child.id() as i32;
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).insert(group);
        let (requests, to_write) = channel();
        let (to_read, replies) = channel();
        // Writing has its own thread: a program that does not read would block it for ever.
        if let Some(input) = child.stdin.take() {
            std::thread::spawn(move || write_requests(input, &to_write));
        }
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || read_replies(output, &to_read));
        }
        let errors = Arc::new(Mutex::new(Vec::new()));
        let errors_reader = child.stderr.take().map(|stderr| {
            let errors = Arc::clone(&errors);
            std::thread::spawn(move || keep_the_end(stderr, &errors))
        });
        Ok(Self { child, group, requests, replies, errors, errors_reader, is_reaped: false })
    }

    /// Sends one line and waits for one.
    pub(crate) fn ask(&mut self, line: &str, timeout: Duration) -> Result<Vec<u8>, Trouble> {
        // A writer that has gone means a process that has gone: the reply will tell.
        let _ = self.requests.send(line.as_bytes().to_vec());
        match self.replies.recv_timeout(timeout) {
            Ok(Line::Whole(line)) => Ok(line),
            Ok(Line::TooLong) => Err(Trouble::TooLong { limit_bytes: REPLY_LIMIT_BYTES }),
            Err(RecvTimeoutError::Timeout) => Err(Trouble::Late),
            Err(RecvTimeoutError::Disconnected) => Err(Trouble::Ended),
        }
    }

    /// Ends it and says how it ended and what it last wrote to its error output, as the end of a sentence.
    pub(crate) fn end(&mut self) -> String {
        let status = self.wait_a_little();
        self.kill();
        let status = match status {
            Some(status) if status.success() => " (it had ended by itself, as if all were well)".to_owned(),
            Some(status) => format!(" ({status})"),
            None => " (it was killed)".to_owned(),
        };
        let until = Instant::now() + GRACE;
        while Instant::now() < until
            && self.errors_reader.as_ref().is_some_and(|reader| !reader.is_finished())
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let errors = String::from_utf8_lossy(&errors).trim().to_owned();
        if errors.is_empty() {
            return status;
        }
        format!("{status}; its error output ends: {errors}")
    }

    fn wait_a_little(&mut self) -> Option<std::process::ExitStatus> {
        // Only one whose output has ended is about to end.
        let has_ended = matches!(self.replies.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
        let until = Instant::now() + if has_ended { GRACE } else { Duration::ZERO };
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    // The group may live on; the number is ours as long as a process has it.
                    self.is_reaped = true;
                    return Some(status);
                }
                Ok(None) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Ok(None) | Err(_) => return None,
            }
        }
    }

    fn kill(&mut self) {
        if let Some(group) = Pid::from_raw(self.group) {
            // Fails only where nothing is left to kill.
            let _ = kill_process_group(group, Signal::KILL);
        }
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.group);
        if !self.is_reaped {
            self.is_reaped = self.child.wait().is_ok();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.is_reaped {
            self.kill();
        }
    }
}

fn write_requests(mut input: impl Write, requests: &Receiver<Vec<u8>>) {
    while let Ok(line) = requests.recv() {
        if input.write_all(&line).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

fn read_replies(output: impl Read, replies: &Sender<Line>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        let limit = REPLY_LIMIT_BYTES as u64 + 1;
        let read = output.by_ref().take(limit).read_until(b'\n', &mut line);
        let line = match read {
            Ok(_) if line.ends_with(b"\n") => Line::Whole(line),
            Ok(_) if line.len() > REPLY_LIMIT_BYTES => Line::TooLong,
            // The end, or a line without one: no reply.
            Ok(_) | Err(_) => return,
        };
        let is_last = matches!(line, Line::TooLong);
        if replies.send(line).is_err() || is_last {
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
