//! Attributes in a fence's info string: ```` ```bash {name=migrate timeout=10m retry=3} ````.

use callsheet_base::Duration;

use crate::fences::split_info;
use crate::model::{Attributes, StepKind, WrittenExpect};
use crate::words::phrases;

/// One written attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its key, as written.
    pub key: String,
    /// Its value without quotes; `true` for a key alone.
    pub value: String,
    /// Byte offset of the key in the info string.
    pub at: usize,
}

/// Why an attribute was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No attribute has this name.
    Unknown(Written),
    /// The value is not of the attribute's type: what it should be.
    BadValue(Written, &'static str),
}

/// Names that other tools write (Runme, Docusaurus, Hugo, MkDocs): kept, not complained about.
const FOREIGN: &[&str] = &[
    "id",
    "title",
    "linenos",
    "hl_lines",
    "highlight",
    "filename",
    "copy",
    "class",
    "cwd",
    "background",
    "excludefromrunall",
    "closeterminalonsuccess",
    "mimetype",
    "promptenv",
    "tag",
    "category",
    "ignore",
    "label",
    "linenums",
    "lineno-start",
    "caption",
    "emphasize-lines",
    "theme",
    "lines",
    "group",
    "terminalrows",
];

/// Every attribute that Callsheet knows.
pub const KNOWN: &[&str] = &[
    "name",
    "timeout",
    "retry",
    "backoff",
    "idempotent",
    "approve",
    "expires",
    "rollback",
    "undo",
    "when",
    "choose",
    "optional",
    "condition",
    "parallel",
    "interactive",
    "shell",
    "expect",
    "expect_not",
    "expect_match",
    "expect_status",
    "expect_exit",
    "expect_empty",
    "expect_output",
    "expect_person",
    "kind",
    "danger",
    "run",
    "db",
    "file",
    "write",
    "max_rows",
    "statement_timeout",
    "metrics",
    "for",
    "every",
    "within",
    "on_failure",
    "address",
    "migrate",
    "assets",
    "warm",
    "smoke",
    "later",
    "soak",
];

/// The attributes as written, in order.
pub fn written(info: &str) -> Vec<Written> {
    let (name, _) = split_info(info);
    let start = info.find(name).map_or(0, |at| at + name.len());
    let rest = &info[start..];
    let Some(open) = rest.find('{') else { return Vec::new() };
    let close = rest.rfind('}').unwrap_or(rest.len());
    if close <= open {
        return Vec::new();
    }
    let (begin, body) = (start + open + 1, &rest[open + 1..close]);
    if body.trim_start().starts_with('"') { json(body, begin) } else { pairs(body, begin) }
}

fn pairs(body: &str, begin: usize) -> Vec<Written> {
    let mut found = Vec::new();
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || bytes[at] == b',' {
            at += 1;
            continue;
        }
        let key_start = at;
        while at < bytes.len() && !bytes[at].is_ascii_whitespace() && !matches!(bytes[at], b'=' | b',' | b':') {
            at += 1;
        }
        let key = body[key_start..at].to_owned();
        let mut value = "true".to_owned();
        if at < bytes.len() && matches!(bytes[at], b'=' | b':') {
            at += 1;
            let (text, end) = value_at(body, at);
            value = text;
            at = end;
        }
        if !key.is_empty() && !key.starts_with(['.', '#']) {
            found.push(Written { key, value, at: begin + key_start });
        }
        at = at.max(key_start + 1);
        while at < bytes.len() && !body.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

fn value_at(body: &str, start: usize) -> (String, usize) {
    let rest = &body[start..];
    match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => match rest[1..].find(quote) {
            Some(length) => (rest[1..1 + length].to_owned(), start + length + 2),
            None => (rest[1..].to_owned(), body.len()),
        },
        _ => {
            let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
            (rest[..end].to_owned(), start + end)
        }
    }
}

fn json(body: &str, begin: usize) -> Vec<Written> {
    let Ok(serde_json::Value::Object(map)) = serde_json::from_str(&format!("{{{body}}}")) else { return Vec::new() };
    map.into_iter()
        .map(|(key, value)| {
            let at = begin + body.find(&format!("\"{key}\"")).map_or(0, |at| at + 1);
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Written { key, value, at }
        })
        .collect()
}

/// Whether the fence is excluded from running: `{run=false}`, `{ignore=true}`, `{excludeFromRunAll=true}`.
pub fn excludes(info: &str) -> bool {
    info.contains('{')
        && phrases!["run", "ignore"].stand_in_any_case(info)
        && written(info).iter().any(|one| match one.key.to_ascii_lowercase().as_str() {
            "run" => is_false(&one.value),
            "ignore" => !is_false(&one.value),
            _ => false,
        })
}

pub(crate) fn is_false(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "false" | "no" | "never" | "0" | "off")
}

/// The typed attributes, and what could not be taken.
pub fn read(info: &str) -> (Attributes, Vec<Fault>) {
    let mut attributes = Attributes::default();
    let mut faults = Vec::new();
    for one in written(info) {
        if let Err(fault) = take(&mut attributes, one) {
            faults.push(fault);
        }
    }
    (attributes, faults)
}

fn take(attributes: &mut Attributes, one: Written) -> Result<(), Fault> {
    let key = one.key.to_ascii_lowercase().replace('-', "_");
    match key.as_str() {
        "name" => attributes.name = Some(one.value),
        "timeout" => attributes.timeout = Some(duration(one)?),
        "backoff" => attributes.backoff = Some(duration(one)?),
        "expires" => attributes.expires = Some(duration(one)?),
        "retry" | "retries" => attributes.retry = Some(number(one)?),
        "expect_exit" => attributes.expect_exit = Some(number(one)?),
        "kind" => attributes.kind = Some(kind(one)?),
        "danger" => attributes.danger.push(one.value),
        _ if key.starts_with("expect") => return expect(attributes, &key, one),
        "idempotent" => attributes.idempotent = Some(flag(one)?),
        "interactive" => attributes.interactive = Some(flag(one)?),
        "run" => attributes.run = Some(flag(one)?),
        "approve" => attributes.approve = Some(one.value),
        "rollback" => attributes.rollback = Some(one.value),
        "undo" => attributes.undo = Some(one.value),
        "when" => attributes.when = Some(one.value),
        "choose" => attributes.choose = Some(one.value),
        "optional" => attributes.optional = Some(flag(one)?),
        "condition" => attributes.condition = Some(one.value),
        "parallel" => attributes.parallel = Some(one.value),
        "shell" => attributes.shell = Some(one.value),
        "db" => attributes.db = Some(one.value),
        _ => {
            let known = KNOWN.contains(&key.as_str()) || FOREIGN.iter().any(|name| name.replace('-', "_") == key);
            attributes.other.insert(one.key.clone(), one.value.clone());
            if !known {
                return Err(Fault::Unknown(one));
            }
        }
    }
    Ok(())
}

/// `expect=…` and its family; each may be written several times.
fn expect(attributes: &mut Attributes, key: &str, one: Written) -> Result<(), Fault> {
    let expect = match key {
        "expect" => WrittenExpect::Contains(one.value),
        "expect_not" => WrittenExpect::Lacks(one.value),
        "expect_match" => match regex::Regex::new(&one.value) {
            Ok(_) => WrittenExpect::Matches(one.value),
            Err(_) => return Err(Fault::BadValue(one, "a regular expression")),
        },
        "expect_status" => match one.value.parse() {
            Ok(status @ 100..=599) => WrittenExpect::Status(status),
            _ => return Err(Fault::BadValue(one, "an HTTP status like `200`")),
        },
        "expect_empty" if flag(one.clone())? => WrittenExpect::Empty,
        "expect_output" if flag(one.clone())? => WrittenExpect::Output,
        "expect_person" if flag(one.clone())? => WrittenExpect::Person,
        "expect_empty" | "expect_output" | "expect_person" => return Ok(()),
        _ => return Err(Fault::Unknown(one)),
    };
    attributes.expects.push(expect);
    Ok(())
}

fn kind(one: Written) -> Result<StepKind, Fault> {
    Ok(match one.value.as_str() {
        "command" => StepKind::Command,
        "check" => StepKind::Check,
        "wait" => StepKind::Wait,
        "approve" => StepKind::Approve,
        "notify" => StepKind::Notify,
        "manual" => StepKind::Manual,
        _ => return Err(Fault::BadValue(one, "`command`, `check`, `wait`, `approve`, `notify` or `manual`")),
    })
}

fn duration(one: Written) -> Result<Duration, Fault> {
    one.value.parse().map_err(|_| Fault::BadValue(one, "a duration like `90s`, `15m` or `2h`"))
}

fn number<T: std::str::FromStr>(one: Written) -> Result<T, Fault> {
    one.value.parse().map_err(|_| Fault::BadValue(one, "a whole number"))
}

fn flag(one: Written) -> Result<bool, Fault> {
    match one.value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "on" => Ok(true),
        value if is_false(value) => Ok(false),
        _ => Err(Fault::BadValue(one, "`true` or `false`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_as_runme_writes_them() {
        let (read_back, faults) =
            read("bash {name=migrate timeout=10m retry=3 idempotent approve=L3 rollback=#rollback when='$A == b'}");
        assert!(faults.is_empty());
        assert_eq!(read_back.name.as_deref(), Some("migrate"));
        assert_eq!(read_back.timeout, Some(Duration::from_mins(10)));
        assert_eq!((read_back.retry, read_back.idempotent), (Some(3), Some(true)));
        assert_eq!(read_back.rollback.as_deref(), Some("#rollback"));
        assert_eq!(read_back.when.as_deref(), Some("$A == b"));
    }

    #[test]
    fn json_and_foreign_attributes_are_read_too() {
        let (read_back, faults) = read(r#"sh {"name":"x","background":"true"}"#);
        assert!(faults.is_empty());
        assert_eq!(read_back.name.as_deref(), Some("x"));
        assert_eq!(read_back.other["background"], "true");
    }

    #[test]
    fn attributes_of_queries_and_conditions_are_known() {
        let (read_back, faults) = read("sql {db=main write=true max_rows=10 statement-timeout=5s}");
        assert!(faults.is_empty());
        assert_eq!(read_back.other["max_rows"], "10");
        assert!(read("promql {metrics=prod for=5m every=10s within=30m on_failure=rollback}").1.is_empty());
    }

    #[test]
    fn expectations_are_read_as_often_as_they_are_written() {
        let (read_back, faults) = read(
            r#"sh {expect='"status": "up"' expect=ready expect_status=200 expect_not=ERROR expect_empty kind=check danger=kill}"#,
        );
        assert!(faults.is_empty());
        let contains = |text: &str| WrittenExpect::Contains(text.to_owned());
        let lacks = WrittenExpect::Lacks("ERROR".to_owned());
        let wanted = [
            contains("\"status\": \"up\""),
            contains("ready"),
            WrittenExpect::Status(200),
            lacks,
            WrittenExpect::Empty,
        ];
        assert_eq!(read_back.expects, wanted);
        assert_eq!((read_back.kind, read_back.danger), (Some(StepKind::Check), vec!["kill".to_owned()]));
        let (_, faults) = read("sh {expect_status=20 expect_match=( kind=party expect_luck=much}");
        assert_eq!(faults.len(), 4);
    }

    #[test]
    fn faults_name_the_place() {
        let info = "sh {timeout=soon colour=red}";
        let (_, faults) = read(info);
        assert!(matches!(&faults[0], Fault::BadValue(one, _) if &info[one.at..one.at + 7] == "timeout"));
        assert!(matches!(&faults[1], Fault::Unknown(one) if &info[one.at..one.at + 6] == "colour"));
    }

    #[test]
    fn run_false_is_no_step() {
        assert!(excludes("bash {run=false}"));
        assert!(!excludes("bash {run=true}"));
        assert!(!excludes("bash"));
    }
}
