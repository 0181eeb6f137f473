//! One SQL for two databases: statements in the words that SQLite and PostgreSQL share, with `$1` for values, ids as text,
//! moments as milliseconds since 1970 and lists as JSON text. What differs (how to connect, how to be transactional) is
//! behind [`Database`].

use std::borrow::Cow;

use super::{Answer, Condition, Shape};

/// A value that goes in or comes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Int(i64::from(truth))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::Blob(bytes)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(maybe: Option<T>) -> Value {
        maybe.map_or(Value::Null, Into::into)
    }
}

/// What a statement gave for one row.
#[derive(Clone, Debug)]
pub struct Row(pub Vec<Value>);

impl Row {
    pub fn int(&self, column: usize) -> Result<i64, Shape> {
        match self.0.get(column) {
            Some(Value::Int(number)) => Ok(*number),
            other => Err(Shape::of(column, "a number", other)),
        }
    }

    /// A count or a small number; what does not fit is a fault of the row.
    pub fn small(&self, column: usize) -> Result<u32, Shape> {
        u32::try_from(self.int(column)?).map_err(|_| Shape::of(column, "a small number", self.0.get(column)))
    }

    pub fn text(&self, column: usize) -> Result<String, Shape> {
        self.optional_text(column)?.ok_or_else(|| Shape::of(column, "a text", Some(&Value::Null)))
    }

    pub fn optional_text(&self, column: usize) -> Result<Option<String>, Shape> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(Value::Null) => Ok(None),
            other => Err(Shape::of(column, "a text", other)),
        }
    }

    pub fn optional_int(&self, column: usize) -> Result<Option<i64>, Shape> {
        if self.0.get(column) == Some(&Value::Null) { Ok(None) } else { self.int(column).map(Some) }
    }

    pub fn blob(&self, column: usize) -> Result<Vec<u8>, Shape> {
        match self.0.get(column) {
            Some(Value::Blob(bytes)) => Ok(bytes.clone()),
            other => Err(Shape::of(column, "bytes", other)),
        }
    }

    /// A text that is parsed: one of our ids or words.
    pub fn parsed<T: std::str::FromStr>(&self, column: usize, what: &'static str) -> Result<T, Shape> {
        self.text(column)?.parse().map_err(|_| Shape::of(column, what, self.0.get(column)))
    }

    /// JSON text, read.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, Shape> {
        serde_json::from_str(&self.text(column)?).map_err(|_| Shape::of(column, "JSON", self.0.get(column)))
    }

    /// A moment as it is shown: RFC 3339 in UTC with milliseconds.
    pub fn moment(&self, column: usize) -> Result<String, Shape> {
        Ok(shown(self.int(column)?))
    }

    pub fn optional_moment(&self, column: usize) -> Result<Option<String>, Shape> {
        Ok(self.optional_int(column)?.map(shown))
    }
}

/// Milliseconds since 1970, now.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn shown(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(|_| "unknown".to_owned(), |at| format!("{at:.3}"))
}

/// What becomes of a transaction whose statement touched no row.
#[derive(Clone, Copy, Debug)]
pub enum Untouched {
    /// Goes on.
    Fine,
    /// Is taken back: the row is not there.
    Missing,
    /// Is taken back: the row is not as the statement demands; the words say so to the client.
    Conflict(&'static str),
}

/// One statement of a transaction.
pub struct Statement {
    pub sql: Cow<'static, str>,
    pub values: Vec<Value>,
    pub untouched: Untouched,
}

impl Statement {
    pub fn new(sql: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Statement {
        Statement { sql: sql.into(), values, untouched: Untouched::Fine }
    }

    pub fn or_missing(self) -> Statement {
        Statement { untouched: Untouched::Missing, ..self }
    }

    pub fn or_conflict(self, words: &'static str) -> Statement {
        Statement { untouched: Untouched::Conflict(words), ..self }
    }
}

/// A database that speaks it. A write is durable when it answers, and happens whole or not at all.
pub trait Database: Send + Sync {
    /// The rows that a reading statement gives; `doing` is a verb phrase for messages.
    fn read(&self, doing: &'static str, sql: Cow<'static, str>, values: Vec<Value>) -> Answer<'_, Vec<Row>>;
    /// Runs the statements as one transaction; gives the rows of each `RETURNING`.
    fn write(&self, doing: &'static str, statements: Vec<Statement>) -> Answer<'_, Vec<Vec<Row>>>;
    /// Reads and takes a write lock once.
    fn check(&self) -> Answer<'_, Condition>;
    /// Whether `callsheet migrate` keeps the history of the schema.
    fn is_kept_by_callsheet(&self) -> Answer<'_, bool>;
    /// Its name in health.
    fn kind(&self) -> &'static str;
    /// Connections: most, open, in use, waiting.
    fn pool(&self) -> serde_json::Value;
}

/// Builds the list of values of a statement.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}
