//! Words that tell expectations, output, references, what happens by itself, undoing and troubles.

use crate::words::{Said, has_phrase, phrases};

/// "Expected result:", "You should see", "Expected steady-state target".
pub(crate) fn is_expected(said: &Said<'_>) -> bool {
    begins_expected(said.lower()) || tells_expected(said)
}

/// The same of a title, given without the signs around it.
pub(super) fn titles_expected(said: &Said<'_>, lower: &str) -> bool {
    begins_expected(lower) || tells_expected(said)
}

fn begins_expected(lower: &str) -> bool {
    phrases!["expect", "you should see", "you will see", "should see", "success looks like", "success criteria"]
        .begin(lower)
}

fn tells_expected(said: &Said<'_>) -> bool {
    said.has(phrases![
        "expected result",
        "expected results",
        "expected output",
        "expected outcome",
        "expected response",
        "erwartetes ergebnis",
        "erwartete ausgabe",
        "résultat attendu",
        "resultado esperado",
        "očakávaný výsledok",
        "期待結果",
        "预期结果",
        "should look like",
        "should return",
        "should output",
        "should be similar to",
        "looks like this",
        "similar to the following",
        "should see",
        "should show",
    ])
}

/// "Output:", "Example output"; `lower` is the part of the words, in lower case, that counts.
pub(crate) fn is_output(said: &Said<'_>, lower: &str) -> bool {
    let lower = lower.trim();
    if lower.trim_end_matches(':').ends_with("for example") || asks_to_run(lower) {
        return false;
    }
    matches!(
        lower,
        "output"
            | "ausgabe"
            | "sortie"
            | "salida"
            | "saída"
            | "výstup"
            | "вывод"
            | "输出"
            | "出力"
            | "result"
            | "response"
    ) || said.has(phrases![
        "example output",
        "sample output",
        "output example",
        "example response",
        "sample response",
        "outputs something like",
        "will output",
        "prints",
    ]) || lower.contains(':') && has_phrase(lower, phrases!["output:", "example:"])
        || (lower.ends_with(" example") || lower.ends_with(" output"))
            && !lower.starts_with("check")
            && !lower.starts_with("inspect")
}

/// "Run this and wait until it prints `ready`:": the command stands below, not what it prints.
fn asks_to_run(lower: &str) -> bool {
    let lower = crate::words::strip_signs(lower);
    phrases![
        "run ",
        "rerun ",
        "re-run ",
        "execute ",
        "enter ",
        "type ",
        "issue ",
        "start ",
        "use ",
        "then run ",
        "now run "
    ]
    .begin(lower)
}

pub(super) fn is_reference(said: &Said<'_>, lower: &str) -> bool {
    said.has(phrases![
        "useful",
        "handy",
        "cheat sheet",
        "cheatsheet",
        "quick commands",
        "common commands",
        "reference",
        "helpful",
        "one-liners",
    ]) || lower.ends_with("commands")
        // A part of a procedure, between what is checked before it and after it.
        && lower != "commands"
        && lower.split_whitespace().count() <= 4
        && !said.has(phrases!["recommended commands", "run", "these", "the following"])
        || said.has(phrases!["log locations", "logs locations", "appendix"])
}

/// Whether words say that something happens by itself.
pub(crate) fn is_automatic(said: &Said<'_>) -> bool {
    said.has(phrases![
        "automatically",
        "automatisch",
        "automaticky",
        "automatiquement",
        "automáticamente",
        "automaticamente",
        "автоматически",
        "自動",
        "自动",
    ])
}

/// Whether a title tells about undoing.
pub(crate) fn is_rollback(said: &Said<'_>) -> bool {
    said.has(phrases![
        "rollback",
        "rollbacks",
        "roll back",
        "rolling back",
        "roll-back",
        "revert",
        "reverting",
        "back out",
        "backout",
        "back-out",
        "undo",
        "undoing",
        "restore previous",
        "downgrade",
        "zurückrollen",
        "zurücksetzen",
        "retour arrière",
        "revertir",
        "reversão",
        "ripristino",
        "vrátenie",
        "návrat",
        "откат",
        "回滚",
        "ロールバック",
        "切り戻し",
        "롤백",
    ])
}

/// Whether a title names troubles, each with its own remedy: its subsections are independent.
pub(crate) fn is_troubles(title: &str) -> bool {
    Said::of(title).has_stem(phrases![
        "troubleshoot",
        "issue",
        "problem",
        "scenario",
        "fehler",
        "incident",
        "alert",
        "faq",
        "error",
        "symptom",
        "recipe",
        "failure",
        "known",
        "common",
    ])
}
