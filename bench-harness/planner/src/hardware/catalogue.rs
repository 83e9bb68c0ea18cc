//! The catalogue of machines. Prices and clocks are dated entries with a source, never constants of the code.

use crate::error::PlanError;

/// A starting catalogue. Its prices have dates; a user's own entries go before it.
const STARTER: &str = include_str!("../../data/hardware.csv");

/// Which of a machine's clocks a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// What all cores sustain.
    AllCore,
    /// The highest of a single core: all cores will run slower.
    Boost,
    /// The guaranteed base: all cores will run faster.
    Base,
}

/// A machine of the catalogue. What is not known is not there.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// Its short name.
    pub id: String,
    /// Its long name.
    pub name: String,
    /// Micro-architecture: prove times move within one better than across two.
    pub uarch: Option<String>,
    /// Physical cores.
    pub cores: Option<u32>,
    /// The clock that all cores sustain, or the nearest to it that is published, GHz.
    pub clock_ghz: Option<(f64, Clock)>,
    /// Memory, GiB.
    pub memory_gib: Option<f64>,
    /// Price of an hour, dollars.
    pub usd_per_hour: Option<f64>,
    /// When that was the price: `2026-07-20`.
    pub price_date: Option<String>,
}

impl Machine {
    /// Whether its cores and its clock are known, without which no fleet of it can be planned.
    ///
    /// ```
    /// let catalogue = planner::hardware::Catalogue::starter()?;
    /// assert!(catalogue.find("epyc-7702")?.is_complete());
    /// // Nobody publishes how many cores it has.
    /// assert!(!catalogue.find("aws-m8azn.24xlarge")?.is_complete());
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn is_complete(&self) -> bool {
        self.cores.is_some() && self.clock_ghz.is_some()
    }
}

/// What a core costs in a catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct CorePrice {
    /// The median over the machines, dollars an hour.
    pub usd_per_hour: f64,
    /// Machines with a price and a number of cores.
    pub machines: usize,
    /// The dates of their prices, oldest and newest; none where no price has one.
    pub dates: Option<(String, String)>,
}

/// Machines by id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalogue {
    machines: Vec<Machine>,
}

impl Catalogue {
    /// The starting catalogue.
    ///
    /// ```
    /// let catalogue = planner::hardware::Catalogue::starter()?;
    /// assert_eq!(catalogue.machines().len(), 42);
    /// assert_eq!(catalogue.find("epyc-7702")?.cores, Some(64));
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// None, unless the file that was built in is broken.
    pub fn starter() -> Result<Self, PlanError> {
        Self::parse(STARTER)
    }

    /// A catalogue from CSV text with a header row. Columns: `id` and `name`, and of `uarch`,
    /// `physical_cores`, `base_ghz`, `all_core_ghz`, `max_boost_ghz`, `memory_gib` and
    /// `usd_per_hour_on_demand` those that are known. Others are passed over; an empty field is unknown.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] with line and column.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| PlanError::bad("hardware", "a CSV header", e))?.clone();
        for column in ["id", "name"] {
            if !header.iter().any(|name| name == column) {
                return Err(PlanError::bad("hardware", &format!("a column {column}"), "a header without it"));
            }
        }
        let mut machines = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(|e| PlanError::bad("hardware", "rows as wide as the header", e))?;
            let row = Row { line: index + 2, header: &header, record: &record };
            machines.push(row.machine()?);
        }
        Ok(Self { machines })
    }

    /// This catalogue with `own` before it; an id in both is taken from `own`.
    #[must_use]
    pub fn behind(self, own: Self) -> Self {
        let mut machines = own.machines;
        for machine in self.machines {
            if !machines.iter().any(|mine| mine.id == machine.id) {
                machines.push(machine);
            }
        }
        Self { machines }
    }

    /// The median price of a core; none where no machine has a price and a number of cores.
    ///
    /// ```
    /// let price = planner::hardware::Catalogue::starter()?.core_price().expect("prices");
    /// assert!(price.machines > 20 && (0.03..0.2).contains(&price.usd_per_hour));
    /// assert_eq!(price.dates.expect("dated").1, "2026-07-20");
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn core_price(&self) -> Option<CorePrice> {
        let of_core = |machine: &Machine| Some(machine.usd_per_hour? / f64::from(machine.cores?));
        let mut priced: Vec<_> =
            self.machines.iter().filter_map(|machine| Some((of_core(machine)?, machine))).collect();
        priced.sort_by(|one, other| one.0.total_cmp(&other.0));
        let dates = priced.iter().filter_map(|(_, machine)| machine.price_date.clone());
        let dates = dates.clone().min().zip(dates.max());
        let usd_per_hour = priced.get(priced.len() / 2)?.0;
        Some(CorePrice { usd_per_hour, machines: priced.len(), dates })
    }

    /// All machines, a user's own first.
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// The machine with this id.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] with the ids there are.
    pub fn find(&self, id: &str) -> Result<&Machine, PlanError> {
        self.machines.iter().find(|machine| machine.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.machines.iter().map(|machine| machine.id.as_str()).collect();
            PlanError::bad("hardware", &format!("one of {}", known.join(", ")), id)
        })
    }
}

struct Row<'a> {
    line: usize,
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn text(&self, column: &str) -> Option<&str> {
        let at = self.header.iter().position(|name| name == column)?;
        self.record.get(at).map(str::trim).filter(|text| !text.is_empty())
    }

    fn number(&self, column: &str) -> Result<Option<f64>, PlanError> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() && x > 0.0 => Ok(Some(x)),
            _ => {
                let field = format!("hardware line {}, {column}", self.line);
                Err(PlanError::bad(&field, "a number above zero or nothing", text))
            }
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and small"
    )]
    fn machine(&self) -> Result<Machine, PlanError> {
        let needed = |column: &str| {
            let field = format!("hardware line {}, {column}", self.line);
            self.text(column).map(str::to_owned).ok_or_else(|| PlanError::bad(&field, "a text", "nothing"))
        };
        let cores = self.number("physical_cores")?;
        if let Some(cores) = cores.filter(|cores| cores.fract() != 0.0 || *cores > 65_536.0) {
            let field = format!("hardware line {}, physical_cores", self.line);
            return Err(PlanError::bad(&field, "a whole number up to 65536", cores));
        }
        let clock = |column, kind| Ok::<_, PlanError>(self.number(column)?.map(|ghz| (ghz, kind)));
        let all_core = clock("all_core_ghz", Clock::AllCore)?;
        let (boost, base) = (clock("max_boost_ghz", Clock::Boost)?, clock("base_ghz", Clock::Base)?);
        Ok(Machine {
            id: needed("id")?,
            name: needed("name")?,
            uarch: self.text("uarch").map(str::to_owned),
            cores: cores.map(|cores| cores as u32),
            clock_ghz: all_core.or(boost).or(base),
            memory_gib: self.number("memory_gib")?,
            usd_per_hour: self.number("usd_per_hour_on_demand")?,
            price_date: self.text("price_date").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_entries_go_first_and_win() {
        let own =
            "id,name,physical_cores,usd_per_hour_on_demand\nmine,My box,8,0.5\nepyc-7702,Ours,64,1.25\n";
        let own = Catalogue::parse(own).unwrap();
        let all = Catalogue::starter().unwrap().behind(own);
        assert_eq!(all.machines().len(), 43);
        assert_eq!(all.machines()[0].id, "mine");
        assert_eq!(all.find("epyc-7702").unwrap().usd_per_hour, Some(1.25));
        let error = all.find("epyc-7703").unwrap_err().to_string();
        assert!(error.contains("epyc-7702") && error.contains("got epyc-7703"), "{error}");
    }

    #[test]
    fn a_bad_field_is_found() {
        let error = Catalogue::parse("id,name,physical_cores\na,A,8\nb,B,eight\n").unwrap_err().to_string();
        assert!(error.starts_with("hardware line 3, physical_cores"), "{error}");
        assert!(Catalogue::parse("id\na\n").unwrap_err().to_string().contains("column name"));
        assert!(Catalogue::parse("id,name\na\n").is_err());
    }

    #[test]
    fn an_unknown_clock_is_unknown() {
        let starter = Catalogue::starter().unwrap();
        assert_eq!(starter.find("gcp-c3d-highcpu-180").unwrap().clock_ghz, None);
        assert_eq!(starter.find("epyc-9554").unwrap().clock_ghz, Some((3.75, Clock::AllCore)));
        assert_eq!(starter.find("epyc-7702").unwrap().clock_ghz, Some((3.35, Clock::Boost)));
    }
}
