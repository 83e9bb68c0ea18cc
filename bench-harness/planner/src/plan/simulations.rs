//! The simulations of one request that explain its plan: of each fleet one, whoever asks for it.
//!
//! Not here: those of the search, which are as short as the decision allows (`judge`).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::fair;
use crate::plan::request::PlanRequest;
use crate::sim::Simulated;

/// What is known of the fleets of a request.
#[derive(Debug)]
pub(crate) struct Simulations<'a> {
    pub(crate) request: &'a PlanRequest,
    known: HashMap<Fleet, Simulated>,
}

impl<'a> Simulations<'a> {
    pub(crate) fn new(request: &'a PlanRequest) -> Self {
        Self { request, known: HashMap::new() }
    }

    /// Keeps a longer simulation of `fleet` than [`Self::fair`] would make.
    pub(crate) fn keep(&mut self, fleet: Fleet, simulated: Simulated) {
        self.known.insert(fleet, simulated);
    }

    /// A simulation of `fleet` long enough for a figure beside others.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if the fleet has none of something.
    pub(crate) fn fair(&mut self, fleet: Fleet) -> Result<&Simulated, PlanError> {
        Ok(match self.known.entry(fleet) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(fair(self.request, fleet)?),
        })
    }
}
