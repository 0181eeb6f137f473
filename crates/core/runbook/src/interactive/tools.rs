//! Infrastructure, packages, accounts, clouds and queues.

use super::Interactive::{NeverEnds, Terminal};
use super::call::{Call, Verdict, is_cluster};

/// Infrastructure, packages, accounts, clouds and queues.
pub(super) fn tools(call: &Call<'_>) -> Verdict {
    let Call { name, args, plain, sub, piped, redirected, .. } = call;
    let has = |wanted: &str| call.has(wanted);
    let any = |wanted: &[&str]| call.any(wanted);
    let short = |letter: char| call.short(letter);
    Verdict::Wants(match *name {
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
            if *sub == "commit"
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
        "git" if *sub == "revert" && !any(&["--no-edit", "--no-commit", "-n", "--abort", "--continue"]) => Terminal,
        "git" if *sub == "merge" && has("--edit") => Terminal,
        "git"
            if matches!(*sub, "rebase" | "add" | "checkout" | "stash" | "restore")
                && any(&["-i", "--interactive", "-p", "--patch"]) =>
        {
            Terminal
        }
        "git"
            if *sub == "tag"
                && any(&["-a", "-s"])
                && !args.iter().any(|arg| arg.starts_with("-m") || arg.starts_with("-F") || *arg == "--message") =>
        {
            Terminal
        }
        "apt" | "apt-get" | "yum" | "dnf" | "zypper" | "add-apt-repository" | "apt-add-repository"
            if (matches!(
                *sub,
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
            if *redirected
                || *piped
                || *name == "parted" && (short('s') || has("--script"))
                || *name == "fdisk" && has("-l")
                || *name == "htpasswd" && short('b')
                || *name == "adduser" && any(&["--disabled-password", "--system", "-S", "-D"])
                || *name == "passwd" && any(&["-l", "-u", "-S", "-e", "-d"])
            {
                return Verdict::Ends;
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
                || has("tail") && (*name == "gcloud" || has("--follow"))
                || *name == "pm2" && any(&["logs", "monit"]) && !has("--nostream")
                || matches!(*name, "fly" | "flyctl") && has("logs") && !has("--no-tail") =>
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
        "kafka-console-producer" | "kafka-console-producer.sh" if !*redirected && !*piped => Terminal,
        "kcat" | "kafkacat" if has("-C") && !has("-e") && !has("-c") => NeverEnds,
        "nc" | "ncat" | "netcat" if short('l') || !short('z') && args.len() == 2 && !*piped => NeverEnds,
        "argocd" if has("login") && !has("--password") && !has("--sso") => Terminal,
        "vault" if has("login") && plain.len() == 1 && !has("-method") => Terminal,
        "ansible-playbook" | "ansible"
            if any(&["-K", "--ask-become-pass", "-k", "--ask-pass", "--ask-vault-pass", "--step"]) =>
        {
            Terminal
        }
        "ansible-vault" if any(&["edit", "create"]) => Terminal,
        _ => return Verdict::Unknown,
    })
}
