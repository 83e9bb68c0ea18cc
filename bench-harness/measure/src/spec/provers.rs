//! How many provers run at once, and the notation of it.

use crate::cell::ProverCount;
use crate::spec::error::SpecError;
use machine::CoreCount;
use std::str::FromStr;

/// Numbers of provers at once that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProversRequest {
    numbers: Vec<ProverCount>,
    /// As many as the cores hold.
    fill: bool,
}

impl FromStr for ProversRequest {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let wrong = || SpecError::Field {
            field: "provers",
            expected: "numbers from 1, or `fill` for as many as the cores hold, with commas between"
                .to_owned(),
            got: format!("`{text}`"),
        };
        let (mut numbers, mut fill) = (Vec::new(), false);
        for part in text.split(',').map(str::trim) {
            if part == "fill" {
                fill = true;
            } else {
                let number = part.parse().ok().and_then(ProverCount::new);
                numbers.push(number.ok_or_else(wrong)?);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(Self { numbers, fill })
    }
}

impl ProversRequest {
    /// How many provers of so many cores run at once, ascending; those that the machine cannot hold are left out.
    pub fn resolve(&self, cores: CoreCount, usable: usize) -> Vec<ProverCount> {
        let room = usable / cores.get();
        let fill = ProverCount::new(room).filter(|_| self.fill);
        let mut found: Vec<_> =
            self.numbers.iter().copied().chain(fill).filter(|provers| provers.get() <= room).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Says whether every number finds a place with at least one of the numbers of cores.
    pub(crate) fn check(&self, cores: &[CoreCount], usable: usize) -> Result<(), SpecError> {
        let fewest = cores.iter().map(|cores| cores.get()).min().unwrap_or(1);
        match self.numbers.iter().find(|provers| provers.get() * fewest > usable) {
            None => Ok(()),
            Some(provers) => Err(SpecError::Field {
                field: "provers",
                expected: format!("at most {} provers of {fewest} of {usable} cores", usable / fewest),
                got: provers.get().to_string(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProversRequest;
    use machine::CoreCount;

    fn numbers(text: &str, cores: usize, usable: usize) -> Vec<usize> {
        let request: ProversRequest = text.parse().expect("a request");
        let cores = CoreCount::new(cores).expect("not zero");
        request.resolve(cores, usable).into_iter().map(crate::cell::ProverCount::get).collect()
    }

    #[test]
    fn fill_takes_what_the_cores_hold() {
        assert_eq!(numbers("1,fill", 1, 2), [1, 2]);
        assert_eq!(numbers("1,fill", 2, 2), [1]);
        assert_eq!(numbers("fill", 3, 16), [5]);
        assert_eq!(numbers("4,2,1", 4, 8), [1, 2]);
    }

    #[test]
    fn what_is_no_number_or_finds_no_room_is_refused() {
        for text in ["", "0", "two", "1,,2", "-1"] {
            let error = text.parse::<ProversRequest>().expect_err(text).to_string();
            assert!(error.contains("provers: expected numbers from 1") && error.contains(text), "{error}");
        }
        let request: ProversRequest = "3".parse().expect("a request");
        let cores = [1, 2].map(|count| CoreCount::new(count).expect("not zero"));
        let error = request.check(&cores, 2).expect_err("two CPUs").to_string();
        assert_eq!(error, "provers: expected at most 2 provers of 1 of 2 cores, got 3");
    }
}
