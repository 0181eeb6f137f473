//! Consoles of other hosts and databases.

use super::Interactive::{NeverEnds, Terminal};
use super::call::{Call, Verdict, is_cluster};

/// Consoles of other hosts and databases.
pub(super) fn consoles(call: &Call<'_>) -> Verdict {
    let Call { name, args, plain, piped, redirected, .. } = call;
    let has = |wanted: &str| call.has(wanted);
    let any = |wanted: &[&str]| call.any(wanted);
    let short = |letter: char| call.short(letter);
    Verdict::Wants(match *name {
        "ssh" => {
            let values = ["-i", "-p", "-l", "-o", "-J", "-L", "-R", "-D", "-F", "-c", "-b", "-e", "-m", "-S", "-W"];
            let mut operands = 0;
            let mut skip = false;
            for arg in args {
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
                return Verdict::Wants(NeverEnds);
            }
            if has("-t") || has("-tt") || operands <= 1 && !*redirected { Terminal } else { return Verdict::Ends }
        }
        "sftp" | "ftp" | "telnet" | "minicom" | "screen" | "tmux"
            if !has("-b") && !any(&["-dm", "-dmS", "new-session", "ls", "list-sessions", "-ls", "kill-session"]) =>
        {
            Terminal
        }
        "mysql" | "mariadb" if !*piped || *redirected => {
            let bare_password = args.iter().any(|arg| *arg == "-p" || *arg == "--password");
            if bare_password {
                return Verdict::Wants(Terminal);
            }
            if *redirected || args.iter().any(|arg| arg.starts_with("-e") || arg.starts_with("--execute")) {
                return Verdict::Ends;
            }
            Terminal
        }
        "mysqldump" | "mysqladmin" if args.iter().any(|arg| *arg == "-p" || *arg == "--password") => Terminal,
        "psql"
            if !*piped
                && !*redirected
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
        "redis-cli" if !*piped && !*redirected => {
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
                return Verdict::Wants(NeverEnds);
            }
            let mut operands = 0;
            let mut skip = false;
            for arg in args {
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
                return Verdict::Ends;
            }
        }
        "mongosh" | "mongo"
            if !*redirected
                && !args.iter().any(|arg| arg.starts_with("--eval"))
                && !plain.iter().any(|arg| arg.ends_with(".js")) =>
        {
            Terminal
        }
        "cqlsh" | "sqlplus" | "clickhouse-client" | "sqlite3" | "influx" | "cockroach"
            if !*piped
                && !*redirected
                && !args.iter().any(|arg| {
                    arg.starts_with("-e")
                        || arg.starts_with("-q")
                        || arg.starts_with("--query")
                        || arg.starts_with("-f")
                        || arg.starts_with("--execute")
                        || arg.starts_with('@')
                }) =>
        {
            if *name == "sqlite3" && plain.len() > 1
                || *name == "cockroach" && !has("sql")
                || *name == "influx" && !plain.is_empty()
            {
                return Verdict::Ends;
            }
            Terminal
        }
        _ => return Verdict::Unknown,
    })
}
