//! Finding the browser, starting it without a network, ending it.

use crate::devtools::Page;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A browser with an empty profile; gone when this is.
pub(crate) struct Chromium {
    child: Child,
    profile: TempDir,
}

/// The browser of this machine.
pub(crate) fn found() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let programs = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs.into_iter().find(|program| program.is_file())
}

impl Chromium {
    /// Starts the browser. Names resolve to nothing: what a page asks of any host but this machine is an error, which
    /// the tests see.
    pub(crate) fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let child = Command::new(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--hide-scrollbars", "--remote-debugging-port=0", "--remote-allow-origins=*"])
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        Self { child, profile }
    }

    /// Its one page.
    pub(crate) fn page(&self) -> Page {
        let file = self.profile.path().join("DevToolsActivePort");
        let since = Instant::now();
        loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if let Some((port, path)) = text.trim().split_once('\n') {
                return Page::attach(&format!("ws://127.0.0.1:{port}{path}"));
            }
            assert!(since.elapsed() < Duration::from_secs(60), "the browser did not open its port");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Gone or going: there is nothing more to be done about it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
