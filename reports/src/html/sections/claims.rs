//! What the source documents claim, each claim with the verdict that its rule gives and the figures behind it.

use crate::chart::{Column, Table, TableValue};
use crate::claims::wording::{READING, deciding, figure_line, inputs, needs, quoted, tally};
use crate::html::inline::unbroken;
use crate::html::section::{Block, Section};
use maud::{Markup, html};
use records::claims::{ClaimRecord, ClaimVerdictName};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "claims", title: "What the sources claim", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let claims = records.claims.as_ref()?;
    let columns: [Column<ClaimRecord>; 5] = [
        ("claim", "claim", |claim| claim.title.clone().into()),
        ("source", "source", |claim| claim.source.words().into()),
        ("verdict", "verdict", verdict),
        ("deciding_figure", "deciding figure", |claim| deciding(claim).into()),
        ("id", "id", |claim| claim.id.clone().into()),
    ];
    let details = html! {
        details {
            summary { "The words of the sources, rules, figures and cautions" }
            @for claim in &claims.claims { (figures(claim)) }
        }
    };
    Some(vec![
        Block::Words(format!("{} {}", inputs(claims), tally(claims))),
        Block::Table {
            id: "claims-table".to_owned(),
            caption: READING.to_owned(),
            table: Table::of(&claims.claims, columns),
        },
        Block::Markup(details),
    ])
}

fn verdict(claim: &ClaimRecord) -> TableValue {
    let words = claim.verdict.words().to_owned();
    match claim.verdict {
        ClaimVerdictName::DoesNotHold => TableValue::Alert(words),
        _ => TableValue::Text(words),
    }
}

fn figures(claim: &ClaimRecord) -> Markup {
    html! {
        h3 { (unbroken(&claim.title)) ": " (claim.verdict.words()) }
        ul class="plain" {
            li { "“" (unbroken(&claim.quote)) "”" }
            @if let Some(rule) = &claim.rule { li { (unbroken(rule)) } }
            @for line in quoted(claim) { li { (unbroken(&line)) } }
            @for figure in &claim.figures { li { (unbroken(&figure_line(figure))) } }
            @for caution in &claim.cautions { li { (unbroken(caution)) } }
            @if let Some(needs) = needs(claim) { li { (unbroken(&needs)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::build;
    use crate::claims::testing::claims;
    use crate::html::page::{Place, page};
    use records::report::Records;

    #[test]
    fn a_row_and_its_figures_for_each_claim_and_nothing_without_claims() {
        assert!(build(&Records::default()).is_none());
        let records = Records { claims: Some(claims()), ..Records::default() };
        let text = page(&records, Place::File);
        for words in
            ["does not hold", "quoted 195 TPS: swaps of another chain", "EXTRAPOLATED", "the claim layer-3s"]
        {
            assert!(text.contains(words), "{words}");
        }
    }
}
