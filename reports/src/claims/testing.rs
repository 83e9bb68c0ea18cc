//! Claims to render in tests. Their numbers are typed, not measured.

use records::claims::{
    CLAIMS_SCHEMA_VERSION, ClaimFigureRecord, ClaimInputRecord, ClaimRecord, ClaimSourceName,
    ClaimVerdictName, ClaimsRecord, QuotedFigureRecord,
};

fn figure(what: &str, value: f64, unit: &str, ends: Option<(f64, f64)>) -> ClaimFigureRecord {
    ClaimFigureRecord {
        what: what.to_owned(),
        value,
        unit: unit.to_owned(),
        low: ends.map(|ends| ends.0),
        high: ends.map(|ends| ends.1),
        samples: Some(7),
        from: "bench-harness execute --json".to_owned(),
        decides: true,
        is_extrapolated: false,
    }
}

fn claim(id: &str, source: ClaimSourceName, verdict: ClaimVerdictName) -> ClaimRecord {
    ClaimRecord {
        id: id.to_owned(),
        title: format!("the claim {id}"),
        source,
        quote: "what the source says of it, word by word".to_owned(),
        quoted: vec![],
        rule: Some("holds where it is at most 1000 a second".to_owned()),
        figures: vec![],
        verdict,
        cautions: vec![],
        needs: None,
    }
}

/// A claim of every verdict.
pub(crate) fn claims() -> ClaimsRecord {
    let (fractal, order) = (ClaimSourceName::FractalScaling, ClaimSourceName::OrderThenProve);
    let quoted =
        QuotedFigureRecord { figure: "195 TPS".to_owned(), meaning: "swaps of another chain".to_owned() };
    let far =
        ClaimFigureRecord { is_extrapolated: true, ..figure("at 64 cores", 7.5, "×", Some((6.0, 9.0))) };
    let exact = ClaimFigureRecord {
        samples: None,
        decides: false,
        from: "formula".to_owned(),
        ..figure("by the formula", 0.012, "s", Some((0.012, 0.012)))
    };
    ClaimsRecord {
        schema_version: CLAIMS_SCHEMA_VERSION,
        program_version: "0.1.0".to_owned(),
        inputs: vec![ClaimInputRecord {
            what: "profile".to_owned(),
            file: "bench-out/profile.json".to_owned(),
            processor: Some("A processor".to_owned()),
        }],
        claims: vec![
            ClaimRecord {
                quoted: vec![quoted],
                figures: vec![figure("root counted", 17_310.0, "tx/s", Some((16_900.0, 18_020.0))), exact],
                cautions: vec!["Whole networks do more.".to_owned()],
                ..claim("few-hundred", fractal, ClaimVerdictName::DoesNotHold)
            },
            ClaimRecord {
                figures: vec![far],
                needs: Some("More cores.".to_owned()),
                ..claim("64-cores", fractal, ClaimVerdictName::Holds)
            },
            ClaimRecord {
                figures: vec![figure("of one sample", 0.9, "", None)],
                ..claim("once", order, ClaimVerdictName::Inconclusive)
            },
            ClaimRecord {
                needs: Some("bench-harness pipeline".to_owned()),
                ..claim("virtual", order, ClaimVerdictName::NotMeasured)
            },
            ClaimRecord {
                rule: None,
                needs: Some("Layers.".to_owned()),
                ..claim("layer-3s", fractal, ClaimVerdictName::Untestable)
            },
        ],
    }
}
