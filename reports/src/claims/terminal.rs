//! Claims for a person at a terminal: all verdicts in one table, then each claim with what answers it.

use crate::claims::wording::{READING, by_source, deciding, figure_line, inputs, needs, quoted, tally};
use crate::text::{ruled, trimmed, wrap};
use records::claims::{ClaimRecord, ClaimsRecord};

/// The table and the details, lines of at most `width_columns`.
pub fn render(record: &ClaimsRecord, width_columns: u16) -> String {
    let width = width_columns;
    let paragraphs = [inputs(record), tally(record), READING.to_owned()];
    let head = paragraphs.map(|paragraph| wrap(&paragraph, width, "")).join("\n\n");
    let rows = by_source(record).flat_map(|(_, claims)| claims).map(|claim| {
        [claim.id.clone(), claim.title.clone(), claim.verdict.words().to_owned(), deciding(claim)]
    });
    let mut page = format!("{head}\n\n{}\n", ruled(["", "claim", "verdict", "deciding figure"], rows, width));
    for (source, claims) in by_source(record) {
        page += &format!("\n{}\n", source.words());
        for claim in claims {
            page += &format!("\n{}", details(claim, width));
        }
    }
    trimmed(&page)
}

fn details(claim: &ClaimRecord, width: u16) -> String {
    let mut lines = vec![format!("“{}”", claim.quote)];
    lines.extend(quoted(claim));
    lines.extend(claim.rule.clone());
    lines.extend(claim.figures.iter().map(figure_line));
    lines.extend(claim.cautions.iter().map(|caution| format!("! {caution}")));
    lines.extend(needs(claim));
    let head = wrap(
        &format!("{}: {} [{}]", claim.verdict.words().to_uppercase(), claim.title, claim.id),
        width,
        "  ",
    );
    lines
        .iter()
        .fold(head + "\n", |page, line| page + "  " + &wrap(line, width.saturating_sub(2), "    ") + "\n")
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::claims::testing::claims;

    #[test]
    fn every_claim_with_its_figures() {
        insta::assert_snapshot!(render(&claims(), 100));
    }
}
