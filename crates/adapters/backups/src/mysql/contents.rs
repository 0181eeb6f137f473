//! What a database of MariaDB's holds: rows of each table with a digest, and how many other things there are.

use callsheet_backups::Content;

use super::quoted;
use crate::BackupError;
use crate::session::Session;

/// The tables, without views.
pub(crate) fn tables(session: &mut Session) -> Result<Vec<String>, BackupError> {
    session.lines(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY 1",
    )
}

/// Counts within the session's transaction. A row's hash is 60 bits of the MD5 of its values as SQL writes them; their sum does not depend on the order
/// of rows.
pub(crate) fn contents(session: &mut Session) -> Result<Vec<Content>, BackupError> {
    let mut contents = Vec::new();
    for name in tables(session)? {
        let columns = session.lines(&format!(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '{}' \
             ORDER BY ordinal_position",
            name.replace('\\', "\\\\").replace('\'', "''")
        ))?;
        let values: Vec<String> =
            columns.iter().map(|column| format!("QUOTE(CAST({} AS BINARY))", quoted(column))).collect();
        let rows = session.ask(&format!(
            "SELECT COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(MD5(CONCAT_WS(',', {})), 15), 16, 10) AS UNSIGNED)), 0) FROM {}",
            values.join(", "),
            quoted(&name)
        ))?;
        let row = rows.into_iter().next().unwrap_or_default();
        let [count, digest] = row.as_slice() else { return Err(uncounted(&name)) };
        let count = count.parse().map_err(|_| uncounted(&name))?;
        contents.push(Content { name, count, digest: Some(digest.clone()) });
    }
    let others = session.ask(
        "SELECT kind, count(*) FROM ( \
         SELECT '(views)' AS kind FROM information_schema.views WHERE table_schema = DATABASE() \
         UNION ALL SELECT '(indexes)' FROM information_schema.statistics WHERE table_schema = DATABASE() AND seq_in_index = 1 \
         UNION ALL SELECT '(constraints)' FROM information_schema.table_constraints WHERE constraint_schema = DATABASE() \
         UNION ALL SELECT '(triggers)' FROM information_schema.triggers WHERE trigger_schema = DATABASE() \
         UNION ALL SELECT '(routines)' FROM information_schema.routines WHERE routine_schema = DATABASE() \
         UNION ALL SELECT '(events)' FROM information_schema.events WHERE event_schema = DATABASE() \
         ) AS things GROUP BY kind",
    )?;
    for row in others {
        let [kind, count] = row.as_slice() else { return Err(uncounted("the catalogue")) };
        let count = count.parse().map_err(|_| uncounted(kind))?;
        contents.push(Content { name: kind.clone(), count, digest: None });
    }
    contents.sort();
    Ok(contents)
}

fn uncounted(what: &str) -> BackupError {
    BackupError::Refused(format!("the server did not count {what}"))
}
