//! Goes through the sections in order.

use callsheet_diag::Span;

use super::draft::{Draft, Origin};
use super::headings;
use crate::alternatives::{self, Label};
use crate::contexts::{self, Context};
use crate::document::{BlockKind, Document, Text};
use crate::fences::{Role, role};
use crate::words::{Said, phrases};

/// All steps of the document, in order of place.
pub(crate) fn drafts(document: &Document) -> Vec<Draft> {
    let titles: Vec<Titled> = document.sections.iter().map(|section| Titled::of(&section.title)).collect();
    let contexts = section_contexts(document, &titles);
    let mut walker = Walker::new(document, contexts, titles);
    for section in 0..document.sections.len() {
        walker.section(section);
    }
    let mut drafts = walker.drafts;
    drafts.retain(|draft| !draft.dropped);
    headings::add(document, &walker.contexts, &mut drafts);
    super::overview::drop_overview(document, &mut drafts);
    drafts.sort_by_key(|draft| (draft.line, draft.span.start));
    drafts.dedup_by(|later, earlier| later.line == earlier.line);
    drafts
}

/// What a section's title says by itself.
pub(super) struct Titled {
    context: Context,
    rollback: bool,
    conditional: bool,
    alternative: Option<Label>,
}

impl Titled {
    fn of(title: &str) -> Titled {
        let said = Said::of(title);
        Titled {
            context: contexts::of_said(&said),
            rollback: contexts::is_rollback(&said),
            conditional: alternatives::is_conditional(&said),
            alternative: alternatives::of_said(&said),
        }
    }
}

fn section_contexts(document: &Document, titles: &[Titled]) -> Vec<Context> {
    let mut contexts: Vec<Context> = Vec::with_capacity(document.sections.len());
    for (section, titled) in document.sections.iter().zip(titles) {
        let own = if section.level == 0 { Context::Neutral } else { titled.context };
        let inherited = section.parent.map_or(Context::Neutral, |parent| contexts[parent]);
        let parent_level = section.parent.map_or(0, |parent| document.sections[parent].level);
        contexts.push(match (inherited, own) {
            (Context::ExplainAll, _) => Context::ExplainAll,
            (Context::Explain, Context::Neutral | Context::Explain) if parent_level > 1 => Context::Explain,
            (Context::Reference, Context::Neutral | Context::Act) => Context::Reference,
            (Context::Expected | Context::Output, own) => own,
            (inherited, Context::Neutral) if parent_level > 1 => inherited,
            // The title of the whole file says little about its parts.
            (_, own) if section.level == 1 && !matches!(own, Context::Act | Context::Neutral) => Context::Neutral,
            (_, own) => own,
        });
    }
    contexts
}

/// What holds for the blocks that come next.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) section: usize,
    pub(super) context: Context,
    /// The words just above: a label, or a sentence that introduces.
    pub(super) intro: Option<(String, u32)>,
    pub(super) alternative: Option<Label>,
    pub(super) conditional: Option<String>,
    pub(super) rollback: bool,
    /// The item that the blocks stand in is itself a check whose children name its objects.
    pub(super) objects: bool,
    /// The checklist entry above, when it states a condition: its parts are conditions too.
    pub(super) stated: Option<String>,
    /// The item above asks to tell people: the items below name them.
    pub(super) told: bool,
    /// What held before a sentence introduced the next list or fence; held again after it.
    pub(super) held: Option<(Context, Option<String>)>,
}

impl Scope {
    /// A sentence's introduction holds for one list or fence; a label or heading holds on.
    pub(super) fn end_introduction(&mut self, base: Context) {
        if let Some((context, conditional)) = self.held.take() {
            self.context = context;
            self.conditional = conditional;
        }
        if matches!(self.context, Context::Expected | Context::Output) {
            self.context = base;
        }
        self.intro = None;
    }

    /// What a label explains ends with the table or the bullets below it: "Triggers:" says nothing about the steps after them.
    fn end_explanation(&mut self, base: Context) {
        if self.context.explains() {
            self.context = base;
        }
    }
}

pub(super) struct Walker<'a> {
    pub(super) document: &'a Document,
    pub(super) contexts: Vec<Context>,
    titles: Vec<Titled>,
    pub(super) drafts: Vec<Draft>,
    /// The last draft that is not dropped: what drops one later adds kept ones behind it.
    kept: Option<usize>,
}

impl<'a> Walker<'a> {
    fn new(document: &'a Document, contexts: Vec<Context>, titles: Vec<Titled>) -> Walker<'a> {
        Walker { document, contexts, titles, drafts: Vec::new(), kept: None }
    }

    fn section(&mut self, section: usize) {
        let document = self.document;
        let mut path = vec![section];
        while let Some(parent) = document.sections[path[path.len() - 1]].parent {
            path.push(parent);
        }
        let rollback =
            path.iter().any(|&at| self.titles[at].rollback && (document.sections[at].level > 1 || at == section));
        let scope = Scope {
            section,
            context: self.contexts[section],
            intro: None,
            alternative: path.iter().find_map(|&at| self.titles[at].alternative.clone()),
            conditional: path
                .iter()
                .find(|&&at| self.titles[at].conditional)
                .map(|&at| document.sections[at].title.clone()),
            rollback,
            objects: false,
            stated: None,
            told: false,
            held: None,
        };
        let blocks: Vec<usize> = document.section_blocks(section).collect();
        self.blocks(&blocks, scope);
    }

    /// Blocks that follow one another in one container.
    pub(super) fn blocks(&mut self, blocks: &[usize], base: Scope) {
        let mut scope = base.clone();
        let mut at = 0;
        while at < blocks.len() {
            let block = blocks[at];
            let mut used = 1;
            if self.document.admonition(block).is_none() {
                match &self.document.blocks[block].kind {
                    BlockKind::Paragraph(text) => {
                        self.paragraph(block, text, blocks.get(at + 1).copied(), &base, &mut scope)
                    }
                    BlockKind::Fence(_) => {
                        self.code(block, &mut scope);
                        scope.end_introduction(base.context);
                    }
                    BlockKind::Item(_) => {
                        used = self.item(blocks, at, &mut scope);
                        let next = blocks.get(at + used);
                        if next.is_none_or(|&next| self.document.item(next).is_none()) {
                            scope.end_introduction(base.context);
                        } else if next.is_some_and(|&next| self.begins_steps(block, next)) {
                            scope.end_explanation(base.context);
                        }
                    }
                    BlockKind::Rule => scope = Scope { intro: None, ..base.clone() },
                    BlockKind::Table(table) => {
                        self.table(table, scope.section);
                        scope.end_introduction(base.context);
                        scope.end_explanation(base.context);
                    }
                    BlockKind::Html | BlockKind::Quote { .. } | BlockKind::Heading { .. } => {}
                }
            }
            at += used.max(1);
        }
    }

    /// A code block that stands by itself.
    pub(super) fn code(&mut self, block: usize, scope: &mut Scope) -> bool {
        let document = self.document;
        let BlockKind::Fence(fence) = &document.blocks[block].kind else { return false };
        let said = Said::of(scope.intro.as_ref().map_or("", |(words, _)| words.as_str()));
        let role = role(fence, said.lower());
        if crate::attributes::excludes(&fence.info) || forbids(said.lower()) {
            return false;
        }
        let is_shell = matches!(role, Role::Commands(_));
        if matches!(scope.context, Context::Output)
            || matches!(scope.context, Context::Expected) && !(is_shell && has_typed(fence))
        {
            self.follow_output(fence);
            scope.context = self.contexts[scope.section];
            return false;
        }
        match role {
            Role::Commands(_) | Role::Comments => {
                if scope.context == Context::ExplainAll || scope.context == Context::Explain && !is_shell {
                    return false;
                }
                let mut draft = self.draft(Origin::Fence, block, scope);
                draft.fence = Some((block, role));
                draft.intro = scope.intro.clone();
                self.add(draft);
                true
            }
            Role::Output => {
                self.follow_output(fence);
                false
            }
            Role::Text
                if self.drafts.last().is_some_and(|last| self.is_just_above(last, block)) && intro_is_output(&said) =>
            {
                self.follow_output(fence);
                false
            }
            Role::Config => {
                let section = scope.section;
                if let Some(last) = self.drafts.last_mut()
                    && last.section == section
                    && last.fence.is_none()
                    && !last.dropped
                {
                    last.configs.push(block);
                }
                false
            }
            Role::Text | Role::Empty => false,
        }
    }

    pub(super) fn add(&mut self, draft: Draft) {
        if !draft.dropped {
            self.kept = Some(self.drafts.len());
        }
        self.drafts.push(draft);
    }

    /// The last draft that is not dropped.
    pub(super) fn last_kept(&mut self) -> Option<&mut Draft> {
        self.kept.map(|at| &mut self.drafts[at])
    }

    /// A table with a column of what is expected tells the outcome of the step above.
    fn table(&mut self, table: &crate::document::Table, section: usize) {
        let column = table.header.iter().find(|cell| {
            let words = cell.text.plain();
            let said = Said::of(&words);
            let lower = said.lower();
            contexts::is_expected(&said)
                || phrases!["erwart", "attendu", "esperado", "atteso", "očakáv", "ожида", "期待", "期望"]
                    .stand_in(lower)
        });
        if let (Some(cell), Some(last)) = (column, self.drafts.last_mut())
            && last.section == section
        {
            last.expected.push((cell.text.plain().into_owned(), cell.line));
        }
    }

    /// Whether a numbered list begins right after one of bullets.
    fn begins_steps(&self, above: usize, next: usize) -> bool {
        match (self.document.item(above), self.document.item(next)) {
            (Some(above), Some(next)) => above.number.is_none() && next.number.is_some() && above.list != next.list,
            _ => false,
        }
    }

    fn is_just_above(&self, draft: &Draft, block: usize) -> bool {
        draft.section == self.document.blocks[block].section && draft.fence.is_some()
    }

    fn follow_output(&mut self, fence: &crate::document::Fence) {
        let line = fence.lines.first().map_or(0, |line| line.line);
        if let Some(last) = self.drafts.last_mut() {
            last.outputs.push((fence.body(), line));
        }
    }

    pub(super) fn draft(&self, origin: Origin, block: usize, scope: &Scope) -> Draft {
        let block = &self.document.blocks[block];
        Draft {
            origin,
            section: scope.section,
            span: block.span,
            line: block.line,
            words: Vec::new(),
            codes: Vec::new(),
            flow: None,
            fence: None,
            intro: None,
            configs: Vec::new(),
            instruction: None,
            context: scope.context,
            expected: Vec::new(),
            outputs: Vec::new(),
            alternative: scope.alternative.clone(),
            conditional: scope.conditional.clone(),
            rollback: scope.rollback,
            stated: scope.stated.clone(),
            told: scope.told,
            dropped: false,
        }
    }

    pub(super) fn span_of(&self, text: &Text, lines: std::ops::Range<usize>) -> Span {
        let first = text.lines[lines.start].span;
        let last = text.lines[lines.end - 1].span;
        first.cover(last)
    }
}

fn has_typed(fence: &crate::document::Fence) -> bool {
    fence.lines.iter().any(|line| line.text.trim_start().starts_with("$ "))
}

fn intro_is_output(intro: &Said<'_>) -> bool {
    contexts::is_output(intro, intro.lower().trim_end_matches(':')) || contexts::is_expected(intro)
}

/// Whether the words above a fence say that it must not be run.
pub(super) fn forbids(intro: &str) -> bool {
    let intro = intro.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '❌');
    intro.starts_with('❌')
        || phrases![
            "do not ",
            "don't ",
            "never ",
            "bad:",
            "bad ",
            "wrong",
            "avoid ",
            "incorrect",
            "anti-pattern",
            "not like this",
            "nicht ",
        ]
        .begin(intro)
}
