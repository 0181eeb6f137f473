//! `callsheet drill restore`: what must work on a bad day is practised on a good one.

use callsheet_backup_tools::{Upto, verify};
use callsheet_backups::Kind;

use super::backup::{Bar, Purpose, Which, chosen, failed, open, proof, tell};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// Practise what must work on a bad day
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Restore the newest backup into a scratch instance, compare, ask, and hold the times against what was promised
    #[command(
        after_help = "Of PostgreSQL's files the log is played to its end. The time taken and what would be lost are recorded with the backup and \
held against `rto` and `rpo`; exits 1 if the restored database is not what it should be, or a promise was not kept."
    )]
    Restore,
}

/// Does one of them.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    match args.what {
        What::Restore => restore(&args.which, context),
    }
}

fn restore(which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open(which.database.as_deref(), which.env.as_deref(), Purpose::Look, &Settings::here(context)?)?;
    let manifest = chosen(&opened, None)?;
    let upto = if manifest.kind == Kind::Physical { Upto::Newest } else { Upto::Backup };
    let proof = proof(&opened, upto, true);
    let mut bar = Bar::new("restoring", context);
    let proved = verify(&opened.repository, &manifest, &proof, &mut |progress| bar.watch(progress));
    bar.clear();
    let verification = proved.map_err(failed)?;
    tell(&verification, which.format, context.screen)?;
    let well = verification.holds() && verification.missed.is_empty();
    Ok(if well { Exit::Done } else { Exit::Failed })
}
