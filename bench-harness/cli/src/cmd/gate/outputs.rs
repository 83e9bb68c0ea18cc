//! Outputs of a comparison of any kind besides the terminal: files, and what GitHub Actions shows.

use crate::output::{print, write_json, write_whole};
use clap::ValueEnum;
use reports::export::Exporter;
use reports::regression::annotations::GateAnnotations;
use reports::regression::bencher::GateBencher;
use reports::regression::junit::GateJunit;
use reports::regression::markdown::GateMarkdown;
use reports::regression::smaller_is_better::GateSmallerIsBetter;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Outputs besides the terminal.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Other forms of the result")]
pub(crate) struct Outputs {
    /// Write the whole record as JSON.
    #[arg(long, value_name = "FILE")]
    export_json: Option<PathBuf>,
    /// Write Markdown for a pull request: verdict first, a marker in the last line.
    #[arg(long, value_name = "FILE")]
    export_markdown: Option<PathBuf>,
    /// Write JUnit XML.
    #[arg(long, value_name = "FILE")]
    export_junit: Option<PathBuf>,
    /// Write Bencher Metric Format.
    #[arg(long, value_name = "FILE")]
    export_bencher: Option<PathBuf>,
    /// Write `customSmallerIsBetter` of github-action-benchmark.
    #[arg(long, value_name = "FILE")]
    export_smaller_is_better: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) github: Github,
}

/// Whether to write what GitHub Actions shows.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Github {
    /// Print annotations and append to $GITHUB_STEP_SUMMARY: `auto` where $GITHUB_ACTIONS is true.
    #[arg(long = "github", value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl Outputs {
    /// Writes every form that was asked for.
    pub(crate) fn write<Record>(&self, record: &Record) -> anyhow::Result<()>
    where
        Record: Serialize,
        GateAnnotations: Exporter<Record>,
        GateBencher: Exporter<Record>,
        GateJunit: Exporter<Record>,
        GateMarkdown: Exporter<Record>,
        GateSmallerIsBetter: Exporter<Record>,
    {
        let Self {
            export_json,
            export_markdown,
            export_junit,
            export_bencher,
            export_smaller_is_better,
            github,
        } = self;
        let forms: [(&Option<PathBuf>, &dyn Exporter<Record>); 4] = [
            (export_markdown, &GateMarkdown),
            (export_junit, &GateJunit),
            (export_bencher, &GateBencher),
            (export_smaller_is_better, &GateSmallerIsBetter),
        ];
        if let Some(file) = export_json {
            write_json(file, record)?;
        }
        for (file, exporter) in forms {
            if let Some(file) = file {
                write_whole(file, &exporter.export(record)?)?;
            }
        }
        github.show(&GateAnnotations.export(record)?, &GateMarkdown.export(record)?)
    }
}

impl Github {
    /// Whether it is GitHub Actions that reads standard output.
    fn is_wanted(self) -> bool {
        match self.when {
            When::Always => true,
            When::Never => false,
            When::Auto => std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
        }
    }

    /// Prints annotations, and appends a page to the summary of the step where there is one. A summary that cannot be
    /// written is a warning only: the verdict is what counts.
    pub(crate) fn show(self, annotations: &str, markdown: &str) -> anyhow::Result<()> {
        if !self.is_wanted() {
            return Ok(());
        }
        if !annotations.is_empty() {
            print(annotations)?;
        }
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
        if let Some(path) = summary
            && let Err(error) = append(Path::new(&path), markdown)
        {
            eprintln!("warning: {}: the step's summary cannot be written: {error}", path.display());
        }
        Ok(())
    }
}

fn append(file: &Path, text: &str) -> std::io::Result<()> {
    // Other steps write to it too: appended in one write, and never replaced.
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file)?;
    file.write_all(format!("{text}\n").as_bytes())
}
