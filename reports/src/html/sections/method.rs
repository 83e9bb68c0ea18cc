//! How the numbers came to be, and what they cannot tell.

use crate::html::inline::prose;
use crate::html::section::{Block, Section};
use maud::html;
use records::profile::ProfileRecord;
use records::report::Records;

pub(super) const SECTION: Section = Section { id: "method", title: "Method and limits", script: None, build };

/// As much of the spec is shown; the file beside the profile has all of it.
const SPEC_CHARACTERS: usize = 8_000;

fn build(records: &Records) -> Option<Vec<Block>> {
    let (plan, profile) = (&records.plan, &records.profile);
    if plan.is_none() && profile.is_none() {
        return None;
    }
    let mut blocks = Vec::new();
    if let Some(plan) = plan {
        let reasons = &plan.reasons;
        blocks.push(Block::Markup(html! {
            h3 { "Why this fleet" }
            ul class="plain" { @for reason in reasons { li { (prose(reason)) } } }
        }));
    }
    if let Some(profile) = profile {
        blocks.extend(measured(profile));
    }
    blocks.push(Block::Markup(html! {
        h3 { "How to read it" }
        ul class="plain" {
            li { "Times are medians with intervals by order statistics: no bell curve is assumed. With few samples the \
                  interval covers less than 95 %, and says how much." }
            li { "Every timed proof was verified and its public inputs compared with native execution, unless a caution \
                  says otherwise. Each sample proves another batch." }
            li { "The formula as published takes N provers for N batches, means for times, and no queue. The corrected \
                  form tells provers, batches per aggregation and aggregators apart. The simulation runs the whole \
                  pipeline, event by event, on the measured times." }
            li { "Delays are of the oldest transaction of a group, to the L1 block that holds the verified proof. \
                  \"Virtual\" is sequenced on L1, \"consolidated\" is proved there." }
        }
        h3 { "What it cannot tell" }
        ul class="plain" {
            li { "The times are of this machine and this hour. Neighbours, heat and other processors change them." }
            li { "Intervals are of what was sampled. They do not know of days that were not measured, of crashes, or of an \
                  L1 that behaves otherwise than asked." }
            li { "Dashed lines are extrapolated: laws over cores, clock and batch size to twice what was measured, and \
                  further only where --far asked for it; trees of any N by the merges that were measured." }
        }
    }));
    if let Some(profile) = profile {
        let spec: String = profile.spec_toml.chars().take(SPEC_CHARACTERS).collect();
        blocks.push(Block::Markup(html! {
            details { summary { "The spec of the run" } pre tabindex="0" { code { (spec) } } }
        }));
    }
    Some(blocks)
}

/// What must be known of the cells beside their numbers.
fn measured(profile: &ProfileRecord) -> Vec<Block> {
    let remarks: Vec<String> = profile.cells.iter().flat_map(crate::profile::rows::remarks).collect();
    let failed = profile.cells.iter().any(|cell| !cell.failures.is_empty() || !cell.verified);
    let mut blocks = Vec::new();
    if failed {
        blocks.push(Block::Caution(
            "Some cells failed or were not verified; see the remarks below before you trust their numbers."
                .to_owned(),
        ));
    }
    if !remarks.is_empty() {
        let most = 40;
        blocks.push(Block::Markup(html! {
            h3 { "Remarks on what was measured" }
            ul class="plain" {
                @for remark in remarks.iter().take(most) { li { (prose(remark)) } }
                @if remarks.len() > most { li { (remarks.len() - most) " more are in report.md." } }
            }
        }));
    }
    blocks
}
