//! Whether a value is of its parameter's type.

use callsheet_base::Duration;
use callsheet_runbook::ParameterDeclaration;
use regex::Regex;

/// `Err` says what the value must be, to follow "cannot be …: ".
pub(super) fn check(value: &str, declared: Option<&ParameterDeclaration>) -> Result<(), String> {
    if value.chars().any(char::is_control) {
        return Err("it holds a line end or another control character".to_owned());
    }
    let Some(declared) = declared else { return Ok(()) };
    match declared.kind.as_deref().unwrap_or("string") {
        "int" | "integer" | "number" if value.parse::<i64>().is_err() => Err("it must be a whole number".to_owned()),
        "bool" | "boolean" if !matches!(value, "true" | "false") => Err("it must be `true` or `false`".to_owned()),
        "duration" => value.parse::<Duration>().map(drop).map_err(|error| error.to_string()),
        "url" if !is_url(value) => Err("it must be a URL like `https://host/path`".to_owned()),
        _ if !declared.choices.is_empty() && !declared.choices.iter().any(|choice| choice == value) => {
            Err(format!("it must be one of {}", declared.choices.join(", ")))
        }
        _ => Ok(()),
    }?;
    let Some(pattern) = &declared.pattern else { return Ok(()) };
    match Regex::new(&format!("^(?:{pattern})$")) {
        Ok(regex) if regex.is_match(value) => Ok(()),
        Ok(_) => Err(format!("it must match `{pattern}`")),
        Err(_) => Err(format!("its pattern `{pattern}` in the front matter is no regular expression")),
    }
}

fn is_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        scheme_ok && !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_kind(kind: &str, good: &[&str], bad: &[&str]) {
        let declared = ParameterDeclaration {
            kind: Some(kind.to_owned()),
            choices: if kind == "choice" { vec!["blue".to_owned(), "green".to_owned()] } else { Vec::new() },
            ..ParameterDeclaration::default()
        };
        good.iter().for_each(|value| assert_eq!(check(value, Some(&declared)), Ok(()), "{kind} {value}"));
        bad.iter().for_each(|value| assert!(check(value, Some(&declared)).is_err(), "{kind} {value}"));
    }

    #[test]
    fn types_are_checked() {
        check_kind("string", &["a b", "é"], &["two\nlines"]);
        check_kind("int", &["-5", "12"], &["1.5", "x"]);
        check_kind("bool", &["true"], &["yes"]);
        check_kind("duration", &["15m"], &["15"]);
        check_kind("url", &["https://a/b?c=d"], &["a/b", "http://", "://x", "http://a b"]);
        check_kind("choice", &["blue"], &["red"]);
    }

    #[test]
    fn a_pattern_must_match_the_whole_value() {
        let declared = ParameterDeclaration { pattern: Some("v\\d+|latest".to_owned()), ..Default::default() };
        assert_eq!(check("v12", Some(&declared)), Ok(()));
        assert!(check("v12; rm", Some(&declared)).is_err());
    }
}
