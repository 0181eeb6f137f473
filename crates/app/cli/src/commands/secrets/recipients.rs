//! `callsheet secrets recipients`: who can read. A change encrypts everything anew, under a new key.

use callsheet_secret_stores::{Recipient, StoreError};
use serde_json::json;

use super::{Which, desk};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Show, add or remove those who can read; everything is encrypted anew
#[derive(Debug, clap::Args)]
#[command(after_help = "Whoever is removed keeps what they have read, and what is in Git's history: rotate it.")]
pub(super) struct Args {
    /// Let this one read, too
    #[arg(long, value_name = "AGE1")]
    add: Vec<Recipient>,
    /// Let this one read no more
    #[arg(long, value_name = "AGE1")]
    remove: Vec<Recipient>,
    /// Show the recipient of this machine's identity alone
    #[arg(long, conflicts_with_all = ["add", "remove"])]
    own: bool,
}

pub(super) fn execute(args: Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    if args.own {
        let own: String = desk.identity()?.recipients().iter().map(|one| format!("{one}\n")).collect();
        context.screen.data(&own)?;
        return Ok(Exit::Done);
    }
    let read = |page: &callsheet_secret_stores::Page| -> Result<Vec<Recipient>, Failure> {
        let wrong = |why: String| Failure::environment("the book's recipients are not understood").cause(why);
        page.recipients().iter().map(|text| text.parse().map_err(wrong)).collect()
    };
    let before = read(&desk.keyring.book().page().map_err(desk::failure)?)?;
    let mut after = before.clone();
    for one in &args.remove {
        if !after.contains(one) {
            return Err(Failure::user(format!("{one} is none of the recipients")));
        }
        after.retain(|other| other != one);
    }
    after.extend(args.add.iter().filter(|one| !before.contains(one)).cloned());
    if after.is_empty() {
        return Err(Failure::user("nobody could read any more").hint("add another first"));
    }
    if after != before {
        let own = desk.identity()?;
        if !own.recipients().iter().any(|one| after.contains(one)) && args.remove.len() == args.add.len() {
            context.screen.warn("this machine's identity is not among them any more")?;
        }
        let list = |all: &[Recipient]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let note = format!("added {}; removed {}", list(&args.add), list(&args.remove));
        desk.record("recipients", None, None, &note)?;
        let changed: Result<(), StoreError> = desk.keyring.book().edit(|page| page.re_encrypt(&after, &own));
        changed.map_err(desk::failure)?;
        if !args.remove.is_empty() {
            let words = "they keep what they have read, and what is in Git's history: rotate it";
            context.screen.warn(words)?;
        }
    }
    match which.format {
        Format::Json => {
            let recipients: Vec<String> = after.iter().map(ToString::to_string).collect();
            let whole = json!({
                "schema": "callsheet.secrets-recipients/1", "environment": desk.environment, "recipients": recipients,
                "changed": after != before,
            });
            context.screen.data(&format!("{whole:#}\n"))?;
        }
        Format::Text => context.screen.data(&after.iter().map(|one| format!("{one}\n")).collect::<String>())?,
    }
    Ok(Exit::Done)
}
