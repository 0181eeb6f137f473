//! The peers we measure beside: installed once from PyPI and npm into a folder of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::stages::run;
use crate::tree::{cargo, root};

const PYTHON_PACKAGES: &[&str] = &["dbos==3.4.0", "ansible-core==2.19.14"];
const NODE_PACKAGES: &[&str] = &["@restatedev/restate-server@1", "@restatedev/restate-sdk@1"];

/// Python with DBOS and Ansible, installed if it is not there.
pub fn python(folder: &Path) -> anyhow::Result<PathBuf> {
    let environment = folder.join("venv");
    if !environment.join("bin/ansible-playbook").exists() {
        eprintln!("installing {} into {}", PYTHON_PACKAGES.join(", "), environment.display());
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        run(Command::new(environment.join("bin/pip")).args(["install", "--quiet"]).args(PYTHON_PACKAGES))?;
    }
    Ok(environment.join("bin"))
}

/// The folder with Restate's server and SDK, installed if they are not there.
pub fn node(folder: &Path) -> anyhow::Result<PathBuf> {
    let packages = folder.join("npm");
    if !packages.join("node_modules/@restatedev/restate-sdk").exists() {
        eprintln!("installing {} into {}", NODE_PACKAGES.join(", "), packages.display());
        std::fs::create_dir_all(&packages).with_context(|| format!("cannot make {}", packages.display()))?;
        let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
        run(Command::new("npm").current_dir(&packages).args(install).args(NODE_PACKAGES))?;
    }
    Ok(packages)
}

/// Where peers are kept when nothing else is said.
pub fn folder() -> PathBuf {
    std::env::temp_dir().join("callsheet-peers")
}

/// The version of the `hurl` program that our flows are compared with: the newest that our compiler builds.
const HURL: &str = "8.0.1";

/// The `hurl` program, built if it is not there. It needs Debian's `libclang-dev libxml2-dev libcurl4-openssl-dev pkg-config`.
pub fn hurl(folder: &Path) -> anyhow::Result<PathBuf> {
    let root = folder.join("hurl");
    let program = root.join("bin/hurl");
    if !program.exists() {
        eprintln!("building hurl {HURL} into {}", root.display());
        run(cargo().args(["install", "--quiet", "--locked", "hurl", "--version", HURL, "--root"]).arg(&root))
            .context("needed are Debian's libclang-dev, libxml2-dev, libcurl4-openssl-dev and pkg-config")?;
    }
    Ok(program)
}

/// One of our scripts that drive a peer.
pub fn script(name: &str) -> PathBuf {
    root().join("bench/peers").join(name)
}
