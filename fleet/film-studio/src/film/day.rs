//! Shooting days.

use jiff::civil::Date;
use serde::Serialize;

use super::ids::{DayId, SceneId};

/// A day of shooting.
#[derive(Clone, Debug, Serialize)]
pub struct Day {
    pub id: DayId,
    /// From 1.
    pub number: u32,
    /// `2026-05-07`.
    pub date: String,
    /// When the crew is called, `07:00`.
    pub call_time: String,
    /// Where the unit meets.
    pub unit_base: String,
    pub notes: String,
    /// In the order in which they are shot.
    pub scenes: Vec<SceneId>,
    /// Rises with every change.
    pub version: i64,
}

/// A day that the schedule proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDay {
    pub date: Date,
    pub call_time: &'static str,
    pub scenes: Vec<SceneId>,
}

/// What is to be changed.
#[derive(Clone, Debug, Default)]
pub struct DayChange {
    pub date: Option<Date>,
    pub call_time: Option<String>,
    pub unit_base: Option<String>,
    pub notes: Option<String>,
}
