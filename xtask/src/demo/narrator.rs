//! What the demo says while it goes on: one short line per thing, programs' own words indented.

use std::time::Instant;

/// Tells the demo.
pub struct Narrator {
    began: Instant,
}

impl Narrator {
    /// Begins to count the time.
    pub fn new() -> Narrator {
        Narrator { began: Instant::now() }
    }

    /// A heading.
    pub fn chapter(&self, words: &str) {
        println!("\n[{:>5.1} s] {words}", self.began.elapsed().as_secs_f64());
    }

    /// A line of ours.
    pub fn say(&self, words: &str) {
        println!("          {words}");
    }

    /// A command, as a person would type it.
    pub fn command(&self, line: &str) {
        println!("          $ {line}");
    }

    /// What a program printed, at most `most` lines.
    pub fn quote(&self, text: &str, most: usize) {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in lines.iter().take(most) {
            println!("          │ {line}");
        }
        if lines.len() > most {
            println!("          │ … {} more lines", lines.len() - most);
        }
    }

    /// How each step of a change record ended; an error if the record tells of none.
    pub fn steps(&self, record: &str) -> anyhow::Result<()> {
        let steps: Vec<String> = record.lines().filter_map(step).collect();
        anyhow::ensure!(!steps.is_empty(), "the record shows no step: {record}");
        self.quote(&steps.join("\n"), 14);
        Ok(())
    }
}

/// `✓ login  Sign in.`, from the line of a record that begins a step.
fn step(line: &str) -> Option<String> {
    let (what, end) = line.split_once("  (line ")?;
    let (_, state) = end.split_once("): ")?;
    Some(match state {
        "done" => format!("✓ {what}"),
        other => format!("✗ {what}: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn a_records_steps_are_found_among_its_lines() {
        assert_eq!(step("login  Sign in.  (line 236): done").as_deref(), Some("✓ login  Sign in."));
        assert_eq!(step("ship  Bring it out.  (line 9): failed").as_deref(), Some("✗ ship  Bring it out.: failed"));
        assert_eq!(step("  2026-11-22T16:39:58.453Z act 1 attempt 1: exit status 0"), None);
    }
}
