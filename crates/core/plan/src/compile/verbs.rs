//! Lines of `callsheet …` that run natively: each verb its own act, with its own intent and outcome.

use std::collections::BTreeMap;

use callsheet_access::ApprovalRule;
use callsheet_base::Duration;
use callsheet_runbook::{ActKind, Step};

use super::acts::script;
use super::gates::with_defaults;
use super::{Context, deploys};
use crate::fill::{Place, fill_words};
use crate::{Action, Parameter, PlanFault, PlannedAct};

pub(super) fn compile_verbs(
    context: &Context,
    step: &Step,
    places: &[Place],
    faults: &mut Vec<PlanFault>,
) -> Vec<PlannedAct> {
    let mut planned = Vec::new();
    for act in step.acts.iter().filter(|act| act.kind != ActKind::Standby) {
        if act.kind == ActKind::Manual {
            let action = Action::Person { instruction: fill_words(&act.command, places), offers: None };
            planned.push(PlannedAct { line: act.line, choice: act.choice.clone(), action, expects: Vec::new() });
            continue;
        }
        for (line, text) in (act.line..).zip(act.command.lines()).filter(|(_, text)| is_verb_line(text)) {
            let action = match called(text) {
                Some(command) => {
                    let argv = context.run.shell.clone();
                    let script = script(step, line, &command, places, &argv, faults);
                    Ok(Action::Shell { argv, script })
                }
                None => verb(context, step, &words(text, places, &context.values.parameters)),
            };
            match action {
                Ok(action) => {
                    planned.push(PlannedAct { line, choice: act.choice.clone(), action, expects: Vec::new() })
                }
                Err(what) => faults.push(PlanFault::Unsupported { step: step.id.to_string(), line, what }),
            }
        }
    }
    planned
}

fn is_verb_line(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !text.starts_with('#')
}

fn verb(context: &Context, step: &Step, words: &[String]) -> Result<Action, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["callsheet", "wait", span, ..] => wait(span),
        ["callsheet", "notify", channel, text @ ..] if !text.is_empty() => notify(context, channel, &text.join(" ")),
        ["callsheet", "notify", ..] => {
            Err("`callsheet notify` needs a channel and a text: `callsheet notify ops \"done\"`".to_owned())
        }
        ["callsheet", "approve", rule, rest @ ..] => approve(context, step, rule, rest),
        ["callsheet", "deploy", rest @ ..] => deploys::deploy(context, step, rest),
        ["callsheet", "rollback", rest @ ..] => deploys::rollback(context, rest),
        ["callsheet", "wait" | "approve"] => {
            Err(format!("`callsheet {}` needs a value: `wait 15m`, `approve L3`", words[1]))
        }
        ["callsheet", other, ..] => Err(format!(
            "`callsheet {other}` is not done by this version as a step; `wait`, `notify`, `approve`, `deploy`, `rollback`, `restart`, `scale`, `instances`, `logs`, `preflight`, `browse`, `warm`, `assets`, `migrate`, `secrets`, `backup`, `restore`, `drill` and `db` are"
        )),
        _ => Err(format!("`{}` is no `callsheet …` line", words.join(" "))),
    }
}

/// A line whose verb only looks, or keeps its own record of what it has done, or does no harm when it is done again: Callsheet's own program is called, under the run's keeper like
/// any other; the shell reads its words.
fn called(text: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix("callsheet")?;
    let verb = rest.split_whitespace().next()?;
    let harmless = matches!(
        verb,
        "preflight"
            | "browse"
            | "warm"
            | "assets"
            | "restart"
            | "scale"
            | "instances"
            | "logs"
            | "releases"
            | "status"
            | "migrate"
            | "secrets"
            | "backup"
            | "restore"
            | "drill"
            | "db"
    );
    (harmless && rest.starts_with(char::is_whitespace)).then(|| format!("\"$CALLSHEET_PROGRAM\"{rest}"))
}

/// `15m`, `15m-30m`, `T+1h`.
fn wait(span: &str) -> Result<Action, String> {
    let read = |text: &str| text.parse::<Duration>().map_err(|error| error.to_string());
    let (least, most) = match span.split_once(['-', '–']) {
        Some((least, most)) => (read(least)?, read(most)?),
        None => (read(span)?, read(span)?),
    };
    let from_run_start = span.starts_with("T+") || span.starts_with("t+");
    Ok(Action::Wait { least, most: most.max(least), from_run_start })
}

fn notify(context: &Context, channel: &str, text: &str) -> Result<Action, String> {
    let channel = channel.trim_start_matches('#');
    let known = &context.inputs.config.notify;
    if channel != "terminal" && !known.contains_key(channel) {
        return Err(format!(
            "callsheet.toml has no channel `{channel}`: write `[notify.{channel}]`, or use `terminal`"
        ));
    }
    Ok(Action::Notify { channel: channel.to_owned(), text: text.to_owned() })
}

fn approve(context: &Context, step: &Step, rule: &str, rest: &[&str]) -> Result<Action, String> {
    let mut rule: ApprovalRule = rule.parse().map_err(|error: callsheet_access::RuleError| error.to_string())?;
    let words = match rest {
        ["--expires", within, words @ ..] => {
            rule.expires = Some(within.parse().map_err(|error: callsheet_base::DurationError| error.to_string())?);
            words
        }
        words => words,
    };
    let words = if words.is_empty() { step.title.clone() } else { words.join(" ") };
    Ok(Action::Approve { rule: with_defaults(context, step, rule), words })
}

/// The words of a line as a shell would split them; values, of placeholders and of parameters as variables, are put in after the
/// split, so none makes two words of one.
pub(super) fn words(line: &str, places: &[Place], parameters: &BTreeMap<String, Parameter>) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.trim().chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None | Some('"'), '$') => match variable(chars.as_str(), parameters) {
                Some((value, rest)) => {
                    word.get_or_insert_default().push_str(value);
                    chars = rest.chars();
                }
                None => word.get_or_insert_default().push('$'),
            },
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words.iter().map(|word| fill_words(word, places)).collect()
}

/// The parameter that `name…` or `{name}…` begins with: its value, and what stands behind it.
fn variable<'p, 'l>(text: &'l str, parameters: &'p BTreeMap<String, Parameter>) -> Option<(&'p str, &'l str)> {
    let (name, rest) = match text.strip_prefix('{') {
        Some(braced) => braced.split_once('}')?,
        None => text.split_at(text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len())),
    };
    Some((parameters.get(name)?.value.as_str(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParameterSource;
    use crate::fill::Stand;

    #[test]
    fn lines_are_split_as_a_shell_would_and_filled_after() {
        let places = [Place { name: "v", text: "<v>", stand: Stand::Value("1 \"2\"") }];
        assert_eq!(
            words("callsheet notify ops \"now at <v>\" it\\'s", &places, &BTreeMap::new()),
            ["callsheet", "notify", "ops", "now at 1 \"2\"", "it's"]
        );
        assert_eq!(words("a '' b", &[], &BTreeMap::new()), ["a", "", "b"]);
    }

    #[test]
    fn parameters_stand_as_variables_but_in_single_quotes() {
        let parameter = |value: &str| Parameter { value: value.to_owned(), from: ParameterSource::Given };
        let parameters = BTreeMap::from([("v".to_owned(), parameter("1 2")), ("v_b".to_owned(), parameter("$v"))]);
        let check = |line, expected: &[&str]| assert_eq!(words(line, &[], &parameters), expected);
        check("a $v.x \"${v}y\"", &["a", "1 2.x", "1 2y"]);
        check("$v_b '$v' $other ${open", &["$v", "$v", "$other", "${open"]);
    }

    #[test]
    fn verbs_that_only_look_are_called() {
        assert_eq!(called("callsheet preflight tag").unwrap(), "\"$CALLSHEET_PROGRAM\" preflight tag");
        assert_eq!(called("callsheet browse \"$base_url/\"").unwrap(), "\"$CALLSHEET_PROGRAM\" browse \"$base_url/\"");
        assert_eq!(called("callsheet migrate up").unwrap(), "\"$CALLSHEET_PROGRAM\" migrate up");
        assert_eq!(called("callsheet secrets rotate A").unwrap(), "\"$CALLSHEET_PROGRAM\" secrets rotate A");
        assert_eq!(called("callsheet backup create").unwrap(), "\"$CALLSHEET_PROGRAM\" backup create");
        assert_eq!(called("callsheet wait 15m"), None);
        assert_eq!(called("callsheets preflight"), None);
    }

    #[test]
    fn waits_are_read() {
        let mins = Duration::from_mins;
        assert_eq!(wait("15m").unwrap(), Action::Wait { least: mins(15), most: mins(15), from_run_start: false });
        assert_eq!(wait("15m-30m").unwrap(), Action::Wait { least: mins(15), most: mins(30), from_run_start: false });
        assert_eq!(wait("T+1h").unwrap(), Action::Wait { least: mins(60), most: mins(60), from_run_start: true });
        assert!(wait("soon").is_err());
    }
}
