//! The "To undo:" right below a step.

use std::sync::LazyLock;

use regex::Regex;

use super::{conclusion, section_at};
use crate::document::{Block, BlockKind, Document};
use crate::model::{Attributes, Inferred, Step};

/// A label that introduces nothing but the undoing of the step above it.
static UNDOES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let act = r"undo(?:ing)?|revert(?:ing)?|roll(?:ing)? ?back|back(?:ing)? ?out|go(?:ing)? back";
    let what = r"it|this|this step|the step|step \d+|the change|the migration|the deploy(?:ment)?";
    Regex::new(&format!(r"(?i)^(?:how )?(?:to )?(?:{act})(?: (?:{what}))?(?: (?:with|by|run|use))?\s*:?$")).ok()
});

/// Makes one step of the blocks that stand below one "To undo:" without a word between them: they undo together.
pub(super) fn join(document: &Document, steps: &mut Vec<Step>) {
    let mut at = 1;
    while at + 1 < steps.len() {
        if undoes(document, &steps[at - 1], &steps[at]) && is_more_of(document, &steps[at], &steps[at + 1]) {
            let more = steps.remove(at + 1);
            absorb(&mut steps[at], more);
        } else {
            at += 1;
        }
    }
}

pub(super) fn tie(document: &Document, steps: &mut [Step]) {
    for at in 1..steps.len() {
        let (before, rest) = steps.split_at_mut(at);
        let (done, undoing) = (&mut before[at - 1], &rest[0]);
        if done.attributes.undo.is_none() && undoes(document, done, undoing) {
            conclusion(done, "undo", undoing.id.to_string(), undoing.at.line);
        }
    }
}

/// Whether a step's own words say that it undoes the one above it, rather than those of the section it is in.
fn undoes(document: &Document, done: &Step, undoing: &Step) -> bool {
    let Some(label) = UNDOES.as_ref() else { return false };
    let section = section_at(document, undoing.span.start);
    !done.rollback
        && done.runs.is_some()
        && undoing.runs.is_some()
        && label.is_match(undoing.title.trim())
        && !label.is_match(document.sections[section].title.trim())
        && section_at(document, done.span.start) == section
        && !is_item(document, undoing)
}

/// Whether a step is one more block right below another, of which nobody wrote or said anything.
fn is_more_of(document: &Document, step: &Step, more: &Step) -> bool {
    let between = |block: &Block| {
        !matches!(block.kind, BlockKind::Fence(_)) && (step.span.end..more.span.end).contains(&block.span.start)
    };
    more.attributes == Attributes::default()
        && more.runs == step.runs
        && more.interactive == step.interactive
        && !document.blocks.iter().any(between)
}

fn absorb(step: &mut Step, more: Step) {
    let acts = step.acts.len();
    step.span.end = step.span.end.max(more.span.end);
    step.acts.extend(more.acts);
    step.expects.extend(more.expects.into_iter().map(|mut expect| {
        expect.act = expect.act.map(|act| act + acts);
        expect
    }));
    step.params.extend(more.params);
    step.danger.extend(more.danger);
    let adds = |one: &Inferred| matches!(&*one.field, "expects" | "params" | "danger");
    step.inferred.extend(more.inferred.into_iter().filter(adds));
}

/// Whether the step is an entry of a list: then it is a step in its turn.
fn is_item(document: &Document, step: &Step) -> bool {
    document.blocks.iter().any(|block| block.line == step.at.line && matches!(block.kind, BlockKind::Item(_)))
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use super::super::tests::check;

    #[test]
    fn a_label_right_below_a_step_undoes_it() {
        let text = "# T\n\n1. Migrate:\n\n   ```bash\n   make up\n   ```\n\n   To undo:\n\n   ```bash\n   make down\n   ```\n\n2. Deploy:\n\n   ```bash\n   make go\n   ```\n";
        check(text, &["migrate undo to-undo 11"]);
        check(&text.replace("To undo:", "Rollback:"), &["migrate undo rollback 11"]);
        check(&text.replace("To undo:", "Undo this step with:"), &["migrate undo undo-this-step-with 11"]);
        check(&text.replace("```bash\n   make up", "```bash {undo=no}\n   make up"), &[]);
        check(&text.replace("```bash\n   make up", "```bash {undo=to-undo}\n   make up"), &[]);
    }

    #[test]
    fn a_step_in_its_turn_undoes_nothing() {
        check(
            "# T\n\n1. Migrate:\n\n   ```bash\n   make up\n   ```\n\n2. Roll back:\n\n   ```bash\n   make down\n   ```\n",
            &[],
        );
        check(
            "# T\n\n```bash\nmake up\n```\n\nRoll back the web tier by hand if users complain:\n\n```bash\nmake down\n```\n",
            &[],
        );
    }

    #[test]
    fn blocks_below_one_label_undo_together() {
        let text = "# T\n\n1. Migrate:\n\n   ```bash\n   make up\n   ```\n\n   To undo:\n\n   ```bash\n   make down\n   ```\n\n   ```bash\n   make sure\n   ```\n\n2. Deploy:\n\n   ```bash\n   make go\n   ```\n";
        let steps = |text: &str| {
            let reading = crate::read(&SourceText::new("a.md", text));
            let acts = |step: &crate::model::Step| step.acts.iter().map(|act| act.command.clone()).collect::<Vec<_>>();
            reading.runbook.procedures[0].steps.iter().map(acts).collect::<Vec<_>>()
        };
        check(text, &["migrate undo to-undo 11"]);
        assert_eq!(steps(text), [vec!["make up"], vec!["make down", "make sure"], vec!["make go"]]);
        let written = text.replace("```bash\n   make up", "```bash {undo=to-undo}\n   make up");
        assert_eq!(steps(&written).len(), 3);
        let named = text.replace("```bash\n   make sure", "```bash {name=look}\n   make sure");
        assert_eq!(steps(&named).len(), 4, "somebody made it a step of its own");
        let said = text.replace("   ```bash\n   make sure", "   Then look:\n\n   ```bash\n   make sure");
        assert_eq!(steps(&said).len(), 4);
    }

    #[test]
    fn the_blocks_of_a_section_about_going_back_undo_no_other() {
        check("# T\n\n## Go back\n\n```bash\nmake a\n```\n\n```bash\nmake b\n```\n\n```bash\nmake c\n```\n", &[]);
    }
}
