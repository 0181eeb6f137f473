//! What an engine must be able to do for migrations.

use std::time::Duration;

use callsheet_migrations::{Engine, Sign};

/// Rows as text.
pub(super) type Rows = Vec<Vec<Option<String>>>;

/// Why an engine did not do something.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// A lock was not to be had just now: try again.
    Busy(String),
    /// The connection is gone.
    Lost(String),
    /// No: why, and where in the statement (characters from 1), if it says so.
    No(String, Option<usize>),
    /// SQLite: another process changed the history since it was read.
    Moved,
}

/// A refusal, and the index of the statement that met it, if it was one of the script's.
pub(super) type Failed = (Option<usize>, Refusal);

/// Statements of a script and what is recorded of them, in one transaction.
#[derive(Debug)]
pub(super) struct Together<'a> {
    /// The script's statements.
    pub statements: Vec<&'a str>,
    /// What is recorded of them; [`super::record::TOOK`] stands for the milliseconds.
    pub record: Vec<String>,
    /// A query that gives one row as long as nobody else changed the history: for engines without a session lock.
    pub guard: Option<String>,
    /// How long the step's earlier parts took.
    pub earlier: Duration,
}

/// One connection to one engine.
pub(super) trait Session {
    fn engine(&self) -> Engine;
    /// Engine and host, for people.
    fn place(&self) -> &str;
    /// The schema that the history is kept in, where the engine has schemas beside a search path.
    fn schema(&self) -> Option<&str> {
        None
    }

    /// The history table's name, with its schema, quoted.
    fn table(&self) -> String;
    /// A string literal.
    fn literal(&self, text: &str) -> String;
    /// Tries to take the migration lock, without waiting.
    async fn try_lock(&mut self) -> Result<bool, Refusal>;
    /// Who has it, for people.
    async fn holder(&mut self) -> String;
    async fn unlock(&mut self);
    /// Runs one statement by itself and gives its rows.
    async fn rows(&mut self, sql: &str) -> Result<Rows, Refusal>;
    /// Runs one statement outside of any transaction; waits for locks as long as it needs if it keeps nobody waiting itself.
    async fn alone(&mut self, sql: &str, patiently: bool) -> Result<(), Refusal>;
    /// All or nothing.
    async fn together(&mut self, work: &Together<'_>) -> Result<(), Failed>;
    /// The settings that the session began with.
    async fn reset(&mut self) -> Result<(), Refusal>;
    /// A query that gives one row if the sign's subject is there; `None` if this engine's catalogue does not tell.
    fn there(&self, sign: &Sign) -> Option<String>;
    async fn close(self);
}
