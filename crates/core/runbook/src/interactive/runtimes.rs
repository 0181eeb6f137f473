//! Interpreters, package scripts and application servers.

use super::Interactive::{NeverEnds, Terminal};
use super::call::{Call, Verdict};

/// Interpreters, package scripts and application servers.
pub(super) fn runtimes(call: &Call<'_>) -> Verdict {
    let Call { name, args, plain, sub, index, piped, redirected, .. } = call;
    let has = |wanted: &str| call.has(wanted);
    let any = |wanted: &[&str]| call.any(wanted);
    let short = |letter: char| call.short(letter);
    Verdict::Wants(match *name {
        "python" | "python3" | "node" | "irb" | "pry" | "ipython" | "iex" | "ghci" | "bash" | "sh" | "zsh" | "php"
        | "perl" | "ruby"
            if args.is_empty() && !*piped && !*redirected && *index == 0 =>
        {
            Terminal
        }
        "python" | "python3"
            if has("manage.py") && any(&["runserver", "shell", "dbshell", "createsuperuser", "shell_plus"]) =>
        {
            if has("runserver") {
                NeverEnds
            } else if has("--noinput") {
                return Verdict::Ends;
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
            if *name == "nodemon"
                || any(&["--inspect", "--inspect-brk", "--watch"])
                || plain.first().is_some_and(|script| is_server(script)) =>
        {
            NeverEnds
        }
        "npm" | "yarn" | "pnpm" | "bun"
            if *sub == "start"
                || matches!(*sub, "dev" | "serve" | "watch" | "develop")
                || *sub == "run"
                    && plain.get(1).is_some_and(|script| {
                        matches!(
                            *script,
                            "start" | "dev" | "serve" | "watch" | "preview" | "develop" | "start:prod" | "start:dev"
                        )
                    }) =>
        {
            NeverEnds
        }
        "npm" | "yarn" | "pnpm" if matches!(*sub, "login" | "init" | "adduser") && !short('y') => Terminal,
        "npx"
            if matches!(*sub, "serve" | "nodemon" | "http-server" | "vite" | "next") && !any(&["build"])
                || any(&["--watch", "studio"]) =>
        {
            NeverEnds
        }
        "uvicorn" | "gunicorn" | "hypercorn" | "daphne" | "puma" | "sidekiq" | "unicorn" | "hugo" | "http-server"
        | "serve" | "flower" | "jupyter" => {
            if any(&["-D", "--daemon", "--daemonize"]) || *name == "hugo" && *sub != "server" && *sub != "serve" {
                return Verdict::Ends;
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
        _ => return Verdict::Unknown,
    })
}

fn is_server(script: &str) -> bool {
    let name = script.rsplit('/').next().unwrap_or_default();
    matches!(name, "server.js" | "server" | "app.js" | "server.ts" | "index.js" | "main.js" | "server.mjs")
}
