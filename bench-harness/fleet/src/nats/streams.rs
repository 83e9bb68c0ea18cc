//! The streams of a fleet and their consumers: a stream for each kind of job and one for results, each with one consumer
//! that takes all of it. A consumer with a filter on a shared stream would do on paper; that of nats-server 2.9.10 lost
//! sight of messages here.

use crate::nats::server::NatsServer;
use crate::queue::QueueError;
use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::context::{CreateStreamError, CreateStreamErrorKind};
use async_nats::jetstream::stream::{Config, RetentionPolicy, Stream};
use async_nats::jetstream::{Context, ErrorCode};
use std::time::Duration;

/// For how long the server remembers the name of a message, to take it once.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The name of the one consumer of each stream.
const CONSUMER: &str = "fleet";

/// How long the coordinator may take to acknowledge a result, s.
const RESULT_S: f64 = 30.0;

/// What the server has for a fleet.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    pub(crate) batches: Jobs,
    pub(crate) merges: Jobs,
    pub(crate) results: PullConsumer,
}

/// The jobs of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Jobs {
    pub(crate) stream: Stream,
    pub(crate) consumer: PullConsumer,
}

/// How often a stream is looked for that another process of the fleet makes at this moment, and after what pause.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);

/// A stream, made where it is missing. Of two processes that find none at once the second is told that its subjects overlap
/// with those of a stream, the one that the first has made: it looks again. Where the subjects are those of a stream of
/// another name, that is what it says in the end.
pub(crate) async fn found_or_made(context: &Context, config: Config) -> Result<Stream, CreateStreamError> {
    let is_overlap = |error: &CreateStreamError| {
        matches!(error.kind(), CreateStreamErrorKind::JetStream(inner)
            if inner.error_code() == ErrorCode::STREAM_SUBJECT_OVERLAP)
    };
    for _ in 1..LOOKS {
        match context.get_or_create_stream(config.clone()).await {
            Err(error) if is_overlap(&error) => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    context.get_or_create_stream(config).await
}

/// Finds streams and consumers, and makes those that are missing: a server whose store was wiped has none.
pub(crate) async fn ensure(
    context: &Context,
    server: &NatsServer,
    is_fresh: bool,
) -> Result<Streams, QueueError> {
    let lease_s = server.lease_s;
    let batches = jobs(context, server, ("BATCHES", "jobs.prove.>"), lease_s, is_fresh).await?;
    let merges = jobs(context, server, ("MERGES", "jobs.merge.>"), lease_s, is_fresh).await?;
    let results = jobs(context, server, ("RESULTS", "results.>"), RESULT_S, is_fresh).await?;
    Ok(Streams { batches, merges, results: results.consumer })
}

async fn jobs(
    context: &Context,
    server: &NatsServer,
    (kind, subject): (&str, &str),
    wait_s: f64,
    is_fresh: bool,
) -> Result<Jobs, QueueError> {
    let failed = |error: &dyn std::fmt::Display| QueueError::new("streams of the fleet", error);
    let config = Config {
        name: format!("FLEET_{}_{kind}", server.fleet),
        subjects: vec![server.subject(subject)],
        retention: RetentionPolicy::WorkQueue,
        duplicate_window: REMEMBERED,
        ..Config::default()
    };
    let stream = found_or_made(context, config).await.map_err(|error| failed(&error))?;
    if is_fresh {
        stream.purge().await.map_err(|error| failed(&error))?;
    }
    let config = pull::Config {
        durable_name: Some(CONSUMER.to_owned()),
        ack_wait: Duration::from_secs_f64(wait_s.max(0.1)),
        // Whoever is handed a job too often says so: the server would say nothing.
        max_deliver: -1,
        max_ack_pending: 100_000,
        ..pull::Config::default()
    };
    let consumer = stream.get_or_create_consumer(CONSUMER, config).await.map_err(|error| failed(&error))?;
    Ok(Jobs { stream, consumer })
}
