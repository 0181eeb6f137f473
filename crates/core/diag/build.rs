//! Makes the table of the code pages from the files in `codes/`, so that a page cannot be forgotten.
#![allow(clippy::disallowed_methods, reason = "a build script reads and writes where the core may not")]

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=codes");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("codes");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("crates/core/diag/codes can be listed")
        .map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("CS") && name.ends_with(".md"))
        .collect();
    names.sort();
    let mut table = String::from("[\n");
    for name in &names {
        let number = name[2..name.len() - 3].parse::<u16>().expect("a page is named CS and four digits");
        // The text itself: a target folder may be shared by checkouts that come and go.
        let text = fs::read_to_string(folder.join(name)).expect("a page can be read");
        table.push_str(&format!("    ({number}, {text:?}),\n"));
    }
    table.push_str("]\n");
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("pages.rs");
    fs::write(target, table).expect("the table can be written");
}
