//! The process that measures one cell: its own thread pool, its own peak memory, and an end that hurts nobody else.
//!
//! | room | what it owns |
//! |---|---|
//! | [`request`] | what the parent asks for, as JSON, and the seed of each repeat |
//! | [`message`] | what the child answers, a JSON line each |
//! | [`source`] | the batches of a repeat, and the state that they start from |
//! | `system` | the proof system behind one interface, and what it can do |
//! | `timer` | the clock, or a script instead of it |
//! | `monitor` | what held meanwhile: the clock that ran, the fraction of the cores that was ours, what others took |
//! | `background_probe` | the same while a long section runs |
//! | `session` | one cell in this process, and how its samples are written |
//! | `repeat` | one repeat: every stage, timed and checked |
//! | [`serve`] | set-up, warm-up, repeats, until all are made or the time is spent |

mod background_probe;
pub mod message;
mod monitor;
mod repeat;
pub mod request;
pub mod serve;
mod session;
pub mod source;
pub(crate) mod system;
mod timer;

use crate::child::message::Message;
use crate::child::request::CellRequest;
use machine::{CpuList, PinError, pin_thread};
use std::io::{BufRead, Write};
use std::ops::ControlFlow;
use thiserror::Error;

/// Why a child cannot even begin. All of them are the fault of whoever started it.
#[derive(Debug, Error)]
pub enum ChildError {
    /// The request cannot be read.
    #[error("standard input: expected one line with the JSON request of a cell: {0}")]
    Request(#[from] serde_json::Error),
    /// Input or output.
    #[error("standard input or output: {0}")]
    Io(#[from] std::io::Error),
    /// The CPUs.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The thread pool.
    #[error("a thread pool of {cores} cannot be built: {why}")]
    Pool {
        /// How many threads.
        cores: usize,
        /// What the system says.
        why: String,
    },
}

/// Reads one request from `input`, measures that cell in this process, and writes what it finds to `output`, a line
/// each, flushed. The program calls it for its hidden verb, before anything else has touched the thread pool.
///
/// Where the request says so, the end of `input` means that the parent has gone: this process then ends at once,
/// with every external prover that it started.
///
/// # Errors
/// [`ChildError`]. What goes wrong later is a message on `output`.
pub fn main(mut input: impl BufRead + Send + 'static, mut output: impl Write) -> Result<(), ChildError> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let request: CellRequest = serde_json::from_str(&line)?;
    if request.guard_input {
        prover::process::end_with(input);
    }
    // The pool is sized before anything uses it, and before any thread is pinned: a pinned thread sees one core. This
    // thread is its first, so that each CPU has one thread and no thread of ours waits for another of ours.
    let cpus: Vec<usize> = request.placement.iter().flat_map(|placement| placement.cpus.clone()).collect();
    let own = move |thread: usize| cpus.get(thread).copied().into_iter().collect::<CpuList>();
    let first = own(0);
    let cores = request.cell.cores as usize;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).use_current_thread();
    let pool = pool.start_handler(move |thread| {
        // It could be done for the first, so it can for each.
        if let Ok(pin) = pin_thread(&own(thread)) {
            pin.keep();
        }
    });
    pool.build_global().map_err(|error| ChildError::Pool { cores, why: error.to_string() })?;
    if !first.is_empty() {
        pin_thread(&first)?.keep();
    }
    let mut failed = None;
    serve::serve(&request, &mut |message: Message| {
        let written = serde_json::to_writer(&mut output, &message)
            .map_err(std::io::Error::from)
            .and_then(|()| output.write_all(b"\n"))
            .and_then(|()| output.flush());
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    failed.map_or(Ok(()), |error| Err(error.into()))
}
