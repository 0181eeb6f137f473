//! The grants service: a release goes through staging and a change of the schema, all four secrets are rotated while people sign in, and
//! the database goes back to the second before a bad statement.

use std::time::Duration;

use anyhow::{Context, ensure};
use callsheet_e2e::{Crowd, Grants, GrantsRelease, SignIns};

use super::narrator::Narrator;
use crate::stages::run;
use crate::tree::cargo;

/// Rows that a bad statement takes away.
const DOCUMENTS: &str = "INSERT INTO documents (id, title, body, status, version, created_by, updated_by, created_at, updated_at)
    SELECT gen_random_uuid(), 'Grant ' || number, '', 'approved', 1, users.id, users.id, now(), now() FROM users, generate_series(1, 500) number";
/// The database's clock, in UTC.
const NOW: &str = r#"SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#;

/// Builds the programs, then tells the story; an error is a surprise.
pub fn play(narrator: &Narrator) -> anyhow::Result<()> {
    narrator.chapter("Building callsheet and the grants service in two releases");
    if std::env::var_os("CALLSHEET_PROGRAMS_BUILT").is_none() {
        run(cargo().args(["build", "--quiet", "--package", "callsheet", "--package", "grants", "--bins"]))?;
    }
    narrator.chapter(
        "grants 1.0.0 on PostgreSQL and Redis: two instances behind Callsheet's edge, and a staging beside it",
    );
    let stage = Stage { narrator, grants: Grants::start(GrantsRelease::First).with_staging(GrantsRelease::First) };
    stage.quote("callsheet secrets list", 12);
    stage.deploy()?;
    stage.rotate()?;
    stage.go_back()?;
    narrator.chapter("The record of it all");
    stage.quote("callsheet runs", 12);
    stage.quote("callsheet verify last", 3);
    Ok(())
}

struct Stage<'a> {
    narrator: &'a Narrator,
    grants: Grants,
}

impl Stage<'_> {
    fn deploy(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Deploy 2.0.0: through staging, over an expanding schema, half of the users first");
        let address = self.grants.address().context("the edge listens nowhere")?;
        let users = Crowd::asking(address, "/login", 4, Duration::from_millis(20));
        self.procedure("deploy", &[])?;
        ensure!(self.grants.version() == "2.0.0", "another version answers: {}", self.grants.version());
        self.narrator.chapter("The schema contracts: what only 1.0.0 read is taken away");
        self.procedure("contract", &[])?;
        let tally = users.leave();
        ensure!(tally.broken.is_empty(), "requests were lost: {:?}", tally.broken);
        ensure!(tally.answers.keys().all(|(status, _)| *status == 200), "users got errors: {tally:?}");
        let count: u64 = tally.answers.values().sum();
        self.narrator.say(&format!("{count} requests meanwhile, none of them lost, none of them failed."));
        Ok(())
    }

    fn rotate(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Both keys and the credentials of database and Redis are rotated, while people sign in");
        let people = SignIns::begin(&self.grants.admin(), 3, Duration::from_millis(20));
        self.procedure("secret-rotation", &[])?;
        self.procedure("end-of-a-secret-rotation", &[])?;
        let (let_in, refused) = people.leave();
        ensure!(refused.is_empty(), "somebody was not let in: {refused:?}");
        self.narrator.say(&format!("{let_in} times somebody signed in or stayed signed in; nobody was turned away."));
        self.quote("callsheet secrets list", 12);
        Ok(())
    }

    fn go_back(&self) -> anyhow::Result<()> {
        self.narrator.chapter("A base for the log, 500 documents, and a second later a bad statement");
        self.quote("callsheet backup create --database grants", 2);
        self.grants.sql(DOCUMENTS);
        // The clock's next whole second is after the last good statement, and before the bad one.
        std::thread::sleep(Duration::from_secs(1));
        let instant = self.grants.sql(NOW);
        std::thread::sleep(Duration::from_secs(1));
        self.narrator.command("psql -c 'DELETE FROM documents'");
        self.grants.sql("DELETE FROM documents");
        let count = || self.grants.sql("SELECT count(*) FROM documents");
        ensure!(count() == "0", "documents are left: {}", count());
        self.narrator.chapter(&format!("Back to {instant}, the second before it"));
        let logs = self.procedure("restore-to-an-instant", &[("instant", &instant)])?;
        let told: Vec<&str> = logs
            .lines()
            .filter(|line| ["now: ", "then: ", "brought back: "].iter().any(|word| line.contains(word)))
            .collect();
        self.narrator.quote(&told.join("\n"), 3);
        ensure!(count() == "500", "not all documents are back: {}", count());
        self.procedure("smoke-test", &[]).map(drop)
    }

    /// Runs a procedure of the runbook to its good end, saying yes to what it asks; shows how its steps ended; gives its output.
    fn procedure(&self, heading: &str, more: &[(&str, &str)]) -> anyhow::Result<String> {
        let given: String = more.iter().map(|(name, value)| format!(" --param {name}={value}")).collect();
        self.narrator.command(&format!("callsheet run 'runbooks/grants.md#{heading}'{given}"));
        let (run, logs) = self.grants.procedure(heading, GrantsRelease::Second, more, 0);
        self.narrator.steps(&self.grants.desk.callsheet(&["show", &run]).stdout)?;
        Ok(logs)
    }

    /// A command as a person types it, and what it says.
    fn quote(&self, words: &str, lines: usize) {
        self.narrator.command(words);
        self.narrator.quote(&self.grants.shell(words), lines);
    }
}
