//! What if the numbers were others: sliders over the planner's own answers.
//!
//! The page computes nothing. From disk it shows the answers of a grid that the planner filled; behind
//! `report --serve` it asks the planner, simulation included.

use crate::html::section::{Block, Section};
use maud::{Markup, PreEscaped, html};
use records::report::Records;

pub(crate) const SECTION: Section =
    Section { id: "what-if", title: "What if", script: Some(include_str!("what_if.js")), build };

const STYLE: &str = include_str!("what_if.css");

/// A control: its name in the address, its label, its unit.
const CONTROLS: [(&str, &str, &str); 7] = [
    ("target", "Target", ""),
    ("n", "N, batches per aggregation", ""),
    ("p", "P, provers", ""),
    ("block", "L1 block time", "s"),
    ("close", "Close time of a batch", "s"),
    ("usd", "Price of a prover", "$ an hour"),
    ("gwei", "Price of gas", "gwei"),
];

fn build(records: &Records) -> Option<Vec<Block>> {
    let grid = records.what_if.as_ref()?;
    let json = serde_json::to_string(grid).ok()?;
    let shown = |name: &str| match name {
        // A slider with one position would only puzzle.
        "gwei" => grid.axes.gwei.len() > 1,
        _ => true,
    };
    let controls = CONTROLS.into_iter().filter(|(name, ..)| shown(name)).map(|(name, label, unit)| {
        let unit = if name == "target" { grid.target_unit.as_str() } else { unit };
        control(name, label, unit)
    });
    let markup = html! {
        style { (PreEscaped(STYLE)) }
        p id="what-if-says" {
            "Every answer is the planner's. From disk: the closed forms at the positions of the sliders, without a \
             limit on delay. Behind "
            code { "bench-harness report --serve" }
            ": any number, with the simulation and the limit on delay, and N chosen anew for each."
        }
        noscript { p class="caution" { "Without scripts the sliders cannot be moved; everything else is here." } }
        div class="what-if" id="what-if-form" {
            form aria-describedby="what-if-says" autocomplete="off" {
                @for control in controls { (control) }
                p class="buttons" {
                    button type="button" id="what-if-reset" { "Back to the plan" }
                }
            }
            div class="what-if-answer" {
                h3 id="what-if-answer-title" { "The planner's answer" }
                output id="what-if-answer" role="status" aria-live="polite" aria-atomic="true"
                    aria-labelledby="what-if-answer-title" { }
                p class="what-if-command" { "The same in a terminal:" }
                pre tabindex="0" aria-label="Command that prints this plan" { code id="what-if-command" { } }
            }
        }
    };
    Some(vec![Block::Markup(markup), Block::Data { id: "what-if-data", json }])
}

fn control(name: &str, label: &str, unit: &str) -> Markup {
    let field = format!("what-if-{name}");
    let slider = format!("what-if-{name}-slider");
    let words = if unit.is_empty() { label.to_owned() } else { format!("{label}, {unit}") };
    html! {
        div class="what-if-control" {
            label for=(field) { (words) }
            input type="text" inputmode="decimal" id=(field) name=(name) size="9"
                aria-describedby={ (field) "-wrong" } disabled;
            input type="range" id=(slider) data-for=(name) min="0" max="1" step="1" value="0"
                aria-label={ (words) ", slider" } disabled;
            span class="what-if-wrong" id={ (field) "-wrong" } role="alert" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::build;
    use crate::html::section::Block;
    use records::report::Records;
    use records::what_if::{WHAT_IF_SCHEMA_VERSION, WhatIfAxesRecord, WhatIfRecord};

    #[test]
    fn the_grid_is_the_data_and_gas_has_a_slider_only_where_it_has_a_price() {
        let mut grid = WhatIfRecord {
            schema_version: WHAT_IF_SCHEMA_VERSION,
            target_unit: "batches/s".to_owned(),
            batch_transactions: None,
            spares: 0,
            aggregator_spares: 0,
            is_n_given: false,
            axes: WhatIfAxesRecord { gwei: vec![None], ..WhatIfAxesRecord::default() },
            start: Default::default(),
            answers: vec![-1],
            rows: Vec::new(),
            refusals: vec!["no </script> plan".to_owned()],
            costs: Vec::new(),
            command: "bench-harness plan".to_owned(),
        };
        let built = |grid: &WhatIfRecord| {
            let records = Records { what_if: Some(grid.clone()), ..Records::default() };
            let blocks = build(&records).expect("built");
            let Block::Data { id: "what-if-data", json } = &blocks[1] else { panic!("{blocks:?}") };
            assert_eq!(serde_json::from_str::<WhatIfRecord>(json).expect("JSON"), *grid);
            let Block::Markup(markup) = &blocks[0] else { panic!("{blocks:?}") };
            markup.clone().into_string()
        };
        assert!(!built(&grid).contains("what-if-gwei"));
        assert!(built(&grid).contains("Target, batches/s"));
        grid.axes.gwei = vec![Some(1.0), Some(2.0)];
        assert!(built(&grid).contains("what-if-gwei"));
        assert!(build(&Records::default()).is_none());
    }
}
