//! `callsheet backup new-key`: a key that backups are encrypted with.

use std::io::Write as _;
use std::path::PathBuf;

use callsheet_backup_tools::new_key;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::runbooks::current_folder;

/// Make a key that backups are encrypted with
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file is the secret part (an age identity): keep it away from the machine and from the backups, in two places. Without it no \
backup can be read. What is printed is the public part, for `recipients`."
)]
pub(super) struct Args {
    /// The file to write, readable by you alone; one that is there is never overwritten
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn execute(args: &Args, context: &Context) -> Result<Exit, Failure> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = current_folder()?.join(&args.file);
    let (identity, recipient) = new_key();
    let cannot =
        |error: std::io::Error| Failure::user(format!("cannot write `{}`", args.file.display())).because(&error);
    let mut open = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file).map_err(cannot)?;
    writeln!(open, "# public key: {recipient}\n{}", identity.expose())
        .and_then(|()| open.sync_all())
        .map_err(cannot)?;
    context.screen.data(&format!("{recipient}\n"))?;
    context.screen.talk(&format!(
        "`{}` is the secret part: whoever loses it loses the backups\n{}: write `recipients = [\"{recipient}\"]` into `[databases.NAME.backup]`\n",
        args.file.display(),
        context.screen.err.bold_cyan("hint")
    ))?;
    Ok(Exit::Done)
}
