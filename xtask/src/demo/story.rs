//! The story: bring a release out by its runbook, die in the middle, go on, and prove what happened.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use callsheet_e2e::{Crowd, Desk, Ending};

use crate::demo::narrator::Narrator;
use crate::demo::service::{Service, address};

const RUNBOOK: &str = "runbooks/asset-manager.md";
const OLD: &str = "1.0.0";
const NEW: &str = "1.1.0";
/// The step that brings the release out; it needs an approval, and Callsheet is killed in its middle.
const STEP: &str = "ship";

/// Tells it; an error is a surprise. Releases are copies of `program`.
pub fn tell(narrator: &Narrator, desk: &Desk, service: &Service, program: &Path, password: &str) -> anyhow::Result<()> {
    let artifact = format!("artifact={}", program.display());
    let mut stage = Stage { narrator, desk, service, given: vec!["--env".to_owned(), "demo".to_owned()] };
    stage.given.extend(["--param".to_owned(), artifact]);
    stage.first_start()?;
    let address = address(desk)?;
    stage.given.extend(["--param".to_owned(), format!("base_url=http://{address}")]);
    stage.read()?;
    let users = Crowd::asking(address, "/api/universes", 8, Duration::from_millis(10));
    narrator.say("From here on eight users ask without a pause, each on a connection that it keeps.");
    stage.deploy_until_the_approval()?;
    stage.die_in_the_middle()?;
    stage.go_on()?;
    let tally = users.leave();
    ensure!(tally.broken.is_empty(), "requests were lost: {:?}", tally.broken);
    let answers: u64 = tally.answers.values().sum();
    ensure!(tally.answers.keys().all(|(status, _)| *status == 200), "users got errors: {tally:?}");
    narrator.say(&format!("{answers} requests meanwhile, none of them lost, none of them failed."));
    stage.smoke_test()?;
    stage.look_back(password)
}

struct Stage<'a> {
    narrator: &'a Narrator,
    desk: &'a Desk,
    service: &'a Service,
    /// What every run is given: the environment, where the service answers, what is brought out.
    given: Vec<String>,
}

impl Stage<'_> {
    /// Runs a command that a person would type, and demands its exit code.
    fn callsheet(&self, arguments: &[&str], code: i32) -> anyhow::Result<Ending> {
        self.narrator.command(&format!("callsheet {}", shown(arguments)));
        let ending = self.desk.callsheet(arguments);
        ensure!(ending.code == Some(code), "expected exit code {code}: {ending}");
        Ok(ending)
    }

    /// Runs a procedure of the runbook, with more arguments, and demands its exit code.
    fn run(&self, procedure: &str, more: &[&str], code: i32) -> anyhow::Result<Ending> {
        let place = format!("{RUNBOOK}#{procedure}");
        let given = self.given.iter().map(String::as_str);
        let line: Vec<&str> = ["run", &place].into_iter().chain(given).chain(more.iter().copied()).collect();
        self.callsheet(&[line.as_slice(), &["--yes"]].concat(), code)
    }

    fn first_start(&self) -> anyhow::Result<()> {
        self.narrator.chapter(&format!("A real service: asset-manager {OLD}, two instances behind Callsheet's edge"));
        // Where it will answer is not known yet: the edge takes any free port here.
        let version = format!("version={OLD}");
        let ending = self.run("first-start", &["--param", &version, "--without", "answers"], 0)?;
        self.narrator.quote(&tail(&ending.text(), 8), 8);
        Ok(())
    }

    fn read(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Its runbook is a page for people; Callsheet reads it as it stands");
        let checked = self.callsheet(&["check", RUNBOOK], 0)?;
        self.narrator.quote(&checked.text(), 6);
        let place = format!("{RUNBOOK}#deploy");
        let planned = self.callsheet(&["plan", &place, "--param", &format!("version={NEW}")], 0)?;
        self.narrator.quote(&planned.stdout, 18);
        Ok(())
    }

    /// Begins the deploy and answers what it asks, as it says itself, up to the approval of the release.
    fn deploy_until_the_approval(&self) -> anyhow::Result<()> {
        self.narrator.chapter(&format!("Deploy {NEW}"));
        let version = format!("version={NEW}");
        let mut ending = self.run("deploy", &["--param", &version, "--why", "show what it does"], 3)?;
        // Each time it waits, it prints the command that answers.
        for _ in 0..10 {
            self.narrator.quote(&tail(&ending.text(), 9), 9);
            let answer = offered(&ending.text()).with_context(|| format!("it says no way to go on: {ending}"))?;
            let answer: Vec<&str> = answer.iter().map(String::as_str).collect();
            self.callsheet(&answer, 0)?;
            if answer[0] == "approve" && answer[2] == STEP {
                return Ok(());
            }
            ending = self.callsheet(&["resume", "last", "--yes"], 3)?;
        }
        bail!("the approval of `{STEP}` was never asked for");
    }

    fn die_in_the_middle(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Approved. Now Callsheet is killed while a fifth of the users are on the new release");
        self.narrator.command("callsheet resume last --yes");
        let mut program = self.desk.start(&["resume", "last", "--yes"]);
        self.until("the canary to be judged", || {
            ensure!(program.runs(), "Callsheet ended before it could be killed: {}", program.printed());
            Ok(self.desk.callsheet(&["status"]).stdout.contains("judged at 20%"))
        })?;
        let pid = program.pid().0;
        program.kill();
        self.narrator.command(&format!("kill -9 {pid}"));
        self.narrator.say("Callsheet is dead. Edge and instances are not, and users notice nothing:");
        let status = self.callsheet(&["status"], 0)?;
        self.narrator.quote(&status.stdout, 8);
        let runs = self.callsheet(&["runs"], 0)?;
        self.narrator.quote(&runs.stdout, 2);
        Ok(())
    }

    fn go_on(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Resume: the rollout goes on where it stood, with all that was counted");
        let ending = self.callsheet(&["resume", "last", "--yes"], 0)?;
        self.narrator.quote(&ending.text(), 24);
        let intents = self.intents_of(STEP)?;
        ensure!(intents == 1, "the journal holds {intents} attempts at `{STEP}`");
        let versions = self.service.versions(self.desk)?;
        ensure!(versions == [NEW, NEW], "other instances run: {versions:?}");
        self.narrator.say(&format!("Proof: 1 attempt at `{STEP}` in the journal, and two instances of {NEW}:"));
        let list = self.callsheet(&["instances"], 0)?;
        self.narrator.quote(&list.stdout, 3);
        Ok(())
    }

    fn smoke_test(&self) -> anyhow::Result<()> {
        self.narrator.chapter("The smoke test signs in and walks a user's way; steps share one shell's state");
        let ending = self.run("smoke-test", &[], 0)?;
        self.narrator.quote(&tail(&ending.text(), 12), 12);
        Ok(())
    }

    fn look_back(&self, password: &str) -> anyhow::Result<()> {
        self.narrator.chapter("The change record");
        // The newest first: the smoke test, then the deploy.
        let deploy = self.desk.runs().into_iter().nth(1).context("the deploy is not on record")?;
        let record = self.callsheet(&["show", &deploy], 0)?;
        self.narrator.quote(&record.stdout, 60);
        let verified = self.callsheet(&["verify", &deploy], 0)?;
        self.narrator.quote(&verified.text(), 3);
        let leaks = files_holding(&self.desk.state(), password.as_bytes())?;
        ensure!(leaks.is_empty(), "the admin's password stands in {leaks:?}");
        self.narrator.say("The smoke test used the admin's password; no file of the state folder holds it.");
        Ok(())
    }

    /// Attempts at a step that the record of the newest run tells of.
    fn intents_of(&self, step: &str) -> anyhow::Result<usize> {
        let run = self.desk.runs().into_iter().next().context("no run is on record")?;
        let record = self.desk.record(&run);
        let steps = record["steps"].as_array().context("the record lists no steps")?;
        let found =
            steps.iter().find(|one| one["id"] == step).with_context(|| format!("no step `{step}` on record"))?;
        found["attempts"].as_array().map(Vec::len).context("the record lists no attempts")
    }

    fn until(&self, what: &str, mut holds: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let began = std::time::Instant::now();
        while !holds()? {
            ensure!(began.elapsed().as_secs() < 60, "waited a minute in vain for {what}");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        Ok(())
    }
}

/// The first answer that a waiting run offers: the words of `callsheet approve RUN STEP` or `confirm`, without `callsheet`.
fn offered(text: &str) -> Option<Vec<String>> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("callsheet "));
    let commands = lines.map(|line| line.split("  #").next().unwrap_or(line).trim());
    let mut answers = commands.filter(|line| line.starts_with("approve ") || line.starts_with("confirm "));
    Some(answers.next()?.split_whitespace().take(3).map(ToOwned::to_owned).collect())
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// As a person would type it: quoted where a shell would split.
fn shown(arguments: &[&str]) -> String {
    let quoted = arguments.iter().map(|argument| match argument.contains([' ', '#']) {
        true => format!("'{argument}'"),
        false => (*argument).to_owned(),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Files below `folder` in which `needle` stands.
fn files_holding(folder: &std::path::Path, needle: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry.context("cannot list the state folder")?.path();
        if path.is_dir() {
            found.extend(files_holding(&path, needle)?);
        } else if std::fs::read(&path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle)) {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}
