//! The checkout: where it is, which crates and which text files it holds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// A crate of the workspace.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name in `Cargo.toml`.
    pub name: String,
    /// Its folder, relative to the root (`crates/core/base`).
    pub folder: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

/// One line of a crate's dependency tables.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// Whether only tests, examples and benches use it.
    pub dev: bool,
    /// Whether it is a crate of this workspace.
    pub ours: bool,
}

/// A text file of the checkout.
#[derive(Clone, Debug)]
pub struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// Everything the rules look at.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The workspace's crates.
    pub packages: Vec<Package>,
    /// Tracked and new text files; what git ignores is not among them.
    pub files: Vec<File>,
    /// Every crate in the build for Linux with its licence, as its own manifest states it.
    pub licences: Vec<(String, String)>,
}

/// The checkout's root: the folder above this crate.
pub fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_owned()
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Output of a command that must succeed.
fn output_of(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}

/// What `cargo metadata --no-deps` says.
fn metadata() -> anyhow::Result<Value> {
    let output = output_of(cargo().args(["metadata", "--no-deps", "--format-version", "1", "--offline"]))?;
    serde_json::from_slice(&output).context("cannot read what cargo metadata printed")
}

/// The folder that cargo builds into.
pub fn target_folder() -> anyhow::Result<PathBuf> {
    let metadata = metadata()?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target_directory")?;
    Ok(folder.into())
}

impl Tree {
    /// Reads the checkout.
    pub fn read() -> anyhow::Result<Tree> {
        let root = root();
        Ok(Tree { packages: packages(&metadata()?, &root)?, files: files(&root)?, licences: licences()? })
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Rust sources.
    pub fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

fn licences() -> anyhow::Result<Vec<(String, String)>> {
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"]);
    let metadata: Value = serde_json::from_slice(&output_of(&mut command)?).context("cannot read cargo's metadata")?;
    let list = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let licence = |package: &Value| package["license"].as_str().unwrap_or("none").to_owned();
    Ok(list.iter().filter_map(|package| Some((package["name"].as_str()?.to_owned(), licence(package)))).collect())
}

fn packages(metadata: &Value, root: &Path) -> anyhow::Result<Vec<Package>> {
    let list = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let packages: Vec<Package> = list.iter().filter_map(|package| read_package(package, root)).collect();
    ensure!(packages.len() == list.len(), "cargo metadata describes a package without name or path");
    Ok(packages)
}

fn read_package(package: &Value, root: &Path) -> Option<Package> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let folder = manifest.parent()?.strip_prefix(root).ok()?.to_str()?.to_owned();
    let dependencies = package["dependencies"].as_array()?.iter().filter_map(|dependency| {
        Some(Dependency {
            name: dependency["name"].as_str()?.to_owned(),
            dev: dependency["kind"].as_str() == Some("dev"),
            ours: dependency["path"].is_string(),
        })
    });
    Some(Package { name: package["name"].as_str()?.to_owned(), folder, dependencies: dependencies.collect() })
}

fn files(root: &Path) -> anyhow::Result<Vec<File>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = output_of(&mut git).context("the rules look at the files that git lists")?;
    let mut files = Vec::new();
    for path in listed.split(|&byte| byte == 0).filter(|path| !path.is_empty()) {
        let path = String::from_utf8(path.to_vec()).context("a file's name is not UTF-8")?;
        let full = root.join(&path);
        // Deleted but still in the index, or a link: nothing to read.
        if !full.is_file() {
            continue;
        }
        let bytes = std::fs::read(&full).with_context(|| format!("cannot read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File { path, text });
        }
    }
    Ok(files)
}
