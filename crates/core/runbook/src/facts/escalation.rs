//! Who is called when: levels with their times, "Escalate to … if" lists, sentences.

use callsheet_base::Duration;

use super::Found;
use super::conditions::{clauses, is_idle};
use super::key_lines::key_value;
use super::outline::{Outline, Place, Statement, TableAt};
use super::severity_names::{level_len, severity_len};
use super::spans_of_time::{Stretch, stretch};
use super::topics::Topics;
use crate::model::FactValue;
use crate::words::{Phrases, phrases};

#[derive(Default)]
struct Level {
    level: String,
    from: Option<Duration>,
    until: Option<Duration>,
    who: String,
    note: Option<String>,
    respond_within: Option<Duration>,
    handles: Option<String>,
    authority: Option<String>,
}

impl Level {
    fn value(self) -> FactValue {
        let Level { level, from, until, who, note, respond_within, handles, authority } = self;
        let note = note.filter(|note| !note.is_empty());
        FactValue::Escalation { level, from, until, who, note, respond_within, handles, authority }
    }
}

/// Reads one line; `true` if it says who is called.
pub(super) fn statement(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let near = at.around.within.has(Topics::ESCALATION) || at.around.own.has(Topics::ESCALATION);
    if !near && !at.lower.contains("escalat") {
        return false;
    }
    condition_item(outline, at, found)
        || near && (detail_of_level(outline, at) || level(outline, at, found) || timed_item(at, found))
        || sentence(outline, at, found)
}

/// An item under "Escalate to X if:" or "When to escalate".
fn condition_item(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let Place::Item { .. } = at.place else { return false };
    let (label, lower) = match outline.lead(&at.around) {
        Some(lead) => (lead.text.to_owned(), lead.lower.clone()),
        None => (outline.heading(&at.around).to_owned(), outline.heading(&at.around).to_ascii_lowercase()),
    };
    let start = lower.find("escalat");
    let conditional = start.is_some()
        && (lower.starts_with("when to")
            || [" if", " when", " unless"].iter().any(|word| lower.trim_end_matches([':', ' ']).ends_with(word))
            || lower.contains("criteria")
            || lower.contains("trigger"));
    if !conditional || at.lower.starts_with("escalate to ") {
        return false;
    }
    let target = start.and_then(|start| escalation_target(&label[start..])).unwrap_or_default();
    let level = if level_len(&target) > 0 { target[..level_len(&target)].to_owned() } else { String::new() };
    let who = if level.is_empty() {
        target
    } else {
        target[level.len()..].trim_matches([' ', ':', '(', ')', '-']).to_owned()
    };
    let from = stretch(at.text).and_then(|time| time.longest());
    found.push(at.line, Level { level, from, who, note: Some(at.text.to_owned()), ..Level::default() }.value());
    true
}

/// What follows "escalate … to", up to "if", "when" or the end.
fn escalation_target(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let to = lower.find(" to ")?;
    let rest = &text[to + 4..];
    let rest_lower = &lower[to + 4..];
    let end = [
        " if ",
        " when ",
        " for ",
        " unless ",
        " after ",
        " within ",
        " via ",
        " immediately",
        ":",
        ";",
        " if:",
        " when:",
        ". ",
        " – ",
        " — ",
        " (",
    ]
    .iter()
    .filter_map(|stop| rest_lower.find(stop))
    .min()
    .unwrap_or(rest.len());
    let who =
        rest[..end].trim().trim_end_matches([':', '.', ',', ' ']).trim_end_matches(" if").trim_end_matches(" when");
    let who = who.strip_prefix("the ").unwrap_or(who);
    (!who.is_empty()).then(|| who.to_owned())
}

/// "Response time: …" and the like below a level's label were read with it.
fn detail_of_level(outline: &Outline<'_>, at: &Statement<'_>) -> bool {
    outline.lead(&at.around).is_some_and(|lead| level_len(lead.text) > 0) && at.keyed.is_some()
}

/// "Level 2 (15–30 min): senior engineer", or a label "Level 2: Senior Engineer" with details below.
fn level(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let len = level_len(at.text);
    let named = if len > 0 {
        len
    } else if matches!(at.place, Place::Item { ordered: true, .. }) {
        severity_len(at.text)
    } else {
        0
    };
    if named == 0 {
        return false;
    }
    let rest = &at.text[named..];
    if rest.trim().is_empty() && outline.below(at.index).next().is_none()
        || rest.starts_with(|c: char| c.is_alphanumeric())
    {
        return false;
    }
    let mut level = Level { level: at.text[..named].to_owned(), ..Level::default() };
    describe(rest, &mut level);
    let details: Vec<&str> = if at.place == Place::Heading {
        outline.statements[at.index + 1..]
            .iter()
            .take_while(|line| line.place != Place::Heading)
            .take(12)
            .map(|line| line.text)
            .collect()
    } else {
        outline.below(at.index).take(12).map(|line| line.text).collect()
    };
    for detail in details {
        detail_line(detail, &mut level);
    }
    found.push(at.line, level.value());
    true
}

/// Time in brackets or words, who after the colon.
fn describe(rest: &str, level: &mut Level) {
    let lower = rest.to_ascii_lowercase();
    if let Some(time) = stretch(rest) {
        set_time(level, time);
    }
    let who = match rest
        .split_once(": ")
        .or_else(|| rest.split_once(" – "))
        .or_else(|| rest.split_once(" — "))
        .or_else(|| rest.split_once(" - "))
    {
        Some((_, who)) => who,
        None => rest,
    };
    let who = who.trim_matches([' ', ':', '-', '–', '—', '(', ')', '.']);
    let cut = who.to_ascii_lowercase().find("escalate to ").map_or(0, |start| start + "escalate to ".len());
    let condition = &who[..cut.saturating_sub("escalate to ".len())].trim().trim_end_matches([',', ' ']);
    let tail = &who[cut..];
    let split = tail.to_ascii_lowercase().find(" if ").unwrap_or(tail.len());
    level.who = tail[..split].trim().to_owned();
    let note = [condition.to_owned(), tail[split..].trim()]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("; ");
    level.note =
        (!note.is_empty()).then_some(note).or_else(|| lower.contains("any time").then(|| "any time".to_owned()));
}

fn set_time(level: &mut Level, time: Stretch) {
    match (time.from, time.until) {
        (None, until) => level.from = until,
        (from, until) => (level.from, level.until) = (from, until),
    }
}

fn detail_line(text: &str, level: &mut Level) {
    let Some((key, value)) = key_value(text) else { return };
    let key = key.to_ascii_lowercase();
    let has = |words: &Phrases| words.stand_in(&key);
    if has(phrases!["response", "respond", "sla"]) {
        level.respond_within = stretch(value).and_then(|time| time.longest());
    } else if has(phrases!["authority", "authori", "can ", "may ", "permission"]) {
        level.authority = Some(value.to_owned());
    } else if has(phrases!["handle", "scope", "responsib", "issues", "covers"]) {
        level.handles = Some(value.to_owned());
    } else if has(phrases!["time", "when", "after"]) {
        if let Some(time) = stretch(value) {
            set_time(level, time);
        }
    } else if has(phrases!["who", "contact", "role", "name", "team"]) && level.who.is_empty() {
        level.who = value.to_owned();
    }
}

/// "On-call engineer (0–15 min)", "After 30 minutes: page the manager" in an escalation list.
fn timed_item(at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if !matches!(at.place, Place::Item { checkbox: false, .. }) || !at.around.topics.has(Topics::ESCALATION) {
        return false;
    }
    let Some(time) = stretch(at.text) else { return false };
    let mut level = Level::default();
    set_time(&mut level, time);
    let before = at.text[..time.start].trim().trim_end_matches(['(', ' ', ':', '-', '–', '—']);
    let after =
        at.text[time.end.min(at.text.len())..].trim_start_matches([')', ' ', ':', '-', '–', '—', ',', '+', '*']);
    let before_counts = before.split_whitespace().count();
    let told = ["after", "within", "if", "not", "unresolved", "at", "from", "t+", "+"]
        .iter()
        .any(|word| before.to_ascii_lowercase().split_whitespace().next() == Some(word));
    (level.who, level.note) = if before_counts == 0 || told {
        (after.to_owned(), (!told || before_counts < 2).then(String::new).or(Some(before.to_owned())))
    } else {
        (before.to_owned(), Some(after.to_owned()))
    };
    for verb in ["page ", "call ", "notify ", "contact ", "escalate to ", "the "] {
        if let Some(head) = level.who.get(..verb.len()).filter(|head| head.eq_ignore_ascii_case(verb)).map(str::len) {
            level.who = level.who[head..].to_owned();
        }
    }
    if level.who.trim().is_empty() {
        return false;
    }
    found.push(at.line, level.value());
    true
}

/// "If errors persist, escalate to the database owner."
fn sentence(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    let introduces = at.text.ends_with(':') && outline.below(at.index).next().is_some();
    if at.place == Place::Heading || introduces || !at.lower.contains("escalat") {
        return false;
    }
    for clause in clauses(at.text) {
        let lower = clause.to_ascii_lowercase();
        let Some(start) = ["escalate ", "escalated ", "escalates "].iter().filter_map(|word| lower.find(word)).min()
        else {
            continue;
        };
        let Some(who) = escalation_target(&clause[start..]) else { continue };
        let before = clause[..start].trim().trim_end_matches([',', ':', ' ', '-', '–']);
        let after_target = &clause[start..];
        let after = [" if ", " when ", " for ", " after ", " unless "]
            .iter()
            .filter_map(|word| after_target.to_ascii_lowercase().find(word))
            .min()
            .map(|cut| after_target[cut..].trim());
        let lead = outline.lead(&at.around).map(|lead| lead.text.trim_end_matches(':')).filter(|text| {
            text.to_ascii_lowercase().starts_with("if ") || text.to_ascii_lowercase().starts_with("when ")
        });
        let condition = after.or((before.split_whitespace().count() >= 2).then_some(before)).or(lead);
        if condition.is_some_and(|words| is_idle(words.trim_start_matches("if ")))
            && !at.around.topics.has(Topics::ESCALATION)
        {
            continue;
        }
        let mut level = Level { note: condition.map(str::to_owned), ..Level::default() };
        let len = level_len(&who);
        level.level = who[..len].to_owned();
        level.who = if len > 0 { who[len..].trim_matches([' ', '(', ')', ':', '-']).to_owned() } else { who };
        level.from = condition.and_then(stretch).and_then(|time| time.longest());
        found.push(at.line_of(&clause[start..]), level.value());
        return true;
    }
    false
}

/// A table of levels. `true` if it is one.
pub(super) fn table(at: &TableAt<'_>, found: &mut Found<'_>) -> bool {
    let header = &at.header;
    let levels =
        at.table.rows.iter().filter(|row| row.first().is_some_and(|cell| level_len(&cell.text.trimmed()) > 0)).count();
    let about = at.around.topics.has(Topics::ESCALATION) || header.iter().any(|name| name.contains("escalat"));
    let keyed = header.first().is_some_and(|name| {
        phrases!["level", "tier", "step", "severity", "order", "escalation", "stage", "#", "time", "after", "elapsed"]
            .stand_in(name)
    });
    if at.table.rows.is_empty() || !(levels * 2 > at.table.rows.len() && (about || header.len() > 2) || about && keyed)
    {
        return false;
    }
    for row in &at.table.rows {
        let Some(line) = row.first().map(|cell| cell.line) else { continue };
        let mut level = Level::default();
        let mut notes = Vec::new();
        for (column, cell) in row.iter().enumerate() {
            let text = cell.text.trimmed().into_owned();
            let name = header.get(column).map_or("", String::as_str);
            cell_of(name, column, &text, &mut level, &mut notes);
        }
        level.note = (!notes.is_empty()).then(|| notes.join("; "));
        found.push(line, level.value());
    }
    true
}

fn cell_of(name: &str, column: usize, text: &str, level: &mut Level, notes: &mut Vec<String>) {
    let has = |words: &Phrases| words.stand_in(name);
    if text.is_empty() || text == "-" {
        return;
    }
    if has(phrases!["respon"]) && has(phrases!["time", "sla"]) {
        level.respond_within = stretch(text).and_then(|time| time.longest());
    } else if has(phrases!["time", "when", "after", "elapsed", "window", "duration", "within"]) {
        match stretch(text) {
            Some(time) => set_time(level, time),
            None => notes.push(text.to_owned()),
        }
    } else if column == 0 {
        level.level = text.to_owned();
    } else if has(phrases!["authority", "authori"]) {
        level.authority = Some(text.to_owned());
    } else if has(phrases![
        "who",
        "call",
        "page",
        "role",
        "contact",
        "name",
        "team",
        "person",
        "owner",
        "notify",
        "escalate to",
        "action",
        "responder",
    ]) && level.who.is_empty()
    {
        level.who = text.to_owned();
    } else {
        notes.push(text.to_owned());
    }
}
