//! `callsheet migrate with`: another tool's command under our lock, after our backup.

use std::path::PathBuf;

use callsheet_servers::Postgres;

use crate::desk::{Desk, Ending};

const CONFIG: &str = "[databases.main]\nurl = \"$APP_URL\"\n[databases.main.backup]\nkeep = { last = 3 }\n";

fn with(desk: &Desk, options: &[&str], command: &[&str], code: i32) -> Ending {
    let words = [&["migrate", "with"], options, &["--"], command].concat();
    desk.callsheet(&words).expect(code)
}

#[test]
fn another_tool_migrates_alone_and_its_own_table_is_told() {
    let postgres = Postgres::shared();
    let desk =
        Desk::new().with("callsheet.toml", CONFIG).with("migrations/0001_a.up.sql", "CREATE TABLE a (id INT);\n");
    let desk = desk.with("migrations/0001_a.down.sql", "DROP TABLE a;\n");
    let url = postgres.fresh_database();
    let desk = desk.with_variable("APP_URL", &url);
    let desk = desk.with_variable("CALLSHEET", env!("CARGO_BIN_EXE_callsheet"));
    // What Alembic does to a new database, in its own words; and nobody else migrates meanwhile.
    let script = "psql -qX \"$DATABASE_URL\" -c 'CREATE TABLE alembic_version (version_num TEXT)' -c \"INSERT INTO alembic_version VALUES ('ae1027a6acf')\" \
                  && { \"$CALLSHEET\" migrate up --patience 0s; test $? = 7; }";
    assert!(with(&desk, &["--dry-run"], &["sh", "-c", "false"], 0).stdout.contains("`sh -c false` would run"));
    let done = with(&desk, &["--backup"], &["sh", "-c", script], 0);
    assert!(done.stdout.contains("Alembic: nothing before, ae1027a6acf now"), "{}", done.screen());
    assert!(done.stderr.contains("backed up as"), "{}", done.screen());
    let failed = with(&desk, &[], &["sh", "-c", "exit 3"], 1);
    assert!(
        failed.stderr.contains("exit status: 3") && failed.stderr.contains("ae1027a6acf now"),
        "{}",
        failed.screen()
    );
    // What fails on its way is not among what is applied, and what the tool said of itself is not lost where its table cannot be read.
    let flyway = "psql -qX \"$DATABASE_URL\" -c 'DROP TABLE alembic_version' -c 'CREATE TABLE flyway_schema_history (installed_rank INT, version TEXT, success BOOL)' \
                  -c \"INSERT INTO flyway_schema_history VALUES (1, '1', true), (2, '2', false)\"; exit 4";
    let failed = with(&desk, &["--yes"], &["sh", "-c", flyway], 1);
    assert!(failed.stderr.contains("exit status: 4"), "{}", failed.screen());
    assert!(failed.stderr.contains("Flyway: ae1027a6acf before, 1 now; 2 is marked as failed"), "{}", failed.screen());
    let quiet = with(&desk, &[], &["true"], 1);
    assert!(quiet.stderr.contains("whether all is applied is not known"), "{}", quiet.screen());
    let unreadable =
        "psql -qX \"$DATABASE_URL\" -c 'ALTER TABLE flyway_schema_history RENAME version TO number'; exit 5";
    let failed = with(&desk, &["--yes"], &["sh", "-c", unreadable], 1);
    assert!(failed.stderr.contains("exit status: 5"), "{}", failed.screen());
    assert!(failed.stderr.contains("what is applied now could not be read"), "{}", failed.screen());
    let psql = std::process::Command::new("psql").args([&url, "-qXc", "DROP TABLE flyway_schema_history"]).status();
    assert!(psql.expect("psql can be started").success());
    with(&desk, &[], &["a-tool-that-is-not-there"], 2);
    // The lock is free again.
    desk.callsheet(&["migrate", "up"]).expect(0);
}

#[test]
fn what_undoes_or_destroys_is_agreed_to_first() {
    let desk = Desk::new().with("callsheet.toml", "[databases.main]\nurl = \"sqlite:shop.db\"\n");
    let command = ["sh", "-c", "touch ran; : alembic; exit 0 && alembic downgrade base"];
    let refused = with(&desk, &[], &command, 5);
    assert!(
        refused.stderr.contains("would undo migrations, and what they added is lost, in SQLite at"),
        "{}",
        refused.screen()
    );
    assert!(refused.stderr.contains("--yes") && !desk.path("ran").exists(), "{}", refused.screen());
    assert!(with(&desk, &["--dry-run"], &command, 0).stdout.contains("it would undo migrations"));
    with(&desk, &["--yes"], &command, 0);
    assert!(desk.path("ran").exists());
}

/// Alembic itself, where it is installed or `CALLSHEET_ALEMBIC` names it.
fn alembic() -> Option<PathBuf> {
    let named = std::env::var_os("CALLSHEET_ALEMBIC").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = || std::env::split_paths(&path).map(|folder| folder.join("alembic")).find(|file| file.exists());
    named.or_else(found)
}

#[test]
#[expect(clippy::print_stdout, reason = "whoever reads the test's output is told why it proved nothing")]
fn alembic_goes_up_and_down() {
    let Some(alembic) = alembic() else {
        println!(
            "skipped: Alembic is not installed (`pip install alembic` in a venv, CALLSHEET_ALEMBIC=VENV/bin/alembic)"
        );
        return;
    };
    let environment = "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine\n\
        engine = create_engine('sqlite:///shop.db')\nwith engine.connect() as connection:\n    context.configure(connection=connection)\n    \
        with context.begin_transaction():\n        context.run_migrations()\n";
    let revision = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'ae1027a6acf'\ndown_revision = None\n\
        def upgrade():\n    op.create_table('orders', sa.Column('id', sa.Integer, primary_key=True))\n\
        def downgrade():\n    op.drop_table('orders')\n";
    let desk = Desk::new()
        .with("callsheet.toml", "[databases.main]\nurl = \"sqlite:shop.db\"\n")
        .with("alembic.ini", "[alembic]\nscript_location = schema\n")
        .with("schema/env.py", environment)
        .with("schema/versions/first.py", revision);
    let alembic = alembic.to_string_lossy().into_owned();
    let up = with(&desk, &[], &[&alembic, "upgrade", "head"], 0);
    assert!(up.stdout.contains("Alembic: nothing before, ae1027a6acf now"), "{}", up.screen());
    let down = with(&desk, &["--backup", "--yes"], &[&alembic, "downgrade", "base"], 0);
    assert!(down.stdout.contains("Alembic: ae1027a6acf before, nothing now"), "{}", down.screen());
    let lost = with(&desk, &[], &[&alembic, "upgrade", "nowhere"], 1);
    assert!(lost.stderr.contains("Alembic: nothing before, nothing now"), "{}", lost.screen());
}
