//! The command line: every command, in the groups that `--help` shows.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::{
    abandon, adopt, analyze, answer, assets, attach, backup, browse, cancel, check, completions, db, deploy, drill,
    edge, exec, explain, export, flow, freeze, init, instances, logs, man, migrate, plan, preflight, promql, reference,
    rehearse, releases, restart, restore, resume, rollback, rollout, run, runs, scale, secrets, serve, show, sql,
    state, status, verify, warm,
};
use crate::screen::ColorChoice;

/// Callsheet runs the production runbook you already have: Markdown in, a durable, recorded run out.
#[derive(Debug, Parser)]
#[command(name = "callsheet", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
#[command(help_template = "{about}\n\n{usage-heading} {usage}{after-help}\n\nOptions:\n{options}")]
pub struct Cli {
    /// The command.
    #[command(subcommand)]
    pub command: Command,

    /// When to colour the output: auto, always or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Everywhere")]
    #[arg(hide_possible_values = true)]
    pub color: ColorChoice,

    /// Folder of the journal and output [default: `.callsheet/` beside `callsheet.toml`]
    #[arg(long, global = true, env = "CALLSHEET_STATE", value_name = "DIR", hide_env_values = true)]
    #[arg(help_heading = "Everywhere")]
    pub state: Option<PathBuf>,

    /// Configuration file [default: the nearest `callsheet.toml` at or above the runbook]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub config: Option<PathBuf>,
}

/// One variant for each command; its file in `commands/` says what it does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report what is wrong with runbooks, where, and what to do
    Check(check::Args),
    /// Show what would run, what a person must do, and what is risky
    Plan(plan::Args),
    /// Write down what Callsheet concludes from a runbook
    Adopt(adopt::Args),
    /// Explain a diagnostic code
    Explain(explain::Args),
    /// Set up `callsheet.toml` and a first runbook; never overwrites
    Init(init::Args),

    /// Run a procedure of a runbook
    Run(run::Args),
    /// Run a procedure in a scratch copy of the repository, and date it
    Rehearse(rehearse::Args),
    /// Go on with runs that stopped
    Resume(resume::Args),
    /// Stop a run in good order
    Cancel(cancel::Args),
    /// Give a run up, on the record, and free its lock
    Abandon(abandon::Args),
    /// Give an interactive step a terminal
    Attach(attach::Args),

    /// Approve a step
    Approve(answer::StepArgs),
    /// Deny a step its approval
    Deny(answer::ReasonedArgs),
    /// Confirm what a step asks: that it is done, as expected, or may be done
    Confirm(answer::StepArgs),
    /// Go on without a step
    Skip(answer::ReasonedArgs),
    /// Try a failed or doubtful step again
    Retry(answer::StepArgs),
    /// Say that a doubtful step did happen
    Done(answer::ReasonedArgs),
    /// Roll a run back, or a service to the release before
    Rollback(rollback::Args),
    /// Choose one of several ways
    Choose(answer::ChoiceArgs),

    /// Bring a release out: ready first, then traffic, judged step by step
    Deploy(deploy::Args),
    /// Look at a rollout under way, or tell it something
    Rollout(rollout::Args),
    /// Show what runs, who gets the traffic, and how a rollout under way fares
    Status(status::Args),
    /// Let no new release go out; ways back stay open
    Freeze(freeze::Args),
    /// Judge a recorded rollout again, with other settings
    Analyze(analyze::Args),
    /// List the releases that are kept, and what runs where
    Releases(releases::Args),

    /// List runs, newest first
    Runs(runs::Args),
    /// Show a run's change record
    Show(show::Args),
    /// Show the output of a run's steps, or of a service's instances
    Logs(logs::Args),
    /// Prove that a run's journal was not altered
    Verify(verify::Args),
    /// Export what an auditor keeps
    Export(export::Args),

    /// Run an HTTP flow in the Hurl format
    Flow(flow::Args),
    /// Run SQL on a database: read-only unless told otherwise
    Sql(sql::Args),
    /// Ask a Prometheus whether a condition holds
    Promql(promql::Args),

    /// Bring a database's schema from one revision to another
    Migrate(migrate::Args),
    /// Keep secrets, rotate them, and search for them where they must not be
    Secrets(secrets::Args),
    /// Make, list, prove and prune backups of databases
    Backup(backup::Args),
    /// Bring a database back, beside the live one or in its place
    Restore(restore::Args),
    /// Practise what must work on a bad day
    Drill(drill::Args),
    /// Look at a database's primary and replicas, and make another one the primary
    Db(db::Args),

    /// Publish a built front end without breaking pages that are open
    Assets(assets::Args),
    /// Ask routes until they answer well and quickly, before users do
    Warm(warm::Args),
    /// Open pages in a headless Chromium, as a user would meet them
    Browse(browse::Args),
    /// Check what must be so before a release goes out
    Preflight(preflight::Args),

    /// List the instances that services run as
    Instances(instances::Args),
    /// Restart a service's instances, one after the other
    Restart(restart::Args),
    /// Run more instances of a service, or fewer
    Scale(scale::Args),
    /// Run a command with an instance's environment and folder
    Exec(exec::Args),

    /// Keep the journal, the timers and the running procedures in one process
    Serve(serve::Args),
    /// Run the edge: the proxy that carries users' requests to releases
    Edge(edge::Args),
    /// Back up, restore, prune or check the state folder
    State(state::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page, or write all of them to a folder
    Man(man::Args),

    /// Write the reference pages of the manual
    #[command(hide = true)]
    GenerateReference(reference::Args),
}

/// The groups of `--help`: heading, commands.
pub const GROUPS: [(&str, &[&str]); 8] = [
    ("Read a runbook", &["check", "plan", "adopt", "explain", "init"]),
    ("Run it", &["run", "rehearse", "resume", "cancel", "abandon", "attach"]),
    ("Answer a run", &["approve", "deny", "confirm", "skip", "retry", "done", "rollback", "choose"]),
    (
        "Release",
        &[
            "deploy",
            "rollout",
            "status",
            "releases",
            "freeze",
            "analyze",
            "migrate",
            "secrets",
            "instances",
            "restart",
            "scale",
            "exec",
        ],
    ),
    ("Keep the data", &["backup", "restore", "drill", "db"]),
    ("Look back", &["runs", "show", "logs", "verify", "export"]),
    ("Ask by hand what steps ask", &["flow", "sql", "promql", "browse", "preflight", "warm", "assets"]),
    ("Keep it running", &["serve", "edge", "state", "completions", "man"]),
];

/// The clap command with the groups filled in.
pub fn command() -> clap::Command {
    let command = Cli::command();
    let mut text = String::new();
    for (heading, names) in GROUPS {
        text.push_str(&format!("\n{heading}:\n"));
        for name in names {
            let about = command.find_subcommand(name).and_then(|found| found.get_about());
            text.push_str(&format!("  {name:<13}{}\n", about.map(ToString::to_string).unwrap_or_default()));
        }
    }
    command.after_help(text.trim_end().trim_start_matches('\n').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        command().debug_assert();
    }

    #[test]
    fn every_visible_command_is_in_one_group() {
        let command = Cli::command();
        let mut visible: Vec<&str> =
            command.get_subcommands().filter(|c| !c.is_hide_set()).map(|c| c.get_name()).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        visible.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(visible, grouped);
    }
}
