//! CS0023: SQL in a shell block.
//!
//! A block of shell commands holds an SQL statement. The shell cannot run it, so that act is left to a person.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::fences::is_sql;
use crate::model::{ActKind, Runs};

/// Finds CS0023.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, step) in subject.steps().filter(|(_, step)| step.runs == Some(Runs::Shell)) {
        for act in step.acts.iter().filter(|act| act.kind == ActKind::Manual && is_sql(act.command.trim())) {
            found.push(subject.say(
                Code(23),
                Severity::Warning,
                subject.on_line(act.line, &act.command),
                "the shell cannot run this SQL statement".to_owned(),
                "put it into a block of its own, or hand it to the database's client",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0023", "# T\n\n```bash\nls\nSHOW PROCESSLIST;\n^^^^^^^^^^^^^^^^^\n```\n");
        check("CS0023", "# T\n\n```sql\nSHOW PROCESSLIST;\n```\n");
    }
}
