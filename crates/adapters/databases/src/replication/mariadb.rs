//! MariaDB's replication. A closed primary has `read_only = 1`, which a restart forgets, and none of the sessions that began before.

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_base::Secret;
use callsheet_replicas::{Follows, Position, Role, Seen, Up};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Error, Row, Value};
use tokio::time::{Instant, sleep};

use super::{Done, PATIENCE, PAUSE, io_kind, seen};
use crate::mysql::{cause, tls};

const LOOK: &str = "SELECT CAST(@@global.read_only + 0 AS CHAR), @@global.gtid_current_pos, @@global.gtid_slave_pos, \
 CAST(@@global.server_id AS CHAR), VERSION(), CAST(@@global.log_bin + 0 AS CHAR)";

/// Sessions of applications: replicas' and the server's own stay.
const OTHERS: &str = "SELECT CAST(ID AS UNSIGNED) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() \
 AND USER NOT IN ('system user', 'event_scheduler') AND COMMAND NOT LIKE 'Binlog Dump%' AND COMMAND <> 'Daemon'";

struct Session(Conn);

impl Session {
    async fn open(url: &Secret<String>) -> Result<Session, Seen> {
        let options = tls::options(url.expose()).map_err(Seen::Denied)?;
        let told = |error: &Error| seen(io_kind(error), matches!(error, Error::Server(_)), cause(error));
        match tokio::time::timeout(PATIENCE, tls::connect(options)).await {
            Ok(connected) => connected.map(Session).map_err(|error| told(&error)),
            Err(_) => Err(Seen::Silent(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    async fn must(url: &Secret<String>) -> Result<Session, String> {
        Session::open(url).await.map_err(|away| away.why().to_owned())
    }

    async fn texts(&mut self, sql: &str) -> Result<Vec<String>, String> {
        let row: Option<Row> = self.0.query_first(sql).await.map_err(|error| cause(&error))?;
        let values = row.ok_or("it gave no answer")?.unwrap();
        Ok(values.into_iter().map(plain).collect())
    }

    async fn act(&mut self, sql: &str) -> Result<(), String> {
        self.0.query_drop(sql).await.map_err(|error| cause(&error))
    }

    /// Whom it follows, if anybody: the columns of its status by name.
    async fn follows(&mut self) -> Result<Option<BTreeMap<String, String>>, String> {
        let rows: Vec<Row> = self.0.query("SHOW ALL SLAVES STATUS").await.map_err(|error| cause(&error))?;
        if rows.len() > 1 {
            return Err(format!("it follows {} servers at once, which is not known here", rows.len()));
        }
        Ok(rows.into_iter().next().map(|row| {
            let names: Vec<String> = row.columns_ref().iter().map(|column| column.name_str().into_owned()).collect();
            names.into_iter().zip(row.unwrap().into_iter().map(plain)).collect()
        }))
    }
}

fn plain(value: Value) -> String {
    match value {
        Value::NULL => String::new(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.as_sql(false).trim_matches('\'').to_owned(),
    }
}

pub(super) async fn look(url: &Secret<String>) -> Seen {
    match Session::open(url).await {
        Ok(mut session) => examine(&mut session).await.map_or_else(Seen::Denied, Seen::Up),
        Err(away) => away,
    }
}

async fn examine(session: &mut Session) -> Result<Up, String> {
    let told = session.texts(LOOK).await;
    let [read_only, current, applied, server, version, log] =
        told.map_err(unknown)?.try_into().map_err(|_| unknown(String::new()))?;
    if !version.contains("MariaDB") {
        return Err(unknown(version));
    }
    let status = session.follows().await?;
    let position = if status.is_some() { &applied } else { &current };
    let position = Position::gtid(position).ok_or_else(|| format!("its position `{position}` is not understood"))?;
    if status.is_none() && log == "0" {
        return Err("it writes no binary log, so nobody can follow it: set `log_bin`".to_owned());
    }
    let received = status.as_ref().and_then(|status| Position::gtid(status.get("Gtid_IO_Pos")?));
    let received = received.filter(|received| received.covers(&position)).unwrap_or_else(|| position.clone());
    Ok(Up {
        role: if status.is_some() { Role::Replica } else { Role::Primary },
        writable: read_only == "0",
        exempt: None,
        position,
        writes: None,
        received,
        identity: server,
        timeline: None,
        applied_until: None,
        follows: status.as_ref().map(follows),
    })
}

fn unknown(version: String) -> String {
    match version.is_empty() {
        true => "what it says of itself is not understood: is it MariaDB 10.5 or newer?".to_owned(),
        false => format!("only MariaDB's replicas are known here ({version})"),
    }
}

fn follows(status: &BTreeMap<String, String>) -> Follows {
    let of = |name: &str| status.get(name).map_or("", String::as_str);
    let (receives, applies) = (of("Slave_IO_Running") == "Yes", of("Slave_SQL_Running") == "Yes");
    let errors = [of("Last_SQL_Error"), of("Last_IO_Error")];
    let error = errors.into_iter().find(|error| !error.is_empty()).map(str::to_owned);
    Follows {
        place: format!("{}:{}", of("Master_Host"), of("Master_Port")),
        identity: Some(of("Master_Server_Id")).filter(|id| !id.is_empty() && *id != "0").map(str::to_owned),
        connected: receives && applies,
        behind: of("Seconds_Behind_Master").parse().ok().map(Duration::from_secs),
        trouble: error.filter(|_| !applies || !receives),
    }
}

async fn others(session: &mut Session) -> Result<Vec<u64>, String> {
    session.0.query(OTHERS).await.map_err(|error| cause(&error))
}

async fn end(session: &mut Session, sessions: &[u64]) -> Result<(), String> {
    for id in sessions {
        match session.0.query_drop(format!("KILL {id}")).await {
            // It ended by itself meanwhile.
            Ok(()) | Err(Error::Server(_)) => {}
            Err(error) => return Err(cause(&error)),
        }
    }
    Ok(())
}

pub(super) async fn close(url: &Secret<String>) -> Result<Done, String> {
    let mut session = Session::must(url).await?;
    // The setting waits for commits under way; whoever holds a table for long is ended first.
    let first = others(&mut session).await?;
    end(&mut session, &first).await?;
    session.act("SET SESSION lock_wait_timeout = 15").await?;
    session.act("SET GLOBAL read_only = 1").await?;
    let there = others(&mut session).await?;
    let deadline = Instant::now() + 6 * PATIENCE;
    end(&mut session, &there).await?;
    loop {
        let left = others(&mut session).await?.iter().filter(|id| there.contains(id)).count();
        match left {
            0 => break,
            _ if Instant::now() > deadline => return Err(format!("{left} sessions do not end")),
            _ => sleep(PAUSE).await,
        }
    }
    let ended = first.len() + there.iter().filter(|id| !first.contains(id)).count();
    Ok(Done::said(format!("it is read-only until it is restarted, and {ended} sessions were ended")))
}

pub(super) async fn reopen(url: &Secret<String>) -> Result<Done, String> {
    Session::must(url).await?.act("SET GLOBAL read_only = 0").await?;
    Ok(Done::said("it takes writes again"))
}

/// All that the closed primary has is there when the replica has applied its newest transactions, and none came meanwhile.
pub(super) async fn catch_up(from: &Secret<String>, to: &Secret<String>, limit: Duration) -> Result<Done, String> {
    let deadline = Instant::now() + limit;
    let (mut from, mut to) = (Session::must(from).await?, Session::must(to).await?);
    loop {
        let end = examine(&mut from).await?.position;
        let has = loop {
            let replica = examine(&mut to).await?;
            if replica.position.covers(&end) {
                break replica.position;
            }
            if let Some(trouble) = replica.follows.and_then(|follows| follows.trouble) {
                return Err(trouble);
            }
            if Instant::now() > deadline {
                let missing = replica.position.amount(replica.position.behind(&end).unwrap_or(0));
                return Err(format!("after {} s it lacks {missing}", limit.as_secs()));
            }
            sleep(PAUSE).await;
        };
        if examine(&mut from).await?.position == end {
            return Ok(Done { said: format!("everything up to {has}"), position: Some(has), writes: None });
        }
        if Instant::now() > deadline {
            return Err("the primary still commits, although it is read-only: which of its users has READ_ONLY ADMIN?"
                .to_owned());
        }
    }
}

pub(super) async fn promote(url: &Secret<String>, limit: Duration) -> Result<Done, String> {
    let mut session = Session::must(url).await?;
    if let Some(status) = session.follows().await? {
        let name = quoted(status.get("Connection_name").map_or("", String::as_str));
        session.act(&format!("STOP SLAVE '{name}' IO_THREAD")).await?;
        apply_all(&mut session, limit).await?;
        session.act(&format!("STOP SLAVE '{name}'")).await?;
        session.act(&format!("RESET SLAVE '{name}' ALL")).await?;
    }
    session.act("SET GLOBAL read_only = 0").await?;
    Ok(Done::said("it is the primary"))
}

/// Waits until all that was received is applied.
async fn apply_all(session: &mut Session, limit: Duration) -> Result<(), String> {
    let deadline = Instant::now() + limit;
    loop {
        let Some(status) = session.follows().await? else { return Ok(()) };
        let of = |name: &str| status.get(name).map_or("", String::as_str);
        // What the thread that reads says of itself means nothing where others apply in parallel.
        let received = Position::gtid(of("Gtid_IO_Pos")).filter(|_| of("Using_Gtid") != "No");
        let all = match received {
            Some(received) => {
                let applied = session.texts("SELECT @@global.gtid_slave_pos").await?;
                let applied = applied.first().and_then(|text| Position::gtid(text));
                applied.ok_or("its position is not understood")?.covers(&received)
            }
            None => {
                of("Master_Log_File") == of("Relay_Master_Log_File")
                    && of("Read_Master_Log_Pos") == of("Exec_Master_Log_Pos")
            }
        };
        if all {
            return Ok(());
        }
        if of("Slave_SQL_Running") != "Yes" {
            return Err(format!("it has received changes that it does not apply: {}", of("Last_SQL_Error")));
        }
        if Instant::now() > deadline {
            return Err(format!("after {} s it has not applied all that it received", limit.as_secs()));
        }
        sleep(PAUSE).await;
    }
}

/// Lets a replica follow another server, and waits until it hears that; if it does not, it follows whom it did before.
pub(super) async fn repoint(replica: &Secret<String>, to: &Secret<String>, limit: Duration) -> Result<(), String> {
    let url = url::Url::parse(to.expose()).map_err(|_| "the newer primary's address is no URL")?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the newer primary's address names no host")?;
    let identity = examine(&mut Session::must(to).await?).await?.identity;
    let mut session = Session::must(replica).await?;
    let Some(before) = session.follows().await? else { return Err("it follows nobody".to_owned()) };
    let of = |name: &str| before.get(name).cloned().unwrap_or_default();
    let name = quoted(&of("Connection_name"));
    point(&mut session, &name, host, url.port().unwrap_or(3306)).await?;
    let deadline = Instant::now() + limit;
    loop {
        let Some(now) = session.follows().await? else { return Err("it follows nobody".to_owned()) };
        let is = |name: &str, value: &str| now.get(name).is_some_and(|told| told == value);
        if is("Slave_IO_Running", "Yes") && is("Slave_SQL_Running", "Yes") && is("Master_Server_Id", &identity) {
            return Ok(());
        }
        if Instant::now() > deadline {
            let said = now.get("Last_IO_Error").filter(|said| !said.is_empty()).map(|said| format!(": {said}"));
            point(&mut session, &name, &of("Master_Host"), of("Master_Port").parse().unwrap_or(3306)).await?;
            return Err(format!("it does not hear it within {} s{}", limit.as_secs(), said.unwrap_or_default()));
        }
        sleep(PAUSE).await;
    }
}

async fn point(session: &mut Session, name: &str, host: &str, port: u16) -> Result<(), String> {
    let host = quoted(host);
    session.act(&format!("STOP SLAVE '{name}'")).await?;
    let place = format!("MASTER_HOST = '{host}', MASTER_PORT = {port}, MASTER_USE_GTID = slave_pos");
    session.act(&format!("CHANGE MASTER '{name}' TO {place}")).await?;
    session.act(&format!("START SLAVE '{name}'")).await
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "''")
}
