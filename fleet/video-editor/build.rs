//! Takes the built page (`web/dist`) into the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let dist = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut names: Vec<PathBuf> =
        fs::read_dir(dist.join("assets"))?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    names.sort();
    let mut text = format!(
        "static INDEX: &str = include_str!({:?});\nstatic ICON: &str = include_str!({:?});\nstatic ASSETS: &[(&str, &[u8])] = &[\n",
        dist.join("index.html"),
        dist.join("icon.svg")
    );
    for path in &names {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        writeln!(text, "    ({name:?}, include_bytes!({path:?}) as &[u8]),").map_err(io::Error::other)?;
    }
    text += "];\n";
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("built.rs"), text)
}
