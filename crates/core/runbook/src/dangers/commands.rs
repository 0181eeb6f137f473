//! What a simple command destroys, stops, forces or cuts off, by its program and arguments.

use std::borrow::Cow;

use crate::own_tools;
use crate::shell::lines_of;
use crate::words::phrases;

/// Tools that change schemas.
const MIGRATORS: &[&str] = &[
    "alembic",
    "flask",
    "rails",
    "rake",
    "prisma",
    "flyway",
    "knex",
    "sequelize",
    "dbmate",
    "goose",
    "migrate",
    "sqlx",
    "diesel",
    "liquibase",
];

/// The kind of danger, if the command or what it only calls is dangerous.
pub(super) fn of_words(words: &[Cow<'_, str>]) -> Option<&'static str> {
    let words = own(words);
    let called = called(words).and_then(of_words);
    called.or_else(|| of_program(words))
}

/// What is said to Callsheet itself; another tool's command behind it (`callsheet migrate with -- …`) stands by itself.
fn own<'w, 't>(words: &'w [Cow<'t, str>]) -> &'w [Cow<'t, str>] {
    match words.iter().position(|word| word == "--") {
        Some(end) if end > 0 && words[0].rsplit('/').next() == Some("callsheet") => &words[..end],
        _ => words,
    }
}

/// What stands behind a command that sets the stage for a tool of migrations: `bundle exec …`, `npx …`.
fn called<'w, 't>(words: &'w [Cow<'t, str>]) -> Option<&'w [Cow<'t, str>]> {
    let name = words[0].rsplit('/').next().unwrap_or_default();
    let word = |at: usize| words.get(at).map_or("", |word| &**word);
    let behind = match name {
        "bundle" if word(1) == "exec" => 2,
        "poetry" | "pipenv" | "uv" | "pdm" | "hatch" if word(1) == "run" => 2,
        "pnpm" | "yarn" | "npm" | "bun" if matches!(word(1), "exec" | "dlx" | "x") => 2,
        "npx" | "bunx" | "pnpm" | "yarn" => 1,
        "python" | "python3" if word(1) == "-m" => 2,
        _ => return None,
    };
    let rest = words.get(behind..)?;
    let rest = &rest[rest.iter().take_while(|word| word.starts_with('-')).count()..];
    let tool = rest.first()?.rsplit('/').next().unwrap_or_default();
    MIGRATORS.contains(&tool).then_some(rest)
}

fn of_program(words: &[Cow<'_, str>]) -> Option<&'static str> {
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
        "dropdb" | "dropuser" | "pg_dropcluster" => "drop-database",
        "psql" | "mysql" | "mariadb" | "sqlite3" if text_restores(&args) => "restore-database",
        "pg_restore" | "mongorestore" | "myloader" => "restore-database",
        "pg_ctl" if any(&["stop", "promote"]) => "stop-service",
        "pg_ctlcluster" if any(&["stop", "promote"]) => "stop-service",
        "repmgr" if has("promote") || has("switchover") || has("follow") => "promote-database",
        "patronictl" if any(&["failover", "switchover", "reinit", "restart"]) => "promote-database",
        "alembic" if has("downgrade") => "downgrade-schema",
        "dbmate" | "goose" | "migrate" | "sqlx" | "diesel"
            if any(&["down", "down-to", "rollback", "redo", "revert"]) =>
        {
            "downgrade-schema"
        }
        "dbmate" | "goose" | "migrate" | "sqlx" | "diesel" if any(&["drop", "reset"]) => "drop-database",
        "liquibase" if args.iter().any(|arg| arg.starts_with("rollback")) => "downgrade-schema",
        "liquibase" if any(&["drop-all", "dropAll"]) => "drop-database",
        "flyway" if has("undo") => "downgrade-schema",
        "flask" if has("downgrade") => "downgrade-schema",
        "rails" | "rake"
            if args.iter().any(|arg| {
                phrases!["db:drop", "db:reset", "db:rollback", "db:migrate:down", "db:migrate:reset", "db:migrate:redo"]
                    .begin(arg)
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
        "python" | "python3" | "manage.py" if has("migrate") && has("zero") => "downgrade-schema",
        "prisma" | "npx" if any(&["reset", "--force-reset", "--accept-data-loss"]) => "drop-database",
        "flyway" if has("clean") => "drop-database",
        "knex" | "sequelize"
            if args.iter().any(|arg| arg.contains("rollback") || arg.contains("undo") || arg.contains(":down")) =>
        {
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
        "vault" if any(&["delete", "destroy", "revoke", "disable"]) || has("seal") => "delete",
        "consul" if has("leave") || has("force-leave") => "stop-service",
        "nomad" if any(&["stop", "purge", "drain"]) => "stop-service",
        "virsh" | "qm" if any(&["destroy", "undefine", "shutdown", "stop"]) => "stop-service",
        "make" | "just" | "task" if own_tools::task_danger(&args).is_some() => return own_tools::task_danger(&args),
        "callsheet" if has("--data-loss-accepted") => "force",
        "callsheet" if sub == "drill" => return None,
        "callsheet" if sub == "db" && any(&["promote", "failover", "fence"]) && !has("--dry-run") => "force",
        "callsheet" if sub == "restore" && has("--into") => return None,
        "callsheet" if sub == "restore" => "restore-database",
        "callsheet" if any(&["fault", "restore", "drain"]) || has("down") => "force",
        _ if long
            && any(&[
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
        "ip" if has("link") && has("down") => "cut-traffic",
        "ifdown" => "cut-traffic",
        "curl" | "http" | "https" | "wget" if deletes_by_request(&args) => "delete",
        _ if long && any(&["--cluster-reset", "--force-new-cluster"]) => "force",
        "aws" | "gcloud" | "az" if args.windows(2).any(|pair| is_size(pair[0]) && pair[1] == "0") => "stop-service",
        _ if has("scale") && args.iter().any(|arg| arg.ends_with("=0")) => "stop-service",
        _ if own_tools::is_one(name) => return own_tools::danger(name, &args),
        _ if name.contains("chaos")
            || args.iter().any(|arg| arg.contains("/chaos/start") || arg.contains("/fault/")) =>
        {
            "inject-fault"
        }
        _ if READS_OR_TASKS.contains(&name) => return None,
        _ => return own_tools::danger_of_subcommand(&args),
    })
}

/// Programs whose words are data, names or statements, not acts of their own.
const READS_OR_TASKS: &[&str] = &[
    "echo",
    "printf",
    "grep",
    "egrep",
    "rg",
    "cat",
    "less",
    "tail",
    "head",
    "awk",
    "sed",
    "man",
    "which",
    "type",
    "test",
    "[",
    "cd",
    "ls",
    "vim",
    "vi",
    "nano",
    "journalctl",
    "git",
    "make",
    "just",
    "task",
    "npm",
    "yarn",
    "pnpm",
    "npx",
    "psql",
    "mysql",
    "mariadb",
    "sqlite3",
    "mongo",
    "mongosh",
    "cqlsh",
    "redis-cli",
    "curl",
    "wget",
    "http",
    "https",
    "alias",
    "export",
    "history",
    "jq",
    "yq",
    "find",
    "cp",
    "mv",
    "mkdir",
    "touch",
    "tee",
    "sort",
    "python",
    "python3",
    "ruby",
    "node",
    "php",
    "bash",
    "sh",
    "ssh",
    "scp",
    "rsync",
    "read",
    "set",
    "unset",
    "trap",
    "return",
];

/// `curl -X DELETE …`
fn deletes_by_request(args: &[&str]) -> bool {
    args.windows(2).any(|pair| matches!(pair[0], "-X" | "--request" | "--method") && pair[1] == "DELETE")
        || args.iter().any(|arg| matches!(*arg, "-XDELETE" | "--request=DELETE" | "--method=DELETE"))
        || args.first() == Some(&"DELETE")
}

/// An option that says how many run.
fn is_size(option: &str) -> bool {
    matches!(option, "--desired-capacity" | "--desired-count" | "--size" | "--num-nodes" | "--node-count")
}

/// A dump that is piped into a database's client; which of the commands is that client.
pub(super) fn restored_by_pipe(commands: &[Vec<Cow<'_, str>>]) -> Option<usize> {
    let name = |words: &[Cow<'_, str>]| words[0].rsplit('/').next().unwrap_or_default().to_owned();
    let feeds = commands.iter().position(|words| {
        matches!(name(words).as_str(), "cat" | "zcat" | "gunzip" | "gzip" | "bzcat" | "xzcat" | "zstd" | "zstdcat")
            && words[1..].iter().any(|word| word.contains(".sql") || word.contains("dump") || word.contains("backup"))
    })?;
    let client = |words: &Vec<Cow<'_, str>>| matches!(name(words).as_str(), "psql" | "mysql" | "mariadb" | "sqlite3");
    commands.iter().skip(feeds + 1).position(client).map(|at| feeds + 1 + at)
}

/// The words that a database's client is given: among them are statements.
pub(super) fn statements<'w>(words: &'w [Cow<'_, str>]) -> impl Iterator<Item = &'w str> {
    const CLIENTS: [&str; 10] =
        ["psql", "pgcli", "mysql", "mariadb", "mycli", "sqlite3", "mongosh", "mongo", "cqlsh", "clickhouse-client"];
    let is_client = CLIENTS.contains(&words[0].rsplit('/').next().unwrap_or_default());
    words[1..].iter().filter(move |_| is_client).flat_map(|word| lines_of(word))
}

fn text_restores(args: &[&str]) -> bool {
    args.iter().any(|arg| *arg == "<" || arg.starts_with('<'))
        && args.iter().any(|arg| arg.contains("backup") || arg.contains("dump") || arg.contains("snapshot"))
}
