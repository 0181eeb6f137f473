//! What a plan is made from.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_diag::SourceText;
use callsheet_runbook::Runbook;

use crate::Config;

/// Everything a plan is made from. The caller keeps the values of secrets and gives them to shell acts anew.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The runbook's text.
    pub source: &'a SourceText,
    /// What it says.
    pub runbook: &'a Runbook,
    /// The procedure's slug.
    pub procedure: &'a str,
    /// `callsheet.toml`, or the default.
    pub config: &'a Config,
    /// The environment, by its name in `callsheet.toml`.
    pub environment: &'a str,
    /// Values given, by parameter name; those of secrets among them are looked at, and left out of the plan.
    pub given: &'a BTreeMap<String, String>,
    /// Ids of steps that the caller leaves out; they need no values and may be of kinds that this version does not run.
    pub leave_out: &'a BTreeSet<String>,
    /// The caller's environment variables; fill `$VAR` placeholders that are not given.
    pub variables: &'a BTreeMap<String, String>,
}
