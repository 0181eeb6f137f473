//! `callsheet secrets init`: the environment's book, and an identity where there is none.

use callsheet_secret_stores::{Identity, Recipient};
use serde_json::json;

use super::{Which, desk};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Set up the environment's book, and an identity where there is none
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Who can read beside this machine's identity: `age1…`; may be given often
    #[arg(long = "recipient", value_name = "AGE1")]
    recipients: Vec<Recipient>,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    let (own, made) = match desk::find_identity() {
        Ok(identity) => (identity.recipients(), None),
        Err(_) => {
            let path = Identity::usual_path(|name| std::env::var(name).ok());
            let unmade = |error| {
                Failure::environment("there is no identity here, and none can be made")
                    .because(&error)
                    .hint("name the file of one: CALLSHEET_IDENTITY_FILE=…; only its owner may be able to read it")
            };
            let made = Identity::make(&path).map_err(unmade)?;
            (vec![made.recipient], Some(made.path))
        }
    };
    let mut recipients = own;
    recipients.extend(args.recipients.iter().filter(|one| !recipients.contains(one)).cloned().collect::<Vec<_>>());
    let book = desk.keyring.book();
    let is_new = book.make(&recipients).map_err(desk::failure)?;
    let shown = book.path().strip_prefix(&desk.settings.root).unwrap_or(book.path()).display().to_string();
    if let Format::Json = which.format {
        let recipients: Vec<String> = recipients.iter().map(ToString::to_string).collect();
        let whole = json!({
            "schema": "callsheet.secrets-init/1", "environment": desk.environment, "book": shown, "made": is_new,
            "identity": made.map(|path| path.display().to_string()), "recipients": recipients,
        });
        context.screen.data(&format!("{whole:#}\n"))?;
        return Ok(Exit::Done);
    }
    if let Some(path) = made {
        let words = "keep a copy in a safe place: without it nothing can be read";
        context.screen.talk(&format!("made the identity `{}`; {words}\n", path.display()))?;
    }
    if !is_new {
        context.screen.talk(&format!("`{shown}` is there already; nothing was changed\n"))?;
        return Ok(Exit::Done);
    }
    let list: String = recipients.iter().map(|one| format!("  {one}\n")).collect();
    context.screen.talk(&format!(
        "made `{shown}` for the secrets of {}; they can be read by\n{list}commit it; store a value with `callsheet secrets set NAME --env {}`\n",
        desk.environment, desk.environment
    ))?;
    Ok(Exit::Done)
}
