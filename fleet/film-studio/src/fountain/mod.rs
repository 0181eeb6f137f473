//! Scripts in the Fountain format, read whole: title page, scene headings, action, characters with extensions and dual
//! dialogue, parentheticals, lyrics, transitions, centered text, page breaks, sections, synopses, notes, boneyard.
//!
//! Reading never fails: a text that is no screenplay is action. Lines keep their numbers, so that whoever wrote the script
//! finds what is meant.

mod blocks;
mod headings;
mod lines;
mod scenes;
mod title_page;

pub use headings::{Heading, Setting};
pub use scenes::{Scene, scenes};

/// A script as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Keys as written with their lines of values, in order.
    pub title_page: Vec<(String, Vec<String>)>,
    /// Everything after it, in order.
    pub elements: Vec<Element>,
}

/// One thing in a script.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Element {
    /// What it is.
    #[serde(flatten)]
    pub kind: Kind,
    /// Its text without the marks that say what it is; emphasis is left in. Several lines in action and dialogue.
    pub text: String,
    /// Where it begins, from 1.
    pub line: usize,
}

/// What an element is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// Where and when a scene plays; with the number that the script gives it.
    Heading {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
    },
    /// What is seen and heard.
    Action,
    /// Text in the middle of the page.
    Centered,
    /// Who speaks next; `dual`: beside the one before.
    Character {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        dual: bool,
    },
    /// How it is spoken.
    Parenthetical,
    /// What is spoken.
    Dialogue,
    /// What is sung.
    Lyric,
    /// How one scene becomes the next.
    Transition,
    /// A heading of the outline; depth from 1.
    Section { depth: u8 },
    /// What a scene or section is about.
    Synopsis,
    /// A remark to those who work with the script.
    Note,
    /// The next element begins a page.
    PageBreak,
}

/// Reads a script. Any text is one.
pub fn parse(text: &str) -> Script {
    let lines = lines::split(text);
    let (title_page, body) = title_page::take(&lines);
    Script { title_page, elements: blocks::read(body) }
}

impl Script {
    /// A value of the title page, its lines joined; names are told apart without regard to case.
    pub fn title(&self, key: &str) -> Option<String> {
        let found = self.title_page.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, lines)| plain(&lines.join(" "))).filter(|text| !text.is_empty())
    }
}

/// A text without the marks of emphasis (`*`, `**`, `***`, `_`); marks behind a backslash are letters.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek().is_some_and(|next| matches!(next, '*' | '_' | '\\')) => {
                plain.extend(letters.next());
            }
            '*' | '_' => {}
            other => plain.push(other),
        }
    }
    plain.trim().to_owned()
}

/// Who speaks, without extension and emphasis, in capitals: `Ada (V.O.)` is `ADA`.
pub fn speaker(text: &str) -> String {
    let name = text.split('(').next().unwrap_or(text);
    plain(name).to_uppercase()
}

#[cfg(test)]
mod tests;
