//! Where the programs are that the stories start.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The real `callsheet`.
pub fn callsheet_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program("callsheet"))
}

/// A program of the workspace, built as the tests are. Built here unless `CALLSHEET_PROGRAMS_BUILT` says that it was.
pub fn program(package: &str) -> PathBuf {
    program_named(package, package)
}

/// As [`program`], of a package with several.
pub(crate) fn program_named(package: &str, name: &str) -> PathBuf {
    let path = build_folder().join(name);
    if std::env::var_os("CALLSHEET_PROGRAMS_BUILT").is_none() {
        build(package);
    }
    assert!(path.is_file(), "{} is missing: run `cargo build --bins` first", path.display());
    path
}

/// A program of this crate, built with whatever tells the story.
pub(crate) fn own_program(name: &str) -> PathBuf {
    build_folder().join(name)
}

/// The folder of the profile that this test was built in: `target/debug`.
fn build_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let folder = test.parent().expect("a file is in a folder");
    match folder.file_name() {
        Some(name) if name == "deps" || name == "examples" => folder.parent().unwrap_or(folder).to_owned(),
        _ => folder.to_owned(),
    }
}

fn build(package: &str) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", package, "--bins"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if build_folder().ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo starts");
    assert!(status.success(), "`{package}` does not build");
}
