//! Text that looks like a credential although its value is not known: passwords in URLs, `Authorization` headers, JSON Web
//! Tokens, vendors' keys, private keys in PEM, assignments to variables with secret names.

use super::name::is_secret_name;

/// What stands at a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    No,
    /// The input ends before it is decided.
    NeedMore,
    /// After `keep` bytes to show come `hide` bytes to hide.
    Found {
        keep: usize,
        hide: usize,
        name: &'static str,
    },
}

/// No credential is longer; beyond this the search stops waiting.
const LONGEST: usize = 16 << 10;

/// Looks at the start of `rest`, which follows the byte `before`. With `last`, nothing follows the input.
pub(super) fn token_at(before: Option<u8>, rest: &[u8], last: bool) -> Token {
    let at = Place { rest, last: last || rest.len() > LONGEST };
    let in_word = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    match rest[0] {
        b':' if in_word => at.url_password(),
        b'-' if before != Some(b'-') => at.private_key(),
        b'a' | b'A' | b'b' | b'B' | b'e' | b'g' | b's' | b'x' if !in_word => {
            at.authorization().or(|| at.bearer()).or(|| at.web_token()).or(|| at.vendor_key()).or(|| at.assignment())
        }
        b'A'..=b'Z' if !in_word => at.assignment(),
        _ => Token::No,
    }
}

/// True if a credential can begin with this byte.
pub(super) fn begins_token(byte: u8) -> bool {
    matches!(byte, b':' | b'-' | b'a' | b'b' | b'e' | b'g' | b's' | b'x' | b'A'..=b'Z')
}

impl Token {
    fn or(self, other: impl FnOnce() -> Token) -> Token {
        if self == Token::No { other() } else { self }
    }
}

struct Place<'a> {
    rest: &'a [u8],
    last: bool,
}

impl Place<'_> {
    /// `://user:password@`; at the colon.
    fn url_password(&self) -> Token {
        let Some(start) = self.word(b"://") else { return self.undecided(b"://") };
        let ends = |b: u8| b.is_ascii_whitespace() || b"/\"'<>\\`?#".contains(&b);
        let Some(length) = self.run_length(start, 1024, |b| !ends(b)) else { return Token::NeedMore };
        let user_info = &self.rest[start..start + length];
        let Some(at_sign) = memchr::memrchr(b'@', user_info) else { return Token::No };
        let Some(colon) = memchr::memchr(b':', &user_info[..at_sign]) else { return Token::No };
        let hide = at_sign - colon - 1;
        if hide == 0 || is_reference(&user_info[colon + 1..]) {
            return Token::No;
        }
        Token::Found { keep: start + colon + 1, hide, name: "password" }
    }

    /// `Authorization: Basic …`
    fn authorization(&self) -> Token {
        let Some(mut at) = self.word(b"authorization:") else { return self.undecided(b"authorization:") };
        at += match self.run_length(at, 8, |b| b == b' ') {
            Some(blanks) => blanks,
            None => return Token::NeedMore,
        };
        let Some(first) = self.run_length(at, LONGEST, is_token_byte) else { return Token::NeedMore };
        let is_scheme = self.rest.get(at + first) == Some(&b' ') && first <= 16;
        if is_scheme {
            at += first + 1;
            let Some(credential) = self.run_length(at, LONGEST, is_token_byte) else { return Token::NeedMore };
            return self.hidden(at, credential, 8, "authorization");
        }
        self.hidden(at, first, 8, "authorization")
    }

    /// `Bearer …`, outside a header.
    fn bearer(&self) -> Token {
        let Some(at) = self.word(b"bearer ") else { return self.undecided(b"bearer ") };
        let Some(length) = self.run_length(at, LONGEST, is_token_byte) else { return Token::NeedMore };
        self.hidden(at, length, 20, "bearer")
    }

    /// `eyJ….….…`
    fn web_token(&self) -> Token {
        if self.exactly(b"eyJ").is_none() {
            return self.undecided_exact(b"eyJ");
        }
        let part = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        let Some(length) = self.run_length(0, LONGEST, part) else { return Token::NeedMore };
        let dots = self.rest[..length].iter().filter(|b| **b == b'.').count();
        if dots < 2 { Token::No } else { self.hidden(0, length, 20, "jwt") }
    }

    /// Keys that vendors gave a recognisable beginning.
    fn vendor_key(&self) -> Token {
        const BEGINNINGS: [(&str, usize, &str); 12] = [
            ("AKIA", 20, "aws-key"),
            ("ASIA", 20, "aws-key"),
            ("ghp_", 20, "github-token"),
            ("gho_", 20, "github-token"),
            ("ghs_", 20, "github-token"),
            ("github_pat_", 30, "github-token"),
            ("glpat-", 20, "gitlab-token"),
            ("sk_live_", 20, "api-key"),
            ("sk-", 32, "api-key"),
            ("xoxb-", 20, "slack-token"),
            ("xoxp-", 20, "slack-token"),
            ("xapp-", 20, "slack-token"),
        ];
        let key_byte = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let mut seen = Token::No;
        for (beginning, shortest, name) in BEGINNINGS {
            if self.exactly(beginning.as_bytes()).is_some() {
                let Some(length) = self.run_length(0, LONGEST, key_byte) else { return Token::NeedMore };
                return self.hidden(0, length, shortest, name);
            }
            seen = seen.or(|| self.undecided_exact(beginning.as_bytes()));
        }
        seen
    }

    /// `-----BEGIN … PRIVATE KEY-----` to the end of its block.
    fn private_key(&self) -> Token {
        const BEGIN: &[u8] = b"-----BEGIN ";
        let Some(at) = self.exactly(BEGIN) else { return self.undecided_exact(BEGIN) };
        let Some(label) = self.run_length(at, 64, |b| b == b' ' || b.is_ascii_uppercase() || b.is_ascii_digit()) else {
            return Token::NeedMore;
        };
        if !self.rest[at..at + label].ends_with(b"PRIVATE KEY") {
            return Token::No;
        }
        let keep = (at + label + 5).min(self.rest.len());
        match find(&self.rest[keep..], b"-----END ") {
            Some(hide) => Token::Found { keep, hide, name: "private-key" },
            None if self.last => Token::Found { keep, hide: self.rest.len() - keep, name: "private-key" },
            None => Token::NeedMore,
        }
    }

    /// `API_TOKEN=value`, as `env`, `set -x` and `declare -p` print it.
    fn assignment(&self) -> Token {
        let name_byte = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let Some(length) = self.run_length(0, 128, name_byte) else { return Token::NeedMore };
        let named_secret = std::str::from_utf8(&self.rest[..length]).is_ok_and(is_secret_name);
        if !named_secret || self.rest.get(length) != Some(&b'=') {
            return Token::No;
        }
        let at = length + 1;
        let (open, is_value): (usize, fn(u8) -> bool) = match self.rest.get(at) {
            None if self.last => return Token::No,
            None => return Token::NeedMore,
            Some(b'"') => (1, |b| b != b'"'),
            Some(b'\'') => (1, |b| b != b'\''),
            Some(_) => (0, |b| !b.is_ascii_whitespace() && !b";&|\"'".contains(&b)),
        };
        let Some(value) = self.run_length(at + open, LONGEST, is_value) else { return Token::NeedMore };
        if is_reference(&self.rest[at + open..at + open + value]) {
            return Token::No;
        }
        self.hidden(at + open, value, 8, "assigned")
    }

    fn hidden(&self, keep: usize, hide: usize, shortest: usize, name: &'static str) -> Token {
        if hide < shortest || is_reference(&self.rest[keep..]) { Token::No } else { Token::Found { keep, hide, name } }
    }

    /// Bytes from `at` on for which `wanted` holds, at most `most`; `None` if the input may go on with more of them.
    fn run_length(&self, at: usize, most: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
        let rest = self.rest.get(at..).unwrap_or_default();
        match rest.iter().take(most).position(|b| !wanted(*b)) {
            Some(length) => Some(length),
            None if rest.len() >= most || self.last => Some(rest.len().min(most)),
            None => None,
        }
    }

    fn word(&self, lower: &[u8]) -> Option<usize> {
        let start = self.rest.get(..lower.len())?;
        start.eq_ignore_ascii_case(lower).then_some(lower.len())
    }

    fn exactly(&self, text: &[u8]) -> Option<usize> {
        self.rest.starts_with(text).then_some(text.len())
    }

    fn undecided(&self, lower: &[u8]) -> Token {
        let cut =
            !self.last && self.rest.len() < lower.len() && self.rest.eq_ignore_ascii_case(&lower[..self.rest.len()]);
        if cut { Token::NeedMore } else { Token::No }
    }

    fn undecided_exact(&self, text: &[u8]) -> Token {
        let cut = !self.last && self.rest.len() < text.len() && text.starts_with(self.rest);
        if cut { Token::NeedMore } else { Token::No }
    }
}

fn is_token_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"._~+/=-".contains(&b)
}

/// A reference to a value (`$TOKEN`, `<token>`, `***`, something already hidden), not a value.
fn is_reference(text: &[u8]) -> bool {
    matches!(text.first(), None | Some(b'$' | b'<' | b'*' | b'{' | b'`')) || text.starts_with(b"[redacted")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}
