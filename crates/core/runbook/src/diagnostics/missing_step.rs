//! CS0010: a reference to a step that is not there.
//!
//! The text refers to steps by number ("repeat steps 1–7"), and the procedure has no step of that number, often because steps were added or removed.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::model::ActKind;

/// Finds CS0010.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut highest = 0;
    for block in 0..subject.document.blocks.len() {
        let number = subject.document.item(block).and_then(|item| item.number);
        highest = highest.max(number.unwrap_or(0));
    }
    for section in &subject.document.sections {
        let digits = section.title.bytes().skip_while(|c| !c.is_ascii_digit()).take_while(u8::is_ascii_digit).take(3);
        highest = highest.max(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
    }
    for (_, step) in subject.steps() {
        for act in step.acts.iter().filter(|act| act.kind == ActKind::Manual) {
            for (shown, last) in references(&act.command) {
                if last > highest {
                    let span = subject.on_line(act.line, shown);
                    found.push(subject.say(
                        Code(10),
                        Severity::Warning,
                        span,
                        format!("there is no step {last} in this file"),
                        "correct the number, or name the step by its words",
                    ));
                }
            }
        }
    }
}

/// "Repeat steps 1-7": the words, and the last number.
fn references(text: &str) -> impl Iterator<Item = (&str, u64)> {
    let bytes = text.as_bytes();
    let steps = memchr::memchr2_iter(b's', b'S', bytes)
        .filter(|&at| bytes[at..].get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"step")));
    steps.filter_map(move |at| {
        let begin = asks_before(&text[..at])?;
        let plural = usize::from(bytes.get(at + 4).is_some_and(|byte| byte.eq_ignore_ascii_case(&b's')));
        let after = &text[at + 4 + plural..];
        let first = after.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let digits = digits(first);
        if first.len() == after.len() || digits == 0 {
            return None;
        }
        let rest = &first[digits..];
        let joined = rest.trim_start();
        let joint = ["-", "–", "—", "to", "through"].iter().find(|joint| {
            joined.as_bytes().get(..joint.len()).is_some_and(|head| head.eq_ignore_ascii_case(joint.as_bytes()))
        });
        let second = joint.map(|joint| joined[joint.len()..].trim_start()).filter(|second| self::digits(second) > 0);
        let (number, end) = match second {
            Some(second) => (&second[..self::digits(second)], text.len() - second.len() + self::digits(second)),
            None => (&first[..digits], text.len() - rest.len()),
        };
        Some((&text[begin..end], number.parse().unwrap_or(0)))
    })
}

/// How many digits stand at the start; a step's number has at most three.
fn digits(text: &str) -> usize {
    text.bytes().take(3).take_while(u8::is_ascii_digit).count()
}

/// Where the words begin that ask to do steps, if such words end the text.
fn asks_before(before: &str) -> Option<usize> {
    const ASKS: [&str; 11] = [
        "repeat",
        "redo",
        "rerun",
        "re-run",
        "follow",
        "perform",
        "return to",
        "go back to",
        "go to",
        "continue with",
        "skip",
    ];
    let head = before.trim_end();
    if head.len() == before.len() {
        return None;
    }
    ASKS.iter().find_map(|words| {
        let begin = head.len().checked_sub(words.len())?;
        let named = head.get(begin..)?.eq_ignore_ascii_case(words);
        let whole = !head[..begin].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        (named && whole).then_some(begin)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0010", "# T\n\n1. Stop the job\n2. Repeat steps 1-7 for the other region\n   ^^^^^^^^^^^^^^^^\n");
        check("CS0010", "# T\n\n1. Stop the job\n2. Repeat step 1 for the other region\n");
    }
}
