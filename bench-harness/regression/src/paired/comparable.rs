//! Why two programs cannot be compared: another machine, another build, another spec, other cells.

use records::machine::FieldRecord;
use records::regression::arm::DescribedAnswer;
use thiserror::Error;

/// Fields of a build in which two revisions of one program may differ.
const MAY_DIFFER: [&str; 3] = ["build_version", "build_commit", "build_is_dirty"];

/// Fields of a spec that name the prover to be compared itself.
const ARMS_OWN: [&str; 3] = ["script", "command", "command_timeout_s"];

/// Two programs that cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "base and head cannot be compared, since they have {what} (base / head): {}{}",
    differences.join("; "),
    hint(differences)
)]
pub struct Incomparable {
    /// `another machine`, `other builds`, …
    pub what: &'static str,
    /// Each difference.
    pub differences: Vec<String>,
}

/// What to do about builds for other instruction sets.
fn hint(differences: &[String]) -> &'static str {
    let is_features = |difference: &String| difference.starts_with("features_compiled_in: ");
    match differences.iter().any(is_features) {
        true => "; two feature sets are two programs, and no regression: build both with the same RUSTFLAGS",
        false => "",
    }
}

/// Checks that nothing but the program differs.
///
/// # Errors
/// [`Incomparable`] with every difference of the first kind that is found: machine, build, spec, cells.
pub fn check(base: &DescribedAnswer, head: &DescribedAnswer) -> Result<(), Incomparable> {
    let none_or = |what, differences: Vec<String>| match differences.is_empty() {
        true => Ok(()),
        false => Err(Incomparable { what, differences }),
    };
    none_or("different machines", fields(&base.machine, &head.machine, &[]))?;
    none_or("different builds", fields(&base.build, &head.build, &MAY_DIFFER))?;
    none_or("different specs", specs(base, head))?;
    none_or("different cells", cells(base, head))
}

/// Fields that differ, or that one alone has. What neither can read is unknown to both, and no difference.
fn fields(base: &[FieldRecord], head: &[FieldRecord], may_differ: &[&str]) -> Vec<String> {
    let find = |fields: &[FieldRecord], name: &str| {
        let found = fields.iter().find(|field| field.name == name);
        found.map_or_else(|| "not reported".to_owned(), FieldRecord::words)
    };
    let of_base = base.iter().map(|field| &field.name);
    let of_head = head.iter().map(|field| &field.name).filter(|name| !base.iter().any(|b| b.name == **name));
    of_base
        .chain(of_head)
        .filter(|name| !may_differ.contains(&name.as_str()))
        .filter(|name| find(base, name) != find(head, name))
        .map(|name| format!("{name}: {} / {}", find(base, name), find(head, name)))
        .collect()
}

/// Fields of the spec with two values. One that only one of them knows stands at its default there, since it would
/// otherwise have been asked for, and the other would have refused it.
fn specs(base: &DescribedAnswer, head: &DescribedAnswer) -> Vec<String> {
    let both = base.spec.iter().filter_map(|(name, ours)| Some((name, ours, head.spec.get(name)?)));
    both.filter(|(name, ours, theirs)| ours != theirs && !ARMS_OWN.contains(&name.as_str()))
        .map(|(name, ours, theirs)| format!("{name}: {ours} / {theirs}"))
        .collect()
}

fn cells(base: &DescribedAnswer, head: &DescribedAnswer) -> Vec<String> {
    let missing = |from: &DescribedAnswer, of: &DescribedAnswer, who: &str| -> Vec<String> {
        let lacks = of.cells.iter().filter(|cell| !from.cells.contains(cell));
        lacks.map(|cell| format!("{who} does not measure {cell}")).collect()
    };
    [missing(base, head, "base"), missing(head, base, "head")].concat()
}

#[cfg(test)]
mod tests {
    use super::check;
    use records::machine::{FieldRecord, ValueRecord};
    use records::regression::arm::DescribedAnswer;

    fn field(name: &str, value: &str) -> FieldRecord {
        FieldRecord { name: name.to_owned(), value: Some(ValueRecord::Text(value.to_owned())) }
    }

    fn arm() -> DescribedAnswer {
        DescribedAnswer {
            version: "0.1.0".to_owned(),
            build: vec![field("build_commit", "abc"), field("features_compiled_in", "sse2")],
            machine: vec![field("model", "143"), FieldRecord { name: "cache".to_owned(), value: None }],
            spec: [("seed", 1.into()), ("script", "a".into())]
                .map(|(name, value): (&str, serde_json::Value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
            cells: vec!["swap/4of4/x2/plonky2/1c/as_is".to_owned()],
            without_aggregation: Vec::new(),
        }
    }

    #[track_caller]
    fn refuses(change: impl FnOnce(&mut DescribedAnswer), wanted: &str) {
        let mut head = arm();
        change(&mut head);
        let why = check(&arm(), &head).expect_err("differs").to_string();
        assert!(why.contains(wanted), "{why}");
    }

    #[test]
    fn two_revisions_on_one_machine_can_be_compared() {
        let mut head = arm();
        head.version = "0.2.0".to_owned();
        head.build[0] = field("build_commit", "def");
        head.spec.insert("script".to_owned(), "b".into());
        head.spec.insert("of a later version".to_owned(), 0.into());
        assert_eq!(check(&arm(), &head), Ok(()));
    }

    #[test]
    fn what_differs_is_named() {
        refuses(
            |head| head.machine[0] = field("model", "85"),
            "different machines (base / head): model: 143 / 85",
        );
        refuses(|head| head.machine[1] = field("cache", "2 MB"), "cache: unknown / 2 MB");
        refuses(|head| head.machine.push(field("numa", "2")), "numa: not reported / 2");
        refuses(
            |head| head.build[1] = field("features_compiled_in", "avx2"),
            "features_compiled_in: sse2 / avx2; two feature sets are two programs, and no regression",
        );
        refuses(
            |head| drop(head.spec.insert("seed".to_owned(), 2.into())),
            "different specs (base / head): seed: 1 / 2",
        );
        refuses(
            |head| head.cells[0] = "swap/4of4/x2/plonky2/2c/as_is".to_owned(),
            "base does not measure swap/4of4/x2/plonky2/2c",
        );
    }
}
