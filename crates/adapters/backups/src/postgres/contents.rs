//! What a PostgreSQL database holds: rows of each table with a digest, and how many other things there are.

use callsheet_backups::Content;

use crate::BackupError;
use crate::session::Session;

/// Of users' own schemas, without what an extension brings.
const OURS: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'";

/// Counts within the session's transaction. A row's hash is that of its text, by the function that also chooses a row's partition, and so is the same
/// in every version; the sum does not depend on the order of rows.
pub(crate) fn contents(session: &mut Session) -> Result<Vec<Content>, BackupError> {
    let tables = session.lines(&format!(
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {OURS} AND NOT EXISTS (SELECT FROM pg_depend d \
         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1"
    ))?;
    let mut contents = others(session)?;
    for name in tables {
        let rows = session.ask(&format!(
            "SELECT count(*), coalesce(sum(hashtextextended(\"the row\"::text, 0)), 0) FROM ONLY {name} AS \"the row\""
        ))?;
        let row = rows.into_iter().next().unwrap_or_default();
        let [count, digest] = row.as_slice() else { return Err(unanswered(&name)) };
        let count = count.parse().map_err(|_| unanswered(&name))?;
        contents.push(Content { name, count, digest: Some(digest.clone()) });
    }
    contents.sort();
    Ok(contents)
}

fn others(session: &mut Session) -> Result<Vec<Content>, BackupError> {
    let no_extension = |class: &str, oid: &str| {
        format!(
            "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{class}'::regclass AND d.objid = {oid} AND d.deptype = 'e')"
        )
    };
    let rows = session.ask(&format!(
        "SELECT kind, count(*) FROM ( \
         SELECT CASE c.relkind WHEN 'i' THEN 'indexes' WHEN 'I' THEN 'partitioned indexes' WHEN 'S' THEN 'sequences' WHEN 'v' THEN 'views' \
         WHEN 'm' THEN 'materialized views' ELSE 'partitioned tables' END AS kind \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'I', 'S', 'v', 'm', 'p') \
         AND c.relpersistence <> 't' AND {OURS} AND {} \
         UNION ALL SELECT 'constraints' FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {OURS} \
         UNION ALL SELECT 'triggers' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT t.tgisinternal AND {OURS} \
         UNION ALL SELECT 'functions' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS} AND {} \
         UNION ALL SELECT 'large objects' FROM pg_largeobject_metadata \
         ) AS things GROUP BY kind ORDER BY kind",
        no_extension("pg_class", "c.oid"),
        no_extension("pg_proc", "p.oid")
    ))?;
    let read = |row: Vec<String>| match row.as_slice() {
        [kind, count] => {
            let count = count.parse().map_err(|_| unanswered(kind))?;
            Ok(Content { name: format!("({kind})"), count, digest: None })
        }
        _ => Err(unanswered("the catalogue")),
    };
    rows.into_iter().map(read).collect()
}

fn unanswered(what: &str) -> BackupError {
    BackupError::Refused(format!("the server did not count {what}"))
}
