//! A SQLite file, row by row: values that lie on several pages are no run of bytes in the file.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::Scan;

impl Scan {
    /// Every text and blob of every table.
    pub fn sqlite(&mut self, root: &Path, path: &Path) {
        let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
        if let Err(error) = self.tables(&shown, path) {
            self.unread.push(format!("{shown}: {error}"));
        }
    }

    fn tables(&mut self, shown: &str, path: &Path) -> rusqlite::Result<()> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
        let tables: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for table in tables {
            let quoted = table.replace('"', "\"\"");
            let mut statement = connection.prepare(&format!("SELECT * FROM \"{quoted}\""))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            let mut number = 0;
            while let Some(row) = rows.next()? {
                number += 1;
                for column in 0..columns {
                    if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column)? {
                        self.text(&format!("{shown}, table {table}, row {number}"), bytes);
                    }
                }
            }
        }
        Ok(())
    }
}
