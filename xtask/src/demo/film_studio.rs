//! The film studio: a release goes out over an expanding schema under live load and comes back, troubles are found by the runbook and
//! cleared, and the schema contracts at last.

use std::time::Duration;

use anyhow::ensure;
use callsheet_e2e::{Crowd, FilmRelease, FilmStudio};

use super::narrator::Narrator;
use crate::stages::run;
use crate::tree::cargo;

/// A trouble: what it is called, the fault that imitates it, and the section that clears it.
const TROUBLES: [(&str, &str, &str, &str); 2] = [
    ("Requests hang and hold every connection of the pool", "exhausted-pool", "{}", "database-connection"),
    ("A fifth of the answers fail", "errors", r#"{"share":0.2}"#, "high-error-rate"),
];

/// Builds the programs, then tells the story.
pub fn play(narrator: &Narrator) -> anyhow::Result<()> {
    narrator.chapter("Building callsheet and the film studio in two releases");
    if std::env::var_os("CALLSHEET_PROGRAMS_BUILT").is_none() {
        run(cargo().args(["build", "--quiet", "--package", "callsheet", "--package", "film-studio", "--bins"]))?;
    }
    narrator.chapter("A MariaDB, and film-studio 1.0.0 on it: two instances behind Callsheet's edge");
    let stage = Stage { narrator, service: FilmStudio::start(FilmRelease::First) };
    stage.quote("runbooks/film-studio/service.sh migrate status", 8);
    stage.quote("runbooks/film-studio/health-check.sh --verbose \"$base_url\"", 4);
    stage.run("smoke-test", FilmRelease::First);

    let address = stage.service.address().ok_or_else(|| anyhow::anyhow!("the edge answers nowhere"))?;
    let users = Crowd::asking(address, "/login", 6, Duration::from_millis(10));
    narrator.say("From here on six users ask without a pause.");
    narrator.chapter("Deploy 2.0.0: backup, settings, schema expanded, then all users at once");
    stage.run("deploy", FilmRelease::Second);
    stage.quote("runbooks/film-studio/service.sh migrate status", 8);
    narrator.chapter("Back to 1.0.0: the expanded schema stays, release 1 works on it");
    stage.run("rollback", FilmRelease::Second);
    stage.run("smoke-test", FilmRelease::First);
    narrator.chapter("Forward again, and the schema contracts: what only 1.0.0 read is taken away");
    stage.run("deploy", FilmRelease::Second);
    stage.run("contract-the-schema", FilmRelease::Second);
    let tally = users.leave();
    let count: u64 = tally.answers.values().sum();
    ensure!(tally.broken.is_empty(), "requests were lost: {:?}", tally.broken);
    ensure!(tally.answers.keys().all(|(status, _)| *status == 200), "users got errors: {tally:?}");
    narrator.say(&format!("{count} requests meanwhile, none of them lost, none of them failed."));

    for (what, fault, body, section) in TROUBLES {
        narrator.chapter(&format!("{what}. The runbook finds out"));
        stage.service.fault(fault, body);
        stage.run("diagnose", FilmRelease::Second);
        stage.run(section, FilmRelease::Second);
    }
    narrator.chapter("The day's report, and the record of it all");
    stage.quote("runbooks/film-studio/report.sh daily \"$base_url\"", 16);
    let runs = stage.service.desk.callsheet(&["runs"]);
    narrator.quote(&runs.stdout, 14);
    Ok(())
}

struct Stage<'a> {
    narrator: &'a Narrator,
    service: FilmStudio,
}

impl Stage<'_> {
    /// Runs a procedure of the runbook to its good end, saying yes to what it asks; shows what its steps said.
    fn run(&self, procedure: &str, release: FilmRelease) {
        self.narrator.command(&format!(
            "callsheet run 'runbooks/film-studio.md#{procedure}' --param version={}",
            release.version()
        ));
        let (_, logs) = self.service.procedure(procedure, release, 0);
        self.narrator.quote(&logs, 14);
    }

    /// A command as a person types it, and what it says.
    fn quote(&self, words: &str, lines: usize) {
        self.narrator.command(words);
        self.narrator.quote(&self.service.shell(words), lines);
    }
}
