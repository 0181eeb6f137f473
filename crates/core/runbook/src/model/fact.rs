//! What a runbook states that is no step, as typed values with units.

use std::borrow::Cow;

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

/// Something the runbook states that is no step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// 1-based line.
    pub line: u32,
    /// The words that state it.
    pub text: String,
    /// Its typed value.
    #[serde(flatten)]
    pub value: FactValue,
}

/// The typed value of a fact; JSON `{"type": …, "value": {…}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub enum FactValue {
    /// A condition that calls somebody.
    Alert(Threshold),
    /// A target.
    Objective(Threshold),
    /// A severity with its response times.
    Severity {
        /// `P1`, `SEV2`, `Critical`.
        name: String,
        /// What belongs to it.
        meaning: Option<String>,
        /// Time to respond.
        respond_within: Option<Duration>,
        /// Time to resolve.
        resolve_within: Option<Duration>,
        /// Who is called first.
        first_level: Option<String>,
    },
    /// Who is called when.
    Escalation {
        /// `L1`, `Level 2`, `Critical`.
        level: String,
        /// From this long after the start.
        from: Option<Duration>,
        /// Until this long after the start; `None`: open.
        until: Option<Duration>,
        /// Who.
        who: String,
        /// Condition or duty in words.
        note: Option<String>,
        /// How soon this level answers once called.
        #[serde(default)]
        respond_within: Option<Duration>,
        /// What it deals with ("P3, P4").
        #[serde(default)]
        handles: Option<String>,
        /// What it may do ("restart services, clear caches").
        #[serde(default)]
        authority: Option<String>,
    },
    /// A name with ways to reach it.
    Contact {
        /// Role or person.
        name: String,
        /// Channel, address, number.
        reach: String,
    },
    /// A value the system or the reader needs: environment variable, placeholder, credential.
    Param {
        /// Its name.
        name: String,
        /// Meaning, example or default.
        value: Option<String>,
        /// `required`, `optional` or words.
        note: Option<String>,
        /// It must not be shown.
        secret: bool,
    },
    /// What makes a team roll back.
    Trigger {
        /// In words.
        condition: String,
        /// The condition as numbers, where it has them.
        threshold: Option<Threshold>,
        /// What is done then.
        action: Option<String>,
    },
    /// What happens when.
    Schedule {
        /// What is done.
        what: String,
        /// As stated.
        when: String,
        /// As a cron line (UTC) where it can be said so.
        cron: Option<String>,
        /// Days or hours before or after something else.
        offset: Option<Duration>,
    },
    /// Document control.
    Control {
        /// `version`, `owner`, `last review`, `next review`, `last updated`, ….
        name: String,
        /// As stated.
        value: String,
        /// ISO date (`2026-03-29`), where the value is one.
        date: Option<String>,
    },
    /// A message to be filled in and sent.
    Template {
        /// What it announces.
        name: String,
        /// Its placeholders in order.
        fields: Vec<String>,
        /// The message.
        body: String,
    },
}

/// A metric compared with a figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Threshold {
    /// What is measured, as stated.
    pub metric: String,
    /// `>`, `>=`, `<`, `<=`, `=`, `~` or words (`consecutive`, `exceeds`, `drop`).
    pub comparator: Option<Cow<'static, str>>,
    /// The figure; percent as written (1 for 1 %).
    pub figure: Option<f64>,
    /// `%`, `s`, `ms`, `minutes`, `GB`, `consecutive`, ….
    pub unit: Option<Cow<'static, str>>,
    /// The figure as stated.
    pub stated: Option<String>,
    /// How long it must hold.
    pub window: Option<Duration>,
    /// Severity it calls.
    pub severity: Option<String>,
    /// Qualifier (`p95`, `30 posts`, `total`).
    pub note: Option<String>,
}
