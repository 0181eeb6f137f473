//! Judges list items: which are steps, which only introduce, which explain.

use super::draft::Origin;
use super::entries::{
    bullet, is_figure, is_link_list, is_question, is_rating, is_statement, states_done, tells_outcome,
};
use super::walk::{Scope, Walker, forbids};
use crate::alternatives;
use crate::contexts::{self, Context};
use crate::document::{BlockKind, Item, Text};
use crate::fences::{Role, role};
use crate::shell::looks_like_command;
use crate::words::{Instruction, Said, VerbClass, instruction, phrases, states_an_outcome, strip_signs, words};

/// Lists nested deeper than this are not looked into.
const DEEPEST: u16 = 40;

impl Walker<'_> {
    /// One item, with the fence right below it when the item introduces that. Returns how many siblings it took.
    pub(super) fn item(&mut self, siblings: &[usize], at: usize, scope: &mut Scope) -> usize {
        let document = self.document;
        let block = siblings[at];
        let Some(item) = document.item(block) else { return 1 };
        let children: Vec<usize> = document.children(block).collect();
        let empty = Text::default();
        let text = children.first().and_then(|&child| document.text(child)).unwrap_or(&empty);
        let words = text.plain();
        if item.checkbox == Some(true) || item.depth > DEEPEST || item.checkbox.is_none() && is_link_list(text) {
            return 1;
        }
        if matches!(scope.context, Context::Expected | Context::Output) {
            let line = document.blocks[block].line;
            if let Some(last) = self.drafts.last_mut()
                && scope.context == Context::Expected
            {
                last.expected.push((words.into_owned(), line));
            }
            return 1;
        }
        let said = &Said::of(&words);
        let nested = if text.is_empty() { &children[..] } else { &children[1..] };
        let (fence, outside) = self.own_fence(siblings, at, nested, said, text);
        let fence_role = fence.and_then(|fence| self.role_of(fence, said));
        let runs = fence.filter(|_| matches!(fence_role, Some(Role::Commands(_) | Role::Comments)));
        let found = instruction(said.text());
        let index = self.drafts.len();
        let edits =
            fence_role == Some(Role::Config) && item.number.is_some() && said.text().trim_end().ends_with([':', '：']);
        let is_step = (runs.is_some() || edits) && !scope.context.explains()
            || self.is_step(block, item, text, said, found.as_ref(), scope);
        let mut draft = self.text_draft(
            block,
            text,
            0..text.lines.len(),
            scope,
            Origin::Item { ordered: item.number.is_some(), checkbox: item.checkbox.is_some() },
        );
        draft.instruction = found.clone();
        draft.dropped = !is_step || forbids(said.lower());
        let forbidden = draft.dropped && is_step;
        if let (Some(fence), Some(role)) = (runs, fence_role) {
            draft.fence = Some((fence, role));
            draft.span = draft.span.cover(document.blocks[fence].span);
        }
        if let (Some(fence), Some(Role::Config)) = (fence, fence_role) {
            draft.configs.push(fence);
        }
        draft.rollback |= contexts::is_rollback(said);
        draft.alternative = alternatives::of_said(said).or(draft.alternative);
        if draft.dropped
            && (found.is_none() && is_statement(said.lower()) || tells_outcome(said))
            && !scope.context.explains()
        {
            let (section, line) = (scope.section, document.blocks[block].line);
            let last =
                self.last_kept().filter(|last| last.section == section && matches!(last.origin, Origin::Item { .. }));
            if let Some(last) = last {
                last.expected.push((said.text().to_owned(), line));
            }
        }
        self.add(draft);
        if !forbidden {
            self.nested(index, nested, runs, said, found.as_ref(), scope);
        }
        1 + usize::from(outside)
    }

    /// What stands inside the item, and what that means for the item itself.
    fn nested(
        &mut self,
        index: usize,
        nested: &[usize],
        runs: Option<usize>,
        whole: &Said<'_>,
        found: Option<&Instruction>,
        scope: &Scope,
    ) {
        let said = whole.text();
        let rest: Vec<usize> = nested.iter().copied().filter(|&child| Some(child) != runs).collect();
        if rest.is_empty() {
            return;
        }
        let checks =
            found.is_some_and(|found| matches!(found.class, VerbClass::Verify | VerbClass::Check | VerbClass::Observe));
        let introduces = said.trim_end().ends_with([':', '：']);
        let ends_with_check = introduces && whole.has(phrases!["validate", "verify", "check", "confirm", "monitor"]);
        let key = strip_signs(said).split(':').next().unwrap_or_default();
        let titles = introduces || words(said).nth(5).is_none();
        let label_context = if titles { contexts::of_said(whole) } else { Context::Neutral };
        let inner = Scope {
            context: match (scope.context, label_context) {
                (Context::ExplainAll, _) => Context::ExplainAll,
                (_, Context::Explain | Context::ExplainAll | Context::Expected | Context::Output)
                    if runs.is_none() && found.is_none() =>
                {
                    label_context
                }
                (outer, Context::Act | Context::Verify) if outer != Context::Explain && !key.is_empty() => {
                    outer_or(outer, label_context)
                }
                (outer, _) => outer,
            },
            intro: Some((said.trim_end_matches(':').to_owned(), self.drafts[index].line)),
            alternative: scope.alternative.clone(),
            conditional: (found.is_some_and(|found| found.condition.is_some()) || alternatives::is_conditional(whole))
                .then(|| said.trim_end_matches(':').to_owned())
                .or_else(|| scope.conditional.clone()),
            rollback: scope.rollback || contexts::is_rollback(whole),
            section: scope.section,
            objects: (checks && introduces) || ends_with_check,
            stated: (self.drafts[index].origin == Origin::Item { ordered: false, checkbox: true }
                && states_an_outcome(whole))
            .then(|| said.to_owned()),
            told: introduces && found.is_some_and(|found| found.class == VerbClass::Notify),
            held: None,
        };
        let own_command =
            runs.is_some() || self.drafts[index].codes.iter().any(|(code, _)| looks_like_command(code, false));
        self.blocks(&rest, inner);
        let mut carried = 0;
        let mut checked = 0;
        for child in self.drafts[index + 1..]
            .iter()
            .filter(|child| !child.dropped && matches!(child.origin, Origin::Item { .. }))
        {
            carried += 1;
            let class = child.instruction.as_ref().map(|found| found.class);
            checked += usize::from(matches!(class, Some(VerbClass::Verify | VerbClass::Check | VerbClass::Observe)));
        }
        let children = self.drafts[index + 1..].iter().filter(|child| !child.dropped).count();
        let waits = found.is_some_and(|found| found.class == VerbClass::Wait);
        let acts = found.is_some_and(|found| found.sure && matches!(found.class, VerbClass::Act | VerbClass::Look))
            && !introduces
            && carried > 0
            && carried == checked;
        let by_items = carried > 0 && !own_command && !waits && !acts;
        let by_fences = carried == 0 && children > 0 && !own_command && introduces;
        if by_items || by_fences {
            self.drafts[index].dropped = true;
        }
    }

    /// The fence that the item only introduces: its first, or the one right below the list; and whether that is outside.
    fn own_fence(
        &self,
        siblings: &[usize],
        at: usize,
        nested: &[usize],
        said: &Said<'_>,
        text: &Text,
    ) -> (Option<usize>, bool) {
        let document = self.document;
        let is_fence = |block: usize| matches!(document.blocks[block].kind, BlockKind::Fence(_));
        if let Some(&first) = nested.first()
            && is_fence(first)
        {
            return (Some(first), false);
        }
        // A plain sentence between the item's words and its fence still introduces it.
        if let [paragraph, fence, ..] = nested
            && is_fence(*fence)
            && document.text(*paragraph).is_some_and(|text| {
                let words = text.plain();
                instruction(&words).is_none_or(|found| found.condition.is_none())
                    && !introduces_output(&Said::of(&words))
            })
            && self.role_of(*fence, said).is_some_and(|role| matches!(role, Role::Commands(_) | Role::Comments))
        {
            return (Some(*fence), false);
        }
        if !nested.is_empty() {
            return (None, false);
        }
        let Some(&next) = siblings.get(at + 1) else { return (None, false) };
        if !is_fence(next) {
            return (None, false);
        }
        let last_line = text.lines.last().map_or(0, |line| line.line);
        let close = document.blocks[next].line <= last_line + 1 || said.text().trim_end().ends_with([':', '：']);
        let takes = close && self.role_of(next, said).is_some_and(|role| !matches!(role, Role::Output | Role::Text));
        if takes { (Some(next), true) } else { (None, false) }
    }

    fn role_of(&self, block: usize, intro: &Said<'_>) -> Option<Role> {
        match &self.document.blocks[block].kind {
            BlockKind::Fence(fence) if !crate::attributes::excludes(&fence.info) => Some(role(fence, intro.lower())),
            _ => None,
        }
    }

    fn is_step(
        &self,
        block: usize,
        item: &Item,
        text: &Text,
        whole: &Said<'_>,
        found: Option<&Instruction>,
        scope: &Scope,
    ) -> bool {
        let said = whole.text();
        let trimmed = strip_signs(said);
        if item.checkbox == Some(false) {
            return !trimmed.is_empty();
        }
        if trimmed.is_empty() || scope.context.explains() || is_question(trimmed.split("; ").next().unwrap_or(trimmed))
        {
            return false;
        }
        let commands = text.lines.iter().flat_map(|line| line.codes()).any(|code| looks_like_command(code, false));
        if scope.context == Context::Approval {
            return whole.has(phrases!["approval", "approve", "approved", "sign-off", "signoff", "sign off"]);
        }
        if scope.objects && !commands {
            return found.is_some_and(|found| {
                found.sure && found.at < 12 && !matches!(found.class, VerbClass::Policy | VerbClass::Refer)
            }) && !states_an_outcome(whole);
        }
        let refers = found.is_some_and(|found| {
            found.class == VerbClass::Refer && (found.condition.is_none() || scope.context == Context::Neutral)
        });
        if refers && !commands {
            return false;
        }
        if is_figure(trimmed) || is_rating(trimmed) || item.depth > 1 && tells_outcome(whole) {
            return false;
        }
        if found.is_none() && states_an_outcome(whole) && self.in_checklist(scope.section, trimmed) {
            return true;
        }
        if item.number.is_some() {
            self.ordered(block, item, whole, found, scope, commands)
        } else {
            bullet(text, whole, found, scope, commands)
        }
    }

    fn ordered(
        &self,
        block: usize,
        item: &Item,
        said: &Said<'_>,
        found: Option<&Instruction>,
        scope: &Scope,
        commands: bool,
    ) -> bool {
        if found.is_some() || commands || scope.context == Context::Verify {
            return true;
        }
        let lower = said.lower();
        if lower.starts_with("you should") || lower.starts_with("you will") {
            return true;
        }
        if is_statement(lower) && !states_done(said) {
            return false;
        }
        // Among siblings none of which asks for anything, a number only counts.
        scope.context == Context::Act || self.list_asks(block, item)
    }

    /// Whether the section is a checklist by its title; or, for an entry "Backups: taken", one that it stands in.
    fn in_checklist(&self, section: usize, said: &str) -> bool {
        let keyed = said.starts_with(char::is_uppercase)
            && said.split_once(": ").is_some_and(|(key, _)| key.split_whitespace().count() <= 3);
        let mut at = Some(section);
        while let Some(index) = at.filter(|&index| keyed || index == section) {
            let section = &self.document.sections[index];
            if Said::of(&section.title).has(phrases!["checklist", "check list", "readiness", "go/no-go"]) {
                return true;
            }
            at = section.parent;
        }
        false
    }

    /// Whether an item of the same list, near this one, gives an instruction.
    fn list_asks(&self, block: usize, item: &Item) -> bool {
        const NEAR: usize = 12;
        let document = self.document;
        let same = |at: usize| document.item(at).is_some_and(|other| other.list == item.list);
        let asks = |at: usize| {
            document
                .item_text(at)
                .is_some_and(|text| instruction(&text.plain()).is_some_and(|found| found.class != VerbClass::Refer))
        };
        let mut after = block;
        for _ in 0..NEAR {
            after = document.blocks[after].end;
            if after >= document.blocks.len() || !same(after) {
                break;
            }
            if asks(after) {
                return true;
            }
        }
        let from = block.saturating_sub(NEAR * 3);
        (from..block).any(|at| same(at) && asks(at))
    }

    fn text_draft(
        &self,
        block: usize,
        text: &Text,
        lines: std::ops::Range<usize>,
        scope: &Scope,
        origin: Origin,
    ) -> super::Draft {
        let mut draft = self.draft(origin, block, scope);
        draft.words = text.lines[lines.clone()].iter().map(|line| (line.text.trim().to_owned(), line.line)).collect();
        draft.codes = text.lines[lines.clone()]
            .iter()
            .flat_map(|line| line.codes().map(|code| (code.to_owned(), line.line)))
            .collect();
        draft.flow = text.lines[lines]
            .iter()
            .find_map(|line| Some((line.links().find(|to| is_flow(to))?.to_owned(), line.line)));
        draft
    }
}

/// A link to a `.hurl` file of the repository.
fn is_flow(target: &str) -> bool {
    target.ends_with(".hurl") && !target.contains("://")
}

fn outer_or(outer: Context, own: Context) -> Context {
    if outer == Context::Neutral || own == Context::Verify { own } else { outer }
}

/// "Output:" above a fence.
fn introduces_output(said: &Said<'_>) -> bool {
    contexts::is_output(said, said.lower().trim_end_matches(':'))
}
