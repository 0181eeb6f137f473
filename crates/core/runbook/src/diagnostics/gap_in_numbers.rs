//! CS0022: a number that is missing.
//!
//! The numbers of the steps leave one out ("Step 2", "Step 4"): perhaps a step was lost.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::steps::names_step;

/// Finds CS0022.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut last: Option<(usize, u64)> = None;
    for section in subject.document.sections.iter().filter(|section| names_step(&section.title)) {
        let digits: String =
            section.title.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse::<u64>() else { continue };
        let parent = section.parent.unwrap_or(0);
        if let Some((before, previous)) = last
            && before == parent
            && number > previous + 1
            && let Some(heading) = section.heading
        {
            let line = subject.document.blocks[heading].line;
            found.push(subject.say(
                Code(22),
                Severity::Note,
                subject.on_line(line, &section.title),
                format!("step {} is missing before this one", previous + 1),
                "number the steps through",
            ));
        }
        last = Some((parent, number));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check(
            "CS0022",
            "# T\n\n## Step 1: stop\n\n```bash\nls\n```\n\n## Step 3: start\n   ^^^^^^^^^^^^^\n\n```bash\nls\n```\n",
        );
        check("CS0022", "# T\n\n## Step 1: stop\n\n```bash\nls\n```\n\n## Step 2: start\n\n```bash\nls\n```\n");
    }
}
