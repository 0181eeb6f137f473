//! Content Jumpstart: a release whose schema expands goes out with its front end under users who never stop asking; a trouble is found
//! and cleared by the runbook; the way back.

use std::time::Duration;

use anyhow::{Context, ensure};
use callsheet_e2e::{ContentJumpstart, Crowd};

use crate::demo::narrator::Narrator;
use crate::stages::run;
use crate::tree::cargo;

/// Tells it; an error is a surprise.
pub fn play(narrator: &Narrator) -> anyhow::Result<()> {
    narrator.chapter("Building callsheet and the service it will operate");
    if std::env::var_os("CALLSHEET_PROGRAMS_BUILT").is_none() {
        run(cargo().args(["build", "--quiet", "--package", "callsheet", "--package", "content-jumpstart", "--bins"]))?;
    }
    narrator.chapter("Content Jumpstart 1.0.0: two instances behind Callsheet's edge, with a front end and a database");
    let service = ContentJumpstart::start();
    narrator.quote(&service.desk.callsheet(&["status"]).stdout, 4);
    procedure(narrator, &service, "smoke-test", &[])?;

    narrator.chapter("Release 2.0.0 opens a new place in the schema; the old release goes on working beside it");
    let address = service.address().context("the edge listens nowhere")?;
    let users = Crowd::asking(address, "/", 8, Duration::from_millis(10));
    narrator.say("From here on eight users load the page without a pause.");
    procedure(narrator, &service, "deploy", &["--param", "version=2.0.0", "--param", "schema=5"])?;
    ensure!(service.version() == "2.0.0", "another version answers: {}", service.version());
    procedure(narrator, &service, "verify", &[])?;

    narrator.chapter("A file of the front end is deleted: a blank page. The runbook finds it, and nothing else");
    let tally = users.leave();
    ensure!(tally.broken.is_empty(), "requests were lost: {:?}", tally.broken);
    narrator.say(&format!("{} pages until here, none of them lost.", tally.answers.values().sum::<u64>()));
    service.shell("rm .content-jumpstart/www/assets/index-*.js");
    let logs = procedure(narrator, &service, "diagnose", &[])?;
    let found: Vec<&str> = logs.lines().filter(|line| line.contains(": yes (")).collect();
    ensure!(found.len() == 1 && found[0].contains("front-end-not-loading"), "something else was found: {found:?}");
    narrator.quote(&found.join("\n"), 3);
    procedure(narrator, &service, "front-end-not-loading", &[])?;

    narrator.chapter("The way back: the release before, on the newer schema");
    procedure(narrator, &service, "rollback", &[])?;
    ensure!(service.version() == "1.0.0", "another version answers: {}", service.version());
    procedure(narrator, &service, "smoke-test", &["--param", "version=1.0.0"])?;
    let verified = service.desk.callsheet(&["verify", "last"]);
    narrator.quote(&verified.text(), 3);
    Ok(())
}

/// Runs a procedure, which must end well, and shows how it ended; gives its output.
fn procedure(narrator: &Narrator, service: &ContentJumpstart, heading: &str, more: &[&str]) -> anyhow::Result<String> {
    narrator.command(&format!("callsheet run 'runbooks/content-jumpstart.md#{heading}' {}", more.join(" ")));
    let (run, logs) = service.procedure(heading, more, 0);
    let record = service.desk.callsheet(&["show", &run]).stdout;
    narrator.steps(&record)?;
    Ok(logs)
}
