//! Alternatives: "Option A", "Method 2", "Via the dashboard": one of a set is chosen.

use crate::words::{Phrases, Said, phrases, strip_signs};

/// A label that makes its steps one of several ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The word that makes the set ("option", "method", "via").
    pub family: &'static str,
    /// The label as people say it: "Option A".
    pub name: String,
}

const FAMILIES: &[(&str, &[&str])] = &[
    (
        "option",
        &[
            "option",
            "opción",
            "opção",
            "opzione",
            "optie",
            "možnosť",
            "možnost",
            "variante",
            "variant",
            "вариант",
            "选项",
            "方案",
        ],
    ),
    ("method", &["method", "methode", "méthode", "método", "metodo", "metóda", "метод"]),
    ("approach", &["approach", "strategy", "path", "route"]),
    ("alternative", &["alternative", "alternatively", "alternativ"]),
];

/// How labels begin, all families together.
static BEGINNINGS: Phrases = Phrases::of(&[
    "opt",
    "opc",
    "opç",
    "opz",
    "mož",
    "var",
    "вар",
    "选项",
    "方案",
    "met",
    "mét",
    "мет",
    "app",
    "str",
    "path",
    "route",
    "alt",
    "via ",
    "using ",
    "through ",
    "by way of ",
]);

/// The label that a heading, a bold line or a comment begins with.
pub fn label(text: &str) -> Option<Label> {
    of_said(&Said::of(text))
}

/// The same of a text that others look at too.
pub(crate) fn of_said(said: &Said<'_>) -> Option<Label> {
    let lower = strip_signs(said.lower()).trim();
    if !BEGINNINGS.begin(lower) {
        return None;
    }
    let text = strip_signs(said.text()).trim();
    for (family, words) in FAMILIES {
        for word in *words {
            let Some(rest) = lower.strip_prefix(word) else { continue };
            let rest = rest.trim_start();
            let mark: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            let numbered =
                !mark.is_empty() && (mark.len() == 1 || mark.chars().all(|c| c.is_ascii_digit()) && mark.len() < 3);
            if numbered {
                let shown = word
                    .chars()
                    .next()
                    .map(|c| c.to_uppercase().collect::<String>() + &word[c.len_utf8()..])
                    .unwrap_or_default();
                return Some(Label { family, name: format!("{shown} {}", mark.to_uppercase()) });
            }
        }
    }
    let via = ["via ", "using ", "through ", "by way of "].iter().find(|word| lower.starts_with(*word));
    if via.is_some() && lower.split_whitespace().count() <= 6 {
        return Some(Label { family: "via", name: text.trim_end_matches(':').to_owned() });
    }
    None
}

/// Whether words say that what follows is done only sometimes.
pub(crate) fn is_conditional(said: &Said<'_>) -> bool {
    let lower = said.lower();
    said.has(phrases![
        "if needed",
        "if necessary",
        "if required",
        "if applicable",
        "optional",
        "optionally",
        "as needed",
        "if any",
        "if used",
        "when needed",
        "if possible",
        "ak máš",
        "ak existujú",
        "falls nötig",
        "wenn nötig",
        "wenn verwendet",
        "si nécessaire",
        "si es necesario",
        "se necessário",
        "se necessario",
        "při potřebě",
        "если нужно",
        "必要に応じて",
        "如果需要",
        "if enabled",
        "if configured",
        "if available",
        "where applicable",
        "if relevant",
        "only if",
    ]) || phrases!["if ", "falls "].begin(lower)
        || memchr::memchr(b'(', lower.as_bytes()).is_some()
            && phrases!["(if ", "(ak ", "(wenn ", "(falls "].stand_in(lower)
        || said.may_have(phrases!["testing"]) && lower.contains(" if testing")
}
