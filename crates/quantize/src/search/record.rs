//! What an earlier search has found, and what this one finds, so that a search can be stopped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::QuantizeError;

/// What was found of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// What it keeps.
    pub kept: f64,
    /// What it loses.
    pub error: f64,
    /// Look-up tables, where they were asked for.
    pub lut: Option<u64>,
}

/// Called with the number of candidates.
type Began<'a> = &'a (dyn Fn(usize) + Sync);
/// Called with the place of a candidate and what was found of it.
type Found<'a> = &'a (dyn Fn(usize, &Judgement) + Sync);

/// Where judgements come from and go to.
#[derive(Default)]
pub struct Record<'a> {
    /// What is known already, by the place of the candidate.
    pub known: BTreeMap<usize, Judgement>,
    /// Told how many candidates there are, before the first is looked at.
    pub began: Option<Began<'a>>,
    /// Told each judgement once, in any order and from any thread; known ones too.
    pub found: Option<Found<'a>>,
}

impl Record<'_> {
    pub(super) fn begin(&self, candidates: usize) {
        if let Some(began) = self.began {
            began(candidates);
        }
    }

    pub(super) fn judgement(
        &self,
        place: usize,
        judge: impl FnOnce() -> Result<Judgement, QuantizeError>,
    ) -> Result<Judgement, QuantizeError> {
        let judgement = match self.known.get(&place) {
            Some(known) => *known,
            None => judge()?,
        };
        if let Some(found) = self.found {
            found(place, &judgement);
        }
        Ok(judgement)
    }
}
