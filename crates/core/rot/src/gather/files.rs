//! Scripts, configuration and other files that commands name.

use callsheet_runbook::shell::one_command;

use super::commands::{operands, values};
use super::quotes::Word;
use super::walk::Walk;
use crate::claim::{Claimed, FileRole};

/// Programs that read a script given by its path.
const INTERPRETERS: [&str; 12] =
    ["bash", "sh", "zsh", "dash", "ksh", "python", "python3", "node", "ruby", "perl", "php", "Rscript"];

/// Options whose value is a file to read, by program.
const INPUTS: &[(&str, &[&str])] = &[
    ("docker", &["-f", "--file", "--env-file"]),
    ("docker-compose", &["-f", "--file", "--env-file"]),
    ("podman", &["--env-file"]),
    ("kubectl", &["-f", "--filename", "-k", "--kustomize"]),
    ("helm", &["-f", "--values"]),
    ("psql", &["-f", "--file"]),
    ("curl", &["--cacert", "--cert", "--key", "-K", "--config", "-T", "--upload-file"]),
    ("ansible-playbook", &["-i", "--inventory"]),
    ("make", &["-f", "--file", "--makefile"]),
    ("just", &["-f", "--justfile"]),
    ("terraform", &["-var-file"]),
    ("hurl", &["--variables-file"]),
];

/// Programs whose words with slashes are no files of the repository.
const NO_FILES: &str = "git docker docker-compose podman nerdctl kubectl oc helm npm npx yarn pnpm bun curl wget ssh scp rsync aws gcloud gsutil \
az gh glab systemctl journalctl service echo printf test [ mkdir touch rm rmdir tee apt apt-get yum dnf brew pip pip3 go crane skopeo \
cosign trivy sed awk mc rclone argocd flux vault make just cargo poetry callsheet";

/// What the command makes.
pub(super) fn made(words: &[Word]) -> Vec<String> {
    let all = |words: Vec<&Word>| words.into_iter().map(|word| word.text.clone()).collect::<Vec<_>>();
    let rest = &words[1..];
    let mut found = match words[0].text.as_str() {
        "mkdir" | "touch" | "tee" => all(operands(rest, &["-m"])),
        "cp" | "mv" | "ln" | "install" | "scp" | "rsync" => all(operands(rest, &[]).pop().into_iter().collect()),
        "tar" => all(values(rest, &["-f", "-cf", "-czf", "czf", "cf", "-cjf", "-C"])
            .into_iter()
            .map(|(word, _)| word)
            .collect()),
        "git" if rest.first().is_some_and(|word| word.text == "clone") => {
            all(operands(rest, &["-b"]).pop().into_iter().collect())
        }
        "python" | "python3" if rest.iter().any(|word| word.text == "venv") => {
            all(operands(rest, &[]).pop().into_iter().collect())
        }
        "virtualenv" => all(operands(rest, &[])),
        _ => Vec::new(),
    };
    let outputs = ["-o", "--output", "--out", "-O", "--file-out", "--outfile", "--dest", "--destination"];
    found.extend(values(rest, &outputs).into_iter().map(|(_, value)| value.to_owned()));
    if matches!(words[0].text.as_str(), "pg_dump" | "pg_dumpall" | "mysqldump") {
        found.extend(values(rest, &["-f", "--file", "--result-file"]).into_iter().map(|(_, value)| value.to_owned()));
    }
    found
}

/// A file after `<`.
pub(super) fn read(walk: &mut Walk<'_>, word: &Word) {
    claim(walk, word, &word.text, FileRole::Read);
}

/// A file of variables that a flow is given.
pub(super) fn variables(walk: &mut Walk<'_>, line: u32, raw: &str) {
    let fixed = one_command(raw).and_then(|words| words.into_iter().next()?.fixed);
    if let Some(path) = fixed.filter(|path| is_path(path) && !walk.is_made(path)) {
        let span = super::on_line(walk.asked.source, line, raw);
        let folder = walk.folder.clone();
        walk.claim(span, Claimed::File { path, folder, role: FileRole::Read });
    }
}

/// A folder that the shell goes to.
pub(super) fn folder(walk: &mut Walk<'_>, word: &Word) {
    let path = word.text.clone();
    let folder = walk.folder.clone();
    walk.claim_at(word, Claimed::File { path, folder, role: FileRole::Folder });
}

/// Files that a command starts, reads or names.
pub(super) fn claims(walk: &mut Walk<'_>, words: &[Word]) {
    let name = words[0].text.as_str();
    let rest = &words[1..];
    if name.contains('/') {
        if !name.starts_with('/') {
            claim(walk, &words[0], name, FileRole::Started);
            script_words(walk, &words[0], rest);
        }
    } else if INTERPRETERS.contains(&name) {
        interpreted(walk, rest);
    } else if matches!(name, "source" | ".") {
        rest.first().into_iter().for_each(|word| claim(walk, word, &word.text, FileRole::Read));
        return;
    }
    if let Some((_, options)) = INPUTS.iter().find(|(program, _)| *program == name) {
        // `docker logs -f web` follows; only compose and build read files.
        let reads = name != "docker"
            || rest.first().is_some_and(|word| matches!(word.text.as_str(), "compose" | "build" | "run"));
        for (word, value) in values(rest, options).into_iter().filter(|_| reads) {
            claim(walk, word, value, FileRole::Read);
        }
    }
    if NO_FILES.split_whitespace().any(|one| one == name) {
        return;
    }
    let last_is_made = matches!(name, "cp" | "mv" | "ln" | "install");
    let named = if last_is_made { rest.split_last().map_or(rest, |(_, rest)| rest) } else { rest };
    for word in named {
        let value = word
            .text
            .split_once('=')
            .filter(|(option, _)| option.starts_with('-'))
            .map_or(word.text.as_str(), |(_, value)| value);
        if value.contains('/') && !value.starts_with('-') {
            claim(walk, word, value, FileRole::Mentioned);
        }
    }
}

fn interpreted(walk: &mut Walk<'_>, rest: &[Word]) {
    for (at, word) in rest.iter().enumerate() {
        if matches!(word.text.as_str(), "-c" | "-m" | "-e" | "-s" | "-") {
            return;
        }
        if !word.text.starts_with('-') {
            if word.text.contains(['.', '/']) {
                claim(walk, word, &word.text, FileRole::Read);
                script_words(walk, word, &rest[at + 1..]);
            }
            return;
        }
    }
}

/// Options and the first word that a script is given.
fn script_words(walk: &mut Walk<'_>, script: &Word, rest: &[Word]) {
    if !walk.is_fixed(script) || walk.is_made(&script.text) {
        return;
    }
    let (folder, path) = (walk.folder.clone(), script.text.clone());
    for (at, word) in rest.iter().enumerate().filter(|(_, word)| walk.is_fixed(word)).collect::<Vec<_>>() {
        if word.text == "--" {
            return;
        }
        let text = word.text.split('=').next().unwrap_or_default().to_owned();
        let plain =
            |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        if text.starts_with("--") {
            walk.claim_at(word, Claimed::ScriptOption { script: path.clone(), folder: folder.clone(), option: text });
        } else if at == 0 && text.starts_with(|c: char| c.is_ascii_lowercase()) && plain(&word.text) {
            walk.claim_at(word, Claimed::ScriptWord { script: path.clone(), folder: folder.clone(), word: text });
        }
    }
}

/// Claims a path that is relative, fixed, and made by no command of the document.
fn claim(walk: &mut Walk<'_>, word: &Word, path: &str, role: FileRole) {
    if walk.is_fixed(word) && is_path(path) && !walk.is_made(path) {
        let folder = walk.folder.clone();
        walk.claim_at(word, Claimed::File { path: path.to_owned(), folder, role });
    }
}

/// Whether a text can be a path within the repository.
pub(super) fn is_path(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['/', '-', '~', '@'])
        && text.chars().all(|c| c.is_alphanumeric() || "._-/+@".contains(c))
        && text.chars().any(char::is_alphanumeric)
        && !text.contains("//")
        && !text.contains("...")
}
