//! The child process of a worker: one prover, its own thread pool, its own memory.

use crate::process::wire::{ChildAnswer, ChildJob, ChildStart};
use crate::worker::FleetProver;
use machine::{CpuList, pin_thread};
use std::io::{BufRead, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Reads a start and then jobs from `input`, a line each, and answers on `output`, until the input ends.
///
/// # Errors
/// What cannot be read or written, or a thread pool that cannot be.
pub fn main(mut input: impl BufRead, output: impl Write + Send) -> std::io::Result<()> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let start: ChildStart = serde_json::from_str(&line)?;
    size_pool(&start)?;
    let output = Mutex::new(output);
    let answer = |answer: &ChildAnswer| -> std::io::Result<()> {
        let line = serde_json::to_string(answer)? + "\n";
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output.write_all(line.as_bytes())?;
        output.flush()
    };
    let mut prover = match FleetProver::with_cache(&start.work, start.circuit_cache.as_deref()) {
        Ok(prover) => prover,
        Err(error) => return answer(&ChildAnswer::CannotStart { why: error.to_string() }),
    };
    let (circuits, notes) = (prover.circuits().to_owned(), prover.origins().notes.clone());
    answer(&ChildAnswer::Ready { circuits, notes })?;
    let beat = Duration::from_secs_f64(start.beat_s.clamp(0.001, 3600.0));
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let job: ChildJob = serde_json::from_str(&line)?;
        let started = Instant::now();
        let (over, is_over) = channel::<()>();
        let outcome = std::thread::scope(|scope| {
            scope.spawn(|| {
                let is_over = is_over;
                while is_over.recv_timeout(beat) == Err(RecvTimeoutError::Timeout) {
                    if answer(&ChildAnswer::Beat).is_err() {
                        // The parent has gone: nobody waits for this proof.
                        std::process::exit(1);
                    }
                }
            });
            let outcome = prover.perform(&job);
            drop(over);
            outcome
        });
        answer(&ChildAnswer::Done { busy_s: started.elapsed().as_secs_f64(), outcome })?;
    }
}

/// The pool is sized before any thread is pinned: a pinned thread sees one core. This thread is its first.
fn size_pool(start: &ChildStart) -> std::io::Result<()> {
    let cpus = start.cpus.clone();
    let own = move |thread: usize| cpus.get(thread).copied().into_iter().collect::<CpuList>();
    let first = own(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(start.cores.max(1)).use_current_thread();
    let pool = pool.start_handler(move |thread| {
        // It could be done for the first, so it can for each.
        if let Ok(pin) = pin_thread(&own(thread)) {
            pin.keep();
        }
    });
    pool.build_global().map_err(std::io::Error::other)?;
    if !first.is_empty() {
        pin_thread(&first).map_err(std::io::Error::other)?.keep();
    }
    Ok(())
}
