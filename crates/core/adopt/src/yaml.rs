//! Values as YAML text that reads back as the same value.

use serde_json::Value;

/// A key or a string: plain where it cannot be taken for anything else, else in double quotes.
pub(crate) fn scalar(text: &str) -> String {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    let lower = text.to_ascii_lowercase();
    let word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&lower.as_str());
    let number = text.parse::<f64>().is_ok() || lower == ".inf";
    if starts && text.chars().all(plain) && !text.ends_with(' ') && !text.contains("  ") && !word && !number {
        return text.to_owned();
    }
    Value::String(text.to_owned()).to_string()
}

/// A value on one line, without what is null or empty.
pub(crate) fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => value.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
        }
        Value::String(text) => scalar(text),
        Value::Array(all) => format!("[{}]", all.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let held = map.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<String> = held.map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_stay_strings() {
        for (text, expected) in [
            ("pod-name", "pod-name"),
            ("two words", "two words"),
            ("yes", "\"yes\""),
            ("1.5", "\"1.5\""),
            ("a: b", "\"a: b\""),
            ("> 5 %", "\"> 5 %\""),
            ("", "\"\""),
            ("é", "\"é\""),
        ] {
            assert_eq!(scalar(text), expected, "{text}");
        }
    }

    #[test]
    fn a_value_is_one_line() {
        let value = serde_json::json!({"metric": "error rate", "comparator": ">", "figure": 5.0, "unit": null});
        assert_eq!(flow(&value), "{metric: error rate, comparator: \">\", figure: 5}");
    }
}
