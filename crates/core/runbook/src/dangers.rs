//! Why a step needs an explicit approval: what it destroys, stops, forces or cuts off.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::Danger;
use crate::own_tools;
use crate::shell::lines_of;
use crate::words::{Said, phrases, strip_signs};

/// Dangers of a command text with its simple commands; `line` is that of its first line.
pub(crate) fn of_command(text: &str, commands: &[Vec<Cow<'_, str>>], line: u32, found: &mut Vec<Danger>) {
    let mut found = Dangers::beside(found, line);
    for words in commands {
        if let Some(kind) = of_words(words) {
            let shown: String = words.join(" ").chars().take(120).collect();
            let first = &*words[0];
            let at = text
                .split('\n')
                .position(|part| {
                    part.contains(first)
                        && words.get(1).is_none_or(|second| part.contains(&**second) || part.contains(first))
                })
                .unwrap_or(0);
            found.push(kind, shown, line + at as u32);
        }
    }
    for (index, part) in lines_of(text).enumerate() {
        if let Some(kind) = of_text(part) {
            found.push(kind, part.trim().chars().take(120).collect(), line + index as u32);
        }
    }
}

/// Each kind once per line, however many there are.
struct Dangers<'f> {
    found: &'f mut Vec<Danger>,
    /// Those from here on may stand on the same lines.
    from: usize,
    /// Where ours begin.
    own: usize,
    known: HashSet<(&'static str, u32)>,
}

impl Dangers<'_> {
    /// Those of a text that begins on `line`: what was found above stands above it.
    fn beside(found: &mut Vec<Danger>, line: u32) -> Dangers<'_> {
        let from = found.iter().rposition(|known| known.line < line).map_or(0, |at| at + 1);
        Dangers { from, own: found.len(), found, known: HashSet::new() }
    }

    fn push(&mut self, kind: &'static str, text: String, line: u32) {
        let before = &self.found[self.from..self.own];
        if !before.iter().any(|known| known.line == line && known.kind == kind) && self.known.insert((kind, line)) {
            self.found.push(Danger { kind: kind.to_owned(), text, line });
        }
    }
}

fn of_words(words: &[Cow<'_, str>]) -> Option<&'static str> {
    let name = words[0].rsplit('/').next().unwrap_or_default();
    let args: Vec<&str> = words[1..].iter().map(|word| &**word).collect();
    let has = |wanted: &str| args.contains(&wanted);
    let any = |wanted: &[&str]| wanted.iter().any(|one| args.contains(one));
    let flag =
        |letter: char| args.iter().any(|arg| arg.starts_with('-') && !arg.starts_with("--") && arg.contains(letter));
    let sub = args.iter().copied().find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let long = args.iter().any(|arg| arg.starts_with("--"));
    if long
        && any(&["--dry-run", "--dry-run=client", "--dry-run=server", "--check", "--help"])
        && !matches!(name, "rm" | "kill")
    {
        return None;
    }
    Some(match name {
        "rm" if flag('r') || flag('R') || flag('f') || has("--recursive") => "recursive-delete",
        "rm" | "shred" | "unlink" => "delete",
        "find" if has("-delete") || args.windows(2).any(|pair| pair[0] == "-exec" && pair[1] == "rm") => {
            "recursive-delete"
        }
        "kill" | "pkill" | "killall" | "xkill" => "kill",
        "fuser" if flag('k') => "kill",
        "kubectl" | "oc" if has("delete") => "delete",
        "kubectl" | "oc" if has("drain") => "drain",
        "kubectl" | "oc" if any(&["--force", "--grace-period=0"]) => "force",
        "kubectl" | "oc" if has("scale") && has("--replicas=0") => "stop-service",
        "kubectl" | "oc" if has("scale") && args.windows(2).any(|pair| pair == ["--replicas", "0"]) => "stop-service",
        "kubectl" | "oc" if has("patch") && args.iter().any(|arg| arg.contains("finalizers")) => "force",
        "kubectl" | "oc" if has("replace") && has("--force") => "force",
        "helm" if any(&["uninstall", "delete"]) => "delete",
        "helm" if has("--force") => "force",
        "docker" | "podman" | "docker-compose" | "nerdctl" if any(&["stop", "kill", "down"]) => "stop-service",
        "docker" | "podman" | "nerdctl" if any(&["rm", "rmi", "prune"]) => "delete",
        "docker-compose" if any(&["rm"]) => "delete",
        "systemctl" if any(&["stop", "kill", "disable", "mask", "isolate", "poweroff", "reboot", "halt"]) => {
            "stop-service"
        }
        "service" if has("stop") => "stop-service",
        "supervisorctl" | "pm2" | "initctl" | "monit" | "sv" | "rc-service" if any(&["stop", "delete", "kill"]) => {
            "stop-service"
        }
        "shutdown" | "reboot" | "poweroff" | "halt" => "stop-service",
        "redis-cli" if args.iter().any(|arg| matches!(arg.to_ascii_uppercase().as_str(), "FLUSHALL" | "FLUSHDB")) => {
            "flush-cache"
        }
        "redis-cli"
            if args.iter().any(|arg| {
                matches!(
                    arg.to_ascii_uppercase().as_str(),
                    "DEL" | "UNLINK" | "SHUTDOWN" | "FAILOVER" | "SLAVEOF" | "REPLICAOF"
                )
            }) =>
        {
            "delete"
        }
        "rabbitmqctl"
            if args.iter().any(|arg| {
                arg.starts_with("purge")
                    || arg.starts_with("delete")
                    || arg.starts_with("stop")
                    || *arg == "reset"
                    || arg.starts_with("forget")
            }) =>
        {
            "delete"
        }
        "varnishadm" if args.iter().any(|arg| arg.contains("ban")) => "flush-cache",
        "dropdb" | "dropuser" => "drop-database",
        "psql" | "mysql" | "mariadb" | "sqlite3" if text_restores(&args) => "restore-database",
        "pg_restore" | "mongorestore" | "myloader" => "restore-database",
        "pg_ctl" if any(&["stop", "promote"]) => "stop-service",
        "pg_ctlcluster" if any(&["stop", "promote"]) => "stop-service",
        "repmgr" if has("promote") || has("switchover") || has("follow") => "promote-database",
        "patronictl" if any(&["failover", "switchover", "reinit", "restart"]) => "promote-database",
        "alembic" if sub == "downgrade" => "downgrade-schema",
        "flask" if has("downgrade") => "downgrade-schema",
        "rails" | "rake"
            if args.iter().any(|arg| {
                arg.starts_with("db:drop") || arg.starts_with("db:reset") || arg.starts_with("db:rollback")
            }) =>
        {
            "downgrade-schema"
        }
        "php" | "artisan"
            if args.iter().any(|arg| matches!(*arg, "migrate:rollback" | "migrate:fresh" | "migrate:reset")) =>
        {
            "downgrade-schema"
        }
        "python" | "python3" | "manage.py" if has("flush") && (has("manage.py") || name == "manage.py") => {
            "drop-database"
        }
        "prisma" | "npx" if has("reset") => "drop-database",
        "flyway" if has("clean") => "drop-database",
        "knex" | "sequelize" if args.iter().any(|arg| arg.contains("rollback") || arg.contains("undo")) => {
            "downgrade-schema"
        }
        "git" if sub == "push" && any(&["--force", "-f", "--force-with-lease", "--mirror"]) => "force",
        "git" if sub == "reset" && has("--hard") => "force",
        "git" if sub == "clean" && flag('f') => "delete",
        "git" if sub == "branch" && has("-D") => "delete",
        "terraform" | "tofu" | "terragrunt" | "pulumi" | "cdk" if any(&["destroy", "--destroy", "-destroy"]) => {
            "destroy"
        }
        "terraform" | "tofu" if any(&["taint", "force-unlock"]) || has("state") && has("rm") => "force",
        "aws"
            if args.iter().any(|arg| {
                phrases![
                    "delete-",
                    "terminate-",
                    "stop-",
                    "remove-",
                    "deregister-",
                    "failover-",
                    "reboot-",
                    "promote-",
                    "purge-",
                ]
                .begin(arg)
            }) =>
        {
            "delete"
        }
        "aws" if has("s3") && any(&["rm", "rb"]) || has("--delete") => "delete",
        "gcloud" | "az" | "doctl" | "heroku" | "fly" | "flyctl" | "linode-cli" | "hcloud" | "openstack" | "eksctl"
        | "velero" | "argocd" | "flux" | "istioctl"
            if any(&["delete", "destroy", "remove", "failover", "promote-replica", "stop", "purge", "reset"])
                || args.iter().any(|arg| {
                    arg.ends_with(":destroy")
                        || arg.ends_with(":reset")
                        || arg.ends_with(":delete")
                        || arg.ends_with(":failover")
                }) =>
        {
            "delete"
        }
        "gsutil" if has("rm") || has("rb") => "delete",
        "rsync" if has("--delete") => "delete",
        "mkfs" | "mkfs.ext4" | "mkfs.xfs" | "fdisk" | "parted" | "wipefs" => "format-disk",
        "dd" if args.iter().any(|arg| arg.starts_with("of=/dev")) => "format-disk",
        "iptables" | "ip6tables" | "nft" if flag('F') || has("flush") || any(&["DROP"]) => "cut-traffic",
        "ufw" if any(&["deny", "disable", "reset"]) => "cut-traffic",
        "kafka-topics" | "kafka-topics.sh" if has("--delete") => "delete",
        "kafka-consumer-groups" | "kafka-consumer-groups.sh" if has("--reset-offsets") || has("--delete") => "force",
        "etcdctl" if any(&["del", "snapshot"]) && !has("save") && !has("status") => "delete",
        "ceph" if any(&["rm", "purge", "destroy", "delete"]) => "delete",
        "zpool" | "zfs" | "lvremove" | "vgremove" if any(&["destroy", "rollback"]) || name.ends_with("remove") => {
            "delete"
        }
        "userdel" | "deluser" | "groupdel" => "delete",
        "crontab" if has("-r") => "delete",
        "truncate" => "truncate",
        "nodetool" if any(&["decommission", "removenode", "assassinate", "drain", "stopdaemon"]) => "stop-service",
        "vault" if any(&["delete", "destroy", "revoke"]) || has("seal") => "delete",
        "consul" if has("leave") || has("force-leave") => "stop-service",
        "nomad" if any(&["stop", "purge", "drain"]) => "stop-service",
        "virsh" | "qm" if any(&["destroy", "undefine", "shutdown", "stop"]) => "stop-service",
        "make" | "just" | "task" if own_tools::task_danger(&args).is_some() => return own_tools::task_danger(&args),
        "callsheet" if any(&["fault", "restore", "drain"]) || has("down") => "force",
        _ if long && any(&[
            "--force",
            "--force-reset",
            "--hard",
            "--purge",
            "--no-preserve-root",
            "--delete-data",
            "--destroy",
        ]) =>
        {
            "force"
        }
        _ if own_tools::is_one(name) => return own_tools::danger(name, &args),
        _ if name.contains("chaos")
            || args.iter().any(|arg| arg.contains("/chaos/start") || arg.contains("/fault/")) =>
        {
            "inject-fault"
        }
        _ => return None,
    })
}

fn text_restores(args: &[&str]) -> bool {
    args.iter().any(|arg| *arg == "<" || arg.starts_with('<'))
        && args.iter().any(|arg| arg.contains("backup") || arg.contains("dump") || arg.contains("snapshot"))
}

static SQL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\b(drop\s+(?:table|database|schema|index|column|user|role|view|constraint|keyspace)|truncate\s+(?:table\s+)?\w|purge\s+(?:binary|master)\s+logs|delete\s+from|flush(?:all|db)\b|kill\s+(?:connection|query|\d|\w+_id)|pg_terminate_backend|alter\s+table\s+[!-~]+\s+(?:drop|rename)|pg_promote|reset\s+(?:master|slave|replica)|update\s+\w+\s+set\s+(?u:[^;])*;\s*$)").ok()
});

/// A cheap look before [`SQL`]: every dangerous statement holds one of these.
fn may_be_sql(text: &str) -> bool {
    phrases!["drop", "truncate", "purge", "delete", "flush", "kill", "pg_", "alter", "reset", "update"]
        .stand_in_any_case(text)
}

fn of_text(text: &str) -> Option<&'static str> {
    let trimmed = text.trim_start();
    if trimmed.starts_with('#') || trimmed.starts_with("--") {
        return None;
    }
    if !may_be_sql(text) {
        return None;
    }
    let clipped: String = text.chars().take(2000).collect();
    let found = SQL.as_ref()?.find(&clipped)?.as_str().to_lowercase();
    let first = found.split_whitespace().next()?.to_owned();
    Some(match first.as_str() {
        "drop" => "drop-database",
        "truncate" => "truncate",
        "delete" => "delete",
        "kill" | "pg_terminate_backend" => "kill",
        "alter" => "alter-schema",
        "pg_promote" => "promote-database",
        "update" if clipped.to_lowercase().contains(" where ") => return None,
        "update" => "delete",
        _ if first.starts_with("flush") => "flush-cache",
        _ => "force",
    })
}

/// Danger that the words of a step ask for, when a person carries it out or a command does what they say.
pub fn of_title(text: &str, line: u32, found: &mut Vec<Danger>) {
    of_said(&Said::of(text), line, found);
}

/// The same of a text that others look at too.
pub(crate) fn of_said(said: &Said<'_>, line: u32, found: &mut Vec<Danger>) {
    if said.lower().contains("drag-") {
        let lower = said.lower().replace("drag-drop", "drag").replace("drag-and-drop", "drag");
        return of_words_of(&Said::of(&lower), said.text(), line, found);
    }
    of_words_of(said, said.text(), line, found);
}

fn of_words_of(said: &Said<'_>, text: &str, line: u32, found: &mut Vec<Danger>) {
    let lower = strip_signs(said.lower());
    let kind = match () {
        () if said.has(phrases![
            "force leader",
            "force delete",
            "force re-election",
            "force restart",
            "forcibly",
            "force-delete",
            "force unlock",
            "force push",
            "force kill",
            "hard reset",
            "force a failover",
            "force failover",
            "force stop",
        ]) =>
        {
            "force"
        }
        () if said.has(phrases![
            "drain traffic",
            "drain the",
            "drain node",
            "drain nodes",
            "cut traffic",
            "block traffic",
            "stop traffic",
            "take offline",
            "take the site offline",
            "take down",
            "shut down",
            "shutdown",
            "power off",
            "stop the service",
            "stop all services",
            "stop service",
            "stop services",
            "lock writes",
        ]) =>
        {
            "stop-service"
        }
        () if said.has(phrases![
            "restore from backup",
            "restore backup",
            "restore from the backup",
            "restore from latest snapshot",
            "restore from snapshot",
            "restore the database",
            "restore database",
            "restore the backup",
            "db rollback",
            "database rollback",
        ]) && !lower.contains("test") =>
        {
            "restore-database"
        }
        () if said.has(phrases![
            "destroy",
            "wipe",
            "purge",
            "truncate",
            "drop table",
            "drop database",
            "drop the",
            "erase",
            "delete the database",
            "delete the volume",
            "delete the pvc",
            "delete all",
            "delete data",
            "format the disk",
        ]) =>
        {
            "destroy"
        }
        () if own_tools::deletes_data(lower) => "delete",
        () if own_tools::restores_data(lower) => "restore-database",
        () if said.has(phrases!["flush", "flush cache", "flush the cache", "flushall"]) => "flush-cache",
        () if said.has(phrases![
            "promote replica",
            "promote the replica",
            "promote the standby",
            "promote standby",
            "fail over",
            "failover to replica",
            "fail over to",
            "promote database",
            "promote the secondary",
            "promote secondary",
        ]) =>
        {
            "promote-database"
        }
        () if said.has(phrases!["kill"]) && !lower.contains("killed") => "kill",
        () => return,
    };
    Dangers { from: 0, own: found.len(), found, known: HashSet::new() }.push(
        kind,
        text.trim().chars().take(120).collect(),
        line,
    );
}
