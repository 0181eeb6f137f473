//! The floor that durable steps are measured against: bare single-row commits into the journal's own schema.
//!
//! usage: `bench_bare_commits FOLDER COMMITS`; prints one JSON line.
#![allow(clippy::print_stdout, reason = "the result goes to stdout")]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use rusqlite::{Connection, params};

const SCHEMA: &str = include_str!("../src/schema/0001_first.sql");
/// As long as the records of a small step.
const BODY: &str = r#"{"ended":{"claim":{"step":12,"act":0,"attempt":1},"outcome":{"exit":{"status":0},"took_ms":3}}}"#;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, commits] = arguments.as_slice() else {
        eprintln!("usage: bench_bare_commits FOLDER COMMITS");
        return ExitCode::from(2);
    };
    match commits
        .parse()
        .map_err(|_| "COMMITS is no number".to_owned())
        .and_then(|commits| measure(Path::new(folder), commits).map_err(|error| error.to_string()))
    {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(folder: &Path, commits: i64) -> rusqlite::Result<String> {
    let connection = Connection::open(folder.join("bare.db"))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch(SCHEMA)?;
    let mut insert = connection.prepare("INSERT INTO record (key, at, chain, body) VALUES (?1, ?2, ?3, ?4)")?;
    let (began, cpu_ms) = (Instant::now(), own_cpu_ms());
    for number in 0..commits {
        insert.execute(params![(1_i64 << 32) + number, number, [7_u8; 32], BODY])?;
    }
    let (wall, cpu_ms) = (began.elapsed().as_secs_f64(), own_cpu_ms() - cpu_ms);
    let commits = commits as f64;
    Ok(format!("{{\"steps_per_s\":{},\"cpu_ms_per_step\":{}}}", commits / wall, cpu_ms / commits))
}

/// Processor time of this process, ms, to ten milliseconds.
fn own_cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}
