//! The change record as plain text for a terminal.

use std::fmt::Write;

use super::ChangeRecord;

impl ChangeRecord {
    /// Plain text, one fact a line.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |indent: usize, text: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{:indent$}{text}", "");
        };
        line(0, &format!("run {}  {}  {}", self.run.short(), self.procedure, self.phase));
        line(0, &format!("service {}  environment {}", self.service, self.environment));
        line(0, &format!("asked for by {} at {:.3}{}", self.requested_by, self.created, prefixed(": ", &self.why)));
        line(0, &format!("plan {}  runbook {}", self.plan.short(), self.runbook.short()));
        for (name, value) in &self.parameters {
            line(0, &format!("parameter {name} = {value}"));
        }
        for name in &self.secrets {
            line(0, &format!("secret {name} (not recorded)"));
        }
        for said in &self.course {
            line(0, &said.words());
        }
        for step in &self.steps {
            line(0, "");
            line(0, &format!("{}  {}  (line {}): {}", step.id, step.title, step.line, step.state));
            for (words, checks) in step.in_order() {
                line(2, &words);
                checks.iter().for_each(|check| line(4, check));
            }
        }
        for rollout in &self.rollouts {
            line(0, "");
            line(0, &format!("rollout {}", rollout.heading()));
            rollout.lines().iter().for_each(|said| line(2, said));
        }
        line(0, "");
        line(0, &format!("head {} {}", self.head.seq, self.head.chain));
        out
    }
}

fn prefixed(prefix: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{prefix}{text}") }
}
