//! The report of a live pipeline: a folder that holds `pipeline.json` and no profile.

use super::{Args, Format, What, write_page};
use crate::exit::usage;
use crate::output::{deliver, width, write_whole};
use ::measure::run::folder::RunFiles;
use fleet::pipeline::record_path;
use records::file::to_json;
use records::fleet::pipeline::PipelineRecord;
use records::report::Records;

/// The pipeline of the folder; none where it has a profile, or holds something else.
pub(super) fn of_folder(args: &Args) -> anyhow::Result<Option<PipelineRecord>> {
    let path = record_path(&args.folder);
    let is_other =
        !args.compare.is_empty() || RunFiles::of(&args.folder).profile().exists() || !path.exists();
    if is_other { Ok(None) } else { Ok(Some(records::file::read(&path)?)) }
}

/// Renders it as it was asked for.
pub(super) fn report(args: &Args, format: Format, pipeline: PipelineRecord) -> anyhow::Result<()> {
    let unused = [
        (args.serve, "--serve"),
        (args.what != What::Profile && args.what != What::Summary, "--what"),
        (
            !args.asked.cells.flags().is_empty() || !args.asked.plan_args.flags().is_empty(),
            "a flag of a plan",
        ),
        (args.laws.first_flag().is_some(), "a flag of scaling laws"),
    ];
    if let Some((_, flag)) = unused.iter().find(|(is_given, _)| *is_given) {
        return Err(usage(format!("{flag}: has no effect on a pipeline, which is what the folder holds")));
    }
    if let Some(path) = &args.timeline {
        return write_whole(path, &reports::timeline::chrome::render(&pipeline.timeline)?);
    }
    if args.html.is_some() || args.pictures.is_some() || args.tables.is_some() {
        let records = Records { pipeline: Some(pipeline), ..Records::default() };
        return write_page(args, &RunFiles::of(&args.folder), &records);
    }
    let text = match format {
        Format::Terminal => reports::pipeline::terminal::render(&pipeline, width()),
        Format::Markdown => reports::pipeline::markdown::render(&pipeline),
        Format::Json => to_json(&pipeline)?,
        Format::Csv | Format::Histograms => {
            return Err(usage(
                "a pipeline comes as terminal, markdown or json; its tables as CSV with --tables",
            ));
        }
    };
    deliver(&text, args.output.as_deref())
}
