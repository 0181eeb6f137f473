//! CS0010: a reference to a step that is not there.
//!
//! The text refers to steps by number ("repeat steps 1–7"), and the procedure has no step of that number, often because steps were added or removed.

use std::sync::LazyLock;

use callsheet_diag::{Code, Diagnostic, Severity};
use regex::Regex;

use super::Subject;
use crate::model::ActKind;
use crate::words::phrases;

/// Finds CS0010.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i-u)\b(?:repeat|redo|rerun|re-run|follow|perform|return to|go (?:back )?to|continue with|skip)\s+steps?\s+(\d{1,3})(?:\s*(?:-|–|—|to|through)\s*(\d{1,3}))?").ok()
    });
    let mut highest = 0;
    for block in 0..subject.document.blocks.len() {
        let number = subject.document.item(block).and_then(|item| item.number);
        highest = highest.max(number.unwrap_or(0));
    }
    for section in &subject.document.sections {
        let digits = section
            .title
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .take(3)
            .collect::<String>();
        highest = highest.max(digits.parse().unwrap_or(0));
    }
    for (_, step) in subject.steps() {
        for act in step.acts.iter().filter(|act| act.kind == ActKind::Manual) {
            if !phrases!["step"].stand_in_any_case(&act.command)
                || !act.command.bytes().any(|byte| byte.is_ascii_digit())
            {
                continue;
            }
            for one in REFERENCE.iter().flat_map(|reference| reference.captures_iter(&act.command)) {
                let last =
                    one.get(2).or(one.get(1)).and_then(|number| number.as_str().parse::<u64>().ok()).unwrap_or(0);
                if last > highest {
                    let span = subject.on_line(act.line, &one[0]);
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

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0010", "# T\n\n1. Stop the job\n2. Repeat steps 1-7 for the other region\n   ^^^^^^^^^^^^^^^^\n");
        check("CS0010", "# T\n\n1. Stop the job\n2. Repeat step 1 for the other region\n");
    }
}
