//! Bare commits of the journal's own schema: what native steps are measured against. `bench_commits [COUNT] [BYTES]`; prints JSON.

use std::io::Write;
use std::time::Instant;

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_journal_sqlite::{JOURNAL_FILE, Settings, SqliteJournal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let count = numbers.first().copied().unwrap_or(2000);
    // A finished native step: its outcome and the next intent.
    let body = "x".repeat(numbers.get(1).copied().unwrap_or(220));
    let folder = tempfile::tempdir_in(".")?;
    drop(SqliteJournal::open(folder.path(), Settings::default())?);
    let connection = rusqlite::Connection::open(folder.path().join(JOURNAL_FILE))?;
    connection.pragma_update(None, "synchronous", "full")?;
    let run = RunId::new(Timestamp::now(), [1; 10]);
    connection.execute("INSERT INTO run (no, id, created) VALUES (1, ?1, 0)", [run.as_bytes()])?;
    let chain = Digest::of(b"chain");
    let mut insert = connection.prepare("INSERT INTO record (key, at, chain, body) VALUES (?1, ?2, ?3, ?4)")?;
    let began = Instant::now();
    for number in 1..=count as i64 {
        insert.execute(rusqlite::params![(1i64 << 32) | number, number, chain.as_bytes(), body])?;
    }
    let seconds = began.elapsed().as_secs_f64();
    let per_second = count as f64 / seconds;
    writeln!(
        std::io::stdout(),
        "{{\"commits\":{count},\"seconds\":{seconds:.3},\"commits_per_second\":{per_second:.0}}}"
    )?;
    Ok(())
}
