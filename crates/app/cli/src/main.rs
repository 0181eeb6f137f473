//! Callsheet runs the production runbook you already have.
//!
//! The caller does: type a command, answer what is asked.
//! This crate does: read arguments, call the crate that knows, and say the result: data on stdout, talk on stderr, the rest in the exit status.

mod actor;
mod asks;
mod cli;
mod commands;
mod context;
mod databases;
mod dependencies;
mod difference;
mod execution;
mod exit;
mod failure;
mod flow_files;
mod instances;
mod markdown;
mod paint;
mod plan_view;
mod planning;
mod probing;
mod prompt;
mod reference;
mod rehearsals;
mod report;
mod runbook_file;
mod runbooks;
mod screen;
mod settings;
mod side_by_side;
mod standing;
mod state;
mod target;
mod terminal;
mod view;

use std::ffi::OsString;
use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::FromArgMatches;

use crate::cli::{Cli, Command};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let [_, first, rest @ ..] = arguments.as_slice()
        && first == "keeper"
    {
        return callsheet_keeper::keeper_main(rest);
    }
    if let [_, first, rest @ ..] = arguments.as_slice()
        && first == callsheet_driver_process::SUPERVISE
    {
        return callsheet_driver_process::supervisor_main(rest);
    }
    // The panic's own words are on the screen by then.
    catch_unwind(command).unwrap_or(Exit::Internal).into()
}

fn command() -> Exit {
    let matches = cli::command().get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let context = Context { screen: Screen::detect(cli.color), state: cli.state, config: cli.config };
    execute(cli.command, &context).unwrap_or_else(|failure| {
        // If even stderr is gone, the exit status is all that is left to say.
        let _ = context.screen.talk(&failure.render(context.screen.err));
        failure.status()
    })
}

fn execute(command: Command, context: &Context) -> Result<Exit, Failure> {
    use callsheet_engine::Command as Told;
    use commands::{
        abandon, adopt, analyze, answer, assets, attach, browse, cancel, check, completions, deploy, edge, explain,
        export, flow, freeze, init, logs, man, migrate, plan,
    };
    use commands::{preflight, promql, reference, rehearse, releases, resume, rollback, rollout};
    use commands::{run, runs, serve, show, sql, state, status, verify, warm};
    match command {
        Command::Check(args) => check::execute(args, context),
        Command::Plan(args) => plan::execute(args, context),
        Command::Adopt(args) => adopt::execute(args, context),
        Command::Explain(args) => explain::execute(args, context),
        Command::Init(args) => init::execute(args, context),
        Command::Run(args) => run::execute(args, context),
        Command::Rehearse(args) => rehearse::execute(args, context),
        Command::Resume(args) => resume::execute(args, context),
        Command::Cancel(args) => cancel::execute(args, context),
        Command::Abandon(args) => abandon::execute(args, context),
        Command::Attach(args) => attach::execute(args, context),
        Command::Approve(args) => answer::at_step(args, "approved", Told::Approve, context),
        Command::Deny(args) => answer::at_step(args.into(), "denied", Told::Deny, context),
        Command::Confirm(args) => answer::at_step(args, "confirmed", Told::Confirm, context),
        Command::Skip(args) => answer::at_step(args.into(), "left out", Told::Skip, context),
        Command::Retry(args) => answer::at_step(args, "to be run again:", Told::Retry, context),
        Command::Done(args) => answer::at_step(args.into(), "taken as done:", Told::Done, context),
        Command::Rollback(args) => rollback::execute(args, context),
        Command::Deploy(args) => deploy::execute(args, context),
        Command::Rollout(args) => rollout::execute(args, context),
        Command::Status(args) => status::execute(args, context),
        Command::Analyze(args) => analyze::execute(args, context),
        Command::Freeze(args) => freeze::execute(args, context),
        Command::Releases(args) => releases::execute(args, context),
        Command::Choose(args) => answer::choose(args, context),
        Command::Runs(args) => runs::execute(args, context),
        Command::Show(args) => show::execute(args, context),
        Command::Logs(args) => logs::execute(args, context),
        Command::Verify(args) => verify::execute(args, context),
        Command::Export(args) => export::execute(args, context),
        Command::Flow(args) => flow::execute(args, context),
        Command::Sql(args) => sql::execute(args, context),
        Command::Promql(args) => promql::execute(args, context),
        Command::Migrate(args) => migrate::execute(args, context),
        Command::Secrets(args) => commands::secrets::execute(args, context),
        Command::Backup(args) => commands::backup::execute(args, context),
        Command::Restore(args) => commands::restore::execute(args, context),
        Command::Db(args) => commands::db::execute(args, context),
        Command::Drill(args) => commands::drill::execute(args, context),
        Command::Assets(args) => assets::execute(args, context),
        Command::Warm(args) => warm::execute(args, context),
        Command::Browse(args) => browse::execute(args, context),
        Command::Preflight(args) => preflight::execute(args, context),
        Command::Instances(args) => commands::instances::execute(args, context),
        Command::Exec(args) => commands::exec::execute(args, context),
        Command::Restart(args) => commands::restart::execute(args, context),
        Command::Scale(args) => commands::scale::execute(args, context),
        Command::Serve(args) => serve::execute(args, context),
        Command::Edge(args) => edge::execute(args, context),
        Command::State(args) => state::execute(args, context),
        Command::Completions(args) => completions::execute(args, context),
        Command::Man(args) => man::execute(args, context),
        Command::GenerateReference(args) => reference::execute(args, context),
    }
}
