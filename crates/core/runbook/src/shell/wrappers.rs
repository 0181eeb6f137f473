//! Programs that only start another one: with other rights, limits or surroundings; by a shell; in a container, in a pod, on another host.

use std::borrow::Cow;

/// Programs that start, on this machine, what stands behind their options: their options that take a value, and how many words of their own come first.
const STARTERS: &[(&str, &[&str], usize)] = &[
    (
        "sudo",
        &[
            "-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-r", "-t", "-U", "--user", "--group", "--host",
            "--prompt", "--chdir", "--role", "--type",
        ],
        0,
    ),
    ("doas", &["-u", "-C"], 0),
    ("env", &["-u", "-C", "-S", "--unset", "--chdir", "--split-string"], 0),
    ("time", &["-f", "-o"], 0),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("nohup", &[], 0),
    ("nice", &["-n", "--adjustment"], 0),
    ("ionice", &["-c", "-n", "-p", "--class", "--classdata"], 0),
    ("chrt", &["-T", "-P", "-D"], 1),
    ("taskset", &[], 1),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("exec", &["-a"], 0),
    (
        "xargs",
        &[
            "-a",
            "-d",
            "-E",
            "-I",
            "-L",
            "-n",
            "-P",
            "-s",
            "--arg-file",
            "--delimiter",
            "--max-lines",
            "--max-args",
            "--max-procs",
            "--replace",
        ],
        0,
    ),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("setsid", &[], 0),
    ("flock", &["-w", "-E", "-c", "--timeout", "--conflict-exit-code", "--command"], 1),
    ("gosu", &[], 1),
    ("su-exec", &[], 1),
    (
        "systemd-run",
        &["-p", "-u", "-E", "-M", "-H", "--unit", "--property", "--setenv", "--slice", "--uid", "--gid"],
        0,
    ),
    ("strace", &["-e", "-o", "-p", "-s", "-u", "-E", "-P", "-a"], 0),
    ("busybox", &[], 0),
    ("watch", &["-n", "--interval"], 0),
    ("chronic", &[], 0),
    ("unbuffer", &[], 0),
    ("caffeinate", &[], 0),
];

/// Programs that find secrets or versions for what stands behind `exec --` or `run --`.
const PROVIDERS: &[&str] = &[
    "op",
    "doppler",
    "dotenvx",
    "dotenv",
    "infisical",
    "teller",
    "aws-vault",
    "chamber",
    "envchain",
    "mise",
    "lxc",
    "incus",
    "nomad",
    "heroku",
];

/// Options of `docker run`, `docker compose run` and their like that take no value.
const SWITCHES: &[&str] = &[
    "--rm",
    "--detach",
    "--interactive",
    "--tty",
    "--no-tty",
    "--no-TTY",
    "--init",
    "--privileged",
    "--read-only",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--publish-all",
    "--quiet",
    "--quiet-pull",
    "--quiet-build",
    "--no-deps",
    "--service-ports",
    "--use-aliases",
    "--build",
    "--remove-orphans",
];

/// Where the command begins that the first of `words` only starts on this machine; `None` if it starts none.
pub fn behind<W: AsRef<str>>(words: &[W]) -> Option<usize> {
    let name = program(words.first()?.as_ref());
    let (_, values, own) = STARTERS.iter().find(|(known, ..)| *known == name)?;
    let (mut at, mut own, mut options) = (1, *own, true);
    loop {
        match words.get(at)?.as_ref() {
            "--" if options => options = false,
            // `command -v x` asks whether there is an x.
            "-v" | "-V" if name == "command" => return None,
            word if options && is_option(word) => at += usize::from(takes_next(word, values)),
            word if assigns(word) => {}
            _ if own > 0 => own -= 1,
            _ => return Some(at),
        }
        at += 1;
    }
}

/// What a command only starts.
pub(super) enum Started<'w> {
    /// The command that begins with this word.
    From(usize),
    /// What a shell reads.
    Script(Cow<'w, str>),
}

/// What a command only starts, wherever that runs.
pub(super) fn started<'w>(words: &'w [Cow<'_, str>]) -> Option<Started<'w>> {
    let is = |wanted: &[&str]| words.iter().position(|word| wanted.contains(&&**word));
    let script = |options: &[&str]| Some(Started::Script(Cow::Borrowed(&**words.get(is(options)? + 1)?)));
    let rest = |at: usize| {
        Some(words.get(at..)?.join(" ")).filter(|text| !text.is_empty()).map(|text| Started::Script(text.into()))
    };
    let at = match program(&words[0]) {
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" => {
            return read_by_shell(words).map(|text| Started::Script(text.into()));
        }
        "su" => return script(&["-c", "-lc", "--command"]),
        "runuser" if is(&["-c", "--command"]).is_some() => return script(&["-c", "--command"]),
        "runuser" => operand(words, 1, &["-u", "-g", "-G", "-s", "--user", "--group", "--supp-group", "--shell"])?,
        "flock" | "script" if is(&["-c", "--command"]).is_some() => return script(&["-c", "--command"]),
        "env" if is(&["-S", "--split-string"]).is_some() => return script(&["-S", "--split-string"]),
        "eval" => return rest(1),
        "watch" => return rest(behind(words)?),
        "kubectl" | "oc" if is(&["exec", "run", "debug", "rsh"]).is_some() => match is(&["--"]) {
            Some(end) => end + 1,
            None => operand(words, is(&["rsh"])? + 1, &["-c", "-n", "--container", "--namespace", "--shell"])? + 1,
        },
        "docker" | "podman" | "nerdctl" | "docker-compose" => in_container(words)?,
        "ssh" => {
            let values = [
                "-B", "-b", "-c", "-D", "-E", "-e", "-F", "-I", "-i", "-J", "-L", "-l", "-m", "-O", "-o", "-p", "-R",
                "-S", "-W", "-w",
            ];
            operand(words, 1, &values)? + 1
        }
        "chroot" => operand(words, 1, &[])? + 1,
        "nsenter" | "unshare" => operand(words, 1, &["-t", "-S", "-G", "--target", "--setuid", "--setgid"])?,
        "callsheet" => {
            let end = is(&["--"])?;
            let with = words[..end].windows(2).any(|pair| pair[0] == "migrate" && pair[1] == "with");
            (with && !words[..end].iter().any(|word| word == "--dry-run")).then_some(end + 1)?
        }
        name if PROVIDERS.contains(&name) => {
            let end = is(&["--"])?;
            is(&["exec", "run"]).filter(|verb| *verb < end).map(|_| end + 1)?
        }
        _ => behind(words)?,
    };
    match words.get(at..)? {
        [] => None,
        // `ssh db "cd /srv && make"`
        [one] if one.contains(' ') => Some(Started::Script(Cow::Borrowed(&**one))),
        _ => Some(Started::From(at)),
    }
}

/// Whether it goes on by itself while whoever started it goes on, too.
pub(super) fn is_detached(words: &[Cow<'_, str>]) -> bool {
    let verb = words.iter().position(|word| word == "run");
    let detaches =
        |word: &&Cow<'_, str>| **word == "--detach" || is_option(word) && !word.starts_with("--") && word.contains('d');
    let options = |at: usize| words[at + 1..].iter().take_while(|word| is_option(word));
    matches!(program(&words[0]), "docker" | "podman" | "nerdctl" | "docker-compose")
        && verb.is_some_and(|verb| options(verb).any(|word| detaches(&word)))
}

/// `bash -euo pipefail -c SCRIPT`
fn read_by_shell<'w>(words: &'w [Cow<'_, str>]) -> Option<&'w str> {
    let (mut at, mut reads) = (1, false);
    while let Some(word) = words.get(at).filter(|word| word.len() > 1 && word.starts_with(['-', '+'])) {
        at += 1;
        match &**word {
            "--" => break,
            "--rcfile" | "--init-file" => at += 1,
            long if long.starts_with("--") => {}
            letters => {
                reads |= letters.starts_with('-') && letters.contains('c');
                at += letters.matches(['o', 'O']).count();
            }
        }
    }
    words.get(at).filter(|_| reads).map(|script| &**script)
}

/// The first word behind the container or the image.
fn in_container(words: &[Cow<'_, str>]) -> Option<usize> {
    let verb = words.iter().position(|word| matches!(&**word, "exec" | "run"))?;
    let runs = words[verb] == "run";
    let mut at = verb + 1;
    while let Some(word) = words.get(at).filter(|word| is_option(word)) {
        let with_value = match runs {
            false => takes_next(
                word,
                &["-e", "-u", "-w", "--env", "--env-file", "--user", "--workdir", "--index", "--detach-keys"],
            ),
            true if word.starts_with("--") => !word.contains('=') && !SWITCHES.contains(&&**word),
            // `-it` takes none, `-itv` one, `-p80:80` holds its own.
            true => {
                word.chars().skip(1).position(|letter| !"ditPqT".contains(letter)) == Some(word.chars().count() - 2)
            }
        };
        at += 1 + usize::from(with_value);
    }
    Some(at + 1)
}

/// The first word from `at` on that is neither an option nor the value of one.
fn operand(words: &[Cow<'_, str>], mut at: usize, values: &[&str]) -> Option<usize> {
    while let Some(word) = words.get(at) {
        match &**word {
            "--" => return Some(at + 1),
            option if is_option(option) => at += 1 + usize::from(takes_next(option, values)),
            _ => return Some(at),
        }
    }
    None
}

/// The program's name without its folder.
pub(super) fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or_default()
}

fn is_option(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-')
}

/// `NAME=…`
fn assigns(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| super::is_name(name.trim_end_matches('+')))
}

/// Whether the option's value is the next word: `-u app`, `-iu app`, but not `-uapp` nor `--user=app`.
fn takes_next(option: &str, values: &[&str]) -> bool {
    let short = |letter: char| values.iter().any(|value| value.chars().eq(['-', letter]));
    match option.starts_with("--") {
        true => values.contains(&option),
        false => option.chars().skip(1).position(short).is_some_and(|first| first + 2 == option.chars().count()),
    }
}

#[cfg(test)]
mod tests {
    fn check(text: &str, expected: Option<&str>) {
        let commands = crate::shell::simple_commands(text);
        let last = commands.last().map(|words| words.join(" "));
        assert_eq!(last.as_deref(), Some(expected.unwrap_or(text)), "{text}: {commands:?}");
    }

    #[test]
    fn what_is_only_started_is_found() {
        for text in [
            "sudo -u postgres",
            "sudo -iu postgres",
            "sudo -upostgres --",
            "/usr/bin/sudo -E PGHOST=db",
            "env -u PGHOST A=1 B=2",
            "nice -n 10",
            "nice -10",
            "timeout 5",
            "timeout --signal KILL -k 5s 10m",
            "timeout \"$LIMIT\"",
            "nohup ionice -c 2 -n 7",
            "find . -print0 | xargs -0 -n 1",
            "xargs -I{} -P4",
            "flock /run/lock",
            "gosu postgres",
            "su-exec app",
            "systemd-run --wait -u job",
            "taskset 0x3",
            "docker exec db",
            "docker exec -it -e A=1 -u postgres db",
            "docker compose -f dev.yml exec -T db",
            "docker-compose exec --index 2 db",
            "docker run --rm -v /srv:/srv --network=host postgres:16",
            "docker compose run --rm --no-deps -e A=1 web",
            "podman run -itv /a:/b image",
            "kubectl exec -n shop deploy/web -c app --",
            "kubectl run probe --rm -it --image=busybox --",
            "oc rsh -c app pod/web",
            "ssh -t -p 2222 db1",
            "chroot /mnt",
            "runuser -u postgres --",
            "op run --env-file=.env --",
            "callsheet migrate with --backup --",
            "sudo docker compose exec db timeout 5m nice",
        ] {
            check(&format!("{text} dropdb shop"), Some("dropdb shop"));
        }
    }

    #[test]
    fn what_a_shell_reads_is_found() {
        for text in [
            "sh -c",
            "bash -ec",
            "bash -euo pipefail -c",
            "bash -e -u -o pipefail -c",
            "/bin/bash --norc -xc",
            "su - postgres -c",
            "sudo su postgres -lc",
            "runuser -l postgres -c",
            "flock /run/lock -c",
            "env -S",
            "eval",
            "watch -n 5",
            "ssh db1",
            "docker exec db sh -c",
            "kubectl exec web -- bash -lc",
            "timeout 5m bash -c",
        ] {
            check(&format!("{text} 'cd /srv && dropdb shop'"), Some("dropdb shop"));
        }
    }

    #[test]
    fn what_starts_nothing_is_left_as_it_is() {
        for text in [
            "sudo -i",
            "env",
            "command -v dropdb",
            "bash deploy.sh -c",
            "docker exec db",
            "docker logs -f db",
            "kubectl get pods",
            "ssh db1",
            "timeout 5",
            "callsheet migrate with --dry-run -- dropdb shop",
            "npm run purge -- dropdb",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn it_is_not_looked_into_for_ever() {
        let deep = format!("{}dropdb shop", "ssh a ".repeat(10_000));
        assert!(crate::shell::simple_commands(&deep).len() < 20);
        let wide = format!("{}dropdb shop", "sudo ".repeat(10_000));
        check(&wide, Some("dropdb shop"));
    }
}
