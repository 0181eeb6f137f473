//! Severities with their response times: tables, lists, headings with a "Response time" line.

use callsheet_base::Duration;

use super::Found;
use super::key_lines::key_value;
use super::outline::{Outline, Place, Statement, TableAt};
use super::severity_names::{coded_len, severity_len};
use super::spans_of_time::{stretch, stretches};
use super::topics::Topics;
use crate::model::FactValue;
use crate::words::{Phrases, phrases};

#[derive(Default)]
struct Columns {
    respond: Option<usize>,
    resolve: Option<usize>,
    meaning: Vec<usize>,
    first: Option<usize>,
}

/// A table whose first column names severities. `true` if it is one.
pub(super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    let header = &at.header;
    let Some(first) = header.first() else { return false };
    let keyed =
        phrases!["level", "severity", "priority", "sev", "class", "tier", "category", "incident", "name", "code"]
            .stand_in(first)
            || first.is_empty();
    let named = at
        .table
        .rows
        .iter()
        .filter(|row| row.first().is_some_and(|cell| severity_len(plain(cell).as_str()) > 0))
        .count();
    if !keyed || named == 0 || named * 4 < at.table.rows.len() * 3 {
        return false;
    }
    let columns = columns(header);
    if columns.respond.is_none() && columns.resolve.is_none() && columns.meaning.is_empty() {
        return false;
    }
    for row in &at.table.rows {
        let Some(cell) = row.first() else { continue };
        let text = |column: usize| row.get(column).map(plain).filter(|text| !text.is_empty() && text != "-");
        let length = |column: Option<usize>| column.and_then(text).and_then(|text| length_in(&text));
        let meaning: Vec<String> = columns.meaning.iter().filter_map(|column| text(*column)).collect();
        let value = FactValue::Severity {
            name: plain(cell),
            meaning: (!meaning.is_empty()).then(|| meaning.join("; ")),
            respond_within: length(columns.respond),
            resolve_within: length(columns.resolve),
            first_level: columns.first.and_then(text),
        };
        found.push(cell.line, value);
    }
    true
}

fn plain(cell: &crate::document::Cell) -> String {
    cell.text
        .plain()
        .trim_matches(|c: char| {
            !c.is_alphanumeric() && !matches!(c, '(' | ')' | '<' | '>' | '%' | '"' | '#' | '+' | '@')
        })
        .to_owned()
}

fn columns(header: &[String]) -> Columns {
    let mut columns = Columns::default();
    for (at, name) in header.iter().enumerate().skip(1) {
        let has = |words: &Phrases| words.stand_in(name);
        if has(phrases!["resol", "fix", "restor", "mitigat", "recover", "close"]) && columns.resolve.is_none() {
            columns.resolve = Some(at);
        } else if has(phrases!["respon", "acknowledg", "ack ", "sla", "time", "within"])
            && columns.respond.is_none()
            && !has(phrases!["responsib", "update"])
        {
            columns.respond = Some(at);
        } else if has(phrases![
            "definition",
            "description",
            "impact",
            "meaning",
            "criteria",
            "example",
            "condition",
            "scenario",
        ]) {
            columns.meaning.push(at);
        } else if has(phrases!["escalat", "notify", "who", "owner", "contact", "page", "call"])
            && columns.first.is_none()
        {
            columns.first = Some(at);
        }
    }
    columns
}

/// A length of time; "immediate" is none at all.
fn length_in(text: &str) -> Option<Duration> {
    stretch(text).and_then(|found| found.longest()).or_else(|| {
        phrases!["immediate", "instant", "right away"].stand_in(&text.to_ascii_lowercase()).then_some(Duration::ZERO)
    })
}

/// "Response time: 1 hour" under a severity's heading or label, or a list of severities.
pub(super) fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    under_a_severity(outline, at, found) || listed(outline, at, found)
}

fn under_a_severity(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if !at.lower.contains("respon") && !at.lower.contains("acknowledg") {
        return false;
    }
    let Some((key, value)) = at.keyed else { return false };
    let key = key.to_ascii_lowercase();
    if ![
        "response time",
        "respond within",
        "time to respond",
        "initial response",
        "first response",
        "response",
        "response sla",
        "acknowledge within",
        "time to acknowledge",
        "acknowledgement",
    ]
    .contains(&key.as_str())
    {
        return false;
    }
    let label = outline
        .lead(&at.around)
        .map(|lead| lead.text)
        .filter(|text| severity_len(text) > 0)
        .or_else(|| severity_above(outline, at));
    let (Some(label), Some(length)) = (label, length_in(value)) else { return false };
    let name = label[..severity_len(label)].to_owned();
    found.push(
        at.line,
        FactValue::Severity {
            name,
            meaning: None,
            respond_within: Some(length),
            resolve_within: None,
            first_level: None,
        },
    );
    true
}

/// The severity that the heading names, or that a "Severity: High" line just above states.
fn severity_above<'o>(outline: &'o Outline<'_>, at: &Statement<'_>) -> Option<&'o str> {
    let heading = outline.heading(&at.around);
    let heading = heading.trim_start_matches(|c: char| !c.is_alphanumeric());
    if coded_len(heading) > 0 || at.around.within.has(Topics::SEVERITY) && severity_len(heading) > 0 {
        return Some(heading);
    }
    let near = &outline.statements[at.index.saturating_sub(4)..at.index];
    near.iter().rev().filter(|above| above.around.section == at.around.section).find_map(|above| {
        let (key, value) = key_value(above.text)?;
        (key.eq_ignore_ascii_case("severity") && severity_len(value) > 0).then_some(value)
    })
}

fn listed(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let len = severity_len(at.text);
    let about =
        at.around.topics.has(Topics::SEVERITY) || at.around.within.has(Topics::SEVERITY) && coded_len(at.text) > 0;
    if len == 0 || !about || at.around.topics.has(Topics::ESCALATION | Topics::ALERT) {
        return false;
    }
    let rest = &at.text[len..];
    let separated = rest.is_empty() || rest.trim_start().starts_with([':', '-', '–', '—', '(', '=', '/', '|']);
    if !separated || at.place == Place::Heading && (coded_len(at.text) == 0 || has_response_line(outline, at)) {
        return false;
    }
    let below: Vec<&str> = if at.place == Place::Heading {
        outline.statements[at.index + 1..]
            .iter()
            .take(12)
            .take_while(|line| line.place != Place::Heading)
            .map(|line| line.text)
            .collect()
    } else {
        outline.below(at.index).map(|line| line.text).take(12).collect()
    };
    let timed = |text: &str, words: &[&str]| {
        words.iter().any(|word| text.to_ascii_lowercase().contains(word)).then(|| length_in(text)).flatten()
    };
    let respond_below = below.iter().find_map(|text| timed(text, &["respon", "acknowledg"]));
    let resolve_within =
        below.iter().find_map(|text| timed(text, &["resol", "mitigat", "restor"])).or_else(|| resolve_here(rest));
    let respond_within = respond_below.or_else(|| respond_here(rest));
    let meaning = rest.trim_start_matches([' ', ':', '-', '–', '—', '(', '=']).trim_end_matches(')').trim();
    found.push(
        at.line,
        FactValue::Severity {
            name: at.text[..len].to_owned(),
            meaning: (!meaning.is_empty()).then(|| meaning.to_owned()),
            respond_within,
            resolve_within,
            first_level: None,
        },
    );
    true
}

fn respond_here(rest: &str) -> Option<Duration> {
    let lower = rest.to_ascii_lowercase();
    let about_resolution = lower.contains("resol") && !lower.contains("respon");
    if about_resolution { None } else { length_in(rest) }
}

fn resolve_here(rest: &str) -> Option<Duration> {
    let lower = rest.to_ascii_lowercase();
    let at = lower.find("resol")?;
    stretches(rest)
        .iter()
        .find(|stretch| stretch.start > at)
        .or(stretches(rest).last())
        .and_then(|stretch| stretch.longest())
}

fn has_response_line(outline: &Outline<'_>, at: &Statement<'_>) -> bool {
    outline.statements[at.index + 1..]
        .iter()
        .take(12)
        .take_while(|line| line.place != Place::Heading)
        .any(|line| line.lower.starts_with("response"))
}
