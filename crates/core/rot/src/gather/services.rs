//! Services, containers, units and cluster objects that commands name.

use super::commands::{operands, values};
use super::quotes::Word;
use super::walk::Walk;
use crate::claim::Claimed;

const COMPOSE_OPTIONS: [&str; 9] =
    ["-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--progress"];
/// Values that subcommands of compose and docker take.
const OPTIONS: [&str; 22] = [
    "-e",
    "--env",
    "-u",
    "--user",
    "-w",
    "--workdir",
    "--index",
    "--tail",
    "-n",
    "--since",
    "--until",
    "--scale",
    "-t",
    "--timeout",
    "-v",
    "--volume",
    "-p",
    "--publish",
    "--name",
    "--entrypoint",
    "-s",
    "--signal",
];
const KUBE_KINDS: &str = "deployment deploy deployments service svc services statefulset sts daemonset ds cronjob job configmap cm secret \
ingress ing pvc node namespace ns hpa";

/// What runs by a name.
pub(super) fn claims(walk: &mut Walk<'_>, words: &[Word]) {
    let rest = &words[1..];
    match words[0].text.as_str() {
        "docker" | "podman" if rest.first().is_some_and(|word| word.text == "compose") => compose(walk, &rest[1..]),
        "docker-compose" | "podman-compose" => compose(walk, rest),
        "docker" | "podman" => container(walk, rest),
        "systemctl" => {
            let units = operands(rest, &["-n", "--lines", "-p", "--property", "-t", "--type", "-H", "--host"]);
            let acts = "start stop restart reload status enable disable is-active is-enabled try-restart reload-or-restart show cat mask unmask";
            if units.first().is_some_and(|word| acts.split(' ').any(|act| act == word.text)) {
                units[1..].iter().for_each(|word| unit(walk, word, &word.text));
            }
        }
        "journalctl" => values(rest, &["-u", "--unit"]).into_iter().for_each(|(word, name)| unit(walk, word, name)),
        "service" => rest.first().filter(|_| rest.len() > 1).into_iter().for_each(|word| unit(walk, word, &word.text)),
        "kubectl" | "oc" => kube(walk, rest),
        _ => {}
    }
}

fn compose(walk: &mut Walk<'_>, rest: &[Word]) {
    let Some(folder) = walk.folder.clone() else { return };
    let mut at = 0;
    while rest.get(at).is_some_and(|word| word.text.starts_with('-')) {
        at += 1 + usize::from(COMPOSE_OPTIONS.contains(&rest[at].text.as_str()));
    }
    let (before, after) = rest.split_at(at.min(rest.len()));
    let Some((command, after)) = after.split_first() else { return };
    let given = values(before, &["-f", "--file"]);
    if given.iter().any(|(word, _)| !walk.is_fixed(word)) {
        return;
    }
    let files: Vec<String> = given.into_iter().map(|(_, file)| file.to_owned()).collect();
    let names = operands(after, &OPTIONS);
    let names: &[&Word] = match command.text.as_str() {
        "exec" | "run" | "port" => names.get(..1).unwrap_or_default(),
        "up" | "restart" | "logs" | "stop" | "start" | "ps" | "rm" | "pull" | "build" | "kill" | "top" | "pause"
        | "unpause" | "create" | "push" | "images" => &names,
        _ => return,
    };
    for name in names {
        if walk.is_fixed(name) {
            let what =
                Claimed::ComposeService { files: files.clone(), folder: folder.clone(), name: name.text.clone() };
            walk.claim_at(name, what);
        }
    }
}

fn container(walk: &mut Walk<'_>, rest: &[Word]) {
    let rest = if rest.first().is_some_and(|word| word.text == "container") { &rest[1..] } else { rest };
    let Some((command, after)) = rest.split_first() else { return };
    let names = operands(after, &OPTIONS);
    let names: &[&Word] = match command.text.as_str() {
        "exec" | "port" | "attach" => names.get(..1).unwrap_or_default(),
        "logs" | "restart" | "stop" | "start" | "kill" | "top" | "stats" | "wait" | "pause" | "unpause" => &names,
        _ => return,
    };
    for name in names {
        if walk.is_fixed(name) {
            walk.claim_at(name, Claimed::Container { name: name.text.clone() });
        }
    }
}

fn unit(walk: &mut Walk<'_>, word: &Word, name: &str) {
    if walk.is_fixed(word) && !name.contains('*') {
        walk.claim_at(word, Claimed::Unit { name: name.to_owned() });
    }
}

fn kube(walk: &mut Walk<'_>, rest: &[Word]) {
    let before: Vec<Word> = rest.iter().take_while(|word| word.text != "--").cloned().collect();
    let options = [
        "-n",
        "--namespace",
        "--context",
        "-c",
        "--container",
        "-o",
        "--output",
        "-l",
        "--selector",
        "-f",
        "--since",
        "--tail",
        "--timeout",
        "--replicas",
    ];
    let namespace = values(&before, &["-n", "--namespace"]).pop();
    if namespace.is_some_and(|(word, _)| !walk.is_fixed(word)) {
        return;
    }
    let namespace = namespace.map(|(_, name)| name.to_owned());
    let words = operands(&before, &options);
    let is_kind = |kind: &str| KUBE_KINDS.split_whitespace().any(|one| one == kind);
    for (at, word) in words.iter().enumerate() {
        let named = match word.text.split_once('/') {
            Some((kind, name)) if is_kind(kind) => Some((kind, name, *word)),
            None if is_kind(&word.text) => words
                .get(at + 1)
                .filter(|name| !name.text.contains('/'))
                .map(|name| (word.text.as_str(), name.text.as_str(), *name)),
            _ => None,
        };
        if let Some((kind, name, at)) = named.filter(|(_, _, at)| walk.is_fixed(at)) {
            let what =
                Claimed::KubeObject { kind: kind.to_owned(), name: name.to_owned(), namespace: namespace.clone() };
            walk.claim_at(at, what);
        }
    }
}
