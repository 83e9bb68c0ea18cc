//! A plan for a person at a terminal: the answer first, then the designs, then why.

use comfy_table::{ContentArrangement, Table, presets};

use crate::plan::record::PlanRecord;
use crate::plan::sentences::{
    DESIGN_HEADER, OUTLOOK_HEADER, PARETO_HEADER, asked, design_row, outlook_row, pareto_row, recommendation,
};

/// The plan as text of at most `width` columns, ending in a newline.
pub fn render(plan: &PlanRecord, width: u16) -> String {
    let designs = table(&DESIGN_HEADER, plan.designs.iter().map(design_row), width);
    let outlooks = table(&OUTLOOK_HEADER, plan.outlooks.iter().map(outlook_row), width);
    let mut text = format!(
        "{}\n{}\n\nDesigns, by the formulas of \"Order then Prove\":\n{designs}\n\n\
         Delay to consolidated, three ways:\n{outlooks}\n\n",
        wrap(&recommendation(plan), width, ""),
        wrap(&asked(plan), width, ""),
    );
    if !plan.pareto.is_empty() {
        let pareto = table(&PARETO_HEADER, plan.pareto.iter().map(pareto_row), width);
        text += &format!("Cost against delay:\n{pareto}\n\n");
    }
    text += "Why:\n";
    for reason in &plan.reasons {
        text += &wrap(&format!("- {reason}"), width, "  ");
        text.push('\n');
    }
    text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n")
}

fn table<const C: usize>(header: &[&str; C], rows: impl Iterator<Item = [String; C]>, width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_width(width);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(header.to_vec());
    for row in rows {
        table.add_row(row.to_vec());
    }
    table
}

/// Words filled into lines of `width`, lines after the first behind `indent`.
fn wrap(words: &str, width: u16, indent: &str) -> String {
    let width = usize::from(width).max(20);
    let mut page = String::new();
    let mut column = 0;
    // A lone unit stays with its number.
    let words = words.replace(" s ", "\u{a0}s ").replace(" s,", "\u{a0}s,").replace(" s.", "\u{a0}s.");
    for word in words.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            page.push('\n');
            page += indent;
            column = indent.len();
        } else if column > 0 {
            page.push(' ');
            column += 1;
        }
        page += word;
        column += length;
    }
    page.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_first() {
        insta::assert_snapshot!(render(&crate::plan::fixture::seed_plan(), 100));
    }

    #[test]
    fn a_narrow_terminal_is_kept_within() {
        let page = render(&crate::plan::fixture::seed_plan(), 60);
        for line in page.lines() {
            assert!(line.chars().count() <= 60, "{} columns: {line}", line.chars().count());
        }
    }
}
