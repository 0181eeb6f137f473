//! Tables of metrics with targets and alert thresholds, columns in any order and naming.

use std::borrow::Cow;

use super::Found;
use super::conditions::undoes;
use super::figures::Figure;
use super::indicators::{comparator_of_alert, comparator_of_target};
use super::outline::TableAt;
use super::spans_of_time::stretch;
use super::thresholds::{comparisons_of, may_compare};
use super::topics::Topics;
use super::{figures, severity_names, triggers};
use crate::document::Cell;
use crate::model::{FactValue, Threshold};
use crate::words::{Phrases, phrases};

#[derive(Clone, Debug, PartialEq)]
enum Role {
    Metric,
    Objective,
    /// An objective that the column itself names ("RTO").
    Named(String),
    /// An alert; the column itself may name the severity.
    Alert(Option<String>),
    Severity,
    Window,
    Action,
    Other,
}

/// Reads a table of thresholds. `true` if it is one.
pub(super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    if at.header.len() < 2 || at.table.rows.is_empty() {
        return false;
    }
    let roles = roles(at);
    if !roles.iter().any(|role| matches!(role, Role::Objective | Role::Named(_) | Role::Alert(_))) {
        return false;
    }
    let Some(metric) = roles.iter().position(|role| *role == Role::Metric) else { return false };
    let figures_in = |row: &Vec<Cell>| {
        roles.iter().zip(row).any(|(role, cell)| {
            matches!(role, Role::Objective | Role::Named(_) | Role::Alert(_)) && states_a_figure(&plain(cell))
        })
    };
    if !at.table.rows.iter().any(figures_in) && !roles.contains(&Role::Severity) {
        return false;
    }
    for row in &at.table.rows {
        read_row(row, &roles, metric, found);
    }
    true
}

fn plain(cell: &Cell) -> Cow<'_, str> {
    cell.text.trimmed()
}

fn states_a_figure(text: &str) -> bool {
    !figures::figures(text).is_empty()
}

fn roles(at: &TableAt<'_>) -> Vec<Role> {
    let lower = &at.header;
    let about_alerts = at.around.topics.has(Topics::ALERT | Topics::SYMPTOM);
    let about_targets = at.around.topics.has(Topics::OBJECTIVE);
    let mut roles: Vec<Role> = lower
        .iter()
        .zip(&at.table.header)
        .map(|(name, cell)| role(name, &plain(cell), about_alerts, about_targets))
        .collect();
    if let Some(metric) = lower.iter().position(|name| is_metric_name(name)) {
        roles[metric] = Role::Metric;
    } else if let Some(first) = roles.iter().position(|role| matches!(role, Role::Other)).or(Some(0)) {
        roles[first] = Role::Metric;
    }
    roles
}

fn is_metric_name(name: &str) -> bool {
    [
        "metric",
        "indicator",
        "sli",
        "alert",
        "alert name",
        "alertname",
        "name",
        "signal",
        "check",
        "monitor",
        "rule",
        "kpi",
        "measure",
        "measurement",
        "alarm",
        "component",
        "resource",
        "endpoint",
        "service",
        "what",
        "parameter",
        "item",
        "objective name",
        "slo name",
        "operation",
        "page",
    ]
    .contains(&name)
}

fn role(name: &str, written: &str, about_alerts: bool, about_targets: bool) -> Role {
    let has = |words: &Phrases| words.stand_in(name);
    if names_objective(name) {
        return Role::Named(written.to_owned());
    }
    if has(phrases!["severity", "priority", "urgency", "criticality"]) || matches!(name, "sev" | "level") {
        Role::Severity
    } else if has(phrases![
        "action",
        "response plan",
        "remediation",
        "what to do",
        "runbook",
        "next step",
        "mitigation",
        "fix",
        "notif",
        "owner",
        "channel",
        "description",
        "meaning",
        "why",
    ]) {
        if has(phrases!["action", "what to do", "remediation", "mitigation"]) { Role::Action } else { Role::Other }
    } else if has(phrases![
        "target",
        "goal",
        "slo",
        "sla",
        "expected",
        "normal",
        "healthy",
        "baseline",
        "acceptable",
        "desired",
        "nominal",
        "objective",
        "good",
        "ideal",
        "success",
    ]) || name == "ok"
        || name == "green"
    {
        Role::Objective
    } else if has(phrases!["warn", "critical", "crit", "page at", "yellow", "red", "p1", "p2"])
        && !has(phrases!["current"])
    {
        let severity = written.split_whitespace().find(|word| {
            severity_names::severity_len(word) > 0
                || word.to_lowercase().starts_with("warn")
                || word.to_lowercase().starts_with("crit")
        });
        Role::Alert(severity.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()))
    } else if has(phrases![
        "threshold",
        "alert",
        "trigger",
        "condition",
        "limit",
        "alarm",
        "fires",
        "expr",
        "query",
        "maximum",
    ]) || name == "max"
        || name == "when"
    {
        Role::Alert(None)
    } else if has(phrases!["duration", "window", "period", "evaluation"]) || matches!(name, "for" | "time" | "interval")
    {
        Role::Window
    } else if has(phrases!["value", "figure", "requirement"]) && (about_alerts || about_targets) {
        if about_targets { Role::Objective } else { Role::Alert(None) }
    } else {
        Role::Other
    }
}

/// "RTO", "RPO target", "MTTR (max)": the column's figures are objectives of what the row names.
fn names_objective(name: &str) -> bool {
    let first = name.split([' ', '(', '/']).next().unwrap_or_default();
    matches!(first, "rto" | "rpo" | "mttr" | "mtta" | "mttd" | "mtbf") && name.split_whitespace().count() <= 3
}

fn read_row(row: &[Cell], roles: &[Role], metric: usize, found: &mut Found<'_>) {
    let cell = |wanted: fn(&Role) -> bool| {
        roles
            .iter()
            .zip(row)
            .find(|(role, _)| wanted(role))
            .map(|(_, cell)| plain(cell))
            .filter(|text| !text.is_empty() && text != "-")
    };
    let Some(name) = row.get(metric) else { return };
    let (line, name) = (name.line, plain(name));
    let severity =
        cell(|role| *role == Role::Severity).map(|text| text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
    let window = cell(|role| *role == Role::Window).and_then(|text| stretch(&text)).and_then(|time| time.longest());
    let action = cell(|role| *role == Role::Action);
    for (role, cell) in roles.iter().zip(row) {
        let text = plain(cell);
        if text.is_empty() || matches!(&*text, "-" | "–" | "—" | "n/a" | "N/A") || name.is_empty() {
            continue;
        }
        match role {
            Role::Objective => {
                if let Some(threshold) = cell_threshold(&name, &text, false) {
                    found.push(line, FactValue::Objective(threshold));
                }
            }
            Role::Named(column) => {
                if let Some(threshold) = cell_threshold(&format!("{name} {column}"), &text, false) {
                    found.push(line, FactValue::Objective(threshold));
                }
            }
            Role::Alert(by_column) => {
                let mut threshold = cell_threshold(&name, &text, true).unwrap_or_else(|| Threshold {
                    metric: name.clone().into_owned(),
                    note: Some(text.clone().into_owned()),
                    ..Threshold::default()
                });
                threshold.window = threshold.window.or(window);
                threshold.severity = severity.clone().or_else(|| by_column.clone());
                if let Some(action) = action.as_deref().filter(|action| undoes(&action.to_lowercase())) {
                    let condition = format!("{name} {text}");
                    found.push(line, FactValue::Alert(threshold));
                    triggers::push(line, &condition, Some(action), found);
                } else {
                    found.push(line, FactValue::Alert(threshold));
                }
            }
            _ => {}
        }
    }
}

/// A cell's condition for the metric of its row; what else the cell says is the qualifier.
fn cell_threshold(metric: &str, text: &str, alerts: bool) -> Option<Threshold> {
    let all = figures::figures(text);
    let compared =
        may_compare(text).then(|| comparisons_of(text, &text.to_ascii_lowercase(), &all).into_iter().next()).flatten();
    let mut threshold = match compared {
        Some(found) => {
            let qualifier = [found.threshold.metric.as_str(), text[found.end.min(text.len())..].trim()]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(" ");
            Threshold { note: Some(qualifier), ..found.threshold }
        }
        None => bare(metric, text, all.into_iter().next()?, alerts),
    };
    threshold.note = threshold
        .note
        .map(|note| note.trim_matches(['(', ')', ' ', ',', ';']).to_owned())
        .filter(|note| !note.is_empty());
    threshold.metric = metric.to_owned();
    Some(threshold)
}

/// A figure without a comparator: 99.9 %, 200 ms.
fn bare(metric: &str, text: &str, figure: Figure, alerts: bool) -> Threshold {
    let comparator = if figure.open {
        ">="
    } else if alerts {
        comparator_of_alert(metric)
    } else {
        comparator_of_target(metric, figure.value)
    };
    let note = format!("{} {}", text[..figure.start].trim(), text[figure.end..].trim());
    Threshold {
        comparator: Some(comparator.into()),
        figure: Some(figure.value),
        unit: figure.unit.map(Into::into),
        stated: Some(text[figure.start..figure.end].to_owned()),
        note: Some(note.trim().to_owned()),
        ..Threshold::default()
    }
}
