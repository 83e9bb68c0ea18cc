//! Claims as Markdown: a table of verdicts, then each claim with what answers it.

use crate::claims::wording::{READING, by_source, deciding, figure_line, inputs, needs, quoted, tally};
use crate::markdown::{list, table, text};
use records::claims::{ClaimRecord, ClaimsRecord};

/// The claims as Markdown.
pub fn render(record: &ClaimsRecord) -> String {
    let mut page =
        format!("## Claims of the sources\n\n{}\n\n{}\n\n", text(&inputs(record)), text(&tally(record)));
    page += &format!("{}\n", text(READING));
    for (source, claims) in by_source(record) {
        page += &format!("\n### {}\n\n", text(source.words()));
        let rows = claims
            .iter()
            .map(|claim| [claim.title.clone(), claim.verdict.words().to_owned(), deciding(claim)]);
        page += &table(&["claim", "verdict", "deciding figure"], rows);
        for claim in claims {
            page += &details(claim);
        }
    }
    page
}

fn details(claim: &ClaimRecord) -> String {
    let mut lines: Vec<String> = quoted(claim).collect();
    lines.extend(claim.rule.clone());
    lines.extend(claim.figures.iter().map(figure_line));
    lines.extend(claim.cautions.iter().cloned());
    lines.extend(needs(claim));
    format!(
        "\n**{}: {}**\n\n> {}\n\n{}",
        text(&claim.title),
        claim.verdict.words(),
        text(&claim.quote),
        list(lines)
    )
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::claims::testing::claims;

    #[test]
    fn a_page() {
        insta::assert_snapshot!(render(&claims()));
    }
}
