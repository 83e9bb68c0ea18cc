//! Two builds for other instruction sets are two programs: what differs between their times is no regression.

use records::machine::{FieldRecord, SectionRecord, ValueRecord};
use records::profile::ProfileRecord;
use regression::profiles::{ProfileMismatch, ProfileSide, compare};

fn built(features: Option<&str>, processor: &str) -> ProfileRecord {
    let mut profile = fixtures::profile::profile();
    let section = |name: &str, identity: bool, field: &str, value: Option<&str>| SectionRecord {
        name: name.to_owned(),
        identity,
        fields: vec![FieldRecord {
            name: field.to_owned(),
            value: value.map(|value| ValueRecord::Text(value.to_owned())),
        }],
    };
    profile.machine.sections = vec![
        section("machine", true, "processor", Some(processor)),
        section("build", false, "features_compiled_in", features),
    ];
    profile
}

fn side<'a>(name: &str, profile: &'a ProfileRecord) -> ProfileSide<'a> {
    ProfileSide { name: name.to_owned(), profile, cores: None }
}

#[test]
fn on_one_machine_they_are_refused() {
    let generic = built(Some("sse sse2"), "Xeon");
    let native = built(Some("sse sse2 avx2 avx512f"), "Xeon");
    let error = compare(&side("a", &generic), &side("b", &native)).expect_err("two builds");
    assert!(matches!(error, ProfileMismatch::OtherFeatures { .. }));
    let text = error.to_string();
    assert!(text.contains("none more in the one and avx2 avx512f in the other"), "{text}");
    assert!(compare(&side("a", &native), &side("b", &native)).is_ok());
    // What neither says is not held against them.
    assert!(compare(&side("a", &native), &side("b", &built(None, "Xeon"))).is_ok());
}

#[test]
fn on_two_machines_each_has_its_own_and_that_is_said() {
    let (one, other) = (built(Some("sse avx512f"), "Xeon"), built(Some("sse avx2"), "EPYC"));
    let record = compare(&side("a", &one), &side("b", &other)).expect("two machines");
    let fields: Vec<_> = record.differences.iter().map(|found| found.field.as_str()).collect();
    assert_eq!(fields, ["machine: machine.processor", "machine: build.features_compiled_in"]);
}
