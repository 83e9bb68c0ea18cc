//! `report --serve`: the page, and a planner that answers it, for this machine alone unless --listen says otherwise.
//!
//! Two addresses: `/` is the page, `/api/plan` a plan for the flags in the query. Both only read; there is no address
//! that writes, and none that names a file. [`guard`] holds off what a web page of somebody else could try.

mod guard;
pub(crate) mod query;

use crate::cmd::report::serve::query::Planner;
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
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Plans that are made at once: each uses every core.
const PLANS: usize = 1;
/// Requests that may wait for a plan; more are asked to retry.
const WAITING: usize = 16;
/// The longest that an answer may take. The planner itself cannot be stopped, and keeps its place until it is done.
const PLAN_TIME: Duration = Duration::from_secs(120);
/// How long answers that are on their way may keep the server from ending.
const END_TIME: Duration = Duration::from_secs(3);

struct Served {
    page: String,
    planner: Planner,
    plans: Arc<Semaphore>,
    waiting: Semaphore,
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(page: String, planner: Planner, listen: SocketAddr, what: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the server")?;
    let outcome = runtime.block_on(listening(page, planner, listen, what));
    // A plan that is still being made is not waited for.
    runtime.shutdown_background();
    outcome
}

async fn listening(page: String, planner: Planner, listen: SocketAddr, what: &str) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| exit::usage(format!("--listen {listen}: {error}; give another address or port")))?;
    let bound = listener.local_addr().context("asking for the port")?;
    print(&format!("The report of {what} is at http://{bound}/ until Ctrl-C."))?;
    if !bound.ip().is_loopback() {
        eprintln!("warning: {bound} can be reached from other machines; the page has no password");
    }
    let (plans, waiting) = (Arc::new(Semaphore::new(PLANS)), Semaphore::new(WAITING));
    let served = Arc::new(Served { page, planner, plans, waiting });
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
    let busy =
        || refused(StatusCode::SERVICE_UNAVAILABLE, "too many plans are asked for; ask again in a second");
    let Ok(_waits) = served.waiting.try_acquire() else { return busy() };
    let asked = Arc::clone(&served);
    let made = async move {
        let turn = Arc::clone(&asked.plans).acquire_owned().await.ok()?;
        let made = tokio::task::spawn_blocking(move || {
            // The turn is over when the plan is made, whoever still waits for it.
            let _turn = turn;
            asked.planner.answer(&query)
        });
        made.await.ok()
    };
    match tokio::time::timeout(PLAN_TIME, made).await {
        Ok(Some(Ok(answer))) => json_of(StatusCode::OK, &answer),
        Ok(Some(Err(error))) => refusal(&error),
        Ok(None) => refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the planner failed; this is an internal error of bench-harness",
        ),
        Err(_) => {
            refused(StatusCode::SERVICE_UNAVAILABLE, "the plan takes too long to simulate; ask `plan` for it")
        }
    }
}

fn refusal(error: &anyhow::Error) -> Response {
    let code = exit::code_of(error);
    let status = match code {
        exit::USAGE => StatusCode::BAD_REQUEST,
        exit::INFEASIBLE => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    json_of(status, &json!({ "schema_version": 1, "error": error.to_string(), "exit_code": code }))
}

fn refused(status: StatusCode, why: &str) -> Response {
    json_of(status, &json!({ "schema_version": 1, "error": why }))
}

fn json_of(status: StatusCode, value: &Value) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], format!("{value:#}\n")).into_response()
}
