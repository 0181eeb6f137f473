//! The change record as Markdown, to paste into a ticket.

use std::fmt::Write;

use super::ChangeRecord;

impl ChangeRecord {
    /// Markdown; words of people and programs are escaped.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let mut line = |text: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{text}");
        };
        line(format!("# {}: {}\n", escaped(&self.title), self.phase));
        line("| | |\n| --- | --- |".to_owned());
        let mut row = |name: &str, value: &str| line(format!("| {name} | {} |", escaped(value)));
        row("run", &self.run.to_string());
        row("procedure", &self.procedure);
        row("service", &self.service);
        row("environment", &self.environment);
        row("asked for by", &self.requested_by.to_string());
        row("why", &self.why);
        row("created (UTC)", &format!("{:.3}", self.created));
        row("last event (UTC)", &format!("{:.3}", self.updated));
        row("plan", &self.plan.to_string());
        row("runbook", &self.runbook.to_string());
        for (name, value) in &self.parameters {
            row(&format!("parameter {}", escaped(name)), value);
        }
        for name in &self.secrets {
            row(&format!("secret {}", escaped(name)), "not recorded");
        }
        line(String::new());
        for said in &self.course {
            line(format!("- {}", escaped(&said.words())));
        }
        for step in &self.steps {
            line(format!("\n## {}: {}\n\nLine {}, step `{}`\n", escaped(&step.title), step.state, step.line, step.id));
            for (words, checks) in step.in_order() {
                line(format!("- {}", escaped(&words)));
                checks.iter().for_each(|check| line(format!("  - {}", escaped(check))));
            }
        }
        for rollout in &self.rollouts {
            line(format!("\n## Rollout of {}\n", escaped(&rollout.heading())));
            rollout.lines().iter().for_each(|said| line(format!("- {}", escaped(said))));
        }
        line(format!("\nHead of the chain: record {}, `{}`", self.head.seq, self.head.chain));
        out
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            '|' | '*' | '_' | '`' | '<' | '[' | ']' | '\\' | '#' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}
