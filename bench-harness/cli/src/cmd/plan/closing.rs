//! The rule that closes batches, as it is written on the command line.

use crate::number::time;
use planner::sim::Closing;

/// `full`, `timeout:TIME` or `prover-free`.
pub(crate) fn closing(text: &str) -> Result<Closing, String> {
    match text.split_once(':') {
        None if text == "full" => Ok(Closing::Full),
        None if text == "prover-free" => Ok(Closing::ProverFree),
        Some(("timeout", text)) => time(text).map(Closing::Timeout),
        _ => Err(format!("expected full, timeout:TIME or prover-free, got `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Closing, closing};

    #[test]
    fn rules() {
        assert_eq!(closing("full"), Ok(Closing::Full));
        assert_eq!(closing("timeout:2min"), Ok(Closing::Timeout(120.0)));
        assert_eq!(closing("prover-free"), Ok(Closing::ProverFree));
        for bad in ["", "timeout", "timeout:", "timeout:0", "timeout:-3s", "full:1", "free"] {
            assert!(closing(bad).is_err(), "{bad}");
        }
    }
}
