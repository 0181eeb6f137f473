//! Judges running text: labels, introductions, statements of outcome, and sentences that ask for an act.

use std::borrow::Cow;

use super::draft::{Draft, Origin};
use super::lines::{is_key, is_label, is_whole_bold, join, units};
use super::sentences::{answers, asks, is_afterthought};
use super::walk::{Scope, Walker};
use crate::alternatives;
use crate::contexts::{self, Context};
use crate::document::{BlockKind, Text, TextLine};
use crate::fences::{Role, role};
use crate::words::{Said, VerbClass, has_outcome, instruction, instructions_in, phrases, sentences, states_outcome};

impl Walker<'_> {
    /// A paragraph outside lists or further down in an item.
    pub(super) fn paragraph(
        &mut self,
        block: usize,
        text: &Text,
        next: Option<usize>,
        base: &Scope,
        scope: &mut Scope,
    ) {
        let units = units(text);
        let count = units.len();
        for (index, lines) in units.into_iter().enumerate() {
            let next = if index + 1 == count { next } else { None };
            self.unit(block, text, lines, next, base, scope);
        }
    }

    fn unit(
        &mut self,
        block: usize,
        text: &Text,
        lines: std::ops::Range<usize>,
        next: Option<usize>,
        base: &Scope,
        scope: &mut Scope,
    ) {
        let all = one_line(&text.lines[lines.clone()]);
        let said = &Said::of(&all);
        let first = &text.lines[lines.start];
        let stands = self.stands_for_config(said, next);
        if (!stands || is_whole_bold(first)) && is_label(&all, first, lines.len()) {
            self.label(said, first.line, base, scope);
            return;
        }
        let introduces = next.is_some_and(|next| self.introduces(said, next));
        let tabled = next.is_some_and(|next| matches!(self.document.blocks[next].kind, BlockKind::Table(_)));
        if lines.len() == 1 && next.is_some_and(|next| self.titles_list(said, next)) {
            self.label(said, first.line, base, scope);
            return;
        }
        if let Some((lead, rest)) = first.lead().map(|(lead, rest)| (lead.to_owned(), rest)) {
            let context = contexts::of_title(&lead);
            if first.text[first.text.len().min(rest)..].trim().is_empty() || !is_key(first, &lead) {
                // Emphasis at the start of a sentence.
            } else {
                return self.lead(block, text, lines, &lead, context, introduces, scope);
            }
        }
        if contexts::is_expected(said) || contexts::is_output(said, said.lower().trim_end_matches(':')) {
            self.label(said, first.line, base, scope);
            if !introduces {
                self.follow_statement(&all, first.line, scope);
                let scope = Scope { context: base.context, ..scope.clone() };
                self.acts_of(block, text, lines, &scope, |at, found| at > 0 && found.condition.is_some());
            }
            return;
        }
        if introduces && !stands {
            self.acts_before(block, text, lines, scope);
            self.introduce(said, first.line, base, scope);
            return;
        }
        if stands || tabled || !all.trim_end().ends_with([':', '：']) {
            self.sentences(block, text, lines, scope, stands);
        }
        if stands || all.ends_with(':') {
            self.introduce(said, first.line, base, scope);
        } else {
            scope.intro = None;
        }
    }

    /// A bold line, or a line that ends with a colon and says no more.
    fn label(&mut self, said: &Said<'_>, line: u32, base: &Scope, scope: &mut Scope) {
        let mut context = contexts::of_said(said);
        let (words, lower) = (said.text(), said.lower());
        let troubles = ["issues", "failures", "errors", "problems", "causes", "metrics", "activities"]
            .iter()
            .any(|end| lower.trim_end_matches([':', ' ']).ends_with(end));
        if troubles && context != Context::Verify {
            context = Context::Explain;
        }
        let fits = match (base.context, context) {
            (Context::ExplainAll, Context::Act | Context::Neutral) => Context::ExplainAll,
            (base, Context::Neutral) => base,
            (_, context) => context,
        };
        scope.held = None;
        scope.context = fits;
        scope.intro = Some((words.trim().trim_end_matches(':').to_owned(), line));
        scope.alternative = alternatives::of_said(said).or_else(|| base.alternative.clone());
        scope.conditional =
            alternatives::is_conditional(said).then(|| words.to_owned()).or_else(|| base.conditional.clone());
        scope.rollback = base.rollback || contexts::is_rollback(said);
    }

    /// A sentence that introduces the list or fence below it.
    fn introduce(&mut self, said: &Said<'_>, line: u32, base: &Scope, scope: &mut Scope) {
        let words = said.text();
        scope.intro = Some((words.trim().trim_end_matches(':').to_owned(), line));
        if scope.held.is_none() {
            scope.held = Some((scope.context, scope.conditional.clone()));
        }
        let ends = words.trim_end().ends_with(':');
        let own = if ends || words.len() < 60 { contexts::of_said(said) } else { Context::Neutral };
        let found = instruction(words);
        let tells = contexts::is_automatic(said)
            || said.has(phrases![
                "in the above",
                "in this example",
                "in the example above",
                "this command will",
                "this script will",
                "the script will",
                "this will",
                "the command will",
                "assumes",
                "you need",
                "you will need",
                "required",
                "requires",
                "this means",
                "covers",
            ]) && found.is_none();
        if matches!(own, Context::Expected | Context::Output | Context::Approval | Context::Verify) && ends {
            scope.context = own;
        } else if tells {
            scope.context = Context::Explain;
        } else if own == Context::ExplainAll && words.len() < 60 {
            scope.context = Context::ExplainAll;
        } else if matches!(scope.context, Context::Expected | Context::Output) {
            scope.context = base.context;
        }
        let conditional = found.is_some_and(|found| found.condition.is_some()) || alternatives::is_conditional(said);
        scope.conditional =
            conditional.then(|| words.trim_end_matches(':').to_owned()).or_else(|| base.conditional.clone());
    }

    /// "**Fix:** run `x`".
    #[allow(clippy::too_many_arguments)]
    fn lead(
        &mut self,
        block: usize,
        text: &Text,
        lines: std::ops::Range<usize>,
        lead: &str,
        context: Context,
        introduces: bool,
        scope: &mut Scope,
    ) {
        let first = &text.lines[lines.start];
        let rest = first.lead().map_or("", |(_, rest)| &first.text[rest..]).to_owned();
        if matches!(context, Context::Expected) {
            self.follow_statement(&rest, first.line, scope);
            return;
        }
        let remedial = matches!(context, Context::Act | Context::Verify)
            && !lead.to_lowercase().contains("next")
            && !lead.to_lowercase().contains("after");
        let conditional = instruction(&format!("{lead}: {rest}")).is_some_and(|found| found.condition.is_some());
        if introduces && context.explains() {
            return;
        }
        if introduces {
            scope.intro = Some((rest, first.line));
            scope.context = if context == Context::Neutral { scope.context } else { context };
            return;
        }
        if (remedial || conditional) && scope.context != Context::ExplainAll {
            let found = instruction(&rest);
            let refers = found.as_ref().is_some_and(|found| found.class == VerbClass::Refer);
            let commands = first.codes().any(|code| crate::shell::looks_like_command(code, true));
            if (found.is_some() && !refers) || commands {
                let mut draft = self.prose_draft(block, text, lines, scope);
                draft.instruction = found;
                draft.words[0].0 = rest;
                self.add(draft);
            }
        }
    }

    /// Adds a statement of outcome to the step above.
    fn follow_statement(&mut self, words: &str, line: u32, scope: &Scope) {
        if let Some(last) = self.drafts.last_mut()
            && last.section == scope.section
        {
            last.expected.push((words.to_owned(), line));
        }
    }

    /// "Verification" right above a list: a heading without its sign.
    fn titles_list(&self, said: &Said<'_>, next: usize) -> bool {
        let words = said.text();
        matches!(self.document.blocks[next].kind, BlockKind::Item(_))
            && words.starts_with(char::is_uppercase)
            && words.ends_with(char::is_alphanumeric)
            && words.split(' ').count() <= 2
    }

    /// Whether the text only introduces the block below it.
    fn introduces(&self, said: &Said<'_>, next: usize) -> bool {
        let words = said.text();
        let colon = words.trim_end().ends_with([':', '：']);
        match &self.document.blocks[next].kind {
            BlockKind::Fence(fence) => {
                let role = role(fence, said.lower());
                colon || matches!(role, Role::Commands(_) | Role::Comments) && !is_afterthought(said)
            }
            BlockKind::Item(item) => {
                colon
                    || item.depth >= 1 && !words.ends_with('.')
                    || self.document.blocks[next].line <= self.line_after(words, next)
            }
            BlockKind::Table(_) => colon && instruction(words).is_none(),
            // "Restart it." – "Run the following command:" – fence.
            BlockKind::Paragraph(text) => {
                let words = text.plain();
                words.ends_with(':')
                    && Said::of(&words).has(phrases![
                        "following command",
                        "following commands",
                        "this command",
                        "command below"
                    ])
            }
            _ => false,
        }
    }

    fn line_after(&self, _words: &str, next: usize) -> u32 {
        // A list begins right below its introduction, with at most one blank line: any paragraph just before it counts.
        self.document.blocks[next].line
    }

    /// Whether the text asks to edit or paste what the configuration below shows: then the text is the step.
    fn stands_for_config(&self, said: &Said<'_>, next: Option<usize>) -> bool {
        let words = said.text();
        let Some(mut next) = next else { return false };
        // A label may stand between: "Set these variables:" – "Required:" – fence.
        if let BlockKind::Paragraph(text) = &self.document.blocks[next].kind
            && words.trim_end().ends_with(':')
            && text.lines.len() == 1
            && is_whole_bold(&text.lines[0])
            && next + 1 < self.document.blocks.len()
        {
            next += 1;
        }
        let BlockKind::Fence(fence) = &self.document.blocks[next].kind else { return false };
        if !matches!(role(fence, said.lower()), Role::Config) {
            return false;
        }
        let lower = said.lower();
        let declares = said.has(phrases!["is", "are", "ist", "sind", "est", "es", "looks", "contains", "shows"]);
        let asks = instruction(words).is_some_and(|found| !matches!(found.class, VerbClass::Refer | VerbClass::Policy))
            && !lower.contains("you can ");
        let names_place = phrases!["in ", "add ", "into ", "dans ", "en "].begin(lower) && words.contains(['.', '/']);
        asks || names_place && !declares
    }

    fn sentences(&mut self, block: usize, text: &Text, lines: std::ops::Range<usize>, scope: &mut Scope, stands: bool) {
        if scope.context.explains() && !stands || matches!(scope.context, Context::Reference | Context::Output) {
            return;
        }
        let arrow = text.lines[lines.start].text.trim_start().starts_with(['→', '➜', '➡']);
        let (joined, _) = join(&text.lines[lines.clone()]);
        if stands || arrow {
            let found = instruction(&joined);
            let any_code =
                |test: fn(&str) -> bool| text.lines[lines.clone()].iter().flat_map(TextLine::codes).any(test);
            let commands = any_code(|code| crate::shell::looks_like_command(code, true));
            let assigns = arrow && any_code(|code| code.contains('='));
            if stands
                || commands
                || assigns
                || found.as_ref().is_some_and(|found| found.sure && found.class != VerbClass::Refer)
            {
                let mut draft = self.prose_draft(block, text, lines, scope);
                draft.instruction = found;
                self.add(draft);
            }
            return;
        }
        if self.acts_of(block, text, lines.clone(), scope, |_, _| true) || joined.trim_end().ends_with(':') {
            return;
        }
        for range in sentences(&joined) {
            let sentence = &joined[range.clone()];
            let has_code =
                text.lines[lines.clone()].iter().flat_map(TextLine::codes).any(|code| sentence.contains(code));
            let below_command =
                self.drafts.last().is_some_and(|last| last.section == scope.section && last.fence.is_some());
            if below_command && (has_outcome(sentence) && states_outcome(sentence) || answers(sentence, has_code)) {
                let line = text.lines[lines.start].line;
                self.follow_statement(sentence.trim(), line, scope);
            }
        }
    }

    /// "Log in to the host. Look at its disks:": what is asked before the sentence that introduces what follows.
    fn acts_before(&mut self, block: usize, text: &Text, lines: std::ops::Range<usize>, scope: &Scope) {
        if scope.context.explains() || scope.context == Context::Reference {
            return;
        }
        let (joined, _) = join(&text.lines[lines.clone()]);
        let Some(last) = sentences(&joined).last().map(|range| range.start) else { return };
        self.acts_of(block, text, lines, scope, |at, found| {
            at < last
                && found.condition.is_none()
                && matches!(found.class, VerbClass::Act | VerbClass::Approve | VerbClass::Notify)
        });
    }

    /// Adds a step for each sentence that asks for something and is `wanted`, given where it begins; whether there was one.
    fn acts_of(
        &mut self,
        block: usize,
        text: &Text,
        lines: std::ops::Range<usize>,
        scope: &Scope,
        wanted: impl Fn(usize, &crate::words::Instruction) -> bool,
    ) -> bool {
        let (joined, starts) = join(&text.lines[lines.clone()]);
        let mut used = Vec::new();
        for (range, found) in instructions_in(&joined) {
            if !wanted(range.start, &found) {
                continue;
            }
            let sentence = &joined[range.clone()];
            if !asks(sentence, &found, scope, range.start == 0) {
                continue;
            }
            let begin = range.start + joined[range.start..].len() - joined[range.start..].trim_start().len();
            let line = starts.partition_point(|&start| start <= begin) - 1;
            if used.contains(&line) {
                continue;
            }
            used.push(line);
            let end = starts.partition_point(|&start| start < range.end).max(line + 1);
            let mut draft = self.prose_draft(block, text, lines.start + line..lines.start + end, scope);
            draft.words = vec![(sentence.trim().to_owned(), text.lines[lines.start + line].line)];
            draft.codes.retain(|(code, _)| sentence.contains(code.trim()));
            draft.instruction = Some(found);
            self.add(draft);
        }
        !used.is_empty()
    }

    pub(super) fn prose_draft(&self, block: usize, text: &Text, lines: std::ops::Range<usize>, scope: &Scope) -> Draft {
        let mut draft = self.draft(Origin::Prose, block, scope);
        draft.span = self.span_of(text, lines.clone());
        draft.line = text.lines[lines.start].line;
        draft.words = text.lines[lines.clone()].iter().map(|line| (line.text.trim().to_owned(), line.line)).collect();
        draft.codes =
            text.lines[lines].iter().flat_map(|line| line.codes().map(|code| (code.to_owned(), line.line))).collect();
        draft
    }
}

/// Lines joined by spaces.
fn one_line(lines: &[TextLine]) -> Cow<'_, str> {
    match lines {
        [line] => Cow::Borrowed(line.text.trim()),
        lines => Cow::Owned(lines.iter().map(|line| line.text.trim()).collect::<Vec<_>>().join(" ")),
    }
}
