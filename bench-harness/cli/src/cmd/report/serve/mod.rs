//! `report --serve`: the page, and a planner that answers it, for this machine alone unless --listen says otherwise.
//!
//! Two addresses: `/` is the page, `/api/plan` a plan for the flags in the query. Both only read; there is no address
//! that writes, and none that names a file. [`guard`] holds off what a web page of somebody else could try. Each plan is
//! made in a process of its own ([`planning`]), within a limit of time and as long as its client waits.

pub(crate) mod child;
mod guard;
mod planning;
pub(crate) mod query;

use crate::cmd::report::serve::child::ChildRequest;
use crate::cmd::report::serve::planning::{NoAnswer, Waiting, planned};
use crate::cmd::report::serve::query::{ANSWER_SCHEMA_VERSION, Planner, refusal};
use crate::exit;
use crate::output::print;
use anyhow::Context;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Plans that are made at once: each uses every core.
const PLANS: usize = 1;
/// How long a request may wait until the plan before it is made; then it is asked to come again.
const TURN_TIME: Duration = Duration::from_secs(1);
/// After how many seconds it may.
const RETRY_S: &str = "1";
/// How long answers that are on their way may keep the server from ending.
const END_TIME: Duration = Duration::from_secs(3);

struct Served {
    page: String,
    planner: Planner,
    plans: Arc<Semaphore>,
    answer_limit: Duration,
}

/// Where and how it is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Serving<'a> {
    /// The address.
    pub(crate) listen: SocketAddr,
    /// The longest that an answer of the planner may take.
    pub(crate) answer_limit: Duration,
    /// What the report is of.
    pub(crate) what: &'a str,
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(page: String, planner: Planner, serving: Serving<'_>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the server")?;
    let outcome = runtime.block_on(listening(page, planner, serving));
    // A plan that is still being made is not waited for, and its process ends with this one.
    runtime.shutdown_background();
    outcome
}

async fn listening(page: String, planner: Planner, serving: Serving<'_>) -> anyhow::Result<()> {
    let Serving { listen, answer_limit, what } = serving;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| exit::usage(format!("--listen {listen}: {error}; give another address or port")))?;
    let bound = listener.local_addr().context("asking for the port")?;
    print(&format!("The report of {what} is at http://{bound}/ until Ctrl-C."))?;
    if !bound.ip().is_loopback() {
        eprintln!("warning: {bound} can be reached from other machines; the page has no password");
    }
    let plans = Arc::new(Semaphore::new(PLANS));
    let served = Arc::new(Served { page, planner, plans, answer_limit });
    let router = Router::new()
        .route("/", get(whole_page))
        .route("/api/plan", get(plan))
        .layer(middleware::from_fn(guard::guard))
        .with_state(served);
    let (stop, mut hears) = tokio::sync::watch::channel(false);
    let stopped = async move {
        stop_signal().await;
        // Nobody may be listening any more; then it has ended already.
        let _ = stop.send(true);
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
    let too_long = async move {
        let _ = hears.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(END_TIME).await;
    };
    tokio::select! {
        outcome = serving => outcome.context("serving"),
        () = too_long => Ok(()),
    }
}

async fn stop_signal() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminate => {}
    }
}

async fn whole_page(State(served): State<Arc<Served>>) -> Html<String> {
    Html(served.page.clone())
}

async fn plan(State(served): State<Arc<Served>>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let words = match served.planner.words(&query) {
        Ok(words) => words,
        Err(error) => {
            let (status, body) = refusal(&error);
            return json_of(status, &body);
        }
    };
    let turn = tokio::time::timeout(TURN_TIME, Arc::clone(&served.plans).acquire_owned()).await;
    let Ok(Ok(turn)) = turn else { return busy() };
    // Dropped with this future, as it is when the connection is closed.
    let waiting = Waiting::default();
    let (has_left, asked) = (waiting.has_left(), Arc::clone(&served));
    let made = tokio::task::spawn_blocking(move || {
        // The turn is over when the process has ended.
        let _turn = turn;
        let request = ChildRequest { profile: Cow::Borrowed(&asked.planner.profile), words };
        planned(&request, asked.answer_limit, has_left)
    });
    match made.await {
        Ok(Ok(answer)) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            json_of(status, &answer.body)
        }
        Ok(Err(NoAnswer::TooLong)) => {
            let limit_s = served.answer_limit.as_secs_f64();
            let why = format!("the plan takes longer than {limit_s} s (--answer-limit): ask `plan` for it");
            refused(StatusCode::GATEWAY_TIMEOUT, &why)
        }
        // Nobody reads it.
        Ok(Err(NoAnswer::Left)) => busy(),
        Ok(Err(NoAnswer::Failed(error))) => failed(&format!("{error:#}")),
        Err(error) => failed(&error.to_string()),
    }
}

/// Come again: another plan is being made.
fn busy() -> Response {
    let why = "another plan is being made; ask again in a second";
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, why);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_S));
    response
}

fn failed(why: &str) -> Response {
    let why = format!("{why}; this is an internal error of bench-harness");
    refused(StatusCode::INTERNAL_SERVER_ERROR, &why)
}

fn refused(status: StatusCode, why: &str) -> Response {
    json_of(status, &json!({ "schema_version": ANSWER_SCHEMA_VERSION, "error": why }))
}

fn json_of(status: StatusCode, value: &Value) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], format!("{value:#}\n")).into_response()
}
