//! Migrations on PostgreSQL.

use callsheet_base::Secret;
use callsheet_migrations::{Engine, Name, Sign};
use futures_util::future::join_all;
use tokio_postgres::error::{ErrorPosition, SqlState};
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use super::record::{TABLE, TOOK};
use super::session::{Failed, Refusal, Rows, Session, Together};
use crate::postgres::{cause, connect, tls};

/// Settings of every migration session. A statement waits no longer for a lock than this, because all who come after it wait behind it.
const SETTINGS: &str =
    "SET lock_timeout = '500ms'; SET client_min_messages = warning; SET standard_conforming_strings = on";

/// The first key of the advisory lock: `call` in ASCII. The second is of the schema.
const LOCK: i32 = 0x6361_6c6c;

pub(super) struct Postgres {
    client: Client,
    place: String,
    /// The schema that the history table is in: the first of the search path, as it was at first.
    schema: String,
}

impl Postgres {
    pub(super) async fn connect(url: &Secret<String>, place: &str) -> Result<Postgres, String> {
        let (mut config, tls) = tls::config(url.expose())?;
        config.connect_timeout(std::time::Duration::from_secs(10)).application_name("callsheet migrate");
        let client = connect(&config, tls).await.map_err(|error| cause(&error))?;
        client.simple_query(SETTINGS).await.map_err(|error| cause(&error))?;
        let mut postgres = Postgres { client, place: place.to_owned(), schema: String::new() };
        let schema = postgres.read("SELECT current_schema()").await.map_err(|error| cause(&error))?;
        let schema = schema.into_iter().flatten().flatten().next();
        postgres.schema = schema.ok_or("its search_path names no schema that is there")?;
        Ok(postgres)
    }

    async fn read(&self, sql: &str) -> Result<Rows, Error> {
        let messages = self.client.simple_query(sql).await?;
        let row = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        };
        Ok(messages.iter().filter_map(row).collect())
    }

    fn key(&self) -> String {
        format!("{LOCK}, hashtext({})", self.literal(&self.schema))
    }

    /// The object of that name: in its schema, or the first that the search path gives.
    fn regclass(&self, name: &Name) -> String {
        let quoted = |part: &str| format!("\"{}\"", part.replace('"', "\"\""));
        // A name that was written without quotes is in lower case; one with capitals may have been either.
        let of = |fold: fn(&str) -> String| {
            let schema = name.schema.as_deref().map(|schema| quoted(&fold(schema)) + ".").unwrap_or_default();
            self.literal(&(schema + &quoted(&fold(&name.name))))
        };
        let (exact, folded) = (of(str::to_owned), of(str::to_lowercase));
        format!("coalesce(to_regclass({exact}), to_regclass({folded}))")
    }
}

fn refusal(error: &Error) -> Refusal {
    match error.code() {
        Some(&(SqlState::LOCK_NOT_AVAILABLE | SqlState::T_R_DEADLOCK_DETECTED)) => Refusal::Busy(cause(error)),
        Some(&(SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN)) | None => Refusal::Lost(cause(error)),
        Some(_) => {
            let position = match error.as_db_error().and_then(|error| error.position()) {
                Some(ErrorPosition::Original(at)) => Some(*at as usize),
                _ => None,
            };
            Refusal::No(cause(error), position)
        }
    }
}

/// Drops the invalid index `name` that a failed concurrent build left behind, and tells its name.
pub(super) async fn drop_invalid(
    session: &mut impl Session,
    name: &Name,
    table: &Name,
) -> Result<Option<String>, Refusal> {
    let schema = name.schema.as_ref().or(table.schema.as_ref());
    let of_schema = match schema {
        Some(schema) => format!("n.nspname = {}", session.literal(schema)),
        None => "pg_table_is_visible(i.indrelid)".to_owned(),
    };
    let query = format!(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND lower(c.relname) = lower({}) AND {of_schema} \
         AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)",
        session.literal(&name.name)
    );
    let found = session.rows(&query).await?;
    let Some(index) = found.into_iter().flatten().flatten().next() else { return Ok(None) };
    session.alone(&format!("DROP INDEX CONCURRENTLY {index}"), true).await?;
    Ok(Some(index))
}

impl Session for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn place(&self) -> &str {
        &self.place
    }

    fn schema(&self) -> Option<&str> {
        Some(&self.schema)
    }

    fn table(&self) -> String {
        format!("\"{}\".{TABLE}", self.schema.replace('"', "\"\""))
    }

    fn literal(&self, text: &str) -> String {
        // The server takes no NUL in any text.
        format!("'{}'", text.replace('\'', "''").replace('\0', ""))
    }

    async fn try_lock(&mut self) -> Result<bool, Refusal> {
        let rows = self.rows(&format!("SELECT pg_try_advisory_lock({})", self.key())).await?;
        Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("t"))
    }

    async fn holder(&mut self) -> String {
        let query = format!(
            "SELECT a.pid, coalesce(nullif(a.application_name, ''), a.usename, '?'), to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') \
             FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 \
             AND l.classid = {LOCK} AND l.objid::bigint = (hashtext({})::bigint & 4294967295) AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            self.literal(&self.schema)
        );
        let found = self.rows(&query).await.unwrap_or_default();
        match found.into_iter().next().map(|row| row.into_iter().flatten().collect::<Vec<_>>()).as_deref() {
            Some([pid, who, since]) => format!(" (`{who}`, server process {pid}, connected since {since} UTC)"),
            _ => String::new(),
        }
    }

    async fn unlock(&mut self) {
        // If the connection is gone, so is the lock.
        let _ = self.rows(&format!("SELECT pg_advisory_unlock({})", self.key())).await;
    }

    async fn rows(&mut self, sql: &str) -> Result<Rows, Refusal> {
        self.read(sql).await.map_err(|error| refusal(&error))
    }

    async fn alone(&mut self, sql: &str, patiently: bool) -> Result<(), Refusal> {
        // A concurrent build waits for others with a lock that nobody has to wait behind.
        if patiently {
            self.rows("SET lock_timeout = 0").await?;
        }
        let done = self.rows(sql).await.map(|_| ());
        if patiently {
            self.rows("SET lock_timeout = '500ms'").await?;
        }
        done
    }

    /// Everything is sent at once: what comes after a failure is refused, and the COMMIT at the end rolls back.
    async fn together(&mut self, work: &Together<'_>) -> Result<(), Failed> {
        let earlier = work.earlier.as_millis();
        let took =
            format!("{earlier} + (extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000)::bigint");
        let record: Vec<String> = work.record.iter().map(|statement| statement.replace(TOOK, &took)).collect();
        let all = ["BEGIN"]
            .into_iter()
            .chain(work.statements.iter().copied())
            .chain(record.iter().map(String::as_str))
            .chain(["COMMIT"]);
        let answers = join_all(all.map(|statement| self.client.simple_query(statement))).await;
        let failed = answers.iter().enumerate().find_map(|(at, answer)| Some((at, answer.as_ref().err()?)));
        match failed {
            None => Ok(()),
            Some((at, error)) => {
                let at = at.checked_sub(1).filter(|at| *at < work.statements.len());
                Err((at, refusal(error)))
            }
        }
    }

    async fn reset(&mut self) -> Result<(), Refusal> {
        self.rows(&format!("RESET ALL; SET application_name = 'callsheet migrate'; {SETTINGS}")).await.map(|_| ())
    }

    fn there(&self, sign: &Sign) -> Option<String> {
        let text = |text: &str| self.literal(text);
        match sign {
            Sign::Table(name, _) => Some(format!("SELECT 1 WHERE {} IS NOT NULL", self.regclass(name))),
            // An index that a failed build left invalid is not there.
            Sign::Index(_, name, _) => {
                Some(format!("SELECT 1 FROM pg_index WHERE indexrelid = {} AND indisvalid", self.regclass(name)))
            }
            Sign::Column(table, column, _) => Some(format!(
                "SELECT 1 FROM pg_attribute WHERE attrelid = {} AND NOT attisdropped AND lower(attname) = lower({})",
                self.regclass(table),
                text(column)
            )),
            Sign::Constraint(table, name, _) => Some(format!(
                "SELECT 1 FROM pg_constraint WHERE conrelid = {} AND lower(conname) = lower({})",
                self.regclass(table),
                text(name)
            )),
            Sign::EnumValue(kind, value) => Some(format!(
                "SELECT 1 FROM pg_enum WHERE enumtypid = to_regtype({}) AND enumlabel = {value}",
                text(&kind.full())
            )),
            Sign::Other(kind, name, _) => match kind.as_str() {
                "VIEW" | "MATERIALIZED VIEW" | "SEQUENCE" => {
                    Some(format!("SELECT 1 WHERE {} IS NOT NULL", self.regclass(name)))
                }
                "DATABASE" => {
                    Some(format!("SELECT 1 FROM pg_database WHERE lower(datname) = lower({})", text(&name.name)))
                }
                "SCHEMA" => {
                    Some(format!("SELECT 1 FROM pg_namespace WHERE lower(nspname) = lower({})", text(&name.name)))
                }
                "EXTENSION" => {
                    Some(format!("SELECT 1 FROM pg_extension WHERE lower(extname) = lower({})", text(&name.name)))
                }
                "TYPE" | "DOMAIN" => Some(format!("SELECT 1 WHERE to_regtype({}) IS NOT NULL", text(&name.full()))),
                _ => None,
            },
        }
    }

    async fn close(self) {
        // Dropping the client sends the farewell; its task ends with the runtime.
        drop(self.client);
        tokio::task::yield_now().await;
    }
}
