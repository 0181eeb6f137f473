//! Our own runbooks and pages have no rot that files can show.

use std::path::Path;
use std::process::Command;

use callsheet_e2e::callsheet_program;
use serde_json::Value;

#[test]
fn our_pages_take_nothing_for_granted_that_is_gone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).expect("the repository's root");
    let mut command = Command::new(callsheet_program());
    command.args([
        "check",
        "--probe",
        "--offline",
        "--format",
        "json",
        "README.md",
        "ARCHITECTURE.md",
        "runbooks",
        "docs",
    ]);
    let output = command.current_dir(root).output().expect("callsheet starts");
    let document: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let files = document["files"].as_array().expect("a list");
    let mut found = Vec::new();
    for file in files {
        for one in file["diagnostics"].as_array().into_iter().flatten() {
            let code = one["code"].as_str().unwrap_or_default();
            // The machine's programs are not the pages' business; and the pages of the manual speak of other people's
            // repositories: there, links, anchors and our own command line count.
            let ours = file["file"].as_str().is_some_and(|file| file.starts_with("runbooks"));
            let counts = if ours { code >= "CS0031" } else { matches!(code, "CS0034" | "CS0035" | "CS0044") };
            if counts && one["severity"] != "note" {
                found.push(format!("{}:{}: {}", file["file"], one["line"], one["message"]));
            }
        }
    }
    assert!(files.len() > 10, "the pages were read");
    assert!(found.is_empty(), "{found:#?}");
}
