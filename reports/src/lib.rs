//! Every rendering of the records: terminal, CSV, Markdown, HTML, SVG and what other tools read.
//!
//! | room | what it owns |
//! |---|---|
//! | [`sample`], [`machine`], [`profile`], [`laws`], [`plan`], [`pipeline`], [`fleet`], [`mod@compare`], [`regression`], [`timeline`] | the renderings of a record of that name |
//! | [`execution`] | executors side by side, for a terminal |
//! | [`state_growth`] | execution and root as the state grows, for a terminal |
//! | [`fractal`] | many rollups settled by one proof, for a terminal |
//! | [`closing`] | batches closed under a load, for a terminal |
//! | [`claims`] | what the sources claim, with the answers |
//! | [`answer`] | the answer of a plan in sentences, one wording for every rendering |
//! | `chart` | one model of a chart, drawn as SVG and PNG |
//! | [`html`] | the report as one page |
//! | [`summary`] | a run and its plan in 30 lines of a terminal |
//! | [`openmetrics`] | figures for Prometheus, of a profile, a plan and a history |
//! | [`export`] | the one trait of all renderings |
//!
//! Nothing here proves, measures or plans, and nothing but the command line imports it.

pub mod answer;
mod bars;
mod chart;
pub mod claims;
pub mod closing;
mod columns;
pub mod compare;
pub mod execution;
pub mod export;
pub mod fleet;
pub mod fractal;
pub mod html;
pub mod laws;
pub mod machine;
mod markdown;
pub mod openmetrics;
pub mod pipeline;
pub mod plan;
pub mod profile;
pub mod regression;
pub mod sample;
pub mod state_growth;
pub mod summary;
pub mod text;
pub mod timeline;
mod words;
