//! Migrations on MySQL and MariaDB.

use std::time::Instant;

use callsheet_base::Secret;
use callsheet_migrations::{Engine, Name, Sign};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Row, Value};

use super::record::{TABLE, TOOK};
use super::session::{Failed, Refusal, Rows, Session, Together};
use crate::mysql::{cause, tls};

/// Settings of every migration session. These servers count a definition's wait for its lock in whole seconds: the least is one.
const SETTINGS: [&str; 2] = ["SET SESSION lock_wait_timeout = 1", "SET SESSION innodb_lock_wait_timeout = 1"];

/// Lock wait timeout, deadlock.
const BUSY: [u16; 2] = [1205, 1213];

/// The server ends the connection: shutdown, killed.
const LOST: [u16; 3] = [1053, 1927, 1317];

pub(super) struct Mysql {
    connection: Conn,
    place: String,
    database: String,
}

impl Mysql {
    pub(super) async fn connect(url: &Secret<String>, place: &str) -> Result<Mysql, String> {
        let options = tls::options(url.expose())?;
        let connection = tls::connect(options).await.map_err(|error| cause(&error))?;
        let mut mysql = Mysql { connection, place: place.to_owned(), database: String::new() };
        for setting in SETTINGS {
            mysql.connection.query_drop(setting).await.map_err(|error| cause(&error))?;
        }
        let database = mysql.read("SELECT DATABASE()").await.map_err(|error| cause(&error))?;
        let database = database.into_iter().flatten().flatten().next();
        mysql.database = database.ok_or("its address names no database: write `mysql://user@host/NAME`")?;
        Ok(mysql)
    }

    async fn read(&mut self, sql: &str) -> Result<Rows, Error> {
        let rows: Vec<Row> = self.connection.query(sql).await?;
        let values = |row: Row| row.unwrap_raw().into_iter().map(|value| text(value.unwrap_or(Value::NULL))).collect();
        Ok(rows.into_iter().map(values).collect())
    }

    /// The lock's name, within the server's 64 characters.
    fn key(&self) -> String {
        format!("concat('callsheet.', md5({}))", self.literal(&self.database))
    }

    fn schema(&self, name: &Name) -> String {
        name.schema.as_ref().map_or_else(|| self.literal(&self.database), |schema| self.literal(schema))
    }

    async fn work(&mut self, work: &Together<'_>) -> Result<(), Failed> {
        let none = |error: Error| (None, refusal(&error));
        self.connection.query_drop("START TRANSACTION").await.map_err(none)?;
        let began = Instant::now();
        for (at, statement) in work.statements.iter().enumerate() {
            self.connection.query_drop(*statement).await.map_err(|error| (Some(at), refusal(&error)))?;
        }
        let took = (work.earlier + began.elapsed()).as_millis().to_string();
        for statement in &work.record {
            self.connection.query_drop(statement.replace(TOOK, &took)).await.map_err(none)?;
        }
        self.connection.query_drop("COMMIT").await.map_err(none)
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(false).trim_matches('\'').to_owned()),
    }
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Server(server) if BUSY.contains(&server.code) => Refusal::Busy(cause(error)),
        Error::Server(server) if LOST.contains(&server.code) => Refusal::Lost(cause(error)),
        Error::Server(_) => Refusal::No(cause(error), None),
        _ => Refusal::Lost(cause(error)),
    }
}

impl Session for Mysql {
    fn engine(&self) -> Engine {
        Engine::Mysql
    }

    fn place(&self) -> &str {
        &self.place
    }

    fn table(&self) -> String {
        format!("`{}`.{TABLE}", self.database.replace('`', "``"))
    }

    /// In hex, which no setting of the session reads otherwise.
    fn literal(&self, text: &str) -> String {
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-.:/".contains(&byte)) {
            return format!("'{text}'");
        }
        let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("CONVERT(X'{digits}' USING utf8mb4)")
    }

    async fn try_lock(&mut self) -> Result<bool, Refusal> {
        let rows = self.rows(&format!("SELECT GET_LOCK({}, 0)", self.key())).await?;
        Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("1"))
    }

    async fn holder(&mut self) -> String {
        let found = self.rows(&format!("SELECT IS_USED_LOCK({})", self.key())).await.unwrap_or_default();
        match found.into_iter().flatten().flatten().next() {
            Some(connection) => format!(" (connection {connection} of the server)"),
            None => String::new(),
        }
    }

    async fn unlock(&mut self) {
        // If the connection is gone, so is the lock.
        let _ = self.rows(&format!("SELECT RELEASE_LOCK({})", self.key())).await;
    }

    async fn rows(&mut self, sql: &str) -> Result<Rows, Refusal> {
        self.read(sql).await.map_err(|error| refusal(&error))
    }

    async fn alone(&mut self, sql: &str, _patiently: bool) -> Result<(), Refusal> {
        self.connection.query_drop(sql).await.map_err(|error| refusal(&error))
    }

    async fn together(&mut self, work: &Together<'_>) -> Result<(), Failed> {
        let done = self.work(work).await;
        if let Err((at, refused)) = &done
            && !matches!(refused, Refusal::Lost(_))
        {
            let rolled_back = self.connection.query_drop("ROLLBACK").await;
            rolled_back.map_err(|error| (*at, refusal(&error)))?;
        }
        done
    }

    async fn reset(&mut self) -> Result<(), Refusal> {
        let defaults = ["foreign_key_checks", "unique_checks", "sql_mode", "autocommit", "time_zone"]
            .map(|name| format!("{name} = DEFAULT"));
        self.alone(&format!("SET SESSION {}", defaults.join(", ")), false).await?;
        self.alone(&format!("USE `{}`", self.database.replace('`', "``")), false).await?;
        for setting in SETTINGS {
            self.alone(setting, false).await?;
        }
        Ok(())
    }

    fn there(&self, sign: &Sign) -> Option<String> {
        let text = |text: &str| self.literal(text);
        match sign {
            Sign::Table(name, _) => Some(format!(
                "SELECT 1 FROM information_schema.tables WHERE table_schema = {} AND lower(table_name) = lower({}) LIMIT 1",
                self.schema(name),
                text(&name.name)
            )),
            Sign::Column(table, column, _) => Some(format!(
                "SELECT 1 FROM information_schema.columns WHERE table_schema = {} AND lower(table_name) = lower({}) AND lower(column_name) = lower({}) LIMIT 1",
                self.schema(table),
                text(&table.name),
                text(column)
            )),
            Sign::Index(table, name, _) => {
                let table = table.as_ref()?;
                Some(format!(
                    "SELECT 1 FROM information_schema.statistics WHERE table_schema = {} AND lower(table_name) = lower({}) AND lower(index_name) = lower({}) LIMIT 1",
                    self.schema(table),
                    text(&table.name),
                    text(&name.name)
                ))
            }
            Sign::Constraint(table, name, _) => Some(format!(
                "SELECT 1 FROM information_schema.table_constraints WHERE table_schema = {} AND lower(table_name) = lower({}) AND lower(constraint_name) = lower({}) LIMIT 1",
                self.schema(table),
                text(&table.name),
                text(name)
            )),
            Sign::Other(kind, name, _) => {
                let (catalogue, schema, column) = match kind.as_str() {
                    "VIEW" => ("tables", "table_schema", "table_name"),
                    "TRIGGER" => ("triggers", "trigger_schema", "trigger_name"),
                    "PROCEDURE" | "FUNCTION" => ("routines", "routine_schema", "routine_name"),
                    "EVENT" => ("events", "event_schema", "event_name"),
                    "DATABASE" | "SCHEMA" => {
                        return Some(format!(
                            "SELECT 1 FROM information_schema.schemata WHERE lower(schema_name) = lower({}) LIMIT 1",
                            text(&name.name)
                        ));
                    }
                    _ => return None,
                };
                Some(format!(
                    "SELECT 1 FROM information_schema.{catalogue} WHERE {schema} = {} AND lower({column}) = lower({}) LIMIT 1",
                    self.schema(name),
                    text(&name.name)
                ))
            }
            Sign::EnumValue(..) => None,
        }
    }

    async fn close(self) {
        // What is committed is committed, however the connection ends.
        let _ = self.connection.disconnect().await;
    }
}
