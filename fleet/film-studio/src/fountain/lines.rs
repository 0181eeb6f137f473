//! Cuts a text into lines: boneyard left out, notes taken aside, every line with its number in the file.

/// A line to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub number: usize,
    /// Without its end; spaces at its end are kept, because two of them mean something in dialogue.
    pub text: String,
    /// Notes that began on it.
    pub notes: Vec<String>,
    /// It held nothing but notes or boneyard, so it parts nothing.
    pub emptied: bool,
}

impl Line {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && !self.emptied
    }
}

/// The lines; a tab counts as four spaces, other control characters are left out.
pub(super) fn split(text: &str) -> Vec<Line> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    let mut asides = Asides { text: &text, no_boneyard: false, no_note_before: 0, blank: 0 };
    let mut lines = vec![Line { number: 1, ..Line::default() }];
    let (mut number, mut at) = (1, 0);
    while let Some(letter) = text[at..].chars().next() {
        if let Some((end, note)) = asides.at(at) {
            if let Some(line) = lines.last_mut() {
                line.notes.extend(note);
                line.emptied = true;
            }
            number += text[at..end].matches('\n').count();
            at = end;
            continue;
        }
        at += letter.len_utf8();
        match letter {
            '\n' => {
                number += 1;
                close(&mut lines);
                lines.push(Line { number, ..Line::default() });
            }
            letter if letter.is_control() => {}
            letter => lines.last_mut().into_iter().for_each(|line| line.text.push(letter)),
        }
    }
    close(&mut lines);
    lines
}

/// A line that still says something was not emptied by what was taken out of it.
fn close(lines: &mut [Line]) {
    if let Some(line) = lines.last_mut() {
        line.emptied &= line.text.trim().is_empty();
    }
}

/// Finds what is no part of the page. What was looked for in vain is not looked for again: a text full of opening marks
/// takes no longer than another.
struct Asides<'a> {
    text: &'a str,
    no_boneyard: bool,
    no_note_before: usize,
    /// Where the next empty line begins; looked for again once it is passed.
    blank: usize,
}

impl Asides<'_> {
    /// Where that which begins at `at` ends, and the note if it is one.
    fn at(&mut self, at: usize) -> Option<(usize, Option<String>)> {
        let rest = &self.text[at..];
        if let Some(inner) = rest.strip_prefix("/*").filter(|_| !self.no_boneyard) {
            let end = inner.find("*/");
            self.no_boneyard = end.is_none();
            return Some((at + end? + 4, None));
        }
        let inner = rest.strip_prefix("[[").filter(|_| at >= self.no_note_before)?;
        // An empty line ends a note before its marks do: then it was none. Two spaces on the line keep it open.
        let begin = at + 2;
        if self.blank < begin {
            self.blank = inner.find("\n\n").map_or(self.text.len(), |offset| begin + offset);
        }
        let Some(end) = inner[..self.blank - begin].find("]]") else {
            self.no_note_before = self.blank;
            return None;
        };
        let note = inner[..end].lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Some((at + end + 4, Some(note.trim().to_owned())))
    }
}
