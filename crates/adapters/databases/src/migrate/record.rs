//! The history table: its definition, its rows as statements, and rows read back.

use callsheet_base::Timestamp;
use callsheet_migrations::{Applied, Engine, Half, Revision, State, Step, Way};

use super::session::{Rows, Session};

/// Stands in a recording statement for the milliseconds that its work took.
pub(super) const TOOK: &str = "/*took*/0";

/// The history table's name.
pub(super) const TABLE: &str = "callsheet_migrations";

/// How far a step is, for its row.
pub(super) enum Mark {
    /// So many statements are done; the next one is begun or not.
    Half { done: usize, begun: bool },
    /// All are.
    Whole,
}

pub(super) fn definition(session: &impl Session) -> String {
    let (long, options) = match session.engine() {
        Engine::Mysql => ("LONGTEXT", " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"),
        Engine::Postgres | Engine::Sqlite => ("TEXT", ""),
    };
    format!(
        "CREATE TABLE IF NOT EXISTS {} (revision VARCHAR(100) NOT NULL PRIMARY KEY, name VARCHAR(500) NOT NULL, \
         checksum VARCHAR(64) NOT NULL, state VARCHAR(10) NOT NULL, statements_done INTEGER NOT NULL, statement_begun INTEGER NOT NULL, \
         running_script {long}, undo_script {long}, undo_apart INTEGER NOT NULL, applied_at VARCHAR(40) NOT NULL, \
         applied_by VARCHAR(200) NOT NULL, took_ms BIGINT NOT NULL){options}",
        session.table()
    )
}

pub(super) fn select(session: &impl Session) -> String {
    format!(
        "SELECT revision, name, checksum, state, statements_done, statement_begun, running_script, undo_script, undo_apart, applied_at, \
         applied_by, took_ms FROM {}",
        session.table()
    )
}

/// Rows that cannot be read are of no version that ever wrote here.
pub(super) fn read(rows: Rows) -> Vec<Applied> {
    let mut history: Vec<Applied> = rows.into_iter().filter_map(read_one).collect();
    history.sort_by(|a, b| a.revision.cmp(&b.revision));
    history
}

fn read_one(row: Vec<Option<String>>) -> Option<Applied> {
    let [revision, name, checksum, state, done, begun, script, undo, undo_apart, at, by, took] =
        <[Option<String>; 12]>::try_from(row).ok()?;
    let half = |way| {
        let (done, begun) = (done.as_deref()?.parse().ok()?, begun.as_deref()? != "0");
        Some(State::Half(Half { way, done, begun, script: script.clone().unwrap_or_default() }))
    };
    let state = match state.as_deref()? {
        "up" => half(Way::Up)?,
        "down" => half(Way::Down)?,
        "baseline" => State::Baseline,
        _ => State::Applied,
    };
    Some(Applied {
        revision: Revision::parse(revision.as_deref()?)?,
        name: name?,
        checksum: checksum?,
        state,
        undo,
        undo_apart: undo_apart.as_deref() == Some("1"),
        at: at?,
        by: by?,
        took_ms: took?.parse().ok()?,
    })
}

/// The statements that say how far `step` is. `listed`: its row is there already.
pub(super) fn mark(session: &impl Session, step: &Step, mark: &Mark, listed: bool, by: &str) -> Vec<String> {
    let row = format!("{} WHERE revision = {}", session.table(), session.literal(step.revision.as_str()));
    let (state, done, begun, script) = match (mark, step.way) {
        (Mark::Whole, Way::Down) => return vec![format!("DELETE FROM {row}")],
        (Mark::Whole, Way::Up) => ("applied", 0, false, "NULL".to_owned()),
        (Mark::Half { done, begun }, way) => {
            let state = if way == Way::Up { "up" } else { "down" };
            (state, *done, *begun, session.literal(&step.script.text))
        }
    };
    let begun = u8::from(begun);
    if step.way == Way::Down {
        let set = format!(
            "state = '{state}', statements_done = {done}, statement_begun = {begun}, running_script = {script}"
        );
        return vec![format!(
            "UPDATE {} SET {set} WHERE revision = {}",
            session.table(),
            session.literal(step.revision.as_str())
        )];
    }
    let mut statements = Vec::new();
    if listed {
        statements.push(format!("DELETE FROM {row}"));
    }
    let undo = step.undo.as_ref().map_or("NULL".to_owned(), |undo| session.literal(&undo.text));
    let undo_apart = u8::from(step.undo.as_ref().is_some_and(|undo| undo.apart));
    statements.push(format!(
        "INSERT INTO {} VALUES ({}, {}, '{}', '{state}', {done}, {begun}, {script}, {undo}, {undo_apart}, '{}', {}, {TOOK})",
        session.table(),
        session.literal(step.revision.as_str()),
        session.literal(&step.name),
        step.script.checksum(),
        Timestamp::now(),
        session.literal(by),
    ));
    statements
}

/// The statements that say that a revision is in place without having been run here, or that its changed file is the right one.
pub(super) fn baseline(session: &impl Session, step: &Step, known: bool, by: &str) -> Vec<String> {
    let whole = mark(session, step, &Mark::Whole, known, by);
    if known {
        return whole;
    }
    whole.into_iter().map(|statement| statement.replacen("'applied'", "'baseline'", 1)).collect()
}

/// A query that gives one row as long as the step's row is as `step` expects it.
pub(super) fn guard(session: &impl Session, step: &Step, done: usize, listed: bool) -> String {
    let row = format!("SELECT 1 FROM {} WHERE revision = {}", session.table(), session.literal(step.revision.as_str()));
    match (listed, step.way) {
        (false, Way::Up) => format!("SELECT 1 WHERE NOT EXISTS ({row})"),
        (true, Way::Up) => format!("{row} AND state = 'up' AND statements_done = {done}"),
        (_, Way::Down) if done > 0 => format!("{row} AND state = 'down' AND statements_done = {done}"),
        (_, Way::Down) => format!("{row} AND NOT (state = 'down' AND statements_done > 0)"),
    }
}
