//! Whether a labelled fact and a fact that was read say the same.

use callsheet_base::Duration;
use callsheet_runbook::{Fact, FactValue, Threshold};

use super::facts::Label;

/// The fact's type as labels name it.
pub fn kind(fact: &Fact) -> &'static str {
    match &fact.value {
        FactValue::Alert(_) => "alert",
        FactValue::Objective(_) => "objective",
        FactValue::Severity { .. } => "severity",
        FactValue::Escalation { .. } => "escalation",
        FactValue::Contact { .. } => "contact",
        FactValue::Param { .. } => "param",
        FactValue::Trigger { .. } => "trigger",
        FactValue::Schedule { .. } => "schedule",
        FactValue::Control { .. } => "control",
        FactValue::Template { .. } => "template",
    }
}

/// Whether all fields agree.
pub fn agree(label: &Label, fact: &Fact) -> bool {
    let field = |at: usize| label.fields.get(at).map(String::as_str).filter(|field| *field != "-").unwrap_or_default();
    match &fact.value {
        FactValue::Alert(threshold) => {
            same_threshold(label, threshold)
                && same_window(field(3), threshold.window)
                && same_word(field(4), threshold.severity.as_deref())
        }
        FactValue::Objective(threshold) => same_threshold(label, threshold),
        FactValue::Severity { name, respond_within, meaning, .. } => {
            let code = name.split([' ', '-']).next().unwrap_or_default();
            field(0).to_lowercase().starts_with(&code.to_lowercase())
                && lengths(field(1)) == respond_within.iter().copied().collect::<Vec<_>>()
                && shares_words(field(2), meaning.as_deref().unwrap_or_default())
        }
        FactValue::Escalation { level, from, until, who, note, respond_within, handles, .. } => {
            let ours: Vec<Duration> = [from, until, respond_within].into_iter().flatten().copied().collect();
            let said =
                [level.as_str(), who, note.as_deref().unwrap_or_default(), handles.as_deref().unwrap_or_default()]
                    .join(" ");
            let told = [field(0), field(2), field(3)].join(" ");
            lengths(field(1)).iter().all(|length| ours.contains(length))
                && (!lengths(field(1)).is_empty() || ours.is_empty())
                && shares_words(&told, &said)
        }
        FactValue::Param { name, value, note, .. } => {
            let told = field(0).trim_matches(['<', '>']).to_lowercase();
            let unnamed = told.contains("(unnamed");
            let named = if unnamed {
                shares_words(told.split('(').next().unwrap_or_default(), name)
            } else {
                told == name.trim_matches(['<', '>']).to_lowercase()
            };
            let said = format!("{} {}", value.as_deref().unwrap_or_default(), note.as_deref().unwrap_or_default());
            named && shares_words(field(1), &said)
        }
        FactValue::Trigger { condition, action, .. } => {
            shares_words(&label.fields.join(" "), &format!("{condition} {}", action.as_deref().unwrap_or_default()))
        }
        FactValue::Schedule { what, when, .. } => {
            numbers(field(1)).iter().all(|number| numbers(when).contains(number) || numbers(what).contains(number))
                && shares_words(&label.fields.join(" "), &format!("{what} {when}"))
        }
        FactValue::Contact { name, .. } => shares_words(field(0), name),
        FactValue::Control { name, value, .. } => folded(field(0)) == folded(name) && folded(field(1)) == folded(value),
        FactValue::Template { name, fields, .. } => {
            folded(field(1)) == folded(&fields.join(", ")) && shares_words(field(0), name)
        }
    }
}

fn same_threshold(label: &Label, threshold: &Threshold) -> bool {
    let field = |at: usize| label.fields.get(at).map(String::as_str).filter(|field| *field != "-").unwrap_or_default();
    // A worded condition may leave out the empty fields before it ("queue | exceeds | baseline").
    let comparator = threshold.comparator.as_deref().unwrap_or_default();
    let same_comparator =
        field(1) == comparator || field(1).is_empty() && !comparator.starts_with(['<', '>', '=', '~']);
    let said = format!("{} {}", threshold.metric, threshold.note.as_deref().unwrap_or_default());
    let told = numbers(field(2));
    let figure = match (told.first(), threshold.figure) {
        (Some(told), Some(figure)) => {
            *told == format!("{figure}")
                && unit(field(2)) == threshold.unit.as_deref().map(unit_name).unwrap_or_default()
        }
        (None, None) => true,
        _ => false,
    };
    same_comparator && figure && shares_words(field(0), &said)
}

fn same_window(told: &str, window: Option<Duration>) -> bool {
    lengths(told) == window.iter().copied().collect::<Vec<_>>()
}

fn same_word(told: &str, said: Option<&str>) -> bool {
    told.to_lowercase() == said.unwrap_or_default().to_lowercase()
}

/// The unit after a label's figure.
fn unit(text: &str) -> String {
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    let word = after.split(' ').next().unwrap_or_default();
    unit_name(word)
}

fn unit_name(word: &str) -> String {
    let lower = word.to_lowercase();
    match lower.as_str() {
        "min" | "mins" | "minute" | "m" => "minutes".to_owned(),
        "sec" | "second" | "seconds" => "s".to_owned(),
        "hour" | "h" => "hours".to_owned(),
        "percent" => "%".to_owned(),
        _ => lower,
    }
}

/// The lengths of time in a text; ranges without a unit on the first figure take the second's.
fn lengths(text: &str) -> Vec<Duration> {
    let mut found = Vec::new();
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '+'))
        .filter(|word| !word.is_empty())
        .collect();
    for (at, word) in words.iter().enumerate() {
        if word.parse::<f64>().is_ok() {
            let unit = words[at + 1..].iter().find(|next| next.parse::<f64>().is_err());
            found.extend(unit.and_then(|unit| format!("{word} {unit}").parse::<Duration>().ok()));
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            found.extend(word.parse::<Duration>().ok());
        }
    }
    found
}

fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|part| part.trim_matches('.'))
        .filter_map(|part| part.parse::<f64>().ok())
        .map(|number| format!("{number}"))
        .collect()
}

/// At least half of the label's words stand in `said`, by their first five letters.
fn shares_words(told: &str, said: &str) -> bool {
    let told = stems(told);
    let said = stems(said);
    let shared = told.iter().filter(|word| said.contains(word)).count();
    shared * 2 >= told.len()
}

fn stems(text: &str) -> Vec<String> {
    const SMALL: [&str; 16] =
        ["the", "a", "an", "of", "to", "in", "for", "and", "or", "on", "is", "are", "if", "with", "at", "by"];
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !SMALL.contains(word))
        .map(|word| word.trim_end_matches('s').chars().take(5).collect())
        .collect()
}

fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(told: &str, value: FactValue, agrees: bool) {
        let label = Label { line: 1, kind: String::new(), fields: told.split(" | ").map(str::to_owned).collect() };
        assert_eq!(agree(&label, &Fact { line: 1, text: String::new(), value }), agrees, "{told}");
    }

    #[test]
    fn figures_and_units_must_be_equal_and_wording_alike() {
        let threshold = |figure, unit: &str| {
            FactValue::Alert(Threshold {
                metric: "Error rates".to_owned(),
                comparator: Some(">".into()),
                figure: Some(figure),
                unit: Some(unit.to_owned().into()),
                window: Some(Duration::from_mins(5)),
                ..Threshold::default()
            })
        };
        check("error rate | > | 2% | 5 minutes | -", threshold(2.0, "%"), true);
        check("error rate | > | 3% | 5 minutes | -", threshold(2.0, "%"), false);
        check("error rate | > | 2 ms | 5 minutes | -", threshold(2.0, "%"), false);
        check("error rate | > | 2% | 10 minutes | -", threshold(2.0, "%"), false);
        check("disk space | > | 2% | 5 minutes | -", threshold(2.0, "%"), false);
    }

    #[test]
    fn dates_and_names_must_be_equal() {
        let control = FactValue::Control { name: "owner".to_owned(), value: "Data  Team".to_owned(), date: None };
        check("owner | data team", control.clone(), true);
        check("owner | web team", control, false);
    }
}
