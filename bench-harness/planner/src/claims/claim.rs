//! A claim of a source with its rule, and the record of it.

use super::rule::Rule;
use records::claims::{
    ClaimFigureRecord, ClaimRecord, ClaimSourceName, ClaimVerdictName, QuotedFigureRecord,
};

/// A claim as it stands in its source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) source: ClaimSourceName,
    pub(super) quote: &'static str,
    /// Figures that the source gives, and what they meant there.
    pub(super) quoted: &'static [(&'static str, &'static str)],
}

impl Claim {
    /// With figures: what the rule says of those that decide. `needs` is what would make them more.
    pub(super) fn answered(
        &self,
        rule: &Rule,
        figures: Vec<ClaimFigureRecord>,
        cautions: Vec<String>,
        needs: Option<String>,
    ) -> ClaimRecord {
        let verdict = rule.verdict(&figures);
        ClaimRecord { figures, cautions, needs, ..self.record(verdict, Some(rule.words())) }
    }

    /// Without the record that it needs: the command that makes it.
    pub(super) fn not_measured(&self, rule: &Rule, command: &str) -> ClaimRecord {
        let needs = Some(command.to_owned());
        ClaimRecord { needs, ..self.record(ClaimVerdictName::NotMeasured, Some(rule.words())) }
    }

    /// Where nothing that this program measures on this machine answers it.
    pub(super) fn untestable(&self, needs: &str) -> ClaimRecord {
        ClaimRecord { needs: Some(needs.to_owned()), ..self.record(ClaimVerdictName::Untestable, None) }
    }

    fn record(&self, verdict: ClaimVerdictName, rule: Option<String>) -> ClaimRecord {
        let Self { id, title, source, quote, quoted } = *self;
        let quoted = quoted.iter().map(|(figure, meaning)| QuotedFigureRecord {
            figure: (*figure).to_owned(),
            meaning: (*meaning).to_owned(),
        });
        ClaimRecord {
            id: id.to_owned(),
            title: title.to_owned(),
            source,
            quote: quote.to_owned(),
            quoted: quoted.collect(),
            rule,
            figures: vec![],
            verdict,
            cautions: vec![],
            needs: None,
        }
    }
}
