//! `callsheet migrate new`: the files of a new migration.

use callsheet_base::Timestamp;
use callsheet_migrations::{Engine, Layout, new_files};
use serde_json::json;

use super::{Which, files, open};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// Write the files of a new migration
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What it does, in a few words
    #[arg(value_name = "NAME")]
    name: String,
    /// How an empty folder's first files are named
    #[arg(long, value_enum, value_name = "LAYOUT")]
    layout: Option<Named>,
    /// Show the files' names; write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Named {
    /// NNNN_name.up.sql and NNNN_name.down.sql
    Pairs,
    /// NNNN_name.sql, without a way down
    OneWay,
    /// NNNN_name.sql with `-- migrate:up` and `-- migrate:down`
    Sections,
    /// V1__name.sql and U1__name.sql
    Flyway,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    if !args.name.chars().any(char::is_alphanumeric) {
        return Err(Failure::user("the name needs a letter or a digit"));
    }
    let settings = Settings::here(context)?;
    let folder = files::folder(which, &settings)?;
    // Names and sections are the same for every engine; nobody needs a database to write a file.
    let engine = open::address(which, &settings).map_or(Engine::Postgres, |address| address.engine());
    let set = files::read(&folder, engine)?;
    let layout = args.layout.map(|named| match named {
        Named::Pairs => Layout::Pairs,
        Named::OneWay => Layout::OneWay,
        Named::Sections => Layout::Sections,
        Named::Flyway => Layout::Flyway,
    });
    let now = Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
    let fresh = new_files(&set, &files::shown(&folder), &args.name, layout, &now);
    if !args.dry_run {
        std::fs::create_dir_all(&folder)
            .map_err(|error| Failure::environment(format!("cannot make `{}`", folder.display())).because(&error))?;
        for file in &fresh {
            write(&folder, file)?;
        }
    }
    let names: Vec<&str> = fresh.iter().map(|file| file.path.as_str()).collect();
    context.screen.data(&match which.format {
        Format::Json => format!("{:#}\n", json!({ "schema": "callsheet.migrate/1", "files": names })),
        Format::Text => names.iter().map(|name| format!("{name}\n")).collect(),
    })?;
    Ok(Exit::Done)
}

/// Never over a file that is there.
fn write(folder: &std::path::Path, file: &callsheet_migrations::File) -> Result<(), Failure> {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let path = folder.join(name);
    let mut options = std::fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).open(&path);
    opened
        .and_then(|mut opened| std::io::Write::write_all(&mut opened, file.text.as_bytes()))
        .map_err(|error| Failure::environment(format!("cannot write `{}`", path.display())).because(&error))
}
