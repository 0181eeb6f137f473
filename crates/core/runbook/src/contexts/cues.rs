//! Words that tell expectations, output, references, what happens by itself, undoing and troubles.

use crate::words::{has_phrase, has_stem, phrases};

/// "Expected result:", "You should see", "Expected steady-state target".
pub fn is_expected(lower: &str) -> bool {
    lower.starts_with("expect")
        || lower.starts_with("you should see")
        || lower.starts_with("you will see")
        || lower.starts_with("should see")
        || lower.starts_with("success looks like")
        || lower.starts_with("success criteria")
        || has_phrase(
            lower,
            phrases![
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
            ],
        )
}

/// "Output:", "Example output".
pub fn is_output(lower: &str) -> bool {
    let lower = lower.trim();
    if lower.trim_end_matches(':').ends_with("for example") {
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
    ) || has_phrase(
        lower,
        phrases![
            "example output",
            "sample output",
            "output example",
            "example response",
            "sample response",
            "outputs something like",
            "will output",
            "prints",
            "output:",
            "example:",
        ],
    ) || (lower.ends_with(" example") || lower.ends_with(" output"))
        && !lower.starts_with("check")
        && !lower.starts_with("inspect")
}

pub(super) fn is_reference(lower: &str) -> bool {
    has_phrase(
        lower,
        phrases![
            "useful",
            "handy",
            "cheat sheet",
            "cheatsheet",
            "quick commands",
            "common commands",
            "reference",
            "helpful",
            "one-liners",
        ],
    ) || lower.ends_with("commands")
        && lower.split_whitespace().count() <= 4
        && !has_phrase(lower, phrases!["recommended commands", "run", "these", "the following"])
        || has_phrase(lower, phrases!["log locations", "logs locations", "appendix"])
}

/// Whether words say that something happens by itself.
pub fn is_automatic(lower: &str) -> bool {
    has_phrase(
        lower,
        phrases![
            "automatically",
            "automatisch",
            "automaticky",
            "automatiquement",
            "automáticamente",
            "automaticamente",
            "автоматически",
            "自動",
            "自动",
        ],
    )
}

/// Whether a title tells about undoing.
pub fn is_rollback(title: &str) -> bool {
    let lower = title.to_lowercase();
    has_phrase(
        &lower,
        phrases![
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
        ],
    )
}

/// Whether a title names troubles, each with its own remedy: its subsections are independent.
pub fn is_troubles(title: &str) -> bool {
    let lower = title.to_lowercase();
    has_stem(
        &lower,
        phrases![
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
        ],
    )
}
