//! A NATS server, as flags.

use crate::number::time;
use fleet::nats::{NatsQueue, NatsServer};
use fleet::queue::JobQueue;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the queue is.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "NATS JetStream")]
pub(crate) struct NatsArgs {
    /// Server with JetStream, nats://HOST:PORT or tls://HOST:PORT.
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Name of the fleet: several share a server without touching each other.
    #[arg(long, default_value = "default", value_name = "NAME", requires = "nats")]
    name: String,
    /// Credentials file of the server's user.
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_credentials: Option<PathBuf>,
    /// Certificates of the authority that signed the server's, a PEM file.
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_ca: Option<PathBuf>,
    /// How long a worker may be silent before the server hands its job to another.
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = time, requires = "nats")]
    nats_lease: f64,
}

impl NatsArgs {
    fn server(&self) -> Option<NatsServer> {
        Some(NatsServer {
            url: self.nats.clone()?,
            fleet: self.name.clone(),
            credentials: self.nats_credentials.clone(),
            authority: self.nats_ca.clone(),
            lease_s: self.nats_lease,
        })
    }

    /// The coordinator's side; none without a server. What an earlier run left there is removed, unless it is resumed.
    pub(crate) fn queue(&self, is_resumed: bool) -> anyhow::Result<Option<Arc<dyn JobQueue>>> {
        let Some(server) = self.server() else { return Ok(None) };
        Ok(Some(Arc::new(NatsQueue::coordinate(&server, is_resumed)?)))
    }

    /// A worker's side.
    pub(crate) fn work(&self) -> anyhow::Result<NatsQueue> {
        let server =
            self.server().ok_or_else(|| crate::exit::usage("--nats URL: a worker needs a server"))?;
        Ok(NatsQueue::work(&server)?)
    }

    /// How long a worker may be silent, s.
    pub(crate) fn lease_s(&self) -> f64 {
        self.nats_lease
    }

    /// How often a worker says that it lives, s.
    pub(crate) fn beat_s(&self) -> f64 {
        self.nats_lease / 4.0
    }
}
