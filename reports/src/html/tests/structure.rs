//! Landmarks, names, marks, and that nothing is fetched.

use super::Read;
use crate::html::{export, fixture};
use records::report::{Records, ReportRecord};
use std::collections::BTreeSet;

#[test]
fn every_section_with_records_stands_in_the_contents() {
    let page = Read::of(&fixture::records());
    let links: Vec<_> =
        page.all("nav a").iter().filter_map(|link| link.attr("href").map(str::to_owned)).collect();
    let sections = page.sections();
    assert_eq!(links, sections.iter().map(|id| format!("#{id}")).collect::<Vec<_>>());
    for id in [
        "answer",
        "provers",
        "groups",
        "day",
        "designs",
        "hardware",
        "cores",
        "distribution",
        "batch-size",
        "aggregation",
        "close-times",
        "execution",
        "state-growth",
        "fractal",
        "machine",
        "method",
    ] {
        assert!(sections.iter().any(|section| section == id), "{id} of {sections:?}");
    }
}

#[test]
fn the_first_screen_answers_how_many_why_and_how_sure() {
    let page = Read::of(&fixture::records());
    insta::assert_snapshot!(page.words("#answer h1, #answer .eyebrow, #answer .lede, #answer .cards"));
    let bars = page.all("#delay-four-ways .wide rect.bar").len();
    assert_eq!(bars, 4, "two formulas, a mean and a p99");
}

#[test]
fn proofs_that_are_verified_one_by_one_are_not_said_to_become_one() {
    let mut records = fixture::records();
    let chosen = &mut records.plan.as_mut().expect("a plan").recommendation;
    (chosen.aggregators, chosen.batches_per_aggregation) = (0, 2);
    chosen.bottleneck = records::plan::Term::Block;
    let cards = Read::of(&records).words("#answer .cards");
    assert!(cards.contains("the proofs of 2 batches go to L1 together, each verified there"), "{cards}");
    assert!(
        cards.contains("with the proofs of 2 batches in each") && !cards.contains("make one proof"),
        "{cards}"
    );
    records.plan.as_mut().expect("a plan").recommendation.batches_per_aggregation = 1;
    let cards = Read::of(&records).words("#answer .cards");
    assert!(cards.contains("the proof of each batch goes to L1 by itself"), "{cards}");
}

#[test]
fn delays_that_are_alike_are_a_sentence() {
    let mut records = fixture::records();
    let fleet = &mut records.plan.as_mut().expect("a plan").fleet_estimates[0];
    (fleet.published_delay_s, fleet.corrected_delay_s) = (300.0, 301.0);
    let simulated = fleet.simulated.as_mut().expect("settles");
    (simulated.consolidated.mean_s, simulated.consolidated.p99_s) = (300.4, 304.0);
    let page = Read::of(&records);
    assert!(page.all("#delay-four-ways").is_empty(), "bars that nobody can tell apart");
    let words = page.words("#answer");
    assert!(
        words.contains("formula as published 300 s; formula, corrected 301 s; simulated, mean 300.4 s"),
        "{words}"
    );
}

#[test]
fn prose_is_whole_and_the_timeline_says_how_much_of_it_is_drawn() {
    let mut records = fixture::records();
    let long = format!("While nothing is broken {} all 7 work.", "and the sun shines ".repeat(20));
    records.plan.as_mut().expect("a plan").reasons = vec![long.clone()];
    let words = Read::of(&records).words("#method");
    assert!(words.contains(&long), "{words}");
    assert!(!words.contains("nothing is drawn"), "{words}");
}

#[test]
fn scaling_over_cores_has_an_ideal_beside_it() {
    let page = Read::of(&fixture::records());
    let legend = page.words("#cores");
    assert!(legend.contains("ideal") && legend.contains("twice the cores, half the time"), "{legend}");
}

#[test]
fn the_order_and_the_room_for_a_burst_stand_below_the_answer() {
    let mut records = fixture::records();
    assert!(Read::of(&records).all("#answer .order").is_empty(), "there is no order");
    records.plan.as_mut().expect("a plan").order = Some(crate::plan::shopping::tests::order());
    let page = Read::of(&records);
    let order = page.words("#answer .order");
    assert!(order.contains("3 × box-16") && order.contains("8 provers") && order.contains("$24"), "{order}");
    let lede = page.words("#answer .lede");
    assert!(lede.contains("$2.4 an hour"), "the bill is that of the order: {lede}");
    let words = page.words("#answer");
    assert!(words.contains("may run ahead of proving by 19 batches"), "{words}");
}

#[test]
fn landmarks_and_names_for_those_who_listen() {
    let page = Read::of(&fixture::records());
    for (css, count) in
        [("main", 1), ("nav[aria-label]", 1), ("h1", 1), ("a.skip[href='#main']", 1), ("html[lang]", 1)]
    {
        assert_eq!(page.all(css).len(), count, "{css}");
    }
    assert_eq!(page.all("main > section").len(), page.all("main > section[aria-labelledby]").len());
    for section in page.all("main > section") {
        let heading = section.attr("aria-labelledby").expect("a name");
        assert_eq!(page.all(&format!("[id='{heading}']")).len(), 1, "{heading}");
    }
    for svg in page.all("svg") {
        assert_eq!(svg.attr("role"), Some("img"));
        assert!(svg.attr("aria-label").is_some_and(|words| words.len() > 20));
    }
    assert_eq!(page.all("th").len(), page.all("th[scope]").len());
    let ids: Vec<_> =
        page.all("[id]").iter().filter_map(|element| element.attr("id").map(str::to_owned)).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "no id twice: {ids:?}");
}

#[test]
fn every_chart_has_marks_words_and_a_table() {
    let page = Read::of(&fixture::records());
    let figures = page.all("figure");
    assert!(figures.len() >= 12, "{}", figures.len());
    for figure in figures {
        let id = figure.attr("id").expect("an id");
        for size in ["wide", "narrow"] {
            let marks =
                page.all(&format!("#{id} .{size} svg :is(path.line, circle, rect.bar, rect.outline)"));
            assert!(!marks.is_empty(), "{id}, {size}: no marks");
        }
        assert_eq!(page.all(&format!("#{id} figcaption")).len(), 1, "{id}");
        assert!(page.words(&format!("#{id} figcaption")).len() > 30, "{id}");
        assert!(!page.all(&format!("#{id} details tbody tr")).is_empty(), "{id}: no table");
    }
}

#[test]
fn nothing_is_fetched() {
    let page = Read::of(&fixture::records());
    for (css, attribute) in
        [("[src]", "src"), ("[href]", "href"), ("[srcset]", "srcset"), ("[action]", "action")]
    {
        for element in page.all(css) {
            let target = element.attr(attribute).expect("there");
            assert!(target.starts_with('#'), "{css} {target}");
        }
    }
    for css in ["link", "iframe", "img", "object", "script[src]"] {
        assert!(page.all(css).is_empty(), "{css}");
    }
    for word in ["@import", "url(", "fetch(", "XMLHttpRequest", "http://", "https://"] {
        let times = page.text.matches(word).count();
        // The name of SVG is an address that nobody visits.
        let names = if word == "http://" {
            page.text.matches("xmlns=\"http://www.w3.org/2000/svg\"").count()
        } else {
            0
        };
        assert_eq!(times, names, "{word}");
    }
    let policy = page.all("meta[http-equiv='Content-Security-Policy']");
    assert!(policy[0].attr("content").is_some_and(|policy| policy.starts_with("default-src 'none'")));
}

#[test]
fn the_same_records_give_the_same_bytes() {
    assert_eq!(Read::of(&fixture::records()).text, Read::of(&fixture::records()).text);
}

#[test]
fn records_come_back_from_their_file() {
    let records = fixture::records();
    let text = serde_json::to_string(&ReportRecord::of(&records)).expect("JSON");
    let read: ReportRecord = serde_json::from_str(&text).expect("reads");
    // These have files of their own.
    let apart = Records {
        profile: records.profile.clone(),
        execution: records.execution.clone(),
        closing: records.closing.clone(),
        state_growth: records.state_growth.clone(),
        fractal: records.fractal.clone(),
        ..read.records
    };
    assert_eq!(apart, records);
}

#[test]
fn every_chart_is_a_file_and_every_table_a_csv() {
    let records = fixture::records();
    let pictures = export::pictures(&records).expect("draws");
    assert_eq!(pictures.len(), export::charts(&records).len());
    for picture in &pictures {
        let drawing = resvg::usvg::roxmltree::Document::parse(&picture.svg).expect("XML");
        assert!(drawing.descendants().any(|node| node.has_tag_name("title")), "{}", picture.name);
        assert!(picture.png.starts_with(b"\x89PNG"), "{}", picture.name);
    }
    let tables = export::tables(&records).expect("writes");
    assert!(tables.len() > pictures.len());
    for (name, text) in &tables {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").clone();
        for column in &header {
            let plain = column.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            assert!(plain, "{name}: {column}");
        }
        assert!(reader.records().all(|row| row.is_ok_and(|row| row.len() == header.len())), "{name}");
    }
    let names: BTreeSet<_> = tables.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), tables.len(), "no file twice");
}

/// The same letters in the same place, whatever fonts the machine has: a title draws dark pixels, none draws none.
#[test]
fn a_picture_has_its_text() {
    let records = fixture::records();
    let chart = export::charts(&records).into_iter().next().expect("a chart");
    let dark = |chart: &crate::chart::Chart| {
        let png = crate::chart::png::png(chart, 1.0).expect("draws");
        let picture = resvg::tiny_skia::Pixmap::decode_png(&png).expect("reads");
        let (width, top) = (picture.width() as usize, 12..32);
        let rows = picture.pixels().chunks(width).skip(top.start).take(top.len());
        rows.flatten().filter(|pixel| pixel.red() < 100).count()
    };
    let untitled = crate::chart::Chart { title: String::new(), ..chart.clone() };
    assert!(dark(&chart) > 300, "{}", dark(&chart));
    assert_eq!(dark(&untitled), 0);
}
