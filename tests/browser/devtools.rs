//! The few words of the DevTools protocol that are needed: one socket, one page, answers in order of their numbers,
//! and what happened meanwhile kept for the asking.

use serde_json::{Value, json};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

const PATIENCE: Duration = Duration::from_secs(60);

/// A page of the browser.
pub(crate) struct Page {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    next: u64,
    /// Everything that the browser told without being asked.
    pub(crate) events: Vec<Value>,
}

impl Page {
    /// Opens the browser's socket and takes its first page.
    pub(crate) fn attach(address: &str) -> Self {
        let (socket, _) = tungstenite::connect(address).expect("the browser's socket");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a time limit");
        }
        let mut page = Self { socket, session: None, next: 0, events: Vec::new() };
        let target = page.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            page.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page
    }

    /// Asks, and waits for the answer.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).expect("sent");
        let since = Instant::now();
        loop {
            if let Some(heard) = self.hear() {
                if heard["id"] == json!(id) {
                    assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                    return heard["result"].clone();
                }
                self.events.push(heard);
            }
            assert!(since.elapsed() < PATIENCE, "{method}: no answer");
        }
    }

    fn hear(&mut self) -> Option<Value> {
        match self.socket.read() {
            Ok(Message::Text(text)) => Some(serde_json::from_str(text.as_str()).expect("JSON")),
            Ok(_) => None,
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                None
            }
            Err(error) => panic!("the browser went away: {error}"),
        }
    }

    /// The size of the screen, and whether the reader likes it dark.
    pub(crate) fn screen(&mut self, width: u32, height: u32, dark: bool) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Opens an address, and waits until it is loaded.
    pub(crate) fn open(&mut self, address: &str) {
        // The same document with another fragment would not be loaded again.
        self.call("Page.navigate", json!({ "url": "about:blank" }));
        self.until("document.location.href === 'about:blank'");
        self.events.clear();
        self.call("Page.navigate", json!({ "url": address }));
        self.until("document.location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /// The value of an expression of the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// The same, as text.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub(crate) fn until(&mut self, expression: &str) {
        let since = Instant::now();
        while self.value(expression) != json!(true) {
            assert!(since.elapsed() < PATIENCE, "it never came true: {expression}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A picture of the whole page.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let height = self.value("document.documentElement.scrollHeight").as_f64().unwrap_or(2_000.0);
        let width = self.value("window.innerWidth").as_f64().unwrap_or(1_000.0);
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height.min(16_000.0), "scale": 1 });
        let params = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.call("Page.captureScreenshot", params);
        from_base64(answer["data"].as_str().expect("a picture"))
    }

    /// What the page complained of: errors, warnings and exceptions.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // One more answer, so that what was told before it has arrived.
        self.value("1");
        let is_bad = |level: &Value| matches!(level.as_str(), Some("error" | "warning" | "assert"));
        let bad = self.events.iter().filter(|event| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => is_bad(&event["params"]["entry"]["level"]),
            Some("Runtime.consoleAPICalled") => is_bad(&event["params"]["type"]),
            _ => false,
        });
        bad.map(|event| event["params"].to_string()).collect()
    }

    /// Every address that was asked for.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.value("1");
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        sent.filter_map(|event| event["params"]["request"]["url"].as_str().map(str::to_owned)).collect()
    }
}

fn from_base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = LETTERS.iter().position(|known| *known == letter).expect("base64");
        bits = (bits << 6 | value as u32) & 0xFFF_FFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    bytes
}
