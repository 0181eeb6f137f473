//! Commands that want a terminal or never end.

mod call;
mod consoles;
mod containers;
mod runtimes;
mod system;
mod tools;

use std::borrow::Cow;

use call::{Call, Raw, Verdict};

use crate::shell::simple_commands;

/// Why a command wants a person at a terminal; `None` when it ends by itself.
pub fn reason(text: &str) -> Option<Interactive> {
    reason_in(text, &simple_commands(text))
}

/// The same with the text's simple commands at hand.
pub(crate) fn reason_in(text: &str, commands: &[Vec<Cow<'_, str>>]) -> Option<Interactive> {
    let raw = text;
    if raw.trim_end().ends_with('&') && !raw.trim_end().ends_with("&&") {
        return None;
    }
    let raw = Raw::of(text);
    let wants = commands.iter().enumerate().find_map(|(index, words)| of_words(words, &raw, index));
    wants.filter(|what| *what != Interactive::NeverEnds || !raw.timed)
}

/// Why a command cannot run by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interactive {
    /// Goes on until it is stopped.
    NeverEnds,
    /// Asks, edits or opens a console.
    Terminal,
}

fn of_words(words: &[Cow<'_, str>], raw: &Raw<'_>, index: usize) -> Option<Interactive> {
    let call = Call::new(words, raw, index);
    if call.any(&["--help", "--version", "-h"]) && call.plain.is_empty() && !matches!(call.name, "mysql" | "psql") {
        return None;
    }
    for subject in [containers::containers, consoles::consoles, runtimes::runtimes, tools::tools, system::system] {
        match subject(&call) {
            Verdict::Wants(what) => return Some(what),
            Verdict::Ends => return None,
            Verdict::Unknown => {}
        }
    }
    let goes_on = call.any(&["--continuous", "--follow", "--interactive", "--forever"])
        && !call.args.iter().any(|arg| arg.starts_with("--no-interactive"));
    let loops = raw.loops && index == 0;
    (goes_on || loops).then_some(Interactive::NeverEnds)
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
            "ssh host 'cd /srv && tail -f x.log'",
            "set-timeout 5; tail -f x.log",
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
            "timeout 30s tail -f x.log",
            "sudo timeout 1m journalctl -fu nginx | grep ready",
            "docker run -d --rm image npm start",
        ] {
            assert!(reason(text).is_none(), "{text}");
        }
    }
}
