//! A run with a real keeper, for tests: each test has its own folder, keeper and shells.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;
use std::time::Duration;

use callsheet_base::{RunId, StepId};
use callsheet_keeper::*;

/// A run and a connection to its keeper.
pub struct Stage {
    pub folder: tempfile::TempDir,
    pub run: RunDir,
    pub keeper: Connection,
    /// The state with which the next step begins.
    pub state: Option<SnapshotId>,
    /// Declared secrets of all steps.
    pub secrets: Vec<NamedSecret>,
    pub env: Vec<(String, String)>,
    attempts: u32,
}

pub fn launcher(state: &Path) -> Launcher {
    let mut launcher = Launcher::this_program(state);
    launcher.program = env!("CARGO_BIN_EXE_callsheet-keeper").into();
    launcher.arguments = Vec::new();
    launcher.idle = Duration::from_secs(5);
    launcher
}

/// As [`launcher`], with a place for the keeper to die at.
pub fn dying_launcher(state: &Path, place: &str) -> Launcher {
    let mut launcher = launcher(state);
    let program = launcher.program;
    launcher.arguments = vec![format!("CALLSHEET_KEEPER_DIES={place}").into(), program.into()];
    launcher.program = "/usr/bin/env".into();
    launcher
}

pub fn claim(attempt: u32) -> Claim {
    Claim { run: RunId::from_bytes([7; 16]), step: StepId::new("deploy"), act: 0, attempt }
}

impl Stage {
    pub fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        Stage::in_folder(folder)
    }

    pub fn in_folder(folder: tempfile::TempDir) -> Stage {
        let run = RunDir::new(folder.path().join("runs/one"));
        let keeper = launcher(folder.path()).connect(&run).unwrap();
        std::fs::create_dir_all(folder.path().join("work")).unwrap();
        let env =
            vec![("PATH".to_owned(), std::env::var("PATH").unwrap()), ("LC_ALL".to_owned(), "C.UTF-8".to_owned())];
        Stage { folder, run, keeper, state: None, secrets: Vec::new(), env, attempts: 0 }
    }

    /// Where steps begin.
    pub fn work(&self) -> std::path::PathBuf {
        self.folder.path().join("work")
    }

    /// A request with this test's usual answers.
    pub fn step(&mut self, script: &str) -> StartStep {
        self.attempts += 1;
        StartStep {
            claim: claim(self.attempts),
            name: "deploy".into(),
            script: script.into(),
            shell: default_shell(),
            env: self.env.clone(),
            secrets: self.secrets.clone(),
            redact: Vec::new(),
            directory: self.work(),
            timeout: Some(callsheet_base::Duration::from_secs(20)),
            grace: callsheet_base::Duration::from_millis(300),
            mode: Mode::Piped,
            state_from: self.state.clone(),
            state_to: SaveState::As { id: SnapshotId(format!("s{}", self.attempts)) },
            output_limit: DEFAULT_OUTPUT_LIMIT,
        }
    }

    pub fn start(&mut self, step: StartStep) -> Claim {
        let claim = step.claim.clone();
        self.keeper.send(&Request::Start(Box::new(step))).unwrap();
        claim
    }

    pub fn ended(&mut self, claim: &Claim) -> Ended {
        let found = self.keeper.recv_where(|message| match message {
            Message::Ended(ended) => ended.claim == *claim,
            Message::Refused { claim: of, .. } => of == claim,
            _ => false,
        });
        match found.unwrap() {
            Message::Ended(ended) => *ended,
            other => panic!("{other:?}"),
        }
    }

    pub fn refused(&mut self, claim: &Claim) -> Refusal {
        let found =
            self.keeper.recv_where(|message| matches!(message, Message::Refused { claim: of, .. } if of == claim));
        match found.unwrap() {
            Message::Refused { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    pub fn execute(&mut self, step: StartStep) -> Ended {
        let claim = self.start(step);
        self.ended(&claim)
    }

    /// Runs a script as the run's next step: its state is the next one's beginning.
    pub fn run(&mut self, script: &str) -> Ended {
        let step = self.step(script);
        let ended = self.execute(step);
        if let StateOutcome::Saved { snapshot } = &ended.state {
            self.state = Some(snapshot.clone());
        }
        ended
    }

    /// Runs a script that must succeed and says nothing on standard error; returns its standard output.
    pub fn out(&mut self, script: &str) -> String {
        let ended = self.run(script);
        assert_eq!((&ended.end, text(&ended.stderr).as_str()), (&End::Exited { code: 0 }, ""), "{script}\n{ended:?}");
        assert!(matches!(ended.state, StateOutcome::Saved { .. }), "{script}\n{ended:?}");
        text(&ended.stdout)
    }

    pub fn release(mut self) {
        self.keeper.send(&Request::Release).unwrap();
        self.keeper.recv_where(|message| *message == Message::Released).unwrap();
    }
}

/// Kept output, if it is small.
pub fn text(captured: &Captured) -> String {
    match &captured.kept {
        Kept::Nothing => String::new(),
        Kept::Inline { bytes } => bytes.to_text(),
        other => panic!("not inline: {other:?}"),
    }
}

/// Waits until something holds, at most ten seconds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..12_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("not within a minute: {what}");
}

/// True if the process exists and is not a zombie.
pub fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z') && !rest.starts_with('X'))
}

pub fn kill(pid: u32, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
}
