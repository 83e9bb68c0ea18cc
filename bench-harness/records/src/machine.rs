//! The record types of a machine: sections of named fields, each with a value or unknown. What the fields are is
//! for the reader of the machine to say.

use crate::file::Versioned;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of [`MachineRecord`] written by this program.
pub const MACHINE_SCHEMA_VERSION: u32 = 1;

/// A machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineRecord {
    /// [`MACHINE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Its sections, in the order in which they are shown.
    pub sections: Vec<SectionRecord>,
}

impl Versioned for MachineRecord {
    const SCHEMA_VERSION: u32 = MACHINE_SCHEMA_VERSION;
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionRecord {
    /// `processor`, `memory`, …
    pub name: String,
    /// Whether runs may be joined only where these fields agree; false for what changes by the hour, such as load.
    pub identity: bool,
    /// Its fields, in order.
    pub fields: Vec<FieldRecord>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRecord {
    /// With its unit last, as everywhere: `memory_bytes`.
    pub name: String,
    /// What it is, or none where it cannot be read: never a guess.
    pub value: Option<ValueRecord>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ValueRecord {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// Any number.
    Number(f64),
    /// Words.
    Text(String),
    /// Several of them.
    List(Vec<String>),
}

impl fmt::Display for ValueRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Self::Count(count) => write!(f, "{count}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::List(list) => f.write_str(&list.join(" ")),
        }
    }
}

impl FieldRecord {
    /// The value for a person, `unknown` where there is none.
    pub fn words(&self) -> String {
        self.value.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string)
    }
}

/// Something in which two machines, or two profiles, differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DifferenceRecord {
    /// `processor.model`
    pub field: String,
    /// Of the first.
    pub first: String,
    /// Of the second.
    pub second: String,
}

impl fmt::Display for DifferenceRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, first, second } = self;
        write!(f, "{field}: {first} / {second}")
    }
}

impl MachineRecord {
    /// Where the two are not the same machine: identity fields that differ, that are known of one alone, or that one
    /// alone has.
    pub fn differences(&self, other: &Self) -> Vec<DifferenceRecord> {
        let (ours, theirs) = (self.identity(), other.identity());
        let find = |fields: &[(String, String)], name: &str| {
            let found = fields.iter().find(|(field, _)| field == name);
            found.map_or_else(|| "missing".to_owned(), |(_, value)| value.clone())
        };
        let names = ours.iter().chain(&theirs).map(|(name, _)| name.clone());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names.dedup();
        let pairs = names.into_iter().map(|field| DifferenceRecord {
            first: find(&ours, &field),
            second: find(&theirs, &field),
            field,
        });
        pairs.filter(|pair| pair.first != pair.second).collect()
    }

    /// The whole number in the field of this name, whatever its section; none where it cannot be read or is none.
    pub fn number(&self, name: &str) -> Option<u64> {
        let mut fields = self.sections.iter().flat_map(|section| &section.fields);
        fields.find(|field| field.name == name)?.words().parse().ok()
    }

    /// The instruction sets that the measuring program was compiled for, here and in `other`, where both are known and
    /// not the same: times of the two are those of two programs.
    pub fn other_features(&self, other: &Self) -> Option<DifferenceRecord> {
        let features = |record: &Self| record.value("build", "features_compiled_in").map(ToString::to_string);
        let (first, second) = (features(self)?, features(other)?);
        let field = "build.features_compiled_in".to_owned();
        (first != second).then_some(DifferenceRecord { field, first, second })
    }

    /// The identity fields and their values: `processor.model` and its words.
    pub fn identity(&self) -> Vec<(String, String)> {
        let sections = self.sections.iter().filter(|section| section.identity);
        sections
            .flat_map(|section| {
                let fields = section.fields.iter();
                fields.map(|field| (format!("{}.{}", section.name, field.name), field.words()))
            })
            .collect()
    }

    /// The value of `section.field`, where it is known.
    pub fn value(&self, section: &str, field: &str) -> Option<&ValueRecord> {
        let section = self.sections.iter().find(|found| found.name == section)?;
        let field = section.fields.iter().find(|found| found.name == field)?;
        field.value.as_ref()
    }
}
