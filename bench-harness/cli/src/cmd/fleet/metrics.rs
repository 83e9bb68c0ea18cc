//! `--metrics`: figures for Prometheus over HTTP, at `/metrics` alone, until the process ends.

use anyhow::Context;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;

/// The text of a moment.
pub(crate) type Text = Arc<dyn Fn() -> String + Send + Sync>;

/// Serves it on a thread of its own. Port 0 takes a free one, and the address is printed.
pub(crate) fn serve_metrics(address: SocketAddr, text: Text) -> anyhow::Result<()> {
    let listener = std::net::TcpListener::bind(address).with_context(|| format!("--metrics {address}"))?;
    listener.set_nonblocking(true)?;
    eprintln!("metrics: http://{}/metrics", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let answer = move || {
        let text = Arc::clone(&text);
        async move {
            // A text may ask a server, which blocks.
            let text = tokio::task::spawn_blocking(move || text()).await.unwrap_or_default();
            ([(CONTENT_TYPE, fleet::metrics::CONTENT_TYPE)], text)
        }
    };
    let router = Router::new().route("/metrics", get(answer));
    // It ends with the process.
    std::thread::spawn(move || runtime.block_on(async { axum::serve(listener, router).await }));
    Ok(())
}
