//! Commands run one after the other, each timed, with a closing table.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How a stage ended.
enum End {
    Passed,
    Skipped(String),
    Failed(String),
}

/// Runs stages and remembers how each went.
#[derive(Default)]
pub struct Stages {
    done: Vec<(&'static str, Duration, End)>,
}

/// Runs `command` with its output on our own streams.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        bail!("{program} {} ended with {status}", arguments.join(" "));
    }
    Ok(())
}

impl Stages {
    /// Runs one stage. A failure is told at once and remembered; the next stage still runs, so that one run shows all faults.
    pub fn stage(&mut self, name: &'static str, act: impl FnOnce() -> anyhow::Result<()>) {
        eprintln!("\n── {name}");
        let began = Instant::now();
        let end = match act() {
            Ok(()) => End::Passed,
            Err(error) => {
                eprintln!("error: {error:#}");
                End::Failed(format!("{error:#}"))
            }
        };
        self.done.push((name, began.elapsed(), end));
    }

    /// Notes a stage that has nothing to do here.
    pub fn skip(&mut self, name: &'static str, reason: impl Into<String>) {
        self.done.push((name, Duration::ZERO, End::Skipped(reason.into())));
    }

    /// Prints the closing table; an error if any stage failed.
    pub fn close(self) -> anyhow::Result<()> {
        println!("\n── summary");
        let mut failed = 0;
        for (name, took, end) in &self.done {
            let seconds = took.as_secs_f64();
            match end {
                End::Passed => println!("  ok      {seconds:>7.1} s  {name}"),
                End::Skipped(reason) => println!("  skipped          -  {name}: {reason}"),
                End::Failed(why) => {
                    failed += 1;
                    println!("  FAILED  {seconds:>7.1} s  {name}: {}", why.lines().next().unwrap_or_default());
                }
            }
        }
        if failed > 0 {
            bail!("{failed} of {} stages failed", self.done.len());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Stages;

    #[test]
    fn one_failed_stage_fails_the_whole_but_stops_nothing() {
        let mut stages = Stages::default();
        let mut ran = 0;
        stages.stage("first", || anyhow::bail!("broken"));
        stages.stage("second", || {
            ran += 1;
            Ok(())
        });
        assert_eq!(ran, 1);
        assert_eq!(stages.close().unwrap_err().to_string(), "1 of 2 stages failed");
    }
}
