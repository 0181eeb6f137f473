//! The way back that a sentence names for a failure.

use std::sync::LazyLock;

use callsheet_diag::SourceText;
use regex::Regex;

use super::{conclusion, section_at};
use crate::document::{BlockKind, Document};
use crate::model::{Procedure, Step};

/// A condition that is about a failure of what was done, not about a figure in operation.
static FAILS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let when = r"\b(?:if|when|whenever|should|in case|on|upon)\b";
    let not = r"(?:does(?: not|n't|n’t)|do(?: not|n't|n’t)|is(?: not|n't|n’t)|are(?: not|n't|n’t))";
    let well = r"(?:pass|succeed|work|start|come up|become (?:ready|healthy)|healthy|ready|green)";
    Regex::new(&format!(
        r"(?i){when}[^.;]*?\b(?:fail(?:s|ed|ure|ures)?|goes wrong|went wrong|breaks|unhealthy|{not} {well})\b"
    ))
    .ok()
});

/// A failure of anything in the procedure, not of the step above.
static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let these = r"(?:these|them|the (?:steps|checks|commands))";
    Regex::new(&format!(
        r"(?i)\b(?:anything|something|any (?:step|check|command|part|point|of {these})|a step|one of {these})\b"
    ))
    .ok()
});

static BACK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\broll(?:ing)?[ -]?back\b|\brevert\b|\bback ?out\b").ok());

/// It forbids going back, or is about a way back that fails itself.
static NOT_BACK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let no = r"\b(?:not|never|don't|don’t|without|avoid|instead of)\b[^.,;:]*?\b(?:roll|revert|back ?out)";
    let broken = r"\b(?:roll(?:ing)?[ -]?back|revert)(?: itself| also)? (?:fail|break|goes wrong|went wrong|does(?: not|n't|n’t))";
    Regex::new(&format!("(?i){no}|{broken}")).ok()
});

static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\]\(#([^)\s]+)\)").ok());

/// A procedure that goes back.
struct Way {
    slug: String,
    parent: Option<String>,
}

impl Way {
    fn of(procedure: &Procedure) -> Way {
        Way { slug: procedure.slug.clone(), parent: procedure.parent.clone() }
    }
}

/// Adds where the failure of a step leads, where a sentence says so.
pub(super) fn tie(document: &Document, source: &SourceText, procedures: &mut [Procedure]) {
    let ways: Vec<Way> = procedures.iter().filter(|one| one.rollback).map(Way::of).collect();
    if ways.is_empty() {
        return;
    }
    let Some(fails) = FAILS.as_ref() else { return };
    for block in &document.blocks {
        let BlockKind::Paragraph(_) = &block.kind else { continue };
        let text = source.slice(block.span);
        let mut from = 0;
        for sentence in text.split_inclusive(['.', '!', '?', ';']) {
            let at = block.span.start + from;
            from += sentence.len();
            let folded = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
            if fails.is_match(&folded) {
                lead_back(document, source, &ways, procedures, (at, &folded));
            }
        }
    }
}

/// The tie that one sentence about a failure makes, given where it begins.
fn lead_back(
    document: &Document,
    source: &SourceText,
    ways: &[Way],
    procedures: &mut [Procedure],
    said: (usize, &str),
) {
    let (at, sentence) = said;
    if NOT_BACK.as_ref().is_some_and(|not| not.is_match(sentence)) {
        return;
    }
    let section = &document.sections[section_at(document, at)].span;
    let here = |step: &Step| (section.start..section.end.max(section.start + 1)).contains(&step.span.start);
    let Some(procedure) = procedures.iter_mut().find(|one| !one.rollback && one.steps.iter().any(here)) else { return };
    let linked = linked(sentence, ways);
    // "If it fails, roll back:" above a block of its own names that block.
    let own = |step: &Step| step.rollback && step.runs.is_some() && (step.span.start..step.span.end).contains(&at);
    if linked.is_none() && procedure.steps.iter().any(own) {
        return;
    }
    let Some(way) = linked.or_else(|| named(sentence, ways, &procedure.slug)) else { return };
    let (slug, line) = (format!("#{}", way.slug), source.line_of(at + leading(source, at)));
    let free = |step: &Step| {
        step.runs.is_some()
            && step.attributes.rollback.is_none()
            && !step.inferred.iter().any(|one| one.field == "rollback_to")
    };
    if ANY.as_ref().is_some_and(|any| any.is_match(sentence)) {
        let all = procedure.steps.iter_mut().filter(|step| free(step) && !step.rollback);
        all.for_each(|step| conclusion(step, "rollback_to", slug.clone(), line));
        return;
    }
    // The step that the words belong to or stand below, and none before it.
    let mut above = procedure.steps.iter_mut().filter(|step| step.span.start <= at && here(step));
    let Some(step) = above.rfind(|step| step.runs.is_some()) else { return };
    if free(step) && (!step.rollback || at < step.span.end) {
        conclusion(step, "rollback_to", slug, line);
    }
}

/// White space before the first word at this place, in bytes.
fn leading(source: &SourceText, at: usize) -> usize {
    let rest = &source.text()[at..];
    rest.len() - rest.trim_start().len()
}

fn linked<'w>(sentence: &str, ways: &'w [Way]) -> Option<&'w Way> {
    let links = LINK.as_ref()?;
    links.captures_iter(sentence).find_map(|link| ways.iter().find(|way| way.slug == link[1]))
}

/// The way back that the words can only mean: the procedure's own, or the only one of the file.
fn named<'w>(sentence: &str, ways: &'w [Way], procedure: &str) -> Option<&'w Way> {
    if !BACK.as_ref()?.is_match(sentence) {
        return None;
    }
    let own: Vec<&Way> = ways.iter().filter(|way| way.parent.as_deref() == Some(procedure)).collect();
    match (own.as_slice(), ways) {
        ([only], _) => Some(*only),
        ([], [only]) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{BACK, check};

    #[test]
    fn a_sentence_names_the_way_back() {
        let deploy = |words: &str| {
            format!(
                "# T\n\n## Deploy\n\n1. Build:\n\n   ```bash\n   make a\n   ```\n\n2. Smoke test:\n\n   ```bash\n   make b\n   ```\n\n{words}\n{BACK}"
            )
        };
        check(
            &deploy("   If the smoke test fails, go to [Rollback](#rollback)."),
            &["smoke-test rollback_to #rollback 17"],
        );
        check(
            &deploy("If anything fails, roll back."),
            &["build rollback_to #rollback 17", "smoke-test rollback_to #rollback 17"],
        );
        check(&deploy("3. If it does not pass, roll back."), &["smoke-test rollback_to #rollback 17"]);
        check(
            &deploy(
                "3. Verify it. If it does not work, the [rollback](#rollback) brings the one before back.\n\n   ```bash\n   make c\n   ```",
            ),
            &["verify-it-if-it-does-not-work-the-rollback-brings-the-one-before-back rollback_to #rollback 17"],
        );
        check(&deploy("If more than 5 % of requests are slow, roll back."), &[]);
        check(&deploy("If the smoke test fails, call the owner."), &[]);
        for words in [
            "Do not roll back if the migration fails.",
            "Never roll back when the smoke test fails.",
            "If the rollback fails, call the owner.",
            "If it fails, mend it instead of rolling back.",
        ] {
            check(&deploy(words), &[]);
        }
        let one = "If the smoke test fails for any reason, roll back.";
        check(&deploy(one), &["smoke-test rollback_to #rollback 17"]);
        check(
            &deploy(&format!("If it fails, roll back.\n{}", BACK.replace("## Rollback", "## Roll back the data"))),
            &[],
        );
    }
}
