//! Who is reached how: tables of roles, "Name: address" lists, channels.

use super::Found;
use super::key_lines::key_value;
use super::outline::{FenceAt, Place, Statement, TableAt};
use super::topics::Topics;
use crate::model::FactValue;
use crate::words::{Phrases, phrases};

/// "On-call: #channel", "Status page: https://…".
pub(super) fn statement(at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if at.place == Place::Heading || at.text.len() > 240 || matches!(at.place, Place::Item { checkbox: true, .. }) {
        return false;
    }
    let about = at.around.within.has(Topics::CONTACT) || at.around.own.has(Topics::CONTACT);
    let Some((name, reach)) = at.keyed.or_else(|| if about { dashed(at.text) } else { None }) else {
        return false;
    };
    let lower = name.to_ascii_lowercase();
    let channel = phrases![
        "slack",
        "status page",
        "on-call",
        "on call",
        "pagerduty",
        "war room",
        "channel",
        "hotline",
        "contact",
        "e-mail",
        "email",
        "phone",
        "teams channel",
        "statuspage",
    ]
    .stand_in(&lower);
    if super::conditions::is_imperative(&at.lower) || at.words.codes().take(64).any(|code| code.contains(' ')) {
        return false;
    }
    if reach.is_empty() || !(channel && (about || reaches(reach)) || about && reaches(reach)) {
        return false;
    }
    found.push(at.line, FactValue::Contact { name: name.to_owned(), reach: reach.to_owned() });
    true
}

fn dashed(text: &str) -> Option<(&str, &str)> {
    let (name, reach) = text.split_once(" - ").or_else(|| text.split_once(" – ")).or_else(|| text.split_once(" — "))?;
    (name.split_whitespace().count() <= 6).then(|| (name.trim(), reach.trim()))
}

/// An address, handle, channel, number or paging service.
fn reaches(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let handle = text
        .split_whitespace()
        .any(|word| word.trim_start_matches(['(', '`', '<']).starts_with(['#', '@']) && word.len() > 2);
    handle
        || text.contains("://")
        || text.split_whitespace().any(|word| word.contains('@') && word.contains('.'))
        || digits >= 7 && text.bytes().filter(|b| b.is_ascii_alphabetic()).count() <= 24
        || phrases!["pagerduty", "opsgenie", "mailbox", "slack", "pager", "victorops", "ext."].stand_in(&lower)
}

/// A table of people or roles and how to reach them. `true` if it is one.
pub(super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    let header = &at.header;
    let column = |words: &Phrases| header.iter().position(|name| words.stand_in(name));
    let reach: Vec<usize> = header
        .iter()
        .enumerate()
        .filter(|(_, name)| {
            phrases![
                "contact", "phone", "email", "e-mail", "slack", "channel", "pager", "reach", "number", "handle",
                "link", "url", "mobile",
            ]
            .stand_in(name)
        })
        .map(|(column, _)| column)
        .collect();
    let Some(name) =
        column(phrases!["role", "team", "name", "person", "service", "who", "vendor", "provider", "position", "title"])
            .filter(|name| !reach.contains(name))
    else {
        return false;
    };
    if reach.is_empty()
        || !(at.around.topics.has(Topics::CONTACT | Topics::ESCALATION)
            || column(phrases!["contact", "phone", "email", "slack", "pager"]).is_some())
    {
        return false;
    }
    for row in &at.table.rows {
        let text = |column: usize| row.get(column).map(|cell| cell.text.trimmed().into_owned()).unwrap_or_default();
        let Some(line) = row.first().map(|cell| cell.line) else { continue };
        let ways: Vec<String> = reach.iter().map(|column| text(*column)).filter(|way| !way.is_empty()).collect();
        if !text(name).is_empty() && !ways.is_empty() {
            found.push(line, FactValue::Contact { name: text(name), reach: ways.join(", ") });
        }
    }
    true
}

/// `Name: address` lines in a code block under a contact heading.
pub(super) fn fence(at: &FenceAt<'_>, found: &mut Found<'_>) {
    if !(at.around.own.has(Topics::CONTACT) && at.fence.info.is_empty()) {
        return;
    }
    for line in &at.fence.lines {
        if let Some((name, reach)) = key_value(line.text.trim()).filter(|(_, reach)| reaches(reach)) {
            found.push(line.line, FactValue::Contact { name: name.to_owned(), reach: reach.to_owned() });
        }
    }
}
