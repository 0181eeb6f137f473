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
}
