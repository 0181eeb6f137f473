//! `cargo xtask demo`: a real service, released by its real runbook under live load, a kill -9 in the middle of that, and the record of
//! it all; then releases of another service, good and bad.
//!
//! Everything plays in a temporary folder, on loopback, and is ended when the demo ends. Any surprise ends it with an error.

mod content_jumpstart;
mod film_studio;
mod grants;
mod narrator;
mod releases;
mod service;
mod story;
mod video_editor;

use std::path::{Path, PathBuf};

use anyhow::Context;
use callsheet_e2e::Desk;

use crate::stages::run;
use crate::tree::{cargo, root, target_folder};
use narrator::Narrator;
use service::Service;

/// The repository's configuration on a stage: shares that are judged for seconds instead of minutes.
const STAGE: &str = r#"
[environments.demo]

[environments.demo.services.asset-manager.edge]
listen = "127.0.0.1:0"

[environments.demo.services.asset-manager.release]
steps = ["20%"]
hold = "4s"
keep_old = "2s"
later = []
judging = { must_see = "20%", latency = false }
"#;

/// What to show.
#[derive(clap::Args)]
pub struct Options {
    /// Which service of the fleet is operated
    #[arg(long, value_enum, default_value_t = System::AssetManager)]
    system: System,
}

/// A service of the fleet; one file tells each one's story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum System {
    /// Releases under load and through a `kill -9`
    AssetManager,
    /// A schema that expands, a front end, a trouble found and cleared
    ContentJumpstart,
    /// A schema that expands, rolls back and contracts, on MariaDB; troubles found and cleared
    FilmStudio,
    /// A schema that expands and contracts, secrets rotated while people sign in, a restore to the second before a bad statement
    Grants,
    /// A schema that expands, a lost Redis, a lost codec, on PostgreSQL, Redis and FFmpeg
    VideoEditor,
}

/// Tells the story.
pub fn play(options: &Options) -> anyhow::Result<()> {
    let narrator = Narrator::new();
    match options.system {
        System::AssetManager => asset_manager(&narrator)?,
        System::ContentJumpstart => content_jumpstart::play(&narrator)?,
        System::FilmStudio => film_studio::play(&narrator)?,
        System::Grants => grants::play(&narrator)?,
        System::VideoEditor => video_editor::play(&narrator)?,
    }
    narrator.chapter("Done; nothing of the demo runs any more");
    Ok(())
}

/// Builds the programs, then tells the asset manager's story.
fn asset_manager(narrator: &Narrator) -> anyhow::Result<()> {
    narrator.chapter("Building callsheet and the service it will operate");
    if std::env::var_os("CALLSHEET_PROGRAMS_BUILT").is_none() {
        run(cargo().args(["build", "--quiet", "--package", "callsheet", "--package", "asset-manager", "--bins"]))?;
        run(cargo().args(["build", "--quiet", "--package", "callsheet-e2e", "--bin", "shop"]))?;
    }
    let desk = set_desk()?;
    let service = Service::new(desk.path());
    service.script(&["setup"])?;
    let password = service.script(&["password"])?;
    let path = std::env::var("PATH").unwrap_or_default();
    let programs = target_folder()?.join("debug");
    let desk = desk.with_variable("ADMIN_PASSWORD", &password);
    let desk = desk.with_variable("PATH", format!("{}:{path}", programs.display()));
    story::tell(narrator, &desk, &service, &programs.join("asset-manager"), &password)?;
    // Edge and instances end with their folder.
    drop(desk);
    releases::tell(narrator, &target_folder()?.join("debug/shop"))
}

/// A temporary folder with a copy of what the demo operates by.
fn set_desk() -> anyhow::Result<Desk> {
    let desk = Desk::empty();
    let configuration = std::fs::read_to_string(root().join("callsheet.toml")).context("cannot read callsheet.toml")?;
    desk.write("callsheet.toml", &format!("{configuration}{STAGE}"));
    let (from, to) = (root().join("runbooks"), desk.path().join("runbooks"));
    copy(&from.join("asset-manager.md"), &to.join("asset-manager.md"))?;
    // The runbook's scripts, and the samples that its smoke test uploads.
    for part in ["asset-manager", "asset-manager/samples"] {
        for entry in std::fs::read_dir(from.join(part)).with_context(|| format!("cannot list runbooks/{part}"))? {
            let file = entry.with_context(|| format!("cannot list runbooks/{part}"))?.path();
            if let (true, Some(name)) = (file.is_file(), file.file_name()) {
                copy(&file, &to.join(part).join(name))?;
            }
        }
    }
    Ok(desk)
}

fn copy(from: &Path, to: &PathBuf) -> anyhow::Result<()> {
    let folder = to.parent().context("a file is in a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}
