//! Our runner beside the `hurl` program: each flow of `tests/hurl` ends in both alike, entry by entry and request by request.
//!
//! What the program did is kept in `tests/hurl/results`. With `$CALLSHEET_HURL` naming an installed `hurl` its results are made anew and
//! compared with the kept ones; with `$CALLSHEET_HURL_RECORD` set as well, they are written there instead.

mod ours;
mod outcome;
mod theirs;

use std::path::{Path, PathBuf};

use callsheet_servers::SampleService;
use outcome::Outcome;

/// The folder of flows.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hurl")
}

/// Variables that every flow is given, beside `base` and `port`.
pub const GIVEN: [(&str, &str); 4] = [("word", "shelf"), ("seven", "7"), ("one", "1"), ("yes", "true")];

fn flows() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("the flows are in the checkout");
    let names = files.map(|file| file.expect("a listed file").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter_map(|name| name.strip_suffix(".hurl").map(str::to_owned)).collect();
    names.sort();
    names
}

fn kept(name: &str) -> PathBuf {
    folder().join("results").join(format!("{name}.json"))
}

#[test]
fn every_flow_ends_as_in_the_hurl_program() {
    let service = SampleService::start();
    let names = flows();
    assert!(names.len() > 100, "only {} flows", names.len());
    let mut differing = Vec::new();
    for name in &names {
        let expected = match std::fs::read_to_string(kept(name)) {
            Ok(text) => serde_json::from_str(&text).expect("what we wrote"),
            Err(error) => {
                differing.push(format!("{name}: no kept result: {error}"));
                continue;
            }
        };
        let actual = ours::run(name, &service);
        differing.extend(actual.differences(&expected).map(|difference| format!("{name}: {difference}")));
    }
    assert!(differing.is_empty(), "{} differences:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn kept_results_are_what_an_installed_hurl_does() {
    let Some(program) = std::env::var_os("CALLSHEET_HURL") else { return };
    let service = SampleService::start();
    let mut differing = Vec::new();
    for name in flows() {
        let made = theirs::run(Path::new(&program), &name, &service);
        if std::env::var_os("CALLSHEET_HURL_RECORD").is_some() {
            let text = serde_json::to_string_pretty(&made).expect("plain data");
            std::fs::write(kept(&name), text + "\n").expect("the checkout can be written");
            continue;
        }
        let text = std::fs::read_to_string(kept(&name)).unwrap_or_default();
        match serde_json::from_str::<Outcome>(&text) {
            Ok(before) => differing.extend(made.differences(&before).map(|difference| format!("{name}: {difference}"))),
            Err(error) => differing.push(format!("{name}: {error}")),
        }
    }
    assert!(differing.is_empty(), "{} differences:\n{}", differing.len(), differing.join("\n"));
}
