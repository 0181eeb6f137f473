//! `callsheet secrets get NAME`: a value is shown. Only on a terminal, or where `--reveal` says that it goes elsewhere on purpose; who saw
//! it is written down first.

use std::io::IsTerminal as _;

use callsheet_secrets::{Reference, SecretName, Which as Versions};

use super::{Which, desk};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Show a value; who saw it is recorded
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The secret: NAME, NAME@previous, NAME@3, NAME.user, NAME.password
    #[arg(value_name = "NAME", value_parser = reference)]
    reference: Reference,
    /// Also where the output is no terminal
    #[arg(long)]
    reveal: bool,
    /// Why; kept in the record
    #[arg(long, value_name = "WHY", default_value = "")]
    why: String,
}

fn reference(text: &str) -> Result<Reference, String> {
    let text = if Reference::is_meant(text) { text.to_owned() } else { format!("secret://{text}") };
    text.parse::<Reference>().map_err(|_| "write NAME, NAME@previous, NAME@3, NAME.user or NAME.password".to_owned())
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    let name: &SecretName = &args.reference.name;
    desk.may(name)?;
    if !args.reveal && !std::io::stdout().is_terminal() {
        return Err(Failure::user("the output is no terminal, so whoever reads it would have the value")
            .hint("`--reveal` sends it there all the same; a service is better given `secret://NAME`")
            .exit(Exit::Denied));
    }
    let value = desk.keyring.resolve(&args.reference).map_err(desk::failure)?;
    let Some(value) = value else {
        return Err(Failure::user(format!("no other version of {name} is accepted now")));
    };
    let entry = desk.keyring.entry(name).map_err(desk::failure)?;
    let picked = entry.as_ref().and_then(|entry| entry.pick(args.reference.which).ok().flatten());
    let version = match args.reference.which {
        Versions::Number(number) => Some(number),
        Versions::Current | Versions::Previous => picked.map(|version| version.number),
    };
    desk.record("get", Some(name), version, &args.why)?;
    context.screen.data(&format!("{}\n", value.expose()))?;
    Ok(Exit::Done)
}
