//! How many proofs a block of L1 has room for.

use crate::error::{PlanError, positive};

/// Gas of a block, and what one verification takes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct L1Room {
    block_gas: f64,
    verification_gas: f64,
}

impl L1Room {
    /// Room of blocks of so much gas for verifications of so much each.
    ///
    /// ```
    /// use planner::domain::L1Room;
    /// // A proof of 588 kB at 40 gas a byte, in a block of 60 million.
    /// assert_eq!(L1Room::new(60e6, 588e3 * 40.0)?.verifications_per_block(), 2);
    /// assert_eq!(L1Room::new(60e6, 61e6)?.verifications_per_block(), 0);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless both are finite numbers above zero.
    pub fn new(block_gas: f64, verification_gas: f64) -> Result<Self, PlanError> {
        Ok(Self {
            block_gas: positive("block_gas", block_gas)?,
            verification_gas: positive("verification_gas", verification_gas)?,
        })
    }

    /// Gas of a block.
    pub fn block_gas(self) -> f64 {
        self.block_gas
    }

    /// Gas of one verification.
    pub fn verification_gas(self) -> f64 {
        self.verification_gas
    }

    /// Whole verifications that fit one block.
    pub fn verifications_per_block(self) -> u32 {
        // A float that is out of range becomes the nearest u32.
        (self.block_gas / self.verification_gas).floor() as u32
    }
}
