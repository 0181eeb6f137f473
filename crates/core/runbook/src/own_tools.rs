//! Dangers that plain words tell: names of scripts, first words of tools of one's own, acts on data.

/// A script or a tool whose manual nobody knows: its name and its first words tell what it does.
pub fn is_one(name: &str) -> bool {
    let script = [".sh", ".ps1", ".py", ".rb", ".pl"].iter().any(|ending| name.ends_with(ending));
    (script || !crate::shell::is_known_program(name)) && !name.contains("chaos")
}

/// The danger of calling it.
pub fn danger(name: &str, args: &[&str]) -> Option<&'static str> {
    by_name(name).or_else(|| by_act(name, args))
}

/// What a part of a script's name does: `stop.sh`, `db-restore.sh`.
fn by_name(name: &str) -> Option<&'static str> {
    name.split(['-', '_', '.']).find_map(danger_of_verb)
}

/// What a tool's first words do: `runner.sh stop`, `portal-backup restore NAME`.
fn by_act(name: &str, args: &[&str]) -> Option<&'static str> {
    let about_data = ["backup", "snapshot", "restore", "db", "database", "data", "volume"];
    let keeps_data = name.split(['-', '_', '.']).any(|part| about_data.contains(&part));
    args.iter().filter(|arg| !arg.starts_with('-')).take(2).find_map(|arg| {
        // `restore-last`, `apps:destroy`
        let act = arg.rsplit(':').next().unwrap_or_default();
        let verb = act.split(['-', '_']).next().unwrap_or_default();
        danger_of_verb(verb).filter(|kind| *kind != "restore-database" || keeps_data || args.contains(&"db"))
    })
}

fn danger_of_verb(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "stop" | "shutdown" | "poweroff" | "halt" | "teardown" => "stop-service",
        "restore" => "restore-database",
        "purge" | "destroy" | "wipe" | "delete" | "drop" => "delete",
        "drain" => "drain",
        "failover" | "promote" => "promote-database",
        _ => return None,
    })
}

/// What a task of a task runner does by its name: `make down`, `just db-restore`.
pub fn task_danger(args: &[&str]) -> Option<&'static str> {
    args.iter().filter(|arg| !arg.starts_with('-') && !arg.contains('=')).find_map(|arg| match *arg {
        "down" => Some("stop-service"),
        name => name.split(['-', '_', ':']).find_map(danger_of_verb),
    })
}

/// "Restore the last dump": what was written since is lost, unless it is restored beside what is live.
pub fn restores_data(lower: &str) -> bool {
    const BESIDE: [&str; 9] =
        ["test", "staging", "scratch", "isolated", "temporary", "sandbox", "separate", "new", "sample"];
    let mut words = crate::words::words(lower);
    if words.next() != Some("restore") {
        return false;
    }
    let rest: Vec<&str> = words.take(24).collect();
    rest.iter().take(6).any(|word| matches!(*word, "snapshot" | "snapshots" | "backup" | "backups" | "dump"))
        && !rest.iter().any(|word| BESIDE.contains(word))
}

/// "Promote the replica in the second region": what was not replicated is lost.
pub fn promotes_data(lower: &str) -> bool {
    let mut words = crate::words::words(lower);
    words.next() == Some("promote")
        && words.take(7).any(|word| {
            matches!(
                word,
                "replica" | "replicas" | "standby" | "secondary" | "slave" | "follower" | "database" | "db" | "cluster"
            )
        })
}

/// "Stop the workers on both hosts": users lose what they serve.
pub fn stops_service(lower: &str) -> bool {
    let mut words = crate::words::words(lower);
    words.next() == Some("stop")
        && words.take(5).any(|word| {
            matches!(
                word,
                "service"
                    | "services"
                    | "server"
                    | "servers"
                    | "app"
                    | "apps"
                    | "application"
                    | "applications"
                    | "api"
                    | "worker"
                    | "workers"
                    | "process"
                    | "processes"
                    | "container"
                    | "containers"
                    | "pod"
                    | "pods"
                    | "instance"
                    | "instances"
                    | "daemon"
                    | "database"
                    | "cluster"
                    | "broker"
                    | "traffic"
                    | "writes"
                    | "ingestion"
                    | "replication"
            )
        })
}

/// What a well-known tool's first words do, where nothing more is known of it: `cf delete-service`, `app:destroy`.
pub fn danger_of_subcommand(args: &[&str]) -> Option<&'static str> {
    args.iter().filter(|arg| !arg.starts_with('-')).take(3).find_map(|arg| {
        arg.split(['-', ':', '_']).find_map(|part| match part {
            "delete" | "destroy" | "purge" | "wipe" | "drop" | "terminate" | "uninstall" | "prune" | "erase" => {
                Some("delete")
            }
            "flush" | "flushall" => Some("flush-cache"),
            "drain" | "evict" | "decommission" => Some("drain"),
            "failover" | "promote" => Some("promote-database"),
            _ => None,
        })
    })
}

/// "Remove the oldest segment files", "Delete all rows of the queue table".
pub fn deletes_data(lower: &str) -> bool {
    let mut words = crate::words::words(lower);
    matches!(words.next(), Some("delete" | "remove" | "erase" | "drop"))
        && words.take(8).any(|word| {
            matches!(
                word,
                "files"
                    | "data"
                    | "volume"
                    | "volumes"
                    | "database"
                    | "databases"
                    | "rows"
                    | "records"
                    | "bucket"
                    | "buckets"
                    | "backups"
                    | "snapshots"
                    | "pvc"
                    | "pvcs"
                    | "disk"
                    | "disks"
                    | "partition"
                    | "binlog"
                    | "binlogs"
                    | "table"
                    | "tables"
                    | "topic"
                    | "topics"
                    | "collection"
                    | "collections"
            )
        })
}
