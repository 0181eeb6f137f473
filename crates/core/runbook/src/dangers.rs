//! Why a step needs an explicit approval: what it destroys, stops, forces or cuts off.

mod commands;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::Danger;
use crate::own_tools;
use crate::shell::{commands_of, lines_of, script_of};
use crate::words::{Said, phrases, strip_signs};

/// Dangers of a command text with its simple commands; `line` is that of its first line.
pub(crate) fn of_command(text: &str, commands: &[Vec<Cow<'_, str>>], line: u32, found: &mut Vec<Danger>) {
    let mut found = Dangers::beside(found, line);
    for words in commands {
        if let Some(kind) = commands::of_words(words) {
            let shown: String = words.join(" ").chars().take(120).collect();
            let first = &*words[0];
            let at = text
                .split('\n')
                .position(|part| {
                    part.contains(first)
                        && words.get(1).is_none_or(|second| part.contains(&**second) || part.contains(first))
                })
                .unwrap_or(0);
            found.push(kind, shown, line + at as u32);
        }
    }
    if let Some(at) = commands::restored_by_pipe(commands) {
        let shown: String = commands[at].join(" ").chars().take(120).collect();
        found.push("restore-database", shown, line);
    }
    for (index, part) in lines_of(text).enumerate() {
        if let Some(kind) = of_text(part) {
            found.push(kind, part.trim().chars().take(120).collect(), line + index as u32);
        }
    }
}

/// The danger of one command, given as its words; what it only starts is looked into: by a shell, in a container, as another user. Of several the
/// innermost.
pub fn of_one(words: &[&str]) -> Option<&'static str> {
    let commands = commands_of(words.iter().map(|word| Cow::Borrowed(*word)).collect());
    let by_command = commands.iter().rev().find_map(|words| commands::of_words(words));
    let scripts = || commands.iter().filter_map(|words| script_of(words));
    by_command
        .or_else(|| commands::restored_by_pipe(&commands).map(|_| "restore-database"))
        .or_else(|| scripts().find_map(|script| lines_of(&script).find_map(of_text)))
        .or_else(|| commands.iter().flat_map(|words| commands::statements(words)).find_map(|text| of_text(text)))
}

/// Each kind once per line, however many there are.
struct Dangers<'f> {
    found: &'f mut Vec<Danger>,
    /// Those from here on may stand on the same lines.
    from: usize,
    /// Where ours begin.
    own: usize,
    known: HashSet<(&'static str, u32)>,
}

impl Dangers<'_> {
    /// Those of a text that begins on `line`: what was found above stands above it.
    fn beside(found: &mut Vec<Danger>, line: u32) -> Dangers<'_> {
        let from = found.iter().rposition(|known| known.line < line).map_or(0, |at| at + 1);
        Dangers { from, own: found.len(), found, known: HashSet::new() }
    }

    fn push(&mut self, kind: &'static str, text: String, line: u32) {
        let before = &self.found[self.from..self.own];
        if !before.iter().any(|known| known.line == line && known.kind == kind) && self.known.insert((kind, line)) {
            self.found.push(Danger { kind: Cow::Borrowed(kind), text, line });
        }
    }
}

static SQL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\b(drop\s+(?:table|database|schema|index|column|user|role|view|constraint|keyspace)|truncate\s+(?:table\s+)?\w|purge\s+(?:binary|master)\s+logs|delete\s+from|flush(?:all|db)\b|kill\s+(?:connection|query|\d|\w+_id)|pg_terminate_backend|alter\s+table\s+[!-~]+\s+(?:drop|rename)|pg_promote|\.drop(?:database)?\(|\.deletemany\(|reset\s+(?:master|slave|replica)|update\s+\w+\s+set\s+(?u:[^;])*;\s*$)").ok()
});

/// A cheap look before [`SQL`]: every dangerous statement holds one of these.
fn may_be_sql(text: &str) -> bool {
    phrases!["drop", "truncate", "purge", "delete", "flush", "kill", "pg_", "alter", "reset", "update"]
        .stand_in_any_case(text)
}

fn of_text(text: &str) -> Option<&'static str> {
    let trimmed = text.trim_start();
    if trimmed.starts_with('#') || trimmed.starts_with("--") {
        return None;
    }
    if !may_be_sql(text) {
        return None;
    }
    let clipped: String = text.chars().take(2000).collect();
    let found = SQL.as_ref()?.find(&clipped)?.as_str().to_lowercase();
    let first = found.split_whitespace().next()?.to_owned();
    Some(match first.as_str() {
        "drop" => "drop-database",
        first if first.starts_with(".drop") => "drop-database",
        first if first.starts_with(".delete") => "delete",
        "truncate" => "truncate",
        "delete" => "delete",
        "kill" | "pg_terminate_backend" => "kill",
        "alter" => "alter-schema",
        "pg_promote" => "promote-database",
        "update" if clipped.to_lowercase().contains(" where ") => return None,
        "update" => "delete",
        _ if first.starts_with("flush") => "flush-cache",
        _ => "force",
    })
}

/// Danger that the words of a step ask for, when a person carries it out or a command does what they say.
pub fn of_title(text: &str, line: u32, found: &mut Vec<Danger>) {
    of_said(&Said::of(text), line, found);
}

/// The same of a text that others look at too.
pub(crate) fn of_said(said: &Said<'_>, line: u32, found: &mut Vec<Danger>) {
    if said.lower().contains("drag-") {
        let lower = said.lower().replace("drag-drop", "drag").replace("drag-and-drop", "drag");
        return of_words_of(&Said::of(&lower), said.text(), line, found);
    }
    of_words_of(said, said.text(), line, found);
}

fn of_words_of(said: &Said<'_>, text: &str, line: u32, found: &mut Vec<Danger>) {
    let lower = strip_signs(said.lower());
    let kind = match () {
        () if said.has(phrases![
            "force leader",
            "force delete",
            "force re-election",
            "force restart",
            "forcibly",
            "force-delete",
            "force unlock",
            "force push",
            "force kill",
            "hard reset",
            "force a failover",
            "force failover",
            "force stop",
        ]) =>
        {
            "force"
        }
        () if said.has(phrases![
            "drain traffic",
            "drain the",
            "drain node",
            "drain nodes",
            "cut traffic",
            "block traffic",
            "stop traffic",
            "take offline",
            "take the site offline",
            "take down",
            "shut down",
            "shutdown",
            "power off",
            "stop the service",
            "stop all services",
            "stop service",
            "stop services",
            "lock writes",
        ]) =>
        {
            "stop-service"
        }
        () if said.has(phrases![
            "restore from backup",
            "restore backup",
            "restore from the backup",
            "restore from latest snapshot",
            "restore from snapshot",
            "restore the database",
            "restore database",
            "restore the backup",
            "db rollback",
            "database rollback",
        ]) && !lower.contains("test") =>
        {
            "restore-database"
        }
        () if said.has(phrases![
            "destroy",
            "wipe",
            "purge",
            "truncate",
            "drop table",
            "drop database",
            "drop the",
            "erase",
            "delete the database",
            "delete the volume",
            "delete the pvc",
            "delete all",
            "delete data",
            "format the disk",
        ]) =>
        {
            "destroy"
        }
        () if own_tools::deletes_data(lower) => "delete",
        () if own_tools::restores_data(lower) => "restore-database",
        () if own_tools::promotes_data(lower) => "promote-database",
        () if own_tools::stops_service(lower) => "stop-service",
        () if said.has(phrases!["flush", "flush cache", "flush the cache", "flushall"]) => "flush-cache",
        () if said.has(phrases![
            "promote replica",
            "promote the replica",
            "promote the standby",
            "promote standby",
            "fail over",
            "failover to replica",
            "fail over to",
            "promote database",
            "promote the secondary",
            "promote secondary",
        ]) =>
        {
            "promote-database"
        }
        () if said.has(phrases!["kill"]) && !lower.contains("killed") => "kill",
        () => return,
    };
    Dangers { from: 0, own: found.len(), found, known: HashSet::new() }.push(
        kind,
        text.trim().chars().take(120).collect(),
        line,
    );
}
