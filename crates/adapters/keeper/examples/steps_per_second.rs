//! Measures the keeper's part of a step: `cargo run --release -p callsheet-keeper --example steps_per_second`.
//!
//! Steps of `true` through a real keeper, beside a bare loop of `bash -c true`; then redaction alone. The journal is not in it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use callsheet_base::{Duration, RunId, StepId};
use callsheet_keeper::redact::{RedactionSet, Redactor};
use callsheet_keeper::*;

const STEPS: u32 = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let bare = Instant::now();
    for _ in 0..STEPS {
        Command::new("/bin/bash").args(["-c", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    }
    let bare = bare.elapsed().as_secs_f64() * 1000.0 / f64::from(STEPS);
    writeln!(out, "bash -c true        {bare:.2} ms")?;

    let folder = tempfile::tempdir()?;
    let mut launcher = Launcher::this_program(folder.path());
    launcher.program = std::env::current_exe()?.with_file_name("../callsheet-keeper");
    launcher.arguments = Vec::new();
    let run = RunDir::new(folder.path().join("run"));
    let mut keeper = launcher.connect(&run)?;
    for (name, script, save) in
        [("true, no state", "true", false), ("true", "true", true), ("state changes", "n=$((n + 1))", true)]
    {
        let begun = Instant::now();
        let mut state = None;
        for attempt in 1..=STEPS {
            let mut step = step(name, script, attempt);
            step.directory = folder.path().to_owned();
            if save {
                step.state_from = state.take();
                step.state_to = SaveState::As { id: SnapshotId(format!("{}{attempt}", name.len())) };
            }
            keeper.send(&Request::Start(Box::new(step)))?;
            let ended = keeper.recv_where(|message| matches!(message, Message::Ended(_)))?;
            if let Message::Ended(ended) = ended
                && let StateOutcome::Saved { snapshot } = ended.state
            {
                state = Some(snapshot);
            }
        }
        let each = begun.elapsed().as_secs_f64() * 1000.0 / f64::from(STEPS);
        writeln!(out, "keeper: {name:15} {each:.2} ms, {:.2} × bare", bare / each)?;
    }
    keeper.send(&Request::Release)?;

    let secrets =
        [("A", "s3cret/value+with 'quotes'"), ("B", "0123456789abcdef0123456789abcdef"), ("C", "hunter2hunter2")];
    let set = RedactionSet::new(secrets);
    let line =
        b"2026-01-02T03:04:05Z INFO deploy: container web-1 of app/web:1.2.3 is healthy after 3 probes (200 OK)\n";
    let text = line.repeat(100_000);
    let begun = Instant::now();
    let (mut redactor, mut clean) = (Redactor::new(&set), Vec::with_capacity(text.len()));
    text.chunks(64 << 10).for_each(|piece| redactor.push(&set, piece, &mut clean));
    redactor.finish(&set, &mut clean);
    writeln!(out, "redaction           {:.0} MB/s", text.len() as f64 / 1e6 / begun.elapsed().as_secs_f64())?;
    Ok(())
}

fn step(name: &str, script: &str, attempt: u32) -> StartStep {
    StartStep {
        claim: Claim { run: RunId::from_bytes([1; 16]), step: StepId::new(name), act: 0, attempt },
        name: name.into(),
        script: script.into(),
        shell: default_shell(),
        env: std::env::vars().collect(),
        secrets: Vec::new(),
        redact: Vec::new(),
        directory: "/".into(),
        timeout: Some(Duration::from_secs(60)),
        grace: Duration::from_secs(5),
        mode: Mode::Piped,
        state_from: None,
        state_to: SaveState::Discard,
        output_limit: DEFAULT_OUTPUT_LIMIT,
    }
}
