//! Scripts put together to migrations: duplicates, gaps, ways that are missing, SQL that cannot be read.

use super::{Layout, Part};
use crate::{Control, Definition, Engine, Finding, Migration, Script, Set};

pub(super) fn assemble(layout: Option<Layout>, parts: Vec<Part>, findings: Vec<Finding>, engine: Engine) -> Set {
    let mut set = Set { layout, migrations: Vec::new(), findings };
    let (downs, ups): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.down);
    for Part { revision, name, script, .. } in ups {
        match set.migrations.iter().find(|migration| migration.revision == revision) {
            Some(first) => set.findings.push(duplicate(&script, &first.up, revision.as_str())),
            None => set.migrations.push(Migration { revision, name, up: script, down: None }),
        }
    }
    for Part { revision, script, .. } in downs {
        match set.migrations.iter_mut().find(|migration| migration.revision == revision) {
            None => set.findings.push(Finding::error(
                "no-up",
                &script.file,
                0,
                format!("revision {revision} has a way down and none up"),
                "write the file that goes up, or take this one away",
            )),
            Some(Migration { down: Some(first), .. }) => {
                let finding = duplicate(&script, first, revision.as_str());
                set.findings.push(finding);
            }
            Some(migration) => migration.down = Some(script),
        }
    }
    set.migrations.sort_by(|a, b| a.revision.cmp(&b.revision));
    missing_downs(&mut set);
    gaps(&mut set);
    let found: Vec<Finding> = set
        .migrations
        .iter()
        .flat_map(|migration| std::iter::once(&migration.up).chain(&migration.down))
        .flat_map(|script| unreadable(script, engine))
        .collect();
    set.findings.extend(found);
    set
}

fn duplicate(script: &Script, first: &Script, revision: &str) -> Finding {
    let what = format!("revision {revision} is that of `{}` already", first.file);
    let hint = "give the newer of the two the next revision; it is in no database yet";
    Finding::error("duplicate-revision", &script.file, 0, what, hint)
}

fn missing_downs(set: &mut Set) {
    if set.layout == Some(Layout::OneWay) {
        return;
    }
    for migration in &set.migrations {
        let empty = migration.down.as_ref().is_some_and(|down| down.text.trim().is_empty());
        if migration.down.is_some() && !empty {
            continue;
        }
        let what = format!("revision {} has no way down", migration.revision);
        let hint = "write one; where there is none, say so in it: `-- one way: …`";
        set.findings.push(Finding::warning("no-down", &migration.up.file, 0, what, hint));
    }
}

/// Only of revisions that are counted: points in time have gaps.
fn gaps(set: &mut Set) {
    for pair in set.migrations.windows(2) {
        let (Some(before), Some(after)) = (pair[0].revision.counted(), pair[1].revision.counted()) else { continue };
        if after > before + 1 {
            let what = format!("between revisions {} and {} one is missing", pair[0].revision, pair[1].revision);
            let hint = "look whether a file was left out of this branch: what comes later with a lower revision is out of order";
            set.findings.push(Finding::warning("gap", &pair[1].up.file, 0, what, hint));
        }
    }
}

fn unreadable(script: &Script, engine: Engine) -> Vec<Finding> {
    let statements = match script.statements(engine) {
        Ok(statements) => statements,
        Err(finding) => return vec![finding],
    };
    let refused = |statement: &crate::sql::Statement| {
        let (what, hint) = match Definition::read(&statement.text, engine) {
            Definition::Control(Control::Rollback) => (
                "ROLLBACK would undo the record of what was applied",
                "take it out: a failed statement rolls back by itself",
            ),
            Definition::Lock if engine == Engine::Mysql => (
                "LOCK TABLES would shut Callsheet out of its own history table",
                "take it out: definitions lock what they change",
            ),
            _ => return None,
        };
        Some(Finding::error("not-in-a-migration", &script.file, statement.line, what, hint))
    };
    statements.iter().filter_map(refused).collect()
}
