//! Statements of state: "Disk usage < 80 %", "all pods running", "no errors in the log".

use std::sync::LazyLock;

use super::{Phrases, Said, WordSet, phrases, words};

const FINITE: &str = "is are was were has have had does can cannot can't will must should shall isn't aren't hasn't doesn't don't \
    didn't won't returns shows displays matches completes contains exists loads works runs responds starts succeeds passes appears \
    clears holds points reports resolves connects stays remains reflects allows requires includes reads equals renders serves accepts \
    listens answers persists fires stops drops goes comes increases decreases finishes ends boots opens prints says lists fails \
    receives sends syncs survives recovers stabilizes stabilises drains uses belongs agrees corresponds confirms supports covers \
    picks render work exist match pass succeed respond appear allow contain return show point report display connect sind ist wird war hat muss soll sollte \
    je sú má jsou est sont doit es está son están debe é está deve jest są são";

const STATES: &str = "passing passed running working healthy ready green available accessible reachable up online correct correctly \
    valid stable configured deployed updated applied enabled disabled present completed complete successful successfully done created \
    tested verified reviewed pinned resolved fixed implemented identified documented normal acceptable clean closed open responding \
    synced synchronized in-sync consistent intact empty current installed merged signed approved built formatted connected active \
    rotated revoked removed restored restarted scaled drained replicated notified archived set secured optimized optimised optimizované \
    optimalizované announced informed attached assigned scheduled monitored rolled stopped started upgraded migrated published tagged \
    confirmed met loaded downloaded uploaded committed pushed generated provisioned registered unchanged identical mounted live \
    operational functional nominal expected visible full free hotové nastavené úspešná úspešný zabezpečené fertig erledigt erfolgreich \
    vorhanden aktiv erreichbar configurado listo completado activo terminé prêt disponible";

/// Finite verbs and states.
static TELLING: LazyLock<WordSet> =
    LazyLock::new(|| FINITE.split_whitespace().chain(STATES.split_whitespace()).collect());

/// Whether the words, without a leading verb, state how something is: a finite verb, a state, a figure to compare with.
pub fn states_outcome(text: &str) -> bool {
    states_an_outcome(&Said::of(text))
}

/// The same of a text that others look at too.
pub(crate) fn states_an_outcome(said: &Said<'_>) -> bool {
    let lower = said.lower();
    compares(said)
        || said.has(phrases![
            "no",
            "not",
            "without",
            "free from",
            "free of",
            "zero",
            "none",
            "never",
            "keine",
            "kein",
            "žiadne",
            "žiadny",
            "sin",
            "aucun",
            "aucune",
            "nessun",
            "sem",
            "brak",
        ])
        || lower.contains('%') && lower.bytes().any(|byte| byte.is_ascii_digit())
        || plain_words(lower).any(|word| TELLING.contains(word))
}

/// The same without the signs at its start: a leading `>` compares nothing.
pub(crate) fn states_behind_signs(said: &Said<'_>) -> bool {
    let text = super::strip_signs(said.text());
    if text.len() == said.text().len() { states_an_outcome(said) } else { states_outcome(text) }
}

/// Words that are not parts of a path or a name with dots in it.
fn plain_words(lower: &str) -> impl Iterator<Item = &str> {
    lower.split_whitespace().filter(|token| !token.starts_with('/') && !token.contains("://")).flat_map(words)
}

/// Whether a bracketed remark states an outcome: "(no unexpected errors)", "(flags working)".
pub fn bracket_states(text: &str) -> bool {
    let Some((_, inner)) = text.split_once('(') else { return false };
    let inner = inner.split(')').next().unwrap_or_default().to_lowercase();
    let last = words(&inner).last().unwrap_or_default();
    inner.starts_with("no ") || inner.starts_with("not ") || compares(&Said::of(&inner)) || TELLING.contains(last)
}

/// Whether a checklist entry or list item names a state rather than an act.
pub fn is_state(text: &str) -> bool {
    states_outcome(text)
}

/// `<`, `>`, `≤`, `≥`, `=`, `100 %` against a figure.
fn compares(said: &Said<'_>) -> bool {
    static WORDS: &Phrases =
        phrases!["below", "under", "above", "at least", "at most", "less than", "more than", "within", "exceeds"];
    has_sign(said.lower()) || said.lower().bytes().any(|byte| byte.is_ascii_digit()) && said.has(WORDS)
}

/// A sign that compares: nearly no text has one.
fn has_sign(lower: &str) -> bool {
    // The last is the first byte of `≤` and `≥`.
    if !lower.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'=' | 0xE2)) {
        return false;
    }
    let bytes = lower.as_bytes();
    for (at, c) in lower.char_indices() {
        if matches!(c, '<' | '>' | '≤' | '≥' | '=') {
            let next = lower[at + c.len_utf8()..].trim_start_matches(['=', ' ']).chars().next();
            if next.is_some_and(|c| c.is_ascii_digit() || c == '$') {
                return true;
            }
        }
        if c == '≥' || c == '≤' || (c == '=' && at > 0 && bytes[at - 1].is_ascii_alphanumeric()) {
            return true;
        }
    }
    false
}

/// Whether the text says in so many words what is to be seen.
pub fn has_outcome(text: &str) -> bool {
    says_outcome(&Said::of(text))
}

/// The same of a text that others look at too.
pub(crate) fn says_outcome(said: &Said<'_>) -> bool {
    said.has(phrases![
        "should",
        "shouldn't",
        "must",
        "expect",
        "expected",
        "expects",
        "you will see",
        "you'll see",
        "you should see",
        "healthy cluster",
        "look for",
        "sollte",
        "sollten",
        "erwartet",
        "erwartung",
        "debería",
        "deberías",
        "devrait",
        "doit",
        "deve",
        "deveria",
        "dovrebbe",
        "očakávan",
        "mal by",
        "должен",
        "должны",
        "должно",
        "期待",
        "应该",
        "应为",
        "期望",
        "はず",
    ])
}
