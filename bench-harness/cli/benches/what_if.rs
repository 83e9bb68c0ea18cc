//! How long a served page waits for the planner: random requests of what-ifs, one after another, to the built server.
//!
//! `cargo bench -p bench-harness --bench what_if [-- REQUESTS]`. Prints how many were answered with what, and median, 95th
//! percentile and maximum of their times. Owned here: the requests. The profile is the one that is kept for tests.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Requests without an argument.
const REQUESTS: usize = 200;
/// The longest answer that a person at a slider does not notice, s.
const WANTED_P95_S: f64 = 0.3;

/// Ends the server with this process, however it ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Gone or going: there is nothing more to be done about it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Numbers that look random and are the same in each run: splitmix64.
struct Draws(u64);

impl Draws {
    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Between the two, by ratio.
    fn log(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.unit())
    }

    /// What somebody may ask who moves the sliders of the page: each is moved in half of the requests.
    fn query(&mut self) -> String {
        let mut flags = vec![format!("target-tx-per-s={:.3}", self.log(5.0, 2_000.0))];
        let moved = |name: &str, low: f64, high: f64, decimals: usize, draws: &mut Self| {
            let value = draws.log(low, high);
            (draws.unit() < 0.5).then(|| format!("{name}={value:.decimals$}"))
        };
        flags.extend(moved("fix-n", 1.0, 128.0, 0, self));
        flags.extend(moved("fix-p", 1.0, 200.0, 0, self));
        flags.extend(moved("block", 1.0, 60.0, 2, self));
        flags.extend(moved("close", 0.05, 5.0, 3, self));
        flags.extend(moved("prover-usd-per-hour", 0.1, 10.0, 2, self));
        flags.join("&")
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let requests = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(REQUESTS);
    let folder = tempfile::tempdir()?;
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/two-cores-solo.json");
    std::fs::copy(profile, folder.path().join("profile.json"))?;
    let mut server = Server(
        Command::new(env!("CARGO_BIN_EXE_bench-harness"))
            .args(["report", ".", "--serve", "--listen", "127.0.0.1:0", "--target-tx-per-s", "100"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()?,
    );
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
    let address = address.ok_or_else(|| format!("no address in {line}"))?.trim_end_matches('/').to_owned();
    let (mut draws, mut statuses, mut times) = (Draws(17), BTreeMap::<String, usize>::new(), Vec::new());
    for _ in 0..requests {
        let query = draws.query();
        let since = Instant::now();
        let status = status(&address, &query)?;
        times.push((since.elapsed().as_secs_f64(), query));
        *statuses.entry(status).or_default() += 1;
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at =
        |fraction: f64| times[((times.len() as f64 * fraction).ceil() as usize).clamp(1, times.len()) - 1].0;
    let (slowest_s, slowest) = &times[times.len() - 1];
    println!("{requests} requests: {statuses:?}");
    println!(
        "median {:.3} s, p95 {:.3} s (wanted {WANTED_P95_S}), longest {slowest_s:.3} s: {slowest}",
        at(0.5),
        at(0.95)
    );
    Ok(())
}

/// Asks, and takes the whole answer; its status.
fn status(address: &str, query: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /api/plan?{query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split_whitespace().nth(1).ok_or("no status")?;
    Ok(status.to_owned())
}
