//! `cargo xtask demo`: a real service, its real runbook, a kill -9 in the middle of a step, and the record of it all; then releases of
//! another service, good and bad, under live load.
//!
//! Everything plays in a temporary folder, on loopback, and is ended when the demo ends. Any surprise ends it with an error.

mod narrator;
mod releases;
mod service;
mod story;

use std::path::{Path, PathBuf};

use anyhow::Context;
use callsheet_e2e::Desk;

use crate::stages::run;
use crate::tree::{cargo, root, target_folder};
use narrator::Narrator;
use service::Service;

/// Builds the programs, then tells the story.
pub fn play() -> anyhow::Result<()> {
    let narrator = Narrator::new();
    narrator.chapter("Building callsheet and the service it will operate");
    if std::env::var_os("CALLSHEET_PROGRAMS_BUILT").is_none() {
        run(cargo().args(["build", "--quiet", "--package", "callsheet", "--package", "asset-manager", "--bins"]))?;
        run(cargo().args(["build", "--quiet", "--package", "callsheet-e2e", "--bin", "shop"]))?;
    }
    let desk = set_desk()?;
    let service = Service::new(desk.path(), &target_folder()?.join("debug/asset-manager"));
    let password = service.script(&["password"])?;
    let variables = service.variables().iter().cloned().chain([("ADMIN_PASSWORD".to_owned(), password.clone())]);
    let desk = variables.fold(desk, |desk, (name, value)| desk.with_variable(&name, value));
    let told = story::tell(&narrator, &desk, &service, &password);
    // Whatever happened, nothing that the demo started outlives it.
    let stopped = service.script(&["stop"]);
    told?;
    releases::tell(&narrator, &target_folder()?.join("debug/shop"))?;
    narrator.chapter(&format!("Done: {}; nothing of the demo runs any more", stopped?));
    Ok(())
}

/// A temporary folder with a copy of what the demo operates by.
fn set_desk() -> anyhow::Result<Desk> {
    let desk = Desk::empty();
    copy(&root().join("callsheet.toml"), &desk.path().join("callsheet.toml"))?;
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
