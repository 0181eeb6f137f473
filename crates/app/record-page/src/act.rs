//! What a step was to do, as its author wrote it.

use callsheet_plan::{Action, PlannedAct};
use serde::Serialize;

use crate::words::brief;

/// One act.
#[derive(Clone, Debug, Serialize)]
pub struct Act {
    /// From 1.
    pub number: usize,
    /// `shell`, `HTTP flow`, `SQL`, `metrics`, `person`, `wait`, `notice`, `approval`.
    pub word: &'static str,
    /// 1-based line in the runbook.
    pub line: u32,
    /// The file that the text comes from, or empty.
    pub file: String,
    /// What is done: a command, a query, words.
    pub text: String,
    /// Whether `text` is code.
    pub code: bool,
    /// The option that it belongs to, or empty.
    pub choice: String,
    /// What was expected, in the runbook's words.
    pub expects: Vec<String>,
}

impl Act {
    pub fn new(at: usize, planned: &PlannedAct) -> Act {
        let mut file = String::new();
        let (word, text, code) = match &planned.action {
            Action::Shell { script, .. } => {
                let handed = language(script);
                file = handed.file.unwrap_or_default();
                (handed.word, handed.text.trim_end().to_owned(), true)
            }
            Action::Person { instruction, offers } => match offers {
                Some(offers) => ("person", offers.clone(), true),
                None => ("person", instruction.clone(), false),
            },
            Action::Wait { least, most, .. } if least == most => ("wait", brief(*least), false),
            Action::Wait { least, most, .. } => ("wait", format!("{} to {}", brief(*least), brief(*most)), false),
            Action::Deploy(order) => {
                (planned.action.word(), format!("{}: {}", order.service, order.goal.words()), false)
            }
            Action::Notify { channel, text } => ("notice", format!("to {channel}: {text}"), false),
            Action::Approve { rule, words } => {
                ("approval", format!("{words} — {} by {}", rule.needed, rule.who), false)
            }
        };
        let expects = planned.expects.iter().map(|expect| expect.text.clone()).collect();
        let choice = planned.choice.clone().unwrap_or_default();
        Act { number: at + 1, word, line: planned.line, file, text, code, choice, expects }
    }
}

/// What a script does, as its author wrote it.
struct Handed<'a> {
    word: &'static str,
    text: &'a str,
    file: Option<String>,
}

/// A script that hands a text in another language to Callsheet's own program is shown as that text.
fn language(script: &str) -> Handed<'_> {
    let called = [(" flow ", "HTTP flow"), (" sql", "SQL"), (" promql", "metrics")];
    let handed = || {
        let (call, rest) = script.split_once(" <<'")?;
        let (_, verb) = call.lines().last()?.split_once("\"$CALLSHEET_PROGRAM\"")?;
        let (end, body) = rest.split_once("'\n")?;
        let text = &body[..body.find(&format!("\n{end}"))?];
        let (_, word) = called.iter().find(|(name, _)| verb.starts_with(name))?;
        let file = verb.split_once(" --name '").and_then(|(_, rest)| rest.split_once('\''));
        Some(Handed { word, text, file: file.map(|(file, _)| file.to_owned()) })
    };
    handed().unwrap_or(Handed { word: "shell", text: script, file: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(script: &str) -> (&'static str, &str, Option<String>) {
        let Handed { word, text, file } = language(script);
        (word, text, file)
    }

    #[test]
    fn other_languages_are_shown_as_they_were_written() {
        let flow = "{ callsheet_captures=$(export base; exec \"$CALLSHEET_PROGRAM\" flow --captures 3 3>&1 >&4 4>&- <<'FLOW'\nGET {{base}}/a\nHTTP 200\nFLOW\n); } 4>&1\neval \"$callsheet_captures\"; unset callsheet_captures";
        assert_eq!(shown(flow), ("HTTP flow", "GET {{base}}/a\nHTTP 200", None));
        let filed = flow.replace("--captures 3 ", "--captures 3 --name 'tests/a.hurl' ");
        assert_eq!(shown(&filed).2.as_deref(), Some("tests/a.hurl"));
        let sql = "CALLSHEET_DATABASE_URL=$DATABASE_URL \"$CALLSHEET_PROGRAM\" sql --max-rows 5 --timeout 30s <<'SQL'\nselect 1\nSQL";
        assert_eq!(shown(sql), ("SQL", "select 1", None));
        assert_eq!(shown("cat <<'EOF'\nx\nEOF"), ("shell", "cat <<'EOF'\nx\nEOF", None));
    }
}
