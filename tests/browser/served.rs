//! The report behind `report --serve`: any number, simulation included; for this machine alone; gone at Ctrl-C.

use crate::chromium::{Chromium, NAMES, found};
use crate::report::{PROGRAM, Run, answer, printed};
use crate::skip::skip;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(run: &Run) -> Self {
        Self::with(run, &[])
    }

    /// With more flags.
    fn with(run: &Run, flags: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args([
                "report",
                "out",
                "--serve",
                "--listen",
                "127.0.0.1:0",
                "--target-tx-per-s",
                "500",
                "--headroom",
                "0",
            ])
            .args(flags)
            .current_dir(run.folder())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        let address =
            address.unwrap_or_else(|| panic!("no address in {line}")).trim_end_matches('/').to_owned();
        Self { child, address }
    }

    /// The status line and the body of a request that is sent as it stands.
    fn raw(&self, request: &str) -> (String, String) {
        Self::answer(self.sent(request))
    }

    fn answer(mut stream: TcpStream) -> (String, String) {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), body.to_owned())
    }

    /// Sends a request that takes the planner a while, and stops its process, so that it would take for ever.
    fn endless(&self) -> TcpStream {
        let stream =
            self.sent(&format!("GET {HUGE} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address));
        let since = Instant::now();
        let planner = loop {
            if let [planner] = self.planners()[..] {
                break planner;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "no process plans");
            std::thread::sleep(Duration::from_millis(1));
        };
        let stop = rustix::process::Signal::STOP;
        rustix::process::kill_process(planner, stop).expect("it plans still");
        stream
    }

    /// The processes that plan for it.
    fn planners(&self) -> Vec<rustix::process::Pid> {
        let parent = format!("PPid:\t{}\n", self.child.id());
        let processes = std::fs::read_dir("/proc").expect("a list of processes").flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let read = |id: &i32, file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}"));
        let has = |id: &i32, file: &str, words: &str| read(id, file).is_ok_and(|text| text.contains(words));
        // Between fork and exec a child is the server still, and stopping it would stop the server.
        let of_this = |id: &i32| has(id, "status", &parent) && has(id, "cmdline", "plan-child");
        ids.filter(of_this).filter_map(rustix::process::Pid::from_raw).collect()
    }

    /// A connection on which this was sent.
    fn sent(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    }

    fn get(&self, path: &str, host: &str) -> (String, String) {
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    }

    /// Ends it with this signal; how long that took.
    fn end(&mut self, signal: rustix::process::Signal) -> Duration {
        let since = Instant::now();
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("told");
        let status = self.child.wait().expect("ends");
        assert!(status.success(), "{status:?}");
        since.elapsed()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_answers_this_machine_and_nobody_elses_page() {
    let run = Run::shared();
    let before: Vec<_> = files(run);
    let mut server = Server::start(run);
    let own = server.address.clone();
    let (head, body) = server.get("/", &own);
    assert!(head.starts_with("HTTP/1.1 200") && body.contains("what-if-data"), "{head}");
    for line in ["x-content-type-options: nosniff", "cache-control: no-store", "x-frame-options: DENY"] {
        assert!(head.contains(line), "{line}: {head}");
    }
    let (head, body) = server.get("/api/plan?fix-p=3", &own);
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(answer["plan"]["recommendation"]["provers"], 3);
    assert!(answer["plan"]["fleet_estimates"][0]["simulated"]["consolidated"]["p99_s"].is_f64(), "{body}");
    for (path, host, status) in [
        ("/", "evil.example", "403"),
        ("/api/plan", "localhost.evil.example:80", "403"),
        ("/api/plan?fix-p=none", own.as_str(), "400"),
        ("/api/plan?profile=/etc/passwd", own.as_str(), "400"),
        ("/api/plan?help=1", own.as_str(), "400"),
        ("/api/plan?close=9999", own.as_str(), "422"),
        ("/../../etc/passwd", own.as_str(), "404"),
    ] {
        let (head, body) = server.get(path, host);
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{path} for {host}: {head}\n{body}");
    }
    let long = format!("/api/plan?arrivals={}", "x".repeat(5_000));
    assert!(server.get(&long, &own).0.starts_with("HTTP/1.1 414"));
    let post =
        format!("POST /api/plan HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    assert!(server.raw(&post).0.starts_with("HTTP/1.1 405"));
    assert!(server.end(rustix::process::Signal::INT) < Duration::from_secs(8));
    assert_eq!(files(run), before, "serving wrote something");
}

/// A fleet of which the planner simulates as much as it ever does, a second or more.
const HUGE: &str = "/api/plan?fix-n=1000000&fix-p=1000000";

/// A plan without an end is given up at its limit, or when its client leaves; meanwhile others are told to come again, and
/// after it they are answered.
#[test]
fn one_request_does_not_keep_the_others_from_their_answers() {
    let run = Run::shared();
    let server = Server::with(run, &["--answer-limit", "2s"]);
    let small = |server: &Server| server.get("/api/plan?fix-p=3", &server.address);
    let (head, body) = Server::answer(server.endless());
    assert!(
        head.starts_with("HTTP/1.1 504") && body.contains("longer than 2 s (--answer-limit)"),
        "{head} {body}"
    );
    assert!(server.planners().is_empty(), "what was given up plans on");
    assert!(small(&server).0.starts_with("HTTP/1.1 200"), "the request after it is answered");
    // Its client does not wait for the end.
    let server = Server::with(run, &["--answer-limit", "10min"]);
    let gone = server.endless();
    let (head, _) = small(&server);
    assert!(head.starts_with("HTTP/1.1 503") && head.contains("retry-after: 1"), "{head}");
    assert!(server.get("/", &server.address).0.starts_with("HTTP/1.1 200"), "the page needs no planner");
    drop(gone);
    let since = Instant::now();
    let (head, body) = loop {
        let answer = small(&server);
        if !answer.0.starts_with("HTTP/1.1 503") || since.elapsed() > Duration::from_secs(30) {
            break answer;
        }
    };
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    for (query, wanted) in [
        ("fix-n=1000001", "a whole number from 1 to 1000000"),
        ("fix-p=0", "a whole number from 1 to"),
        ("arrivals=erlang:100000", "erlang"),
        ("mtbf=100ms&repair=1s", "mtbf_s: expected so long"),
    ] {
        let (head, body) = server.get(&format!("/api/plan?{query}"), &server.address);
        assert!(head.starts_with("HTTP/1.1 4") && body.contains(wanted), "{query}: {head} {body}");
    }
}

#[test]
fn n_is_chosen_anew_for_each_target() {
    let Some(program) = found() else { skip!("chromium", "no browser was found: looked for {NAMES:?}") };
    let run = Run::shared();
    let server = Server::start(run);
    let browser = Chromium::start(&program);
    let mut page = browser.page();
    page.screen(1280, 900, false);
    page.open(&format!("http://{}/#what-if", server.address));
    let mut headlines = Vec::new();
    for target in ["50", "400"] {
        page.value(&format!(
            "(() => {{ const field = document.getElementById('what-if-target'); field.value = '{target}';
             field.dispatchEvent(new Event('change')); }})()"
        ));
        page.until("document.getElementById('what-if-answer').getAttribute('aria-busy') === 'false'");
        assert_eq!(page.text("document.getElementById('what-if-n').value"), "best");
        let (shown, command) = answer(&mut page);
        assert!(command.contains(&format!("per-s {target}")) && !command.contains("--fix-n"), "{command}");
        let (text, _) = printed(run, &command);
        let headline = shown.lines().next().expect("a headline").to_owned();
        assert!(text.contains(&headline), "`{headline}` is not in: {text}");
        headlines.push(headline);
    }
    assert_ne!(headlines[0], headlines[1]);
    page.value(
        "(() => { const field = document.getElementById('what-if-n'); field.value = '7';
         field.dispatchEvent(new Event('change')); })()",
    );
    page.until("document.getElementById('what-if-command').innerText.includes('--fix-n 7')");
}

fn files(run: &Run) -> Vec<(std::ffi::OsString, u64)> {
    let entries = std::fs::read_dir(run.folder().join("out")).expect("a folder");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry"))
        .map(|entry| (entry.file_name(), entry.metadata().expect("a file").len()))
        .collect();
    files.sort();
    files
}

#[test]
fn the_page_asks_the_planner_for_any_number() {
    let Some(program) = found() else { skip!("chromium", "no browser was found: looked for {NAMES:?}") };
    let run = Run::shared();
    let mut server = Server::start(run);
    let browser = Chromium::start(&program);
    let mut page = browser.page();
    page.screen(1280, 900, false);
    // 511 is no position of the slider.
    page.open(&format!("http://{}/#what-if&target=511&p=4", server.address));
    page.until("document.getElementById('what-if-answer').innerText.includes('simulated p99')");
    let (shown, command) = answer(&mut page);
    assert!(command.contains("--target-tx-per-s 511"), "{command}");
    let (text, _) = printed(run, &command);
    let headline = shown.lines().next().expect("a headline");
    assert!(headline.contains("p99") && text.contains(headline), "`{headline}` is not in: {text}");
    // Too few is an answer as well.
    page.value(
        "(() => { const field = document.getElementById('what-if-p'); field.value = '1';
         field.dispatchEvent(new Event('change')); })()",
    );
    page.until(
        "document.getElementById('what-if-answer').innerText.includes('UNSTABLE: demand exceeds capacity')",
    );
    page.value(
        "(() => { const field = document.getElementById('what-if-p'); field.value = 'many';
         field.dispatchEvent(new Event('change')); })()",
    );
    page.until(
        "document.getElementById('what-if-p-wrong').innerText === 'a whole number above 0, or fewest'",
    );
    let requests = page.requests();
    let own = format!("http://{}/", server.address);
    assert!(requests.iter().all(|url| url.starts_with(&own)), "{requests:?}");
    assert!(requests.iter().any(|url| url.contains("api/plan?")), "{requests:?}");
    let complaints = page.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
    assert!(server.end(rustix::process::Signal::TERM) < Duration::from_secs(8));
}
