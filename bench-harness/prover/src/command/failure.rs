//! Why an external prover gave no usable reply.

/// Why there is no usable reply.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The program is not there.
    Absent(String),
    /// The program says that it has none.
    Said(String),
    /// The program broke the protocol, and was ended.
    Broken(String),
}

impl Failure {
    /// What happened, whatever the kind.
    pub(crate) fn why(self) -> String {
        match self {
            Self::Absent(why) | Self::Said(why) | Self::Broken(why) => why,
        }
    }
}
