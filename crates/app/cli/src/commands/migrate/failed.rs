//! Why a migration stopped, for the person: where, in whose words, what now.

use callsheet_databases::migrate::MigrateError;
use callsheet_migrations::Finding;

use crate::exit::Exit;
use crate::failure::Failure;

/// Lines of a statement that are shown.
const SHOWN: usize = 8;

pub(super) fn migrate(error: MigrateError) -> Failure {
    let message = error.to_string();
    let failure = |exit| Failure::environment(message.clone()).exit(exit);
    match error {
        MigrateError::Statement { file, line, statement, done, of, .. } => {
            let failure = failure(Exit::Failed).cause(format!("{file}:{line}")).cause(excerpt(&statement));
            match done {
                0 => failure.hint("nothing of the file was kept: mend it and run the command again"),
                done => failure
                    .cause(format!("{done} of the file's {of} statements are done and stay"))
                    .hint("mend the rest of the file, and `callsheet migrate up` goes on behind what is done; or undo that: `callsheet migrate down -1`"),
            }
        }
        MigrateError::Busy { file, line, .. } => failure(Exit::Failed)
            .cause(format!("{file}:{line}"))
            .hint("nothing waits behind it any more; look for a long transaction, then run the command again, or give it more time: `--patience 10m`"),
        MigrateError::InDoubt { file, line, statement, .. } => failure(Exit::InDoubt)
            .cause(format!("{file}:{line}"))
            .cause(excerpt(&statement))
            .hint("look at the database, then say it: the same command with `--settle done` if it happened, `--settle again` if it did not"),
        MigrateError::Locked { .. } => {
            failure(Exit::Locked).hint("wait for it to end; `--patience 10m` waits longer. The lock ends with its connection")
        }
        MigrateError::NotDecided(found) => findings(&message, &found.iter().collect::<Vec<_>>()),
        MigrateError::Foreign(_) => failure(Exit::Usage).hint(
            "take it over once: `callsheet migrate baseline` marks what is applied; then apply migrations by one tool alone",
        ),
        MigrateError::Lost { .. } => failure(Exit::Failed).hint(
            "what was committed is recorded: run the command again, and it goes on from there",
        ),
        MigrateError::Changed | MigrateError::Connect { .. } | MigrateError::Refused { .. } => failure(Exit::Failed),
    }
}

/// Several things that are in the way.
pub(super) fn findings(message: &str, found: &[&Finding]) -> Failure {
    let failure = Failure::user(message).exit(Exit::Failed);
    found.iter().fold(failure, |failure, finding| {
        let place = finding.place();
        let what = if place.is_empty() { finding.what.clone() } else { format!("{place}: {}", finding.what) };
        let failure = failure.cause(what);
        if failure.hints.contains(&finding.hint) { failure } else { failure.hint(finding.hint.clone()) }
    })
}

/// The statement's first lines.
fn excerpt(statement: &str) -> String {
    let mut lines: Vec<&str> = statement.lines().take(SHOWN).collect();
    if statement.lines().count() > SHOWN {
        lines.push("…");
    }
    lines.join("\n")
}
