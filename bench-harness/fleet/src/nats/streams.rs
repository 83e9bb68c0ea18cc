//! The two streams of a fleet and their consumers.

use crate::nats::server::NatsServer;
use crate::queue::QueueError;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::stream::{Config, RetentionPolicy, Stream};
use std::time::Duration;

/// For how long the server remembers the name of a message, to take it once.
const REMEMBERED: Duration = Duration::from_secs(600);

/// What the server has for a fleet.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    pub(crate) jobs: Stream,
    pub(crate) batches: PullConsumer,
    pub(crate) merges: PullConsumer,
    pub(crate) results: PullConsumer,
}

/// Finds streams and consumers, and makes those that are missing: a server whose store was wiped has none.
pub(crate) async fn ensure(
    context: &Context,
    server: &NatsServer,
    is_fresh: bool,
) -> Result<Streams, QueueError> {
    let failed = |error: &dyn std::fmt::Display| QueueError::new("streams of the fleet", error);
    let stream = |kind: &str, subject: String| Config {
        name: format!("FLEET_{}_{kind}", server.fleet),
        subjects: vec![subject],
        retention: RetentionPolicy::WorkQueue,
        duplicate_window: REMEMBERED,
        ..Config::default()
    };
    let jobs = context
        .get_or_create_stream(stream("JOBS", server.subject("jobs.>")))
        .await
        .map_err(|error| failed(&error))?;
    let results = context
        .get_or_create_stream(stream("RESULTS", server.subject("results.>")))
        .await
        .map_err(|error| failed(&error))?;
    if is_fresh {
        jobs.purge().await.map_err(|error| failed(&error))?;
        results.purge().await.map_err(|error| failed(&error))?;
    }
    let consumer = |name: &str, filter: String, wait_s: f64| pull::Config {
        durable_name: Some(name.to_owned()),
        filter_subject: filter,
        ack_wait: Duration::from_secs_f64(wait_s.max(0.1)),
        // Whoever is handed a job too often says so: the server would say nothing.
        max_deliver: -1,
        max_ack_pending: 100_000,
        ..pull::Config::default()
    };
    let lease_s = server.lease_s;
    let batches = consumer("batches", server.subject("jobs.prove.*"), lease_s);
    let merges = consumer("merges", server.subject("jobs.merge.*"), lease_s);
    let results_consumer = consumer("coordinator", server.subject("results.>"), 30.0);
    let found = |error: &dyn std::fmt::Display| failed(error);
    Ok(Streams {
        batches: jobs.get_or_create_consumer("batches", batches).await.map_err(|error| found(&error))?,
        merges: jobs.get_or_create_consumer("merges", merges).await.map_err(|error| found(&error))?,
        results: results
            .get_or_create_consumer("coordinator", results_consumer)
            .await
            .map_err(|error| found(&error))?,
        jobs,
    })
}
