//! The story: deploy a release by its runbook, die in the middle, go on, and prove what happened.

use anyhow::{Context, bail, ensure};
use callsheet_e2e::{Desk, Ending};

use crate::demo::narrator::Narrator;
use crate::demo::service::Service;

const RUNBOOK: &str = "runbooks/asset-manager.md";
const OLD: &str = "1.0.0";
const NEW: &str = "1.1.0";
/// The step that needs an approval.
const APPROVED: &str = "switch";
/// The step in whose middle Callsheet is killed.
const STEP: &str = "restart";

/// Tells it; an error is a surprise.
pub fn tell(narrator: &Narrator, desk: &Desk, service: &Service, password: &str) -> anyhow::Result<()> {
    narrator.chapter(&format!("A real service: asset-manager {OLD}"));
    for arguments in [vec!["install", OLD], vec!["switch", OLD], vec!["start"]] {
        narrator.quote(&service.script(&arguments)?, 2);
    }
    let stage = Stage { narrator, desk, service, address: service.address()? };
    stage.read()?;
    stage.deploy_until_the_approval()?;
    stage.die_in_the_middle()?;
    stage.go_on()?;
    stage.smoke_test()?;
    stage.look_back(password)
}

struct Stage<'a> {
    narrator: &'a Narrator,
    desk: &'a Desk,
    service: &'a Service,
    address: String,
}

impl Stage<'_> {
    /// Runs a command that a person would type, and demands its exit code.
    fn callsheet(&self, arguments: &[&str], code: i32) -> anyhow::Result<Ending> {
        self.narrator.command(&format!("callsheet {}", shown(arguments)));
        let ending = self.desk.callsheet(arguments);
        ensure!(ending.code == Some(code), "expected exit code {code}: {ending}");
        Ok(ending)
    }

    fn read(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Its runbook is a page for people; Callsheet reads it as it stands");
        let checked = self.callsheet(&["check", RUNBOOK], 0)?;
        self.narrator.quote(&checked.text(), 6);
        let planned =
            self.callsheet(&["plan", &format!("{RUNBOOK}#deploy"), "--param", &format!("version={NEW}")], 0)?;
        self.narrator.quote(&planned.stdout, 18);
        Ok(())
    }

    /// Begins the deploy and answers what it asks, as it says itself, up to the approval of the restart.
    fn deploy_until_the_approval(&self) -> anyhow::Result<()> {
        self.narrator.chapter(&format!("Deploy {NEW}"));
        let (version, address) = (format!("version={NEW}"), format!("base_url={}", self.address));
        let deploy = format!("{RUNBOOK}#deploy");
        let begin = ["run", &deploy, "--param", &version, "--param", &address, "--why", "show what it does", "--yes"];
        let mut ending = self.callsheet(&begin, 3)?;
        // Each time it waits, it prints the command that answers.
        for _ in 0..10 {
            self.narrator.quote(&tail(&ending.text(), 9), 9);
            let answer = offered(&ending.text()).with_context(|| format!("it says no way to go on: {ending}"))?;
            let answer: Vec<&str> = answer.iter().map(String::as_str).collect();
            self.callsheet(&answer, 0)?;
            if answer[0] == "approve" && answer[2] == APPROVED {
                return Ok(());
            }
            ending = self.callsheet(&["resume", "last", "--yes"], 3)?;
        }
        bail!("the approval of `{APPROVED}` was never asked for");
    }

    fn die_in_the_middle(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Approved. Now Callsheet is killed in the middle of the restart");
        self.narrator.command("callsheet resume last --yes");
        let mut program = self.desk.start(&["resume", "last", "--yes"]);
        self.until("the restart to be under way", || {
            ensure!(program.runs(), "Callsheet ended before it could be killed: {}", program.printed());
            Ok(self.service.is_draining())
        })?;
        let pid = program.pid().0;
        program.kill();
        self.narrator.command(&format!("kill -9 {pid}"));
        ensure!(!self.desk.keepers().is_empty(), "no keeper outlived Callsheet");
        self.narrator.say("Callsheet is dead. The keeper of its step is not:");
        for keeper in self.desk.processes().iter().filter(|process| process.is_keeper()) {
            self.narrator.quote(&format!("{} {}", keeper.pid.0, keeper.line), 1);
        }
        self.until("the step to finish without Callsheet", || Ok(self.service.starts_of(NEW) == 1))?;
        self.narrator.say(&format!("asset-manager {NEW} was started once, and nobody decided anything after that."));
        let runs = self.callsheet(&["runs"], 0)?;
        self.narrator.quote(&runs.stdout, 3);
        Ok(())
    }

    fn go_on(&self) -> anyhow::Result<()> {
        self.narrator.chapter("Resume: the finished step is taken over, not run again");
        let ending = self.callsheet(&["resume", "last", "--yes"], 0)?;
        self.narrator.quote(&ending.text(), 24);
        let starts = self.service.starts_of(NEW);
        ensure!(starts == 1, "asset-manager {NEW} was started {starts} times");
        let intents = self.intents_of(STEP)?;
        ensure!(intents == 1, "the journal holds {intents} attempts at `{STEP}`");
        let status = self.service.script(&["status"])?;
        ensure!(status.contains(NEW), "another release runs: {status}");
        self.narrator
            .say(&format!("Proof: 1 attempt at `{STEP}` in the journal, 1 start in the service's own log, and:"));
        self.narrator.quote(&status, 1);
        Ok(())
    }

    fn smoke_test(&self) -> anyhow::Result<()> {
        self.narrator.chapter("The smoke test signs in and walks a user's way; steps share one shell's state");
        let (procedure, address) = (format!("{RUNBOOK}#smoke-test"), format!("base_url={}", self.address));
        let ending = self.callsheet(&["run", &procedure, "--param", &address, "--yes"], 0)?;
        self.narrator.quote(&tail(&ending.text(), 12), 12);
        Ok(())
    }

    fn look_back(&self, password: &str) -> anyhow::Result<()> {
        self.narrator.chapter("The change record");
        let deploy = self.desk.runs().pop().context("the deploy is not on record")?;
        let record = self.callsheet(&["show", &deploy], 0)?;
        self.narrator.quote(&record.stdout, 40);
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
