//! Phrases that say when: "every 15 minutes", "48 hours before", "monitor for 24–48h", "T+1h".

use std::sync::LazyLock;

use regex::Regex;

use super::super::Found;
use super::super::cadence::{Cadence, clock, cron, literal_cron, recurrence};
use super::super::cues::Cues;
use super::super::outline::{Outline, Place, Statement};
use super::super::spans_of_time::{Stretch, stretch};
use super::super::topics::Topics;
use super::{push, strip_numbering};
use crate::words::phrases;

static MONITOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)\b(?:monitor(?:ed|ing)?|observe|watch|soak|bake|kept|keep|retain(?:ed)?|stored?)\b(?u:[^.;])*?\bfor (?:at least |a |about |another |the first |the next |up to )*\d").ok()
});

static OFFSET: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)^\s*(?:in advance|ahead|before|prior|beforehand|after|later|post)\b").ok());

/// Times counted from the start: "at T+15m, T+1h".
static FROM_START: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)\bT[+-]\d+ ?(?:m|min|h|hr|d|s)\w*(?:\s*(?:,|and|,\s*and|/|&)\s*T[+-]\d+ ?(?:m|min|h|hr|d|s)\w*)*",
    )
    .ok()
});

static EVENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)^(?:after|before|following|during) (?:each|every|any) [a-z][a-z -]{2,40}|\b(?:after|before|following|on) (?:each|every) (?:incident|release|deploy(?:ment)?|sprint|outage|change|migration|game day)s?\b|\bduring (?:the )?(?:maintenance|deployment|migration|outage|incident)(?: window)?\b").ok()
});

/// Reads one clause; `true` if it says when.
pub(super) fn clause(outline: &Outline<'_>, at: &Statement<'_>, clause: &str, found: &mut Found<'_>) -> bool {
    let lower = at.lower_of(clause);
    let from_start = (at.cues.any(Cues::FIGURE) && counts_from_start(lower.as_bytes()))
        .then(|| FROM_START.as_ref()?.find(clause))
        .flatten();
    if let Some(times) = from_start {
        let offset = stretch(times.as_str()).and_then(|time| time.longest());
        push(
            at.line_of(&clause[times.start()..]),
            without_tail(&clause[..times.start()]),
            times.as_str(),
            None,
            offset,
            found,
        );
        return true;
    }
    if let Some(line) = literal_cron(clause) {
        push(at.line, strip_numbering(outline.heading(&at.around)), line, Some(line.to_owned()), None, found);
        return true;
    }
    // "3x a day" is the one recurrence that no word tells.
    let recurs = at.cues.any(Cues::RECURRENCE) || lower.contains('x');
    if let Some(cadence) = recurs.then(|| recurrence(lower)).flatten().filter(|cadence| fits(lower, cadence, at)) {
        return recurring(outline, at, clause, lower, cadence, found);
    }
    if let Some(event) = at
        .cues
        .any(Cues::OFFSET)
        .then(|| phrases!["after ", "before ", "during ", "following "].stand_in(lower))
        .filter(|named| *named)
        .and_then(|_| EVENT.as_ref()?.find(lower))
    {
        let rest = format!("{}{}", &clause[..event.start()], &clause[event.end()..]);
        let scheduled = event.as_str().contains("each")
            || event.as_str().contains("every")
            || at.around.topics.has(Topics::SCHEDULE)
            || at.around.within.has(Topics::SCHEDULE);
        if scheduled && !rest.trim_matches([' ', ',', ':']).is_empty() && !checked(at) {
            push(
                at.line_of(&clause[event.start()..]),
                rest.trim_start_matches([',', ' ', ':']),
                event.as_str(),
                None,
                None,
                found,
            );
            return true;
        }
    }
    timed(at, clause, lower, found)
}

/// A cheap look before [`FROM_START`]: "t+" or "t-" stands in it.
fn counts_from_start(lower: &[u8]) -> bool {
    memchr::memchr2_iter(b'+', b'-', lower).any(|at| lower[..at].ends_with(b"t"))
}

fn checked(at: &Statement<'_>) -> bool {
    matches!(at.place, Place::Item { checkbox: true, .. })
}

/// Words like "daily" count where they say when, not where they name something or are told in passing.
fn fits(lower: &str, cadence: &Cadence, at: &Statement<'_>) -> bool {
    let after = lower[cadence.end..].trim_start();
    let names = [
        "cron",
        "active users",
        "budget",
        "limit",
        "quota",
        "standup",
        "cost",
        "spend",
        "traffic",
        "volume",
        "average",
        "peak",
        "basis is",
        "download",
        "salary",
        "loss",
    ];
    let negated = lower[..cadence.start].trim_end().ends_with("not");
    let conditional = lower.starts_with("if ") && !lower[..cadence.start].contains(',');
    !names.iter().any(|name| after.starts_with(name)) && !negated && !conditional && at.place != Place::Heading
}

fn recurring(
    outline: &Outline<'_>,
    at: &Statement<'_>,
    clause: &str,
    lower: &str,
    cadence: Cadence,
    found: &mut Found<'_>,
) -> bool {
    let mut end = cadence.end;
    if let Some((start, stop, _)) = clock(&lower[end..]).filter(|(start, _, _)| *start <= 24) {
        let between = &lower[end..end + start];
        if !between.contains(['.', ';', '(']) || between.trim() == "(" {
            end += stop;
        }
    }
    let what = format!("{}{}", &clause[..cadence.start], &clause[end..]);
    let what = what.trim_matches([' ', ':', ',', '-', '–', '—', '(', ')', '*', '.']);
    let named = if what.chars().any(char::is_alphabetic) {
        what.to_owned()
    } else {
        outline.lead(&at.around).map_or_else(|| outline.heading(&at.around), |lead| lead.text).to_owned()
    };
    let when = &clause[cadence.start..end];
    push(at.line_of(when), &named, when, cron(when).or(cadence.cron.filter(|_| end == cadence.end)), None, found);
    true
}

/// "Remind 48 hours before", "kept for 10 minutes", "monitor for 24–48h".
fn timed(at: &Statement<'_>, clause: &str, lower: &str, found: &mut Found<'_>) -> bool {
    if !at.cues.any(Cues::OFFSET) || !lower.bytes().any(|b| b.is_ascii_digit()) || checked(at) {
        return false;
    }
    let Some(time) = stretch(clause) else { return false };
    if let Some(joined) = OFFSET.as_ref().and_then(|offset| offset.find(&lower[time.end..])) {
        let stated = before_after(lower, &time);
        if stated {
            let end = (time.end + joined.end()).min(clause.len());
            let tail = clause[end..].find([',', '.', ';', '(', ':']).map_or(clause.len(), |at| end + at);
            push(
                at.line_of(&clause[time.start..]),
                &format!("{}{}", &clause[..time.start], &clause[tail..]),
                &clause[time.start..tail],
                None,
                time.longest(),
                found,
            );
            return true;
        }
    }
    if MONITOR.as_ref().is_some_and(|monitor| monitor.is_match(lower))
        && lower[..time.start].trim_end().ends_with(|c: char| c.is_alphabetic())
        && !lower.starts_with("if ")
    {
        let what = clause[..time.start].trim_end().trim_end_matches("at least").trim_end().trim_end_matches(" for");
        push(at.line_of(&clause[time.start..]), what, &clause[time.start..time.end], None, None, found);
        return true;
    }
    false
}

/// Offsets belong to acts ("announce 2 weeks before"), not to states ("expires 30 minutes after login").
fn before_after(lower: &str, time: &Stretch) -> bool {
    let before = &lower[..time.start];
    !phrases!["expire", "timeout", "times out", "resolved", "occur", "fail", "appears", "if "].stand_in(before)
        && before.chars().any(char::is_alphabetic)
}

fn without_tail(text: &str) -> &str {
    text.trim_end().trim_end_matches(" at").trim_end_matches(" after")
}
