//! Names and texts of others: they are shown, and do nothing.

use super::Read;
use crate::html::{export, fixture};
use proptest::prelude::*;
use records::claims::ClaimsRecord;
use records::execution::EvmCostRecord;
use records::machine::ValueRecord;
use records::report::Records;

const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</script></style></title></svg>",
    "]]><!-- & &amp; --> \u{0}\u{1b}[31m\u{202e}",
    "{{7*7}}${7*7}`",
];

/// The text in every place where a text of others can stand.
fn everywhere(text: &str) -> Records {
    let mut records = fixture::records();
    let profile = records.profile.as_mut().expect("a profile");
    profile.run = text.to_owned();
    profile.program_version = text.to_owned();
    profile.spec_toml = text.to_owned();
    for section in &mut profile.machine.sections {
        section.name = text.to_owned();
        for field in &mut section.fields {
            field.name = text.to_owned();
            field.value = Some(ValueRecord::Text(text.to_owned()));
        }
    }
    for cell in &mut profile.cells {
        cell.cell.workload = text.to_owned();
        cell.cell.proof_system = text.to_owned();
        cell.cell.clock = text.to_owned();
        for circuit in cell.system.iter_mut().flat_map(|system| &mut system.circuits) {
            circuit.name = text.to_owned();
        }
        for failure in &mut cell.failures {
            failure.why = text.to_owned();
        }
    }
    for law in &mut records.laws.as_mut().expect("laws").laws {
        law.family.workload = text.to_owned();
        law.notes = vec![text.to_owned()];
    }
    for machine in &mut records.machines {
        machine.id = text.to_owned();
        machine.problem = Some(text.to_owned());
    }
    records.planned_with = Some(text.to_owned());
    records.no_plan = Some(text.to_owned());
    records.plan.as_mut().expect("a plan").reasons = vec![text.to_owned()];
    let day = records.curves.as_mut().expect("curves").day.as_mut().expect("a day");
    day.shape = text.to_owned();
    for fleet in &mut day.fleets {
        fleet.why = text.to_owned();
    }
    records.claims = Some(claims(text));
    let execution = records.execution.as_mut().expect("executors");
    execution.processor = Some(text.to_owned());
    execution.evm = Some(EvmCostRecord { engine: text.to_owned(), ..fixtures::execution::evm_cost() });
    let closing = records.closing.as_mut().expect("close times");
    closing.processor = Some(text.to_owned());
    closing.load.arrivals = text.to_owned();
    let growth = records.state_growth.as_mut().expect("growing states");
    growth.processor = Some(text.to_owned());
    growth.store.engine = text.to_owned();
    records.fractal.as_mut().expect("rollups").processor = Some(text.to_owned());
    records
}

/// Claims that name files and cells so.
fn claims(text: &str) -> ClaimsRecord {
    let mut record = crate::claims::testing::claims();
    for input in &mut record.inputs {
        input.file = text.to_owned();
        input.processor = Some(text.to_owned());
    }
    for claim in &mut record.claims {
        claim.title = text.to_owned();
        for figure in &mut claim.figures {
            figure.what = text.to_owned();
        }
    }
    record
}

/// The elements of the page, without texts: what a hostile text must not change.
fn skeleton(page: &Read) -> Vec<String> {
    page.all("*")
        .iter()
        .map(|element| {
            let attributes = element.value().attrs().map(|(name, _)| name).collect::<Vec<_>>().join(",");
            format!("{}[{attributes}]", element.value().name())
        })
        .filter(|element| !element.starts_with("title") && !element.starts_with("text"))
        .collect()
}

#[test]
fn a_text_adds_no_element_and_no_attribute() {
    // As long as the longest, so that what is drawn is the same.
    let plain = Read::of(&everywhere(&"n".repeat(31)));
    for text in HOSTILE {
        let page = Read::of(&everywhere(text));
        let scripts = page.all("script").len();
        assert_eq!(scripts, plain.all("script").len(), "{text}");
        for css in ["img", "[onerror]", "[onmouseover]", "main script:not([type])"] {
            assert!(page.all(css).is_empty(), "{text}: {css}");
        }
        let names: std::collections::BTreeSet<_> = skeleton(&page).into_iter().collect();
        let known: std::collections::BTreeSet<_> = skeleton(&plain).into_iter().collect();
        assert!(names.is_subset(&known), "{text}: {:?}", names.difference(&known));
        assert!(!page.text.contains("<script>alert"), "{text}");
    }
    let shown = Read::of(&everywhere(HOSTILE[0]));
    assert!(shown.words("#machine").contains("<script>alert(1)</script>"), "shown as it is");
}

#[test]
fn drawings_of_hostile_names_are_xml() {
    for text in HOSTILE {
        for picture in export::pictures(&everywhere(text)).expect("draws") {
            resvg::usvg::roxmltree::Document::parse(&picture.svg).expect("XML");
        }
    }
}

#[test]
fn ten_thousand_characters_are_cut() {
    let plain = Read::of(&everywhere("name")).text.len();
    for text in ["x".repeat(10_000), "é ".repeat(5_000), "<&\"".repeat(3_334)] {
        let page = Read::of(&everywhere(&text));
        assert!(page.text.len() < plain + 300_000, "{} for {plain}", page.text.len());
        assert!(!page.all("figure").is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_anywhere_is_a_page(text in "\\PC{0,80}|[\\x00-\\x7f]{0,80}") {
        let page = Read::of(&everywhere(&text));
        prop_assert_eq!(page.all("main").len(), 1);
        prop_assert_eq!(page.all("main script").len(), 0);
        for picture in export::charts(&everywhere(&text)) {
            let drawing = crate::chart::svg::file(&picture);
            prop_assert!(resvg::usvg::roxmltree::Document::parse(&drawing).is_ok(), "{}", drawing);
        }
    }
}
