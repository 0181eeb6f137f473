//! Commands that want a terminal or never end.

use crate::shell::simple_commands;

/// Why a command wants a person at a terminal; `None` when it ends by itself.
pub fn reason(text: &str) -> Option<Interactive> {
    let raw = text;
    if raw.trim_end().ends_with('&') && !raw.trim_end().ends_with("&&") {
        return None;
    }
    simple_commands(text).iter().enumerate().find_map(|(index, words)| of_words(words, raw, index))
}

/// Why a command cannot run by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interactive {
    /// Goes on until it is stopped.
    NeverEnds,
    /// Asks, edits or opens a console.
    Terminal,
}

use Interactive::{NeverEnds, Terminal};

fn of_words(words: &[String], raw: &str, index: usize) -> Option<Interactive> {
    let name = words[0].rsplit('/').next().unwrap_or_default();
    let args: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let has = |wanted: &str| args.contains(&wanted);
    let any = |wanted: &[&str]| wanted.iter().any(|one| args.contains(one));
    let short = |letter: char| {
        args.iter().any(|arg| {
            arg.starts_with('-')
                && !arg.starts_with("--")
                && arg[1..].chars().all(|c| c.is_ascii_alphabetic())
                && arg.contains(letter)
        })
    };
    let plain = args.iter().copied().filter(|arg| !arg.starts_with('-')).collect::<Vec<_>>();
    let sub = plain.first().copied().unwrap_or_default();
    let piped = index > 0 || raw.contains('<') && !raw.contains("<<<") && raw.contains("< ");
    let redirected = raw.contains(" < ") || raw.contains("<<");
    if any(&["--help", "--version", "-h"]) && plain.is_empty() && !matches!(name, "mysql" | "psql") {
        return None;
    }
    Some(match name {
        "tail" if short('f') || short('F') || any(&["--follow", "--retry"]) => NeverEnds,
        "journalctl" | "dmesg" | "stern" | "kubetail"
            if short('f') || any(&["--follow", "-w"]) || matches!(name, "stern" | "kubetail") =>
        {
            NeverEnds
        }
        "kubectl" | "oc" if any(&["edit", "attach"]) || is_tty(&args) => Terminal,
        "kubectl" | "oc"
            if any(&["port-forward", "proxy", "--watch", "--watch-only"])
                || has("-w")
                || has("logs") && (short('f') || any(&["--follow", "--follow=true"]))
                || has("rsh") =>
        {
            NeverEnds
        }
        "oc" if has("login") && !args.iter().any(|arg| arg.starts_with("--token") || *arg == "-p" || *arg == "-u") => {
            Terminal
        }
        "docker" | "podman" | "nerdctl" | "docker-compose" if is_tty(&args) => Terminal,
        "docker" | "podman" | "docker-compose" | "nerdctl"
            if has("logs") && (short('f') || has("--follow")) || any(&["attach", "events"]) =>
        {
            NeverEnds
        }
        "docker" | "podman" | "nerdctl" if has("stats") && !has("--no-stream") => NeverEnds,
        "docker" | "docker-compose" | "podman"
            if has("up") && !any(&["-d", "--detach", "--wait"]) && (name == "docker-compose" || has("compose")) =>
        {
            NeverEnds
        }
        "docker" | "podman" if has("login") && !any(&["-p", "--password-stdin", "--password"]) => Terminal,
        "docker-compose"
            if has("exec") && plain.last().is_some_and(|last| matches!(*last, "bash" | "sh" | "psql" | "zsh")) =>
        {
            Terminal
        }
        "watch" | "top" | "htop" | "atop" | "btop" | "iotop" | "iftop" | "nload" | "nethogs" | "k9s" | "lazydocker"
        | "glances" | "dstat" | "tcpdump" | "gdb" | "ctop" | "nmtui" => {
            if name == "top"
                && (short('b')
                    && args.iter().any(|arg| arg.starts_with("-n") || arg.contains('n') && arg.starts_with("-b")))
                || name == "tcpdump" && (has("-c") || has("-r"))
            {
                return None;
            }
            if name == "gdb" && any(&["-batch", "--batch"]) {
                return None;
            }
            NeverEnds
        }
        "vmstat" | "iostat" | "mpstat" | "sar" | "pidstat"
            if plain.iter().filter(|arg| arg.parse::<u32>().is_ok()).count() == 1 =>
        {
            NeverEnds
        }
        "ping" | "ping6" if !args.iter().any(|arg| arg.starts_with("-c")) => NeverEnds,
        "strace" | "ltrace" | "perf"
            if has("-p") && raw.trim_start().starts_with(name) || has("top") && name == "perf" =>
        {
            NeverEnds
        }
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "pico" | "mcedit" | "joe" | "ed" | "code" | "$EDITOR"
        | "${EDITOR}" | "visudo" | "vipw" | "vimdiff" | "less" | "more" | "man" => {
            if piped && !matches!(name, "less" | "more") {
                return None;
            }
            Terminal
        }
        "crontab" if has("-e") => Terminal,
        "systemctl" if has("edit") => Terminal,
        "read"
            if !redirected && raw.trim_start().starts_with("read")
                || name == "read"
                    && args.iter().any(|arg| arg.starts_with("-p") || arg.contains('p') && arg.starts_with('-')) =>
        {
            Terminal
        }
        "ssh" => {
            let values = ["-i", "-p", "-l", "-o", "-J", "-L", "-R", "-D", "-F", "-c", "-b", "-e", "-m", "-S", "-W"];
            let mut operands = 0;
            let mut skip = false;
            for arg in &args {
                if skip {
                    skip = false;
                    continue;
                }
                if values.contains(arg) {
                    skip = true;
                    continue;
                }
                if !arg.starts_with('-') {
                    operands += 1
                }
            }
            if short('N') || has("-L") && operands <= 1 {
                return Some(NeverEnds);
            }
            if has("-t") || has("-tt") || operands <= 1 && !redirected { Terminal } else { return None }
        }
        "sftp" | "ftp" | "telnet" | "minicom" | "screen" | "tmux"
            if !has("-b") && !any(&["-dm", "-dmS", "new-session", "ls", "list-sessions", "-ls", "kill-session"]) =>
        {
            Terminal
        }
        "mysql" | "mariadb" if !piped || redirected => {
            let bare_password = args.iter().any(|arg| *arg == "-p" || *arg == "--password");
            if bare_password {
                return Some(Terminal);
            }
            if redirected || args.iter().any(|arg| arg.starts_with("-e") || arg.starts_with("--execute")) {
                return None;
            }
            Terminal
        }
        "mysqldump" | "mysqladmin" if args.iter().any(|arg| *arg == "-p" || *arg == "--password") => Terminal,
        "psql"
            if !piped
                && !redirected
                && !args.iter().any(|arg| {
                    arg.starts_with("-c")
                        || arg.starts_with("-f")
                        || arg.starts_with("--command")
                        || arg.starts_with("--file")
                        || *arg == "-l"
                        || *arg == "--list"
                        || is_cluster(arg, 'c')
                }) =>
        {
            Terminal
        }
        "redis-cli" if !piped && !redirected => {
            if any(&[
                "--stat",
                "--latency",
                "--latency-history",
                "MONITOR",
                "monitor",
                "SUBSCRIBE",
                "subscribe",
                "PSUBSCRIBE",
            ]) {
                return Some(NeverEnds);
            }
            let mut operands = 0;
            let mut skip = false;
            for arg in &args {
                if skip {
                    skip = false;
                    continue;
                }
                if matches!(
                    *arg,
                    "-h" | "-p" | "-a" | "-n" | "-u" | "--user" | "--pass" | "--cacert" | "--cert" | "--key"
                ) {
                    skip = true;
                    continue;
                }
                if !arg.starts_with('-') {
                    operands += 1
                }
            }
            if operands == 0
                && !any(&[
                    "--bigkeys",
                    "--scan",
                    "--rdb",
                    "--pipe",
                    "--cluster",
                    "--version",
                    "--hotkeys",
                    "--memkeys",
                    "--eval",
                ])
            {
                Terminal
            } else {
                return None;
            }
        }
        "mongosh" | "mongo"
            if !redirected
                && !args.iter().any(|arg| arg.starts_with("--eval"))
                && !plain.iter().any(|arg| arg.ends_with(".js")) =>
        {
            Terminal
        }
        "cqlsh" | "sqlplus" | "clickhouse-client" | "sqlite3" | "influx" | "cockroach"
            if !piped
                && !redirected
                && !args.iter().any(|arg| {
                    arg.starts_with("-e")
                        || arg.starts_with("-q")
                        || arg.starts_with("--query")
                        || arg.starts_with("-f")
                        || arg.starts_with("--execute")
                        || arg.starts_with('@')
                }) =>
        {
            if name == "sqlite3" && plain.len() > 1
                || name == "cockroach" && !has("sql")
                || name == "influx" && !plain.is_empty()
            {
                return None;
            }
            Terminal
        }
        "python" | "python3" | "node" | "irb" | "pry" | "ipython" | "iex" | "ghci" | "bash" | "sh" | "zsh" | "php"
        | "perl" | "ruby"
            if args.is_empty() && !piped && !redirected && index == 0 =>
        {
            Terminal
        }
        "python" | "python3"
            if has("manage.py") && any(&["runserver", "shell", "dbshell", "createsuperuser", "shell_plus"]) =>
        {
            if has("runserver") {
                NeverEnds
            } else if has("--noinput") {
                return None;
            } else {
                Terminal
            }
        }
        "python" | "python3"
            if args.windows(2).any(|pair| pair == ["-m", "http.server"] || pair == ["-m", "uvicorn"]) =>
        {
            NeverEnds
        }
        "manage.py" if any(&["runserver", "shell", "dbshell", "createsuperuser"]) => Terminal,
        "php" if has("artisan") && any(&["serve", "tinker", "queue:work", "horizon"]) || has("-S") || has("-a") => {
            NeverEnds
        }
        "node" | "ts-node" | "nodemon" | "deno" | "bun"
            if name == "nodemon"
                || any(&["--inspect", "--inspect-brk", "--watch"])
                || plain.first().is_some_and(|script| is_server(script)) =>
        {
            NeverEnds
        }
        "npm" | "yarn" | "pnpm" | "bun"
            if sub == "start"
                || matches!(sub, "dev" | "serve" | "watch" | "develop")
                || sub == "run"
                    && plain.get(1).is_some_and(|script| {
                        matches!(
                            *script,
                            "start" | "dev" | "serve" | "watch" | "preview" | "develop" | "start:prod" | "start:dev"
                        )
                    }) =>
        {
            NeverEnds
        }
        "npm" | "yarn" | "pnpm" if matches!(sub, "login" | "init" | "adduser") && !short('y') => Terminal,
        "npx"
            if matches!(sub, "serve" | "nodemon" | "http-server" | "vite" | "next") && !any(&["build"])
                || any(&["--watch", "studio"]) =>
        {
            NeverEnds
        }
        "uvicorn" | "gunicorn" | "hypercorn" | "daphne" | "puma" | "sidekiq" | "unicorn" | "hugo" | "http-server"
        | "serve" | "flower" | "jupyter" => {
            if any(&["-D", "--daemon", "--daemonize"]) || name == "hugo" && sub != "server" && sub != "serve" {
                return None;
            }
            NeverEnds
        }
        "flask" | "celery" | "rails" | "airflow" | "dagster"
            if any(&["run", "worker", "beat", "server", "s", "webserver", "scheduler", "dev"])
                && !any(&["--detach", "-D", "-d", "dags", "tasks"]) =>
        {
            NeverEnds
        }
        "rails" if any(&["console", "c", "dbconsole"]) => Terminal,
        "flask" if any(&["shell"]) => Terminal,
        "terraform" | "tofu" | "terragrunt"
            if any(&["apply", "destroy"])
                && !any(&["-auto-approve", "--auto-approve", "--terragrunt-non-interactive", "--non-interactive"])
                && !plain
                    .iter()
                    .any(|arg| arg.ends_with("plan") || arg.ends_with(".tfplan") || arg.ends_with(".plan")) =>
        {
            Terminal
        }
        "terraform" | "tofu" if any(&["console"]) => Terminal,
        "pulumi" if any(&["up", "destroy"]) && !any(&["-y", "--yes"]) => Terminal,
        "git"
            if sub == "commit"
                && !args.iter().any(|arg| {
                    matches!(*arg, "-m" | "-am" | "--no-edit" | "-F" | "--message" | "-C")
                        || arg.starts_with("-m")
                        || arg.starts_with("--message")
                        || arg.starts_with("-am")
                        || is_cluster(arg, 'm')
                }) =>
        {
            Terminal
        }
        "git" if sub == "revert" && !any(&["--no-edit", "--no-commit", "-n", "--abort", "--continue"]) => Terminal,
        "git" if sub == "merge" && has("--edit") => Terminal,
        "git"
            if matches!(sub, "rebase" | "add" | "checkout" | "stash" | "restore")
                && any(&["-i", "--interactive", "-p", "--patch"]) =>
        {
            Terminal
        }
        "git"
            if sub == "tag"
                && any(&["-a", "-s"])
                && !args.iter().any(|arg| arg.starts_with("-m") || arg.starts_with("-F") || *arg == "--message") =>
        {
            Terminal
        }
        "apt" | "apt-get" | "yum" | "dnf" | "zypper" | "add-apt-repository" | "apt-add-repository"
            if (matches!(
                sub,
                "install" | "upgrade" | "dist-upgrade" | "full-upgrade" | "remove" | "purge" | "autoremove"
            ) || name.contains("add-"))
                && !args.iter().any(|arg| {
                    matches!(*arg, "--yes" | "--assume-yes" | "-qy" | "-qqy" | "--non-interactive" | "-n")
                        || is_cluster(arg, 'y')
                }) =>
        {
            Terminal
        }
        "pacman" if short('S') && !has("--noconfirm") => Terminal,
        "passwd"
        | "dpkg-reconfigure"
        | "mysql_secure_installation"
        | "fdisk"
        | "parted"
        | "cfdisk"
        | "adduser"
        | "chsh"
        | "kinit"
        | "htpasswd" => {
            if redirected
                || piped
                || name == "parted" && (short('s') || has("--script"))
                || name == "fdisk" && has("-l")
                || name == "htpasswd" && short('b')
                || name == "adduser" && any(&["--disabled-password", "--system", "-S", "-D"])
                || name == "passwd" && any(&["-l", "-u", "-S", "-e", "-d"])
            {
                return None;
            }
            Terminal
        }
        "su" if !args.iter().any(|arg| *arg == "-c" || arg.starts_with("--command")) => Terminal,
        "sudo" if args.iter().all(|arg| arg.starts_with('-')) && any(&["-i", "-s"]) => Terminal,
        "ssh-keygen"
            if !(has("-f") && (has("-N") || has("-R") || has("-y") || has("-l")))
                && !any(&["-R", "-F", "-l", "-lf", "-y", "-A"]) =>
        {
            Terminal
        }
        "ssh-copy-id" => Terminal,
        "gcloud" | "az" | "heroku" | "vercel" | "netlify" | "firebase" | "supabase" | "gh" | "fly" | "flyctl"
        | "railway" | "doctl" | "render"
            if (has("login")
                || args
                    .windows(2)
                    .any(|pair| pair == ["auth", "login"] || pair == ["auth", "application-default"]))
                && !any(&["--service-principal", "--cred-file", "--identity", "--with-token"]) =>
        {
            Terminal
        }
        "heroku" | "fly" | "flyctl" | "vercel" | "railway" | "gcloud" | "az" | "aws" | "render" | "cf" | "eb"
        | "pm2" | "sam" | "serverless" | "sls"
            if args.iter().any(|arg| {
                matches!(*arg, "--follow" | "-f")
                    || *arg == "--tail"
                        && !args.windows(2).any(|pair| pair[0] == "--tail" && pair[1].parse::<u32>().is_ok())
                    || arg.starts_with("--follow")
            }) && args.iter().any(|arg| arg.contains("log"))
                || has("tail") && (name == "gcloud" || has("--follow"))
                || name == "pm2" && any(&["logs", "monit"]) && !has("--nostream")
                || matches!(name, "fly" | "flyctl") && has("logs") && !has("--no-tail") =>
        {
            NeverEnds
        }
        "heroku" | "fly" | "flyctl"
            if has("run") && any(&["bash", "console"])
                || args.windows(2).any(|pair| pair == ["ssh", "console"])
                || has("pg:psql")
                || has("psql") =>
        {
            Terminal
        }
        "aws"
            if has("configure") && plain.len() == 1
                || has("start-session")
                || has("execute-command") && has("--interactive") =>
        {
            Terminal
        }
        "gcloud" if has("ssh") && !args.iter().any(|arg| arg.starts_with("--command")) => Terminal,
        "certbot" if !any(&["-n", "--non-interactive", "renew", "certificates", "delete", "--dry-run"]) => Terminal,
        "kafka-console-consumer" | "kafka-console-consumer.sh" if !has("--max-messages") && !has("--timeout-ms") => {
            NeverEnds
        }
        "kafka-console-producer" | "kafka-console-producer.sh" if !redirected && !piped => Terminal,
        "kcat" | "kafkacat" if has("-C") && !has("-e") && !has("-c") => NeverEnds,
        "nc" | "ncat" | "netcat" if short('l') || !short('z') && args.len() == 2 && !piped => NeverEnds,
        "helm" if has("test") && false => return None,
        "argocd" if has("login") && !has("--password") && !has("--sso") => Terminal,
        "vault" if has("login") && plain.len() == 1 && !has("-method") => Terminal,
        "ansible-playbook" | "ansible"
            if any(&["-K", "--ask-become-pass", "-k", "--ask-pass", "--ask-vault-pass", "--step"]) =>
        {
            Terminal
        }
        "ansible-vault" if any(&["edit", "create"]) => Terminal,
        "sleep" if has("infinity") => NeverEnds,
        "yes" => NeverEnds,
        "cat" if args.is_empty() && !piped && !redirected => Terminal,
        _ if any(&["--continuous", "--follow", "--interactive", "--forever"])
            && !args.iter().any(|arg| arg.starts_with("--no-interactive")) =>
        {
            NeverEnds
        }
        _ if raw.contains("while true") && !raw.contains("break") && index == 0 => NeverEnds,
        _ => return None,
    })
}

fn is_cluster(arg: &str, letter: char) -> bool {
    arg.starts_with('-')
        && !arg.starts_with("--")
        && arg.len() <= 5
        && arg[1..].chars().all(|c| c.is_ascii_alphabetic())
        && arg.contains(letter)
}

/// `-it`, `-ti`, `-i -t`, `--tty`.
fn is_tty(args: &[&str]) -> bool {
    let before_command: Vec<&str> = args.iter().copied().take_while(|arg| *arg != "--").collect();
    let letters = |letter: char| {
        before_command.iter().any(|arg| is_cluster(arg, letter) && arg.chars().skip(1).all(|c| "itdu".contains(c)))
    };
    letters('t') && (letters('i') || before_command.contains(&"exec"))
        || before_command.contains(&"--tty")
            && before_command.iter().any(|arg| *arg == "--stdin" || *arg == "--interactive" || is_cluster(arg, 'i'))
}

fn is_server(script: &str) -> bool {
    let name = script.rsplit('/').next().unwrap_or_default();
    matches!(name, "server.js" | "server" | "app.js" | "server.ts" | "index.js" | "main.js" | "server.mjs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wants_a_terminal_or_never_ends_is_known() {
        for text in [
            "tail -f x.log",
            "kubectl logs -f pod/x",
            "kubectl exec -it x -- bash",
            "docker exec -it c sh",
            "watch -n 5 df",
            "top",
            "ssh user@host",
            "mysql -u root -p",
            "psql -h db",
            "vim /etc/hosts",
            "git revert HEAD",
            "terraform apply",
            "npm start",
            "sudo apt install nginx",
            "read -p 'go? ' x",
            "redis-cli",
            "kubectl port-forward svc/x 80:80",
            "kubectl get pods -w",
            "docker stats",
            "journalctl -fu nginx",
            "NODE_ENV=production npm run start -- -p 3001",
            "ping host",
            "docker compose up",
            "crontab -e",
        ] {
            assert!(reason(text).is_some(), "{text}");
        }
        for text in [
            "tail -n 100 x.log",
            "kubectl logs pod/x --tail=50",
            "kubectl exec x -- ls",
            "docker exec c ls",
            "top -b -n1",
            "ssh host uptime",
            "mysql -e 'select 1'",
            "psql -c 'select 1'",
            "ls | less-not",
            "git revert --no-edit HEAD",
            "terraform apply -auto-approve",
            "npm run build",
            "apt-get install -y nginx",
            "redis-cli ping",
            "ping -c 3 host",
            "docker compose up -d",
            "cat x",
            "npm start &",
            "psql $URL < dump.sql",
            "docker-compose exec nginx tail -n 50 x",
            "grep -f a b",
        ] {
            assert!(reason(text).is_none(), "{text}");
        }
    }
}
