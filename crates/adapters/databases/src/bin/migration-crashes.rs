//! Stories of migrations that are killed, or lose their connection, at seeded moments: each ends at a known revision, with the lock free and
//! nothing applied twice.
//!
//! `migration-crashes URL SEED STORIES`: on the database at that address, which each story empties. The first broken promise ends it, with its seed.

#![allow(clippy::print_stdout, reason = "the result goes to stdout")]

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use callsheet_databases::migrate::{Database, Event, Options};
use callsheet_databases::{Address, Query, run};
use callsheet_migrations::{Engine, File, Goal, Set};

const MIGRATIONS: usize = 5;

type Told<T> = Result<T, String>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let told = match words.as_slice() {
        ["child", url, way, kind, at] => return child(url, way, kind, at),
        [url, seed, stories] => tell(url, seed, stories),
        _ => Err("usage: migration-crashes URL SEED STORIES".to_owned()),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn tell(url: &str, seed: &str, stories: &str) -> Told<()> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    let (first, stories) = (number(seed)?, number(stories)?);
    let (mut crashes, place) = (0, Address::parse(url).map_err(|error| error.to_string())?.describe());
    for seed in first..first + stories {
        crashes += story(url, seed).map_err(|why| format!("{place}, seed {seed}: {why}"))?;
    }
    println!("{place}: {stories} stories, {crashes} crashes, every promise kept; next seed {}", first + stories);
    Ok(())
}

/// Up through crashes, looked at, and down through crashes.
fn story(url: &str, seed: u64) -> Told<u32> {
    let runtime = runtime();
    let address = Address::parse(url).map_err(|error| error.to_string())?;
    runtime.block_on(emptied(&address))?;
    let mut chance = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut crashes = travel(url, "up", &mut chance)?;
    let ledger =
        runtime.block_on(rows(&address, "SELECT entry, count(*) FROM ledger GROUP BY entry ORDER BY entry"))?;
    let expected: Vec<String> =
        (1..=MIGRATIONS).flat_map(|at| [format!("{at}a|1"), format!("{at}b|1"), format!("{at}c|1")]).collect();
    if ledger != expected {
        return Err(format!("the ledger should have each entry once: {ledger:?}"));
    }
    let whole = rows(&address, "SELECT count(*) FROM callsheet_migrations WHERE state = 'applied'");
    if runtime.block_on(whole)? != [(MIGRATIONS + 1).to_string()] {
        return Err("not every revision is applied".to_owned());
    }
    crashes += travel(url, "down", &mut chance)?;
    let left = runtime.block_on(rows(&address, "SELECT count(*) FROM callsheet_migrations"))?;
    if left != ["0"] {
        return Err(format!("{left:?} revisions are left after going down"));
    }
    Ok(crashes)
}

/// Starts children that crash until one comes through.
fn travel(url: &str, way: &str, chance: &mut u64) -> Told<u32> {
    for crashes in 0..60 {
        let at = (next(chance) % 9 + 1).to_string();
        let kind = if next(chance).is_multiple_of(3) { "cut" } else { "kill" };
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let child = Command::new(program).args(["child", url, way, kind, &at]).output();
        let child = child.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&child.stderr);
        match child.status.code() {
            Some(0) => return Ok(crashes),
            // It lost its connection, or was killed.
            Some(3) | None => {}
            Some(code) => return Err(format!("going {way}, a child ended with {code}: {said}")),
        }
    }
    Err("60 crashes were not enough".to_owned())
}

fn next(chance: &mut u64) -> u64 {
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    *chance >> 11
}

/// Migrates, and at the event `at` is killed or loses its connections.
fn child(url: &str, way: &str, kind: &str, at: &str) -> ExitCode {
    let Ok(address) = Address::parse(url) else { return ExitCode::from(2) };
    let Ok(at) = at.parse::<u32>() else { return ExitCode::from(2) };
    let mut seen = 0;
    let mut watch = |_: Event| {
        seen += 1;
        if seen == at {
            match kind {
                "cut" if !matches!(address, Address::Sqlite(_)) => cut(&address),
                // SIGABRT runs none of our code, as SIGKILL does not.
                _ => std::process::abort(),
            }
        }
    };
    let migrated = runtime().block_on(async {
        let mut database = Database::connect(&address, true).await?;
        let set = Set::read(files(database.engine()), database.engine());
        let goal = if way == "up" { Goal::Up(None) } else { Goal::Down(None) };
        let by = "crashes".to_owned();
        let options = Options { patience: Duration::from_secs(30), out_of_order: false, settle: None, by };
        database.migrate(&set, &goal, &options, &mut watch).await
    });
    match migrated {
        Ok(_) => ExitCode::SUCCESS,
        Err(callsheet_databases::migrate::MigrateError::Lost { .. }) => ExitCode::from(3),
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

/// Ends every other connection to the database.
fn cut(address: &Address) {
    let address = address.clone();
    let done = std::thread::spawn(move || {
        runtime().block_on(async {
            let others = match address {
                Address::Mysql(_) => "SELECT concat('KILL CONNECTION ', id) FROM information_schema.processlist WHERE id <> connection_id() AND user = 'app'",
                _ => "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            };
            for kill in rows(&address, others).await? {
                if kill.starts_with("KILL") {
                    rows(&address, &kill).await?;
                }
            }
            Ok::<_, String>(())
        })
    });
    if let Ok(Err(why)) = done.join() {
        eprintln!("cannot cut connections: {why}");
        std::process::abort();
    }
}

/// A ledger, then migrations whose every statement leaves a trace that a second time would show.
fn files(engine: Engine) -> Vec<File> {
    let file = |at: usize, way: &str, text: String| File { path: format!("m/{at:04}_x.{way}.sql"), text };
    let mut files = vec![
        file(0, "up", "CREATE TABLE ledger (entry VARCHAR(10) NOT NULL);".to_owned()),
        file(0, "down", "DROP TABLE ledger;".to_owned()),
    ];
    for at in 1..=MIGRATIONS {
        let (build, unbuild) = match engine {
            Engine::Postgres => ("CREATE INDEX CONCURRENTLY", format!("DROP INDEX CONCURRENTLY i{at}")),
            Engine::Mysql => ("CREATE INDEX", format!("DROP INDEX i{at} ON t{at}")),
            Engine::Sqlite => ("CREATE INDEX", format!("DROP INDEX i{at}")),
        };
        let up = format!(
            "INSERT INTO ledger VALUES ('{at}a');\nCREATE TABLE t{at} (x INTEGER);\nALTER TABLE t{at} ADD COLUMN y INTEGER;\n\
             INSERT INTO ledger VALUES ('{at}b');\n{build} i{at} ON t{at} (x);\nINSERT INTO ledger VALUES ('{at}c');\n"
        );
        let down = format!(
            "{unbuild};\nALTER TABLE t{at} DROP COLUMN y;\nDROP TABLE t{at};\nDELETE FROM ledger WHERE entry LIKE '{at}%';\n"
        );
        files.extend([file(at, "up", up), file(at, "down", down)]);
    }
    files
}

async fn emptied(address: &Address) -> Told<()> {
    if let Address::Sqlite(path) = address {
        for left in ["", "-wal", "-shm", "-journal"] {
            let file = format!("{}{left}", path.display());
            if Path::new(&file).exists() {
                std::fs::remove_file(&file).map_err(|error| error.to_string())?;
            }
        }
        return Ok(());
    }
    for table in ["ledger".to_owned(), "callsheet_migrations".to_owned()]
        .into_iter()
        .chain((1..=MIGRATIONS).map(|at| format!("t{at}")))
    {
        rows(address, &format!("DROP TABLE IF EXISTS {table}")).await?;
    }
    Ok(())
}

async fn rows(address: &Address, sql: &str) -> Told<Vec<String>> {
    let query = Query { sql: sql.to_owned(), write: true, timeout: Duration::from_secs(20), max_rows: 1000 };
    let results = run(address, &query).await.map_err(|error| format!("{error}: {sql}"))?;
    let rows = results.sets.into_iter().flat_map(|set| set.rows);
    Ok(rows.map(|row| row.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join("|")).collect())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
}
