//! Which server, which fleet on it, and connecting.

use crate::error::FleetError;
use crate::queue::QueueError;
use async_nats::{Client, ConnectOptions};
use std::path::PathBuf;
use std::time::Duration;

/// How long the server may take to answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(3);

/// A fleet on a server.
#[derive(Clone, Debug, PartialEq)]
pub struct NatsServer {
    /// `nats://HOST:PORT` or `tls://HOST:PORT`.
    pub url: String,
    /// The name of the fleet: letters, digits, `-` and `_`.
    pub fleet: String,
    /// A credentials file.
    pub credentials: Option<PathBuf>,
    /// Certificates of the authority that signed the server's, a PEM file.
    pub authority: Option<PathBuf>,
    /// From a worker's last sign of life to the next hand-out, s.
    pub lease_s: f64,
}

impl NatsServer {
    /// Refuses a name that cannot be part of a subject.
    pub(crate) fn check(&self) -> Result<(), FleetError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !self.fleet.is_empty() && self.fleet.len() <= 64 && self.fleet.chars().all(fits) {
            return Ok(());
        }
        Err(FleetError::Input {
            what: "name of a fleet",
            expected: "1 to 64 letters, digits, - and _".to_owned(),
            got: self.fleet.clone(),
        })
    }

    /// A subject of this fleet.
    pub(crate) fn subject(&self, rest: &str) -> String {
        format!("fleet.{}.{rest}", self.fleet)
    }

    pub(crate) async fn connect(&self) -> Result<Client, QueueError> {
        let failed =
            |why: &dyn std::fmt::Display| QueueError::new("NATS server", format!("{}: {why}", self.url));
        let mut options = ConnectOptions::new()
            .name("bench-harness fleet")
            .request_timeout(Some(ANSWER))
            .connection_timeout(ANSWER)
            // A server that is away for a while is asked again soon: jobs wait for it.
            .reconnect_delay_callback(|attempt| Duration::from_millis((50 << attempt.min(5)) as u64));
        if let Some(file) = &self.authority {
            options = options.add_root_certificates(file.clone()).require_tls(true);
        }
        if let Some(file) = &self.credentials {
            options = options.credentials_file(file).await.map_err(|error| failed(&error))?;
        }
        options.connect(&self.url).await.map_err(|error| failed(&error))
    }
}
