//! `callsheet migrate status`: all revisions and where each stands.

use callsheet_migrations::{Applied, State, Way, decide};
use serde_json::json;

use super::history::when;
use super::open::{Known, Opened};
use super::{Which, open, show};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;
use crate::screen::Screen;

/// A line of the list.
struct Line {
    title: String,
    word: &'static str,
    more: String,
}

pub(super) fn execute(which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    let known = opened.known()?;
    let lines = lines(&opened, &known);
    let found = decide::differences(&opened.set, &known.history);
    let findings = opened.set.findings.iter().chain(&found);
    if let Format::Json = which.format {
        let list: Vec<_> =
            lines.iter().map(|line| json!({ "revision": line.title, "state": line.word, "more": line.more })).collect();
        let report = json!({
            "schema": "callsheet.migrate/1", "database": opened.address.describe(), "layout": opened.set.layout,
            "revisions": list, "findings": findings.collect::<Vec<_>>(),
        });
        context.screen.data(&format!("{report:#}\n"))?;
        return Ok(Exit::Done);
    }
    context.screen.data(&text(&opened, &known, &lines, context.screen))?;
    for finding in findings {
        context.screen.data(&show::finding(finding, context.screen))?;
    }
    Ok(Exit::Done)
}

fn lines(opened: &Opened, known: &Known) -> Vec<Line> {
    let mut lines: Vec<(callsheet_migrations::Revision, Line)> =
        known.history.iter().map(|applied| (applied.revision.clone(), applied_line(opened, applied))).collect();
    for migration in &opened.set.migrations {
        if !known.history.iter().any(|applied| applied.revision == migration.revision) {
            let title = format!("{} {}", migration.revision, migration.name);
            lines.push((migration.revision.clone(), Line { title, word: "pending", more: String::new() }));
        }
    }
    lines.sort_by(|(a, _), (b, _)| a.cmp(b));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn applied_line(opened: &Opened, applied: &Applied) -> Line {
    let migration = opened.set.find(&applied.revision);
    let changed =
        migration.is_some_and(|migration| !applied.checksum.is_empty() && migration.up.checksum() != applied.checksum);
    let word = match &applied.state {
        State::Half(half) if half.way == Way::Down => "half undone",
        State::Half(_) => "half applied",
        _ if changed => "changed",
        _ if migration.is_none() => "no file here",
        State::Baseline => "baseline",
        State::Applied => "applied",
    };
    Line { title: applied.title(), word, more: format!("{} by {}", when(applied), applied.by) }
}

fn text(opened: &Opened, known: &Known, lines: &[Line], screen: Screen) -> String {
    let paint = screen.out;
    let pending = lines.iter().filter(|line| line.word == "pending").count();
    let mut text = format!("{} is {}\n", paint.bold(opened.address.describe()), show::whereabouts(&known.history));
    let layout = opened.set.layout.map_or("no migration files".to_owned(), |layout| layout.describe().to_owned());
    text.push_str(&paint.dim(format!("{}: {layout}\n", opened.folder)));
    let width = lines.iter().map(|line| line.title.chars().count()).max().unwrap_or(0);
    for line in lines {
        let mark = match line.word {
            "applied" | "baseline" => paint.green("✓"),
            "pending" => paint.yellow("·"),
            "no file here" => paint.cyan("?"),
            _ => paint.bold_red("✗"),
        };
        let row = format!("  {mark} {:<width$}  {:<12}  {}", line.title, line.word, paint.dim(&line.more));
        text.push_str(&format!("{}\n", row.trim_end()));
    }
    if let Some(foreign) = &known.foreign {
        let count = plural(foreign.revisions.len(), "revision");
        text.push_str(&format!(
            "{} keeps this database's history in `{}` ({count}); take it over with `callsheet migrate baseline`\n",
            foreign.tool, foreign.table
        ));
    }
    if pending > 0 {
        text.push_str(&format!(
            "{}: `callsheet migrate up` applies {}\n",
            plural(pending, "pending revision"),
            if pending == 1 { "it" } else { "them" }
        ));
    }
    text
}
