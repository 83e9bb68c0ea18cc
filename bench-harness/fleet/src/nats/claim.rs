//! One coordinator of a fleet at a time: whoever wrote the last claim. A claim is written where the last one is still the
//! one that was read before, which the server decides: of two that begin at once one is refused. A coordinator that was
//! frozen, so that another found nobody and took over, sees that when it goes on, and ends.

use crate::error::FleetError;
use crate::nats::server::NatsServer;
use crate::nats::streams::found_or_made;
use crate::queue::QueueError;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::stream::{Config, LastRawMessageErrorKind};
use async_nats::{Client, HeaderMap, Subscriber};
use futures_util::stream::StreamExt;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long the coordinator of a fleet may take to say that it is there, and how often it looks for another's claim.
const PRESENCE: Duration = Duration::from_millis(500);

/// A claim that is held until another takes over.
#[derive(Debug)]
pub(crate) struct Claim {
    is_lost: Arc<AtomicBool>,
}

/// The claims of a fleet on a server.
#[derive(Clone)]
struct Claims {
    context: Context,
    server: NatsServer,
}

/// How writing a claim went.
enum Written {
    Ours,
    AnotherCame,
}

impl Claim {
    /// Takes a fleet where nobody has it, or where who had it is gone. Needs a runtime, on which it then lives.
    ///
    /// # Errors
    /// Another coordinator, or no server.
    pub(crate) async fn take(
        client: &Client,
        context: &Context,
        server: &NatsServer,
    ) -> Result<Self, FleetError> {
        let claims = Claims { context: context.clone(), server: server.clone() };
        let id = unique();
        // The order matters. Who claims after this look finds the number changed; who claimed before it answers.
        let last = claims.last().await?.map_or(0, |(number, _)| number);
        let presence = server.subject("coordinator");
        let asked = client.request(presence.clone(), Vec::new().into());
        if timeout(PRESENCE, asked).await.is_ok_and(|answer| answer.is_ok()) {
            return Err(another(server));
        }
        // What is asked from here on waits until the claim is written, and is answered then.
        let questions =
            client.subscribe(presence).await.map_err(|error| QueueError::new("presence", error))?;
        if let Written::AnotherCame = claims.write(&id, last).await? {
            return Err(another(server));
        }
        tokio::spawn(answer(client.clone(), questions));
        let is_lost = Arc::new(AtomicBool::new(false));
        tokio::spawn(watch(claims, id, Arc::clone(&is_lost)));
        Ok(Self { is_lost })
    }

    /// Whether another coordinator has the fleet now.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::SeqCst)
    }
}

fn another(server: &NatsServer) -> FleetError {
    FleetError::Input {
        what: "name of the fleet",
        expected: "one without a coordinator on this server".to_owned(),
        got: format!("`{}`, which has one: --name OTHER", server.fleet),
    }
}

/// Of no other process, on this machine or another: the standard library draws the keys of its hashers at random.
fn unique() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{}-{:016x}{:016x}", std::process::id(), random(), random())
}

async fn answer(client: Client, mut questions: Subscriber) {
    while let Some(question) = questions.next().await {
        if let Some(reply) = question.reply {
            let _ = client.publish(reply, Vec::new().into()).await;
        }
    }
}

async fn watch(claims: Claims, id: String, is_lost: Arc<AtomicBool>) {
    loop {
        sleep(PRESENCE).await;
        match claims.last().await {
            Ok(Some((_, last))) if last == id => {}
            Ok(Some(_)) => return is_lost.store(true, Ordering::SeqCst),
            // A store that was wiped: the claim is written again, unless another was quicker, which is seen next time.
            Ok(None) => drop(claims.write(&id, 0).await),
            // A server that is away.
            Err(_) => {}
        }
    }
}

impl Claims {
    fn subject(&self) -> String {
        self.server.subject("claim")
    }

    /// The last claim: its number on the server, and whose it is.
    async fn last(&self) -> Result<Option<(u64, String)>, QueueError> {
        let failed = |error: &dyn std::fmt::Display| QueueError::new("claim of the fleet", error);
        let config = Config {
            name: format!("FLEET_{}_COORDINATOR", self.server.fleet),
            subjects: vec![self.subject()],
            max_messages_per_subject: 1,
            ..Config::default()
        };
        let stream = found_or_made(&self.context, config).await.map_err(|error| failed(&error))?;
        match stream.get_last_raw_message_by_subject(&self.subject()).await {
            Ok(message) => {
                Ok(Some((message.sequence, String::from_utf8_lossy(&message.payload).into_owned())))
            }
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Writes a claim where the last is still that of this number.
    async fn write(&self, id: &str, last: u64) -> Result<Written, QueueError> {
        let failed = |error: &dyn std::fmt::Display| QueueError::new("claim of the fleet", error);
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Expected-Last-Subject-Sequence", last.to_string().as_str());
        let sent = self.context.publish_with_headers(self.subject(), headers, id.to_owned().into()).await;
        match sent.map_err(|error| failed(&error))?.await {
            Ok(_) => Ok(Written::Ours),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(Written::AnotherCame),
            Err(error) => Err(failed(&error)),
        }
    }
}
