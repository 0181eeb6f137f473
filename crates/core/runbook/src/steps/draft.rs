//! A step before its details are worked out.

use callsheet_diag::Span;

use crate::alternatives::Label;
use crate::contexts::Context;
use crate::fences::Role;
use crate::words::Instruction;

/// What a step was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A list item.
    Item {
        /// It has a number.
        ordered: bool,
        /// It has an empty checkbox.
        checkbox: bool,
    },
    /// A code block.
    Fence,
    /// A sentence.
    Prose,
    /// A numbered heading under which nothing else is a step.
    Heading,
}

/// A step before its details are worked out.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) origin: Origin,
    pub(crate) section: usize,
    pub(crate) span: Span,
    pub(crate) line: u32,
    /// Its words without markup, each with its line; empty for a fence without introduction.
    pub(crate) words: Vec<(String, u32)>,
    /// The inline code of its words, with lines.
    pub(crate) codes: Vec<(String, u32)>,
    /// The `.hurl` file that its words link to, with the line.
    pub(crate) flow: Option<(String, u32)>,
    /// The code block that it runs, with what it is for.
    pub(crate) fence: Option<(usize, Role)>,
    /// The sentence or label above a bare fence, for its title.
    pub(crate) intro: Option<(String, u32)>,
    /// Configuration that its words ask to put somewhere.
    pub(crate) configs: Vec<usize>,
    /// The instruction that its words give.
    pub(crate) instruction: Option<Instruction>,
    pub(crate) context: Context,
    /// Statements of outcome that follow it, with lines.
    pub(crate) expected: Vec<(String, u32)>,
    /// Output blocks that follow it.
    pub(crate) outputs: Vec<(String, u32)>,
    pub(crate) alternative: Option<Label>,
    /// It stands under words that make it conditional.
    pub(crate) conditional: Option<String>,
    pub(crate) rollback: bool,
    /// The checklist entry above it, when that states a condition.
    pub(crate) stated: Option<String>,
    /// The entry above it asks to tell people, and it names one of them.
    pub(crate) told: bool,
    /// Its children carry it out.
    pub(crate) dropped: bool,
}
