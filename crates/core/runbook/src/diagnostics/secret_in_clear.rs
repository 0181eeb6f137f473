//! CS0021: a secret in clear text.
//!
//! A password, key or token stands in the file. Everybody who may read the repository, and every copy of it, has it.

use std::sync::LazyLock;

use callsheet_diag::{Code, Diagnostic, Severity, Span};
use regex::Regex;

use super::Subject;

/// Finds CS0021.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i-u)\b[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)[A-Z0-9_]*\s*=\s*["']?([A-Za-z0-9+/_.-]{8,})|\bBearer\s+([A-Za-z0-9._-]{16,})|\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9]{20,})|://[!-#%-.0-9;=?A-~]+:([!-#%-.0-9;=?A-z|~]{6,})@"#).ok()
    });
    for (_, fence) in subject.fences() {
        for line in fence.lines.iter().filter(|line| line.text.len() < 2000) {
            if !may_hold_secret(&line.text) {
                continue;
            }
            let Some(one) = SECRET.as_ref().and_then(|pattern| pattern.captures(&line.text)) else { continue };
            let Some(value) = one.get(1).or(one.get(2)).or(one.get(3)).or(one.get(4)) else { continue };
            if is_real(value.as_str()) {
                let span = Span::new(line.span.start + value.start(), line.span.start + value.end());
                found.push(subject.say(
                    Code(21),
                    Severity::Error,
                    span,
                    "a secret stands here in clear text".to_owned(),
                    "take it out, revoke it, and declare its name under `secrets:` in the front matter",
                ));
            }
        }
    }
}

/// A cheap look before the pattern: every secret has a digit, and a mark that introduces it.
fn may_hold_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    let introduced = |at: usize| match bytes[at] {
        b'=' => true,
        b':' => bytes[at..].starts_with(b"://"),
        b'b' | b'B' => bytes.get(at + 1..at + 6).is_some_and(|rest| rest == b"earer" || rest == b"EARER"),
        b'K' => bytes[at..].starts_with(b"KIA"),
        b'h' => bytes[..at].ends_with(b"g"),
        b'x' => bytes[at..].starts_with(b"xox"),
        _ => bytes[at..].starts_with(b"k-"),
    };
    bytes.iter().fold(false, |found, byte| found | byte.is_ascii_digit())
        && (memchr::memchr3_iter(b'=', b':', b'K', bytes).any(introduced)
            || memchr::memchr3_iter(b'b', b'B', b'x', bytes).any(introduced)
            || memchr::memchr2_iter(b'h', b'k', bytes).any(introduced))
}

/// Whether a value is no stand-in: it has digits and letters, and none of the words that people write for "yours".
fn is_real(value: &str) -> bool {
    let lower = value.to_lowercase();
    let stands_in = [
        "your",
        "example",
        "change",
        "replace",
        "xxx",
        "placeholder",
        "secret",
        "password",
        "token",
        "dummy",
        "test",
        "sample",
        "insert",
        "redacted",
        "generate",
        "...",
        "some",
        "my-",
        "my_",
        "here",
        "todo",
        "value",
        "from",
        "pass",
    ];
    let mixed = value.bytes().any(|byte| byte.is_ascii_digit()) && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    mixed && value.len() >= 8 && !stands_in.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0021", "# T\n\n```bash\nexport API_TOKEN=9f8e7d6c5b4a3f2e\n                 ^^^^^^^^^^^^^^^^\n```\n");
        check(
            "CS0021",
            "# T\n\n```bash\nexport API_TOKEN=your-token-here\nexport DB_PASSWORD=$SECRET\ncurl https://user:password@host/x\n```\n",
        );
    }
}
