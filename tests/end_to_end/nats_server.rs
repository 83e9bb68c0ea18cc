//! A NATS server of a test's own, and its text protocol as far as a test needs it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where Debian puts it, which is not on every user's path.
pub(crate) fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders.map(|folder| folder.join("nats-server")).find(|program| program.is_file())
}

/// A server, or the end of the test.
macro_rules! server {
    () => {{
        let Some(program) = $crate::nats_server::program() else {
            $crate::skip::skip!("nats-server", "nats-server is not installed: apt-get install nats-server");
        };
        $crate::nats_server::Server::start(program, &[])
    }};
}
pub(crate) use server;

/// A server on 127.0.0.1.
pub(crate) struct Server {
    program: PathBuf,
    port: u16,
    flags: Vec<String>,
    store: TempDir,
    child: Child,
}

impl Server {
    pub(crate) fn start(program: PathBuf, flags: &[String]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let store = tempfile::tempdir().expect("a folder");
        let child = launch(&program, port, flags, store.path());
        Self { program, port, flags: flags.to_owned(), store, child }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ends");
    }

    pub(crate) fn again(&mut self) {
        self.child = launch(&self.program, self.port, &self.flags, self.store.path());
    }

    pub(crate) fn wipe(&mut self) {
        self.store = tempfile::tempdir().expect("a folder");
    }

    /// Publishes a request and returns the answer.
    pub(crate) fn request(&self, subject: &str, text: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a server");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
        let mut lines = BufReader::new(stream.try_clone().expect("a stream"));
        let length = text.len();
        write!(
            stream,
            "CONNECT {{\"verbose\":false}}\r\nSUB answer 1\r\nPUB {subject} answer {length}\r\n{text}\r\n"
        )
        .expect("sent");
        loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).expect("an answer") > 0, "the server has closed");
            if line.starts_with("MSG ") {
                let mut answer = String::new();
                lines.read_line(&mut answer).expect("an answer");
                return answer;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn launch(program: &Path, port: u16, flags: &[String], store: &Path) -> Child {
    let mut command = Command::new(program);
    command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(store).args(flags);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nats-server starts");
    let until = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nats-server does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}
