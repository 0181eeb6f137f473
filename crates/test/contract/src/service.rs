//! The test service as a program that needs no library of the machine, so that it runs alone in an image.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Builds it, the first time, and says where it is.
pub fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(build).clone()
}

fn build() -> PathBuf {
    let host = host();
    let flags = format!("CARGO_TARGET_{}_RUSTFLAGS", host.to_uppercase().replace('-', "_"));
    let target = target();
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--package", "callsheet-test-service", "--target", &host, "--target-dir"])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // With a target named, build scripts and the rest of the folder keep their own flags.
        .env_remove("RUSTFLAGS")
        .env(flags, "-C target-feature=+crt-static")
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the test service does not build");
    target.join(host).join("debug/callsheet-test-service")
}

/// The target folder that this test was built in.
fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let deps = test.parent().expect("a file is in a folder");
    deps.ancestors().nth(2).expect("target/debug/deps has a folder above").to_owned()
}

/// The triple of this machine.
fn host() -> String {
    let said = Command::new("rustc").arg("-vV").output().expect("rustc starts").stdout;
    let said = String::from_utf8_lossy(&said);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}
