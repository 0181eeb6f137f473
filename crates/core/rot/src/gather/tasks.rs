//! Tasks that are named to a runner: make, npm, just, poetry, cargo.

use super::commands::{operands, values};
use super::quotes::Word;
use super::walk::{Walk, join};
use crate::claim::{Claimed, Runner};

/// What cargo knows without an alias.
const CARGO: &str = "add audit b bench build c check clean clippy config d deny doc expand fetch fix fmt generate-lockfile help info init \
install llvm-cov locate-project login logout metadata miri new nextest outdated owner package pkgid publish r read-manifest remove \
report run rustc rustdoc search t test tree uninstall update vendor verify-project version watch yank";

/// Tasks that the command names.
pub(super) fn claims(walk: &mut Walk<'_>, words: &[Word]) {
    let rest = &words[1..];
    match words[0].text.as_str() {
        "make" | "gmake" => make(walk, rest),
        "npm" | "pnpm" | "yarn" | "bun" => npm(walk, rest),
        "just" => {
            let file = values(rest, &["-f", "--justfile"]).pop().map(|(_, file)| file.to_owned());
            let folder = below(walk, rest, &["-d", "--working-directory"]);
            let options = ["-f", "--justfile", "-d", "--working-directory", "--set", "--shell"];
            if let Some(recipe) = operands(rest, &options).into_iter().find(|word| !word.text.contains('=')) {
                claim(walk, recipe, Runner::Just, folder, file);
            }
        }
        "poetry" if rest.first().is_some_and(|word| word.text == "run") => {
            let folder = walk.folder.clone();
            if let Some(script) = operands(&rest[1..], &[]).into_iter().next() {
                claim(walk, script, Runner::Poetry, folder, None);
            }
        }
        "cargo" => cargo(walk, rest),
        _ => {}
    }
}

fn make(walk: &mut Walk<'_>, rest: &[Word]) {
    let file = values(rest, &["-f", "--file", "--makefile"]).pop().map(|(_, file)| file.to_owned());
    let folder = below(walk, rest, &["-C", "--directory"]);
    let options = ["-C", "--directory", "-f", "--file", "--makefile", "-I", "-o", "-W"];
    for target in operands(rest, &options) {
        if !target.text.contains('=') && target.text.parse::<u32>().is_err() {
            claim(walk, target, Runner::Make, folder.clone(), file.clone());
        }
    }
}

fn npm(walk: &mut Walk<'_>, rest: &[Word]) {
    let named = ["--prefix", "-C", "--dir", "--cwd", "-w", "--workspace", "--filter"];
    if !values(rest, &["-w", "--workspace", "--filter"]).is_empty() {
        return;
    }
    let folder = below(walk, rest, &["--prefix", "-C", "--dir", "--cwd"]);
    let operands = operands(rest, &named);
    let script = match operands.as_slice() {
        [run, script, ..] if matches!(run.text.as_str(), "run" | "run-script") => Some(*script),
        [test, ..] if test.text == "test" => Some(*test),
        _ => None,
    };
    if let Some(script) = script {
        claim(walk, script, Runner::Npm, folder, None);
    }
}

fn cargo(walk: &mut Walk<'_>, rest: &[Word]) {
    let folder = walk.folder.clone();
    let before: Vec<Word> = rest.iter().take_while(|word| word.text != "--").cloned().collect();
    let Some(command) = before.iter().find(|word| !word.text.starts_with(['-', '+'])) else { return };
    if matches!(command.text.as_str(), "run" | "r" | "build" | "b" | "install") {
        for (word, name) in values(&before, &["--bin"]) {
            let named = Word { text: name.to_owned(), ..word.clone() };
            claim(walk, &named, Runner::CargoProgram, folder.clone(), None);
        }
    } else if !CARGO.split_whitespace().any(|one| one == command.text) {
        claim(walk, command, Runner::CargoAlias, folder, None);
    }
}

/// The folder after an option like `-C`, else where the shell stands.
fn below(walk: &Walk<'_>, rest: &[Word], options: &[&str]) -> Option<String> {
    let folder = walk.folder.clone()?;
    match values(rest, options).pop() {
        None => Some(folder),
        Some((word, value)) if walk.is_fixed(word) && !value.starts_with('/') => join(&folder, value),
        Some(_) => None,
    }
}

fn claim(walk: &mut Walk<'_>, word: &Word, runner: Runner, folder: Option<String>, file: Option<String>) {
    if let Some(folder) = folder.filter(|_| walk.is_fixed(word)) {
        walk.claim_at(word, Claimed::Task { runner, name: word.text.clone(), folder, file });
    }
}
