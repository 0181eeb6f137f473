//! Branches and tags that git commands name.

use super::commands::{operands, values};
use super::quotes::Word;
use super::walk::Walk;
use crate::claim::Claimed;

/// Branches and tags that the command makes.
pub(super) fn made(words: &[Word]) -> Vec<String> {
    if words[0].text != "git" {
        return Vec::new();
    }
    let rest = &words[1..];
    let mut found: Vec<String> =
        values(rest, &["-b", "-B", "-c", "-C", "--orphan"]).into_iter().map(|(_, name)| name.to_owned()).collect();
    if rest.first().is_some_and(|word| matches!(word.text.as_str(), "tag" | "branch")) {
        found.extend(operands(&rest[1..], &["-m", "-F"]).first().map(|word| word.text.clone()));
    }
    found
}

/// Branches and tags that the command needs.
pub(super) fn claims(walk: &mut Walk<'_>, words: &[Word]) {
    if words[0].text != "git" {
        return;
    }
    let rest: Vec<Word> = words[1..].iter().take_while(|word| word.text != "--").cloned().collect();
    let Some((command, after)) = rest.split_first() else { return };
    let names = operands(after, &["-n", "-m", "--format", "-s", "--strategy", "-X", "--since", "--until"]);
    let names: Vec<&Word> = match command.text.as_str() {
        "checkout" | "switch"
            if !after.iter().any(|word| matches!(word.text.as_str(), "-b" | "-B" | "-c" | "-C" | "--orphan")) =>
        {
            names.into_iter().take(1).collect()
        }
        "merge" | "merge-base" | "rebase" | "log" | "diff" | "show" | "cherry-pick" | "describe" => names,
        "push" | "pull" => names.into_iter().skip(1).collect(),
        _ => return,
    };
    for word in names {
        if !walk.is_fixed(word)
            || super::files::is_path(&word.text)
                && word.text.contains('.')
                && word.text.contains('/')
                && !word.text.contains("..")
        {
            continue;
        }
        for name in word.text.split("..").map(|name| name.trim_start_matches(['.', '^'])) {
            let name = name.split(['~', '^', '@', ':']).next().unwrap_or_default();
            let commit = name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            let known = matches!(name, "" | "HEAD" | "FETCH_HEAD" | "ORIG_HEAD" | "-" | ".");
            if !known && !commit && !walk.refs_made.contains(name) {
                walk.claim_at(word, Claimed::GitRef { name: name.to_owned() });
            }
        }
    }
}
