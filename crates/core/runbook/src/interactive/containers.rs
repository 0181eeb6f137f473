//! Containers and clusters: `kubectl`, `oc`, `docker` and their like.

use super::Interactive::{NeverEnds, Terminal};
use super::call::{Call, Verdict, is_tty};

/// Containers and clusters: `kubectl`, `oc`, `docker` and their like.
pub(super) fn containers(call: &Call<'_>) -> Verdict {
    let Call { name, args, plain, .. } = call;
    let has = |wanted: &str| call.has(wanted);
    let any = |wanted: &[&str]| call.any(wanted);
    let short = |letter: char| call.short(letter);
    Verdict::Wants(match *name {
        "kubectl" | "oc" if any(&["edit", "attach"]) || is_tty(args) => Terminal,
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
        "docker" | "podman" | "nerdctl" | "docker-compose" if is_tty(args) => Terminal,
        "docker" | "podman" | "docker-compose" | "nerdctl"
            if has("logs") && (short('f') || has("--follow")) || any(&["attach", "events"]) =>
        {
            NeverEnds
        }
        "docker" | "podman" | "nerdctl" if has("stats") && !has("--no-stream") => NeverEnds,
        "docker" | "docker-compose" | "podman"
            if has("up") && !any(&["-d", "--detach", "--wait"]) && (*name == "docker-compose" || has("compose")) =>
        {
            NeverEnds
        }
        "virtctl" if any(&["console", "vnc", "ssh"]) => Terminal,
        "docker" | "podman" if has("login") && !any(&["-p", "--password-stdin", "--password"]) => Terminal,
        "docker-compose"
            if has("exec") && plain.last().is_some_and(|last| matches!(*last, "bash" | "sh" | "psql" | "zsh")) =>
        {
            Terminal
        }
        _ => return Verdict::Unknown,
    })
}
