//! `[databases.NAME]`: where SQL steps, migrations and backups go, and which servers have it.

use super::backup::read_backup;
use super::keys::Keys;
use super::read::source;
use super::{DatabaseConfig, DatabaseServer};

pub(super) fn read_database(table: &mut Keys) -> Option<DatabaseConfig> {
    let (source, migrations) = (source(table), table.text("migrations"));
    let backup = table.table("backup").map(|mut keys| {
        let policy = read_backup(&mut keys);
        keys.finish();
        policy
    });
    let servers = table.tables("servers", read_server);
    Some(DatabaseConfig { source: source?, migrations, backup, servers })
}

fn read_server(table: &mut Keys) -> Option<DatabaseServer> {
    let (source, at) = (source(table), table.span("fence"));
    let fence = table.text("fence");
    if fence.as_ref().is_some_and(|command| command.trim().is_empty()) {
        let hint =
            Some("write a command that stops it, like `fence = \"ssh db1 systemctl stop postgresql\"`".to_owned());
        table.fault(at, format!("`{}.fence` says nothing", table.path()), hint);
    }
    Some(DatabaseServer { source: source?, fence })
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use crate::Config;

    #[test]
    fn servers_are_read_with_what_fences_them() {
        let read = |fence: &str| {
            let text = format!(
                "[databases.main]\nurl = \"$DATABASE_URL\"\n[databases.main.servers.db1]\nurl = \"$DB1_URL\"\n{fence}\n\
                 [databases.main.servers.db2]\nurl = \"secret://db2\"\n"
            );
            Config::read(&SourceText::new("callsheet.toml", &text))
        };
        let config = read("fence = \"systemctl stop postgresql\"").unwrap();
        let servers = &config.databases["main"].servers;
        assert_eq!(servers["db1"].fence.as_deref(), Some("systemctl stop postgresql"));
        assert_eq!((servers["db2"].source.url.as_str(), &servers["db2"].fence), ("secret://db2", &None));
        let faults = read("fence = \" \"").unwrap_err();
        assert_eq!(faults[0].message, "`databases.main.servers.db1.fence` says nothing");
    }
}
