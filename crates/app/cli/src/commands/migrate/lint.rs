//! `callsheet migrate lint`: what would destroy, lock, rewrite, or break the release that still runs.

use callsheet_migrations::{Finding, Migration, Revision, Severity, lint};
use serde_json::json;

use super::open::Opened;
use super::up::revision;
use super::{Which, open, show};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;

/// Find what would destroy, lock, rewrite, or break the release that still runs
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a revision, what is not applied yet. Exits 1 if there is an error. What was weighed is allowed above its statement: \
`-- callsheet: allow drop-column, nothing reads it since 2.3`; a file for the time after the older release is gone says \
`-- callsheet: phase contract`."
)]
pub(super) struct Args {
    /// These revisions
    #[arg(value_name = "REV", value_parser = revision)]
    revisions: Vec<Revision>,
    /// All files, without asking the database what is applied
    #[arg(long, conflicts_with = "revisions")]
    all: bool,
    /// List the rules
    #[arg(long)]
    rules: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    if args.rules {
        return rules(which, context);
    }
    let opened = open::open(which, context)?;
    let chosen = chosen(args, &opened)?;
    let found: Vec<Finding> = chosen.iter().flat_map(|migration| lint::lint(migration, opened.engine())).collect();
    let unreadable = opened.set.findings.iter().filter(|finding| finding.rule == "unreadable-sql");
    let found: Vec<Finding> = unreadable.cloned().chain(found).collect();
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error).count();
    match which.format {
        Format::Json => {
            let report = json!({ "schema": "callsheet.migrate/1", "looked_at": chosen.len(), "findings": found });
            context.screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            let mut text: String = found.iter().map(|finding| show::finding(finding, context.screen)).collect();
            let warnings = found.len() - errors;
            let looked_at = plural(chosen.len(), "revision");
            text.push_str(&format!(
                "{looked_at} looked at, for {}: {}, {}\n",
                opened.engine().name(),
                plural(errors, "error"),
                plural(warnings, "warning")
            ));
            context.screen.data(&text)?;
        }
    }
    Ok(if errors == 0 { Exit::Done } else { Exit::Failed })
}

fn chosen<'a>(args: &Args, opened: &'a Opened) -> Result<Vec<&'a Migration>, Failure> {
    if args.all {
        return Ok(opened.set.migrations.iter().collect());
    }
    if args.revisions.is_empty() {
        let history =
            opened.known().map_err(|failure| failure.hint("`--all` looks at all files, without the database"))?.history;
        let is_applied =
            |revision: &Revision| history.iter().any(|applied| applied.revision == *revision && applied.is_whole());
        return Ok(opened.set.migrations.iter().filter(|migration| !is_applied(&migration.revision)).collect());
    }
    let find = |revision: &Revision| {
        let found = opened.set.find(revision);
        found.ok_or_else(|| Failure::user(format!("there is no file of revision {revision} in {}", opened.folder)))
    };
    args.revisions.iter().map(find).collect()
}

fn rules(which: &Which, context: &Context) -> Result<Exit, Failure> {
    let engines = |rule: &lint::Rule| rule.engines.iter().map(|engine| engine.name()).collect::<Vec<_>>();
    let text = match which.format {
        Format::Json => {
            let list: Vec<_> = lint::RULES
                .iter()
                .map(|rule| json!({ "rule": rule.name, "about": rule.about, "engines": engines(rule) }))
                .collect();
            format!("{:#}\n", json!({ "schema": "callsheet.migrate/1", "rules": list }))
        }
        Format::Text => {
            let width = lint::RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
            let line =
                |rule: &lint::Rule| format!("{:<width$}  {} ({})\n", rule.name, rule.about, engines(rule).join(", "));
            lint::RULES.iter().map(line).collect()
        }
    };
    context.screen.data(&text)?;
    Ok(Exit::Done)
}
