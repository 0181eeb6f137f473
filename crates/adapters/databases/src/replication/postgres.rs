//! PostgreSQL's streaming replication. A closed primary has `default_transaction_read_only = on` in its own settings file, which no replica copies
//! and a restart keeps, and none of the sessions that began before.

use std::time::Duration;

use callsheet_base::Secret;
use callsheet_replicas::{Follows, Position, Role, Seen, Up};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use super::{Done, PATIENCE, PAUSE, io_kind, seen};
use crate::postgres::{cause, connect, tls};

/// What lets its sessions write although the server is closed: settings of roles and databases, which go before the server's own.
const EXEMPT: &str = "SELECT string_agg(coalesce('role `' || r.rolname || '`', 'every role') \
 || coalesce(' in database `' || d.datname || '`', ''), ', ') FROM pg_db_role_setting s \
 CROSS JOIN LATERAL unnest(s.setconfig) AS c(setting) LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase \
 WHERE CASE WHEN lower(split_part(c.setting, '=', 1)) = 'default_transaction_read_only' THEN NOT split_part(c.setting, '=', 2)::boolean ELSE false END \
 AND coalesce(r.rolcanlogin, true) AND coalesce(d.datallowconn, true)";

/// Whose word the setting is that a session has, and what the server's own files say.
const SOURCE: &str = "SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only'";
const OWN: &str = "SELECT CASE WHEN (SELECT setting::boolean FROM pg_file_settings WHERE name = 'default_transaction_read_only' AND applied \
 ORDER BY seqno DESC LIMIT 1) THEN 'on' ELSE 'off' END";

const LOOK: &str = "SELECT pg_is_in_recovery()::text, current_setting('default_transaction_read_only'), \
 (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END)::text, \
 (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() END)::text, \
 (SELECT system_identifier FROM pg_control_system())::text, \
 CASE WHEN pg_is_in_recovery() THEN (SELECT lpad(to_hex(received_tli), 8, '0') FROM pg_stat_wal_receiver) \
 ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END, \
 (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000)::bigint::text, \
 (extract(epoch FROM now() - pg_last_xact_replay_timestamp()) * 1000)::bigint::text, \
 (SELECT status FROM pg_stat_wal_receiver), \
 (SELECT sender_host || ':' || sender_port FROM pg_stat_wal_receiver), \
 CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_snapshot_xmax(pg_current_snapshot())::text END, \
 CASE WHEN pg_is_in_recovery() THEN NULL ELSE (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND backend_xid IS NOT NULL)::text END";

/// The newest transaction's number, and how many sessions are about to change something.
const WRITERS: &str = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text, \
 (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND backend_xid IS NOT NULL)::text";

const OTHERS: &str = "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity \
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

type Row = Vec<Option<String>>;

struct Session(Client);

impl Session {
    async fn open(url: &Secret<String>) -> Result<Session, Seen> {
        let (mut config, tls) = tls::config(url.expose()).map_err(Seen::Denied)?;
        config.connect_timeout(PATIENCE).application_name("callsheet");
        config.options("-c statement_timeout=0 -c lock_timeout=5s");
        let told = |error: &Error| seen(io_kind(error), error.as_db_error().is_some(), cause(error));
        match tokio::time::timeout(PATIENCE, connect(&config, tls)).await {
            Ok(connected) => connected.map(Session).map_err(|error| told(&error)),
            Err(_) => Err(Seen::Silent(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    async fn must(url: &Secret<String>) -> Result<Session, String> {
        Session::open(url).await.map_err(|away| away.why().to_owned())
    }

    async fn row(&self, sql: &str) -> Result<Row, String> {
        let messages = self.0.simple_query(sql).await.map_err(|error| cause(&error))?;
        let row = messages.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        });
        row.ok_or_else(|| "it gave no answer".to_owned())
    }

    async fn act(&self, sql: &str) -> Result<(), String> {
        self.0.batch_execute(sql).await.map_err(|error| cause(&error))
    }
}

fn text(row: &Row, at: usize) -> Option<&str> {
    row.get(at).and_then(Option::as_deref)
}

pub(super) async fn look(url: &Secret<String>) -> Seen {
    let session = match Session::open(url).await {
        Ok(session) => session,
        Err(away) => return away,
    };
    examine(&session).await.map_or_else(Seen::Denied, Seen::Up)
}

async fn examine(session: &Session) -> Result<Up, String> {
    let mut row = session.row(LOOK).await?;
    let exempt = text(&session.row(EXEMPT).await?, 0).map(str::to_owned);
    // Whoever is exempt himself sees his own setting. Who may not read the files takes it for the server's.
    if exempt.is_some()
        && matches!(text(&session.row(SOURCE).await?, 0), Some("user" | "database" | "database user"))
        && let Ok(own) = session.row(OWN).await
    {
        row[1] = text(&own, 0).map(str::to_owned);
    }
    up(&row, exempt).ok_or_else(|| "what it says of itself is not understood".to_owned())
}

fn up(row: &Row, exempt: Option<String>) -> Option<Up> {
    let replica = text(row, 0)? == "true";
    let position = text(row, 2).and_then(Position::log);
    // A replica that has replayed nothing since it started has what it was copied with.
    let position = position.or(replica.then_some(Position::Log(0)))?;
    let received = text(row, 3).and_then(Position::log).filter(|received| received.covers(&position));
    let number = |at| text(row, at).and_then(|text| text.parse::<u64>().ok());
    let milliseconds = |at| text(row, at).and_then(|text| text.parse::<i64>().ok());
    let streaming = text(row, 8) == Some("streaming");
    let received = received.unwrap_or_else(|| position.clone());
    let waiting = !position.covers(&received);
    let follows = replica.then(|| Follows {
        place: text(row, 9).unwrap_or("nobody who answers").to_owned(),
        identity: streaming.then(|| text(row, 4).unwrap_or_default().to_owned()),
        connected: streaming,
        behind: match waiting {
            true => milliseconds(7).map(|past| Duration::from_millis(past.max(0).unsigned_abs())),
            false => streaming.then_some(Duration::ZERO),
        },
        trouble: None,
    });
    Some(Up {
        role: if replica { Role::Replica } else { Role::Primary },
        writable: !replica && text(row, 1)? == "off",
        exempt: exempt.filter(|_| !replica),
        received,
        position,
        writes: number(10).zip(number(11)).map(|(ended, under_way)| ended + under_way),
        identity: text(row, 4)?.to_owned(),
        timeline: text(row, 5).and_then(|text| u32::from_str_radix(text, 16).ok()),
        applied_until: milliseconds(6).and_then(|at| Timestamp::from_millisecond(at).ok()),
        follows,
    })
}

/// Waits until new sessions have the setting; the server takes it over a moment after it is told to.
async fn until_new_sessions(url: &Secret<String>, read_only: bool) -> Result<(), String> {
    let deadline = Instant::now() + 2 * PATIENCE;
    let wanted = if read_only { "on" } else { "off" };
    loop {
        let row = Session::must(url).await?.row("SELECT current_setting('default_transaction_read_only')").await?;
        match text(&row, 0) == Some(wanted) {
            true => return Ok(()),
            false if Instant::now() > deadline => {
                return Err(format!(
                    "default_transaction_read_only is not `{wanted}` for new sessions: does a setting of the server's command line or of this role go before it?"
                ));
            }
            false => sleep(PAUSE).await,
        }
    }
}

/// Who may write although the server is closed, in words with what to do.
async fn exempt(session: &Session) -> Result<Option<String>, String> {
    let row = session.row(EXEMPT).await?;
    Ok(text(&row, 0).map(|who| {
        format!(
            "{who} would write in spite of it, by a `default_transaction_read_only = off` of its own: take that back first \
             (`ALTER ROLE … [IN DATABASE …] RESET default_transaction_read_only`, `ALTER DATABASE … RESET …`)"
        )
    }))
}

/// Closes it. Whoever is not bound by that is named in the error: before anything was done with `all_or_nothing`, else after all that can be done.
pub(super) async fn close(url: &Secret<String>, all_or_nothing: bool) -> Result<Done, String> {
    let session = Session::must(url).await?;
    let exempt = exempt(&session).await?;
    if let (true, Some(why)) = (all_or_nothing, &exempt) {
        return Err(why.clone());
    }
    session.act("ALTER SYSTEM SET default_transaction_read_only = on").await?;
    session.act("SELECT pg_reload_conf()").await?;
    // Of a role that is exempt itself there is nothing to wait for.
    if exempt.is_none() {
        until_new_sessions(url, true).await?;
    }
    let deadline = Instant::now() + 6 * PATIENCE;
    let mut ended = 0;
    // Those that come back meanwhile find the setting; those that were there go.
    let first = "SELECT coalesce(string_agg(pid::text, ','), '0') FROM pg_stat_activity \
                 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let there = session.row(first).await?;
    let there = text(&there, 0).unwrap_or("0").to_owned();
    loop {
        let row = session.row(&format!("{OTHERS} AND pid IN ({there})")).await?;
        let left: u64 = text(&row, 0).and_then(|count| count.parse().ok()).unwrap_or(0);
        ended = ended.max(left);
        match left {
            0 => break,
            _ if Instant::now() > deadline => return Err(format!("{left} sessions do not end")),
            _ => sleep(PAUSE).await,
        }
    }
    if let Some(why) = exempt {
        return Err(format!("it is read-only and {ended} sessions were ended, but {why}"));
    }
    Ok(Done::said(format!("it is read-only, also after a restart, and {ended} sessions were ended")))
}

pub(super) async fn reopen(url: &Secret<String>) -> Result<Done, String> {
    let session = Session::must(url).await?;
    session.act("ALTER SYSTEM RESET default_transaction_read_only").await?;
    session.act("SELECT pg_reload_conf()").await?;
    until_new_sessions(url, false).await?;
    Ok(Done::said("it takes writes again"))
}

/// All that the closed primary has is there when its log up to a fresh end is, and nothing was committed meanwhile.
pub(super) async fn catch_up(from: &Secret<String>, to: &Secret<String>, limit: Duration) -> Result<Done, String> {
    let deadline = Instant::now() + limit;
    let (from, to) = (Session::must(from).await?, Session::must(to).await?);
    loop {
        let before = from.row(WRITERS).await?;
        // Brings everything to the disk, so that it is sent, and says where the log ends.
        let end = from.row("SELECT pg_switch_wal()::text").await?;
        let end = text(&end, 0).and_then(Position::log).ok_or("the log's end is not understood")?;
        let has = loop {
            let row = to.row("SELECT pg_last_wal_replay_lsn()::text").await?;
            let has = text(&row, 0).and_then(Position::log).unwrap_or(Position::Log(0));
            if has.covers(&end) {
                break has;
            }
            if Instant::now() > deadline {
                let missing = has.amount(has.behind(&end).unwrap_or(0));
                return Err(format!("after {} s it lacks {missing}", limit.as_secs()));
            }
            sleep(PAUSE).await;
        };
        let after = from.row(WRITERS).await?;
        if before == after && text(&after, 1) == Some("0") {
            let writes = text(&after, 0).and_then(|number| number.parse().ok());
            return Ok(Done { said: format!("everything up to {has}"), position: Some(has), writes });
        }
        if Instant::now() > deadline {
            return Err(
                "the primary still commits, although it is read-only: who asks for `READ WRITE` there?".to_owned()
            );
        }
        sleep(PAUSE).await;
    }
}

pub(super) async fn promote(url: &Secret<String>, limit: Duration) -> Result<Done, String> {
    let session = Session::must(url).await?;
    let row = session.row("SELECT pg_is_in_recovery()::text").await?;
    if text(&row, 0) == Some("true") {
        let row = session.row(&format!("SELECT pg_promote(true, {})::text", limit.as_secs().max(1))).await?;
        if text(&row, 0) != Some("true") {
            return Err(format!("it did not end its recovery within {} s", limit.as_secs()));
        }
    }
    // It may have been a primary once, and closed.
    reopen(url).await?;
    let row = session.row("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)").await?;
    let timeline = text(&row, 0).and_then(|text| u32::from_str_radix(text, 16).ok());
    Ok(Done::said(match timeline {
        Some(timeline) => format!("it is the primary, on timeline {timeline}"),
        None => "it is the primary".to_owned(),
    }))
}

/// Where a replica finds its primary, said behind whatever else its `primary_conninfo` says: the last word counts.
fn at(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?.trim_matches(['[', ']']).to_owned();
    Some(format!(" hostaddr='' host='{host}' port='{}'", url.port().unwrap_or(5432)))
}

/// Lets a replica follow another server, and waits until it hears that; if it does not, it follows whom it did before.
pub(super) async fn repoint(replica: &Secret<String>, to: &Secret<String>, limit: Duration) -> Result<(), String> {
    let at = at(to.expose()).ok_or("the newer primary's address names no host")?;
    let session = Session::must(replica).await?;
    let told = session.row("SELECT current_setting('primary_conninfo')").await?;
    let before = text(&told, 0).unwrap_or_default().to_owned();
    if before.contains("://") {
        return Err("its primary_conninfo is an address, which is not changed from here".to_owned());
    }
    // What an earlier switch said is said anew.
    let own = before.find(" hostaddr=''").map_or(before.as_str(), |end| &before[..end]);
    point(&session, &format!("{own}{at}")).await?;
    let timeline = Session::must(to).await?.row("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)").await?;
    let timeline = text(&timeline, 0).and_then(|text| u32::from_str_radix(text, 16).ok());
    let timeline = timeline.ok_or("the newer primary's timeline is not understood")?;
    let heard = format!(
        "SELECT count(*)::text FROM pg_stat_wal_receiver WHERE status = 'streaming' AND received_tli = {timeline}"
    );
    let deadline = Instant::now() + limit;
    while text(&session.row(&heard).await?, 0) != Some("1") {
        if Instant::now() > deadline {
            point(&session, &before).await?;
            return Err(format!(
                "it does not hear it within {} s: has it more than that, or may it not log in there?",
                limit.as_secs()
            ));
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

async fn point(session: &Session, conninfo: &str) -> Result<(), String> {
    // It may hold a password.
    session.act("SET log_statement = 'none'").await?;
    session.act("SET log_min_duration_statement = -1").await?;
    let quoted = conninfo.replace('\'', "''");
    session.act(&format!("ALTER SYSTEM SET primary_conninfo = '{quoted}'")).await?;
    session.act("SELECT pg_reload_conf()").await
}
