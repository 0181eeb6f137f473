//! One value to find, read leniently: each of its bytes may stand for itself or be escaped in any usual way.
//!
//! Encoders differ in what they escape (`jq`, `encodeURIComponent`, `printf %q`, Python's `quote`), so no list of spellings
//! is complete. Instead the search decodes as it goes: any mixture of plain and escaped bytes matches.

use zeroize::Zeroizing;

/// A value, or an encoding of it.
pub(super) struct Needle {
    bytes: Zeroizing<Vec<u8>>,
    /// Index of the name to show.
    pub(super) name: usize,
    form: Form,
}

/// How the needle's bytes may appear.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The value itself: plain or escaped.
    Plain,
    /// Base64: line breaks may be anywhere in it.
    Base64,
    /// Hexadecimal: line breaks anywhere, upper or lower case.
    Hex,
}

/// What stands at a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    No,
    Match {
        length: usize,
    },
    /// The input ends before it is decided; `matched` if it is already a match that could only become longer.
    NeedMore {
        matched: Option<usize>,
    },
}

impl Needle {
    pub(super) fn new(bytes: Vec<u8>, name: usize, form: Form) -> Needle {
        Needle { bytes: Zeroizing::new(bytes), name, form }
    }

    /// Every byte that an occurrence can begin with.
    pub(super) fn first_bytes(&self) -> Vec<u8> {
        let first = self.bytes[0];
        let mut bytes = match self.form {
            Form::Plain => vec![first, b'%', b'\\', b'\'', b'&', b'+', b'\r'],
            Form::Base64 => vec![first, b'%'],
            Form::Hex => vec![first.to_ascii_lowercase(), first.to_ascii_uppercase()],
        };
        bytes.sort_unstable();
        bytes.dedup();
        bytes
    }

    /// Is there an occurrence at the start of `input`?
    pub(super) fn at_start(&self, input: &[u8]) -> Seen {
        if !self.may_begin(input) {
            return Seen::No;
        }
        let mut walk = Walk { needle: self, input, paths: vec![(0, 0)], more: false, longest: None };
        walk.run();
        match (walk.more, walk.longest) {
            (true, matched) => Seen::NeedMore { matched },
            (false, Some(length)) => Seen::Match { length },
            (false, None) => Seen::No,
        }
    }
}

impl Needle {
    /// What the first two bytes rule out needs no closer look, which is nearly everything.
    fn may_begin(&self, input: &[u8]) -> bool {
        let (&[first, second, ..], &[wanted, next, ..]) = (input, self.bytes.as_slice()) else { return true };
        if self.form == Form::Hex {
            return second.eq_ignore_ascii_case(&next) || matches!(second, b'\r' | b'\n');
        }
        if first == wanted {
            // A sign that also begins escapes is both.
            return second == next || begins_escape(first) || begins_escape(second);
        }
        match first {
            b'%' => char::from(second).to_digit(16) == Some(u32::from(wanted >> 4)),
            b'\\' => second == wanted || wanted.is_ascii_control() || matches!(second, b'x' | b'u' | b'0'..=b'7'),
            b'\'' => matches!(wanted, b'\'' | b'\n'),
            b'&' => matches!(wanted, b'\'' | b'"' | b'&' | b'<' | b'>'),
            b'+' => wanted == b' ',
            b'\r' => wanted == b'\n',
            _ => false,
        }
    }
}

/// Whether a byte of a value, or a break within its base64, may be written so that it begins with this.
fn begins_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'\'' | b'&' | b'+' | b'\r' | b'\n')
}

/// All ways of reading the needle from the input, explored together.
struct Walk<'a> {
    needle: &'a Needle,
    input: &'a [u8],
    /// Pairs: bytes of the needle read, bytes of the input read.
    paths: Vec<(usize, usize)>,
    more: bool,
    longest: Option<usize>,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut seen: Vec<(usize, usize)> = Vec::new();
        while let Some((read, at)) = self.paths.pop() {
            if read == self.needle.bytes.len() {
                self.longest = self.longest.max(Some(at));
                continue;
            }
            // Only escapes that are also plain bytes make paths meet again; without this a value of backslashes explodes.
            if !self.paths.is_empty() {
                if seen.contains(&(read, at)) {
                    continue;
                }
                seen.push((read, at));
            }
            self.step(read, at);
        }
    }

    fn step(&mut self, read: usize, at: usize) {
        let rest = &self.input[at..];
        let wanted = self.needle.bytes[read];
        let Some(next) = rest.first() else {
            self.more = true;
            return;
        };
        match self.needle.form {
            Form::Hex if next.eq_ignore_ascii_case(&wanted) => self.paths.push((read + 1, at + 1)),
            Form::Plain | Form::Base64 if *next == wanted => self.paths.push((read + 1, at + 1)),
            _ => {}
        }
        match next {
            b'\r' | b'\n' if self.needle.form != Form::Plain && read > 0 => self.paths.push((read, at + 1)),
            b'\\' if self.needle.form == Form::Base64 && read > 0 => self.spelt(b"\\n", (read, at), 0),
            b'%' if self.needle.form != Form::Hex => self.percent(wanted, (read, at)),
            b'\\' | b'\'' | b'&' | b'+' | b'\r' if self.needle.form == Form::Plain => self.escapes(wanted, (read, at)),
            _ => {}
        }
    }

    /// `%2F`, in either case.
    fn percent(&mut self, wanted: u8, (read, at): (usize, usize)) {
        let upper = format!("%{wanted:02X}");
        let lower = format!("%{wanted:02x}");
        self.spelt(upper.as_bytes(), (read, at), 1);
        if lower != upper {
            self.spelt(lower.as_bytes(), (read, at), 1);
        }
    }

    fn escapes(&mut self, wanted: u8, place: (usize, usize)) {
        for spelling in fixed_spellings(wanted) {
            self.spelt(spelling.as_bytes(), place, 1);
        }
        if wanted.is_ascii_punctuation() || wanted == b' ' {
            self.spelt(&[b'\\', wanted], place, 1);
        }
        for spelling in [
            format!("\\x{wanted:02x}"),
            format!("\\x{wanted:02X}"),
            format!("\\{wanted:03o}"),
            format!("\\0{wanted:03o}"),
        ] {
            self.spelt(spelling.as_bytes(), place, 1);
        }
        if let Some(character) = self.character(place.0) {
            for spelling in [unicode(character, false), unicode(character, true)] {
                self.spelt(spelling.as_bytes(), place, character.len_utf8());
            }
        }
    }

    /// The whole character that begins at this byte of the needle.
    fn character(&self, read: usize) -> Option<char> {
        let rest = &self.needle.bytes[read..];
        let rest = &rest[..rest.len().min(4)];
        match std::str::from_utf8(rest) {
            Ok(text) => text.chars().next(),
            Err(error) => std::str::from_utf8(&rest[..error.valid_up_to()]).ok()?.chars().next(),
        }
    }

    /// If `spelling` is next in the input it stands for `bytes` bytes of the needle.
    fn spelt(&mut self, spelling: &[u8], (read, at): (usize, usize), bytes: usize) {
        let rest = &self.input[at..];
        if rest.starts_with(spelling) {
            self.paths.push((read + bytes, at + spelling.len()));
        } else if spelling.starts_with(rest) {
            self.more = true;
        }
    }
}

fn fixed_spellings(byte: u8) -> &'static [&'static str] {
    match byte {
        b'\n' => &["\\n", "\r\n", "\\r\\n", "'$'\\n''"],
        b'\r' => &["\\r"],
        b'\t' => &["\\t"],
        0x07 => &["\\a"],
        0x08 => &["\\b"],
        0x0b => &["\\v"],
        0x0c => &["\\f"],
        0x1b => &["\\e", "\\E"],
        b' ' => &["+"],
        b'\'' => &["'\\''", "'\"'\"'", "&#39;", "&#x27;", "&apos;"],
        b'"' => &["&quot;", "&#34;"],
        b'&' => &["&amp;"],
        b'<' => &["&lt;"],
        b'>' => &["&gt;"],
        _ => &[],
    }
}

/// JSON's `\u002f`, with surrogates where needed.
fn unicode(character: char, upper: bool) -> String {
    let mut units = [0; 2];
    let write = |unit: &u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
    character.encode_utf16(&mut units).iter().map(write).collect()
}
