//! `callsheet explain CS0001`: the page of a diagnostic code.

use callsheet_diag::{Code, Page, pages};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::markdown;

/// Explain a diagnostic code
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code, like `CS0001`; without one, all codes are listed
    code: Option<String>,
}

/// Prints the page, or the list of all.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let screen = context.screen;
    let Some(wanted) = args.code else {
        let list: String =
            pages().map(|page| format!("{}  {}\n", screen.out.cyan(page.code.to_string()), page.title())).collect();
        screen.data(&list)?;
        return Ok(Exit::Done);
    };
    let page = parse(&wanted).and_then(Page::of).ok_or_else(|| {
        Failure::user(format!("`{wanted}` is no diagnostic code")).hint("`callsheet explain` lists all codes")
    })?;
    screen.data(&markdown::render(page.markdown, screen.out))?;
    Ok(Exit::Done)
}

fn parse(text: &str) -> Option<Code> {
    let digits = text.trim().trim_start_matches(['C', 'S', 'c', 's']);
    digits.parse().ok().map(Code)
}
