//! The queue itself: blocking calls on a small runtime of its own.

use crate::error::FleetError;
use crate::memory::LeaseRules;
use crate::nats::claim::Claim;
use crate::nats::server::{ANSWER, NatsServer};
use crate::nats::streams::{Jobs, Streams, ensure};
use crate::queue::{JobQueue, Lease, QueueDepth, QueueError, QueueErrorKind, QueueEvent};
use crate::task::{Task, WorkerClass};
use crate::worker::result_of;
use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::context::{ContextBuilder, PublishError, PublishErrorKind};
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use async_nats::jetstream::{AckKind, Context, Message};
use async_nats::{Client, HeaderMap, Subscriber};
use futures_util::future::{Either, FutureExt, select};
use futures_util::stream::StreamExt;
use records::fleet::job::{FleetJobRecord, FleetOutcomeRecord, FleetResultRecord};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// A worker's sign of life. It is lost where nobody listens.
#[derive(Debug, Serialize, Deserialize)]
struct Working {
    run: String,
    job: String,
    submission: u64,
    delivery: u64,
    worker: String,
}

/// What the coordinator listens to.
struct Listening {
    results: pull::Stream,
    working: Subscriber,
}

/// The queue of a fleet on a server.
pub struct NatsQueue {
    runtime: Runtime,
    server: NatsServer,
    client: Client,
    context: Context,
    streams: Mutex<Option<Streams>>,
    /// Messages of the leases of this process.
    leased: Mutex<BTreeMap<u64, Arc<Message>>>,
    next_token: AtomicU64,
    excluded: Arc<Mutex<BTreeSet<String>>>,
    listening: Mutex<Option<Listening>>,
    /// Results that were handed to the coordinator, and are acknowledged once it asks for more.
    handed: Mutex<Vec<Message>>,
    /// Of a coordinator.
    claim: Option<Claim>,
}

impl std::fmt::Debug for NatsQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsQueue").field("server", &self.server).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(what: &'static str) -> impl FnOnce(&dyn std::fmt::Display) -> QueueError {
    move |error| QueueError::new(what, error)
}

impl NatsQueue {
    /// The coordinator's side. What an earlier run of this fleet left on the server is removed, unless it is resumed.
    ///
    /// # Errors
    /// No server, or another coordinator of this fleet.
    pub fn coordinate(server: &NatsServer, is_resumed: bool) -> Result<Self, FleetError> {
        let mut queue = Self::connect(server)?;
        let claim = queue.runtime.block_on(Claim::take(&queue.client, &queue.context, server))?;
        queue.claim = Some(claim);
        queue.runtime.block_on(ensure(&queue.context, server, !is_resumed))?;
        Ok(queue)
    }

    /// A worker's side.
    ///
    /// # Errors
    /// No server.
    pub fn work(server: &NatsServer) -> Result<Self, FleetError> {
        let queue = Self::connect(server)?;
        queue.hear_exclusions()?;
        Ok(queue)
    }

    fn connect(server: &NatsServer) -> Result<Self, FleetError> {
        server.check()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| QueueError::new("a runtime", error))?;
        let client = runtime.block_on(server.connect())?;
        let context = {
            let _inside = runtime.enter();
            ContextBuilder::new().timeout(ANSWER).ack_timeout(ANSWER).build(client.clone())
        };
        Ok(Self {
            runtime,
            server: server.clone(),
            client,
            context,
            streams: Mutex::new(None),
            leased: Mutex::new(BTreeMap::new()),
            next_token: AtomicU64::new(1),
            excluded: Arc::default(),
            listening: Mutex::new(None),
            handed: Mutex::new(Vec::new()),
            claim: None,
        })
    }

    fn hear_exclusions(&self) -> Result<(), FleetError> {
        let subject = self.server.subject("excluded");
        let heard = self.runtime.block_on(self.client.subscribe(subject));
        let mut heard = heard.map_err(|error| QueueError::new("exclusions", error))?;
        let excluded = Arc::clone(&self.excluded);
        self.runtime.spawn(async move {
            while let Some(message) = heard.next().await {
                lock(&excluded).insert(String::from_utf8_lossy(&message.payload).into_owned());
            }
        });
        Ok(())
    }

    /// The streams, made anew where they are not known to be there.
    async fn streams(&self) -> Result<Streams, QueueError> {
        if let Some(streams) = lock(&self.streams).clone() {
            return Ok(streams);
        }
        let streams = ensure(&self.context, &self.server, false).await?;
        *lock(&self.streams) = Some(streams.clone());
        Ok(streams)
    }

    /// Runs a call; after one that failed the streams are looked for anew.
    fn call<T>(&self, call: impl Future<Output = Result<T, QueueError>>) -> Result<T, QueueError> {
        if self.claim.as_ref().is_some_and(Claim::is_lost) {
            let why = format!("another coordinator has taken `{}` over", self.server.fleet);
            return Err(QueueError::new("fleet", why).of_kind(QueueErrorKind::Final));
        }
        let outcome = self.runtime.block_on(async {
            match timeout(3 * ANSWER, call).await {
                Ok(outcome) => outcome,
                Err(_) => Err(QueueError::new("NATS server", "no answer")),
            }
        });
        if outcome.as_ref().is_err_and(|error| error.kind == QueueErrorKind::Passing) {
            *lock(&self.streams) = None;
            *lock(&self.listening) = None;
        }
        outcome
    }

    fn job_subject(&self, job: &str) -> String {
        let kind = if matches!(Task::named(job), Some(Task::Prove(_))) { "prove" } else { "merge" };
        self.server.subject(&format!("jobs.{kind}.{job}"))
    }

    async fn jobs_of(&self, job: &str) -> Result<Jobs, QueueError> {
        let Streams { batches, merges, .. } = self.streams().await?;
        Ok(if matches!(Task::named(job), Some(Task::Prove(_))) { batches } else { merges })
    }

    /// Publishes what the server takes once under a name, and awaits that it has it.
    async fn publish_once(&self, subject: String, id: &str, text: Vec<u8>) -> Result<(), QueueError> {
        // A server that answers and refuses, since a stream is full, say, has all that it had.
        let failed = |error: PublishError| match error.kind() {
            PublishErrorKind::Other => QueueError::new("publishing", error).of_kind(QueueErrorKind::Refused),
            _ => QueueError::new("publishing", error),
        };
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", id);
        let sent = self.context.publish_with_headers(subject, headers, text.into()).await;
        sent.map_err(failed)?.await.map_err(failed)?;
        Ok(())
    }

    async fn send_result(&self, result: &FleetResultRecord) -> Result<(), QueueError> {
        let text = |result: &FleetResultRecord| {
            serde_json::to_vec(result).map_err(|error| QueueError::new("result", error))
        };
        let limit = self.client.server_info().max_payload;
        let mut bytes = text(result)?;
        if bytes.len() > limit {
            let why =
                format!("its proof takes {} bytes, and the server's max_payload is {limit}", bytes.len());
            bytes =
                text(&FleetResultRecord { outcome: FleetOutcomeRecord::Failed { why }, ..result.clone() })?;
        }
        let FleetResultRecord { run, job, submission, delivery, worker, .. } = result;
        let id = format!("{run}.{job}.{submission}.{delivery}.{worker}");
        self.publish_once(self.server.subject(&format!("results.{job}")), &id, bytes).await
    }

    async fn fetch(&self, consumer: &PullConsumer, wait: Duration) -> Result<Option<Message>, QueueError> {
        let failed = |error: &dyn std::fmt::Display| QueueError::new("taking a job", error);
        let batch = match wait.is_zero() {
            true => consumer.fetch().max_messages(1).messages().await,
            false => consumer.batch().max_messages(1).expires(wait).messages().await,
        };
        let mut batch = batch.map_err(|error| failed(&error))?;
        batch.next().await.transpose().map_err(|error| failed(&error))
    }

    async fn next_message(&self, class: WorkerClass, wait: Duration) -> Result<Option<Message>, QueueError> {
        let Streams { batches, merges, .. } = self.streams().await?;
        match class {
            WorkerClass::Prove => self.fetch(&batches.consumer, wait).await,
            WorkerClass::Aggregate => self.fetch(&merges.consumer, wait).await,
            WorkerClass::Any => match self.fetch(&merges.consumer, Duration::ZERO).await? {
                Some(message) => Ok(Some(message)),
                // Short, since a merge may come meanwhile.
                None => self.fetch(&batches.consumer, wait.min(Duration::from_millis(100))).await,
            },
        }
    }

    async fn lease(&self, worker: &str, message: Message) -> Result<Option<Lease>, QueueError> {
        let failed = |error: &dyn std::fmt::Display| QueueError::new("taking a job", error);
        let delivery = message.info().map_err(|error| failed(&error))?.delivered.try_into().unwrap_or(1);
        let Ok(job) = serde_json::from_slice::<FleetJobRecord>(&message.payload) else {
            // Of another version of this program: the coordinator hears nothing of it and submits it again, in vain.
            message.ack_with(AckKind::Term).await.map_err(|error| failed(&error))?;
            return Ok(None);
        };
        let token = self.next_token.fetch_add(1, Ordering::SeqCst);
        let lease = Lease { job: Arc::new(job), delivery, token };
        let deliveries = delivery - 1;
        if deliveries >= LeaseRules::default().deliveries_max {
            let outcome = FleetOutcomeRecord::Exhausted { deliveries };
            self.send_result(&result_of(&lease, worker, Duration::ZERO, outcome)).await?;
            message.ack_with(AckKind::Term).await.map_err(|error| failed(&error))?;
            return Ok(None);
        }
        lock(&self.leased).insert(token, Arc::new(message));
        self.say_working(&lease, worker).await?;
        Ok(Some(lease))
    }

    async fn say_working(&self, lease: &Lease, worker: &str) -> Result<(), QueueError> {
        let working = Working {
            run: lease.job.run.clone(),
            job: lease.job.job.clone(),
            submission: lease.job.submission,
            delivery: lease.delivery,
            worker: worker.to_owned(),
        };
        let text = serde_json::to_vec(&working).map_err(|error| QueueError::new("sign of life", error))?;
        let sent = self.client.publish(self.server.subject("working"), text.into()).await;
        sent.map_err(|error| QueueError::new("sign of life", error))
    }

    async fn heard(&self, wait: Duration) -> Result<Vec<QueueEvent>, QueueError> {
        let lost = |error: &dyn std::fmt::Display| QueueError::new("results", error);
        let handed = std::mem::take(&mut *lock(&self.handed));
        for message in handed {
            message.ack().await.map_err(|error| lost(&error))?;
        }
        let taken = lock(&self.listening).take();
        let mut listening = match taken {
            Some(listening) => listening,
            None => Listening {
                results: self.streams().await?.results.messages().await.map_err(|error| lost(&error))?,
                working: self
                    .client
                    .subscribe(self.server.subject("working"))
                    .await
                    .map_err(|error| lost(&error))?,
            },
        };
        let mut events = Vec::new();
        let first = timeout(wait, select(listening.results.next(), listening.working.next())).await;
        let mut next = first.ok().map(|either| match either {
            Either::Left((result, _)) => Either::Left(result),
            Either::Right((working, _)) => Either::Right(working),
        });
        while let Some(message) = next {
            match message {
                Either::Left(None) => return Err(lost(&"the stream has ended")),
                Either::Right(None) => return Err(lost(&"the connection has ended")),
                Either::Left(Some(Err(error))) => return Err(lost(&error)),
                Either::Left(Some(Ok(message))) => {
                    if let Ok(result) = serde_json::from_slice(&message.payload) {
                        events.push(QueueEvent::Result(Box::new(result)));
                    }
                    lock(&self.handed).push(message);
                }
                Either::Right(Some(message)) => {
                    if let Ok(Working { run, job, submission, delivery, worker }) =
                        serde_json::from_slice(&message.payload)
                    {
                        events.push(QueueEvent::Working { run, job, submission, delivery, worker });
                    }
                }
            }
            // Signs of life first: a job's beginning is heard before its end.
            next = match listening.working.next().now_or_never() {
                Some(working) => Some(Either::Right(working)),
                None => listening.results.next().now_or_never().map(Either::Left),
            };
        }
        *lock(&self.listening) = Some(listening);
        Ok(events)
    }
}

impl JobQueue for NatsQueue {
    fn publish(&self, job: &FleetJobRecord) -> Result<(), QueueError> {
        self.call(async {
            let bytes = serde_json::to_vec(job).map_err(|error| QueueError::new("job", error))?;
            let limit = self.client.server_info().max_payload;
            if bytes.len() > limit {
                let why =
                    format!("{} takes {} bytes, the server's max_payload is {limit}", job.job, bytes.len());
                return Err(QueueError::new("publishing", why));
            }
            self.streams().await?;
            let id = format!("{}.{}.{}", job.run, job.job, job.submission);
            self.publish_once(self.job_subject(&job.job), &id, bytes).await
        })
    }

    fn take(&self, worker: &str, class: WorkerClass, wait: Duration) -> Result<Option<Lease>, QueueError> {
        if lock(&self.excluded).contains(worker) {
            std::thread::sleep(wait);
            return Err(QueueError::new(
                "taking a job",
                "the coordinator leaves this worker out, and its ledger says why",
            ));
        }
        self.call(async {
            match self.next_message(class, wait).await? {
                Some(message) => self.lease(worker, message).await,
                None => Ok(None),
            }
        })
    }

    fn beat(&self, lease: &Lease, worker: &str) -> Result<(), QueueError> {
        let Some(message) = lock(&self.leased).get(&lease.token).cloned() else { return Ok(()) };
        self.call(async {
            let sent = message.ack_with(AckKind::Progress).await;
            sent.map_err(|error| failed("sign of life")(&error))?;
            self.say_working(lease, worker).await
        })
    }

    fn finish(&self, lease: &Lease, result: &FleetResultRecord) -> Result<(), QueueError> {
        self.call(async {
            self.send_result(result).await?;
            let message = lock(&self.leased).remove(&lease.token);
            if let Some(message) = message {
                // The result is there: a job that is handed out once more is proved twice and counted once.
                let _ = message.double_ack().await;
            }
            Ok(())
        })
    }

    fn give_back(&self, lease: &Lease) -> Result<(), QueueError> {
        let Some(message) = lock(&self.leased).remove(&lease.token) else { return Ok(()) };
        self.call(async {
            let what = "giving a job back";
            message.ack_with(AckKind::Nak(None)).await.map_err(|error| failed(what)(&error))?;
            // Whoever gives a job back may end now.
            self.client.flush().await.map_err(|error| failed(what)(&error))
        })
    }

    fn events(&self, wait: Duration) -> Result<Vec<QueueEvent>, QueueError> {
        self.call(self.heard(wait))
    }

    fn depth(&self) -> Result<QueueDepth, QueueError> {
        self.call(async {
            let Streams { batches, merges, results } = self.streams().await?;
            let mut depth = QueueDepth::default();
            for jobs in [batches, merges] {
                let info = jobs.consumer.get_info().await.map_err(|error| failed("pending jobs")(&error))?;
                depth.pending += info.num_pending;
                depth.unacknowledged += info.num_ack_pending as u64;
            }
            // Asked last: a job is taken off after its answer is there. What was handed over is not acknowledged at once.
            let info = results.get_info().await.map_err(|error| failed("answers")(&error))?;
            let unread = info.num_pending + info.num_ack_pending as u64;
            depth.answered = unread.saturating_sub(lock(&self.handed).len() as u64);
            Ok(depth)
        })
    }

    fn holds(&self, job: &str) -> Result<bool, QueueError> {
        self.call(async {
            let Jobs { stream, consumer } = self.jobs_of(job).await?;
            let message = match stream.get_last_raw_message_by_subject(&self.job_subject(job)).await {
                Ok(message) => message,
                Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => return Ok(false),
                Err(error) => return Err(QueueError::new("a job", error)),
            };
            // A message that the consumer has passed is in a worker's hands, or is never handed out again: the audit
            // asks after jobs alone of which no worker was heard.
            let info = consumer.get_info().await.map_err(|error| failed("pending jobs")(&error))?;
            Ok(message.sequence > info.delivered.stream_sequence)
        })
    }

    fn withdraw(&self, job: &str) -> Result<(), QueueError> {
        self.call(async {
            let purged = self.jobs_of(job).await?.stream.purge().filter(self.job_subject(job)).await;
            purged.map(drop).map_err(|error| failed("taking a job off")(&error))
        })
    }

    fn exclude(&self, worker: &str) -> Result<(), QueueError> {
        self.call(async {
            let sent = self.client.publish(self.server.subject("excluded"), worker.to_owned().into()).await;
            sent.map_err(|error| failed("leaving a worker out")(&error))
        })
    }
}
