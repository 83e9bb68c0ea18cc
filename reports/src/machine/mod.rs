//! What a machine is, as named fields that are known or unknown.
//!
//! | room | what it owns |
//! |---|---|
//! | [`record`] | the record types, and where two machines differ |
//! | [`terminal`] | for a person at a terminal |
//! | [`json`] | reading and writing `machine.json` |

pub mod json;
pub mod record;
pub mod terminal;

pub use record::{
    DifferenceRecord, FieldRecord, MACHINE_SCHEMA_VERSION, MachineRecord, SectionRecord, ValueRecord,
};
