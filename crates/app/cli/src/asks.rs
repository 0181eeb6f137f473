//! What a run asks of a person, and the answers there are: one list for the keys of the live view and for the commands that go on.

use callsheet_engine::{Command, Run, Waiting, WaitingFor};
use callsheet_plan::{Action, StepIndex};

/// One open question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The step that asks.
    pub step: StepIndex,
    /// What is asked.
    pub question: String,
    /// What the person should know before they answer, one line each.
    pub details: Vec<String>,
    /// What they can say, the most likely first.
    pub answers: Vec<Answer>,
    /// A danger: the word `yes` must be typed to confirm it.
    pub typed: bool,
    /// `--yes` confirms it.
    pub plain: bool,
}

/// One thing that can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The key in the live view.
    pub key: char,
    /// The command's name: `confirm`, `approve`, ….
    pub verb: &'static str,
    /// Words beside the key.
    pub label: String,
    /// What the run is told.
    pub command: Command,
    /// Whether words go with it.
    pub note: Note,
}

/// Whether words go with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// None are asked for.
    Unasked,
    /// They are asked for and may be left empty.
    Offered,
    /// There must be some: the record would not explain itself.
    Needed,
}

/// Every open question of the run, in the plan's order.
pub fn of(run: &Run) -> Vec<Ask> {
    run.waiting().iter().map(|waiting| ask(run, waiting)).collect()
}

fn ask(run: &Run, waiting: &Waiting) -> Ask {
    let step = waiting.step;
    let (question, details, answers) = match &waiting.wanted {
        WaitingFor::Approval { rule, approved, words } => {
            let mut details = vec![format!("for: {words}")];
            if rule.needed > 1 {
                details.push(format!("{} of {} given", approved.len(), rule.needed));
            }
            details.extend(commands(run, step));
            (
                format!("Waits for an approval by {}", rule.who),
                details,
                vec![approve(step), deny(step, "deny: the run ends")],
            )
        }
        WaitingFor::Danger { words } => {
            let mut details: Vec<String> = words.iter().map(|word| format!("dangerous: {word}")).collect();
            details.extend(commands(run, step));
            let answers = vec![confirm(step, "run it", Note::Unasked), skip(step), deny(step, "no: the run ends")];
            ("This step is dangerous. Run it?".to_owned(), details, answers)
        }
        WaitingFor::Confirm { words } => {
            let answers = vec![confirm(step, "yes", Note::Unasked), skip(step), deny(step, "no: the run ends")];
            (words.clone(), commands(run, step), answers)
        }
        WaitingFor::DoOrSkip { condition } => {
            let question = match condition.as_str() {
                "" => "Is this step to be done?".to_owned(),
                words => format!("Is this step to be done? The runbook says: {words}"),
            };
            (question, commands(run, step), vec![confirm(step, "do it", Note::Unasked), skip_plainly(step)])
        }
        WaitingFor::Choice { labels } => ("Which way?".to_owned(), Vec::new(), choices(step, labels)),
        WaitingFor::Act { instruction, offers } => {
            let details = offers.iter().map(|command| format!("$ {command}")).collect();
            let answers = vec![confirm(step, "done", Note::Offered), skip(step), deny(step, "it did not work")];
            let title = run.plan().step(step).map(|step| step.title.as_str()).unwrap_or_default();
            let question = if instruction.trim() == title.trim() { "Do it, then say so." } else { instruction };
            (question.to_owned(), details, answers)
        }
        WaitingFor::Judge { expects } => {
            let details = expects.iter().map(|text| format!("expected: {}", without_label(text))).collect();
            let answers = vec![confirm(step, "yes", Note::Offered), deny(step, "no")];
            ("Is it as expected?".to_owned(), details, answers)
        }
        WaitingFor::Settle { why, in_doubt } => settle(run, step, why, *in_doubt),
    };
    let typed = matches!(waiting.wanted, WaitingFor::Danger { .. });
    Ask { step, question, details, answers, typed, plain: waiting.wanted.is_plain() }
}

fn settle(run: &Run, step: StepIndex, why: &str, in_doubt: bool) -> (String, Vec<String>, Vec<Answer>) {
    let (question, done) = match in_doubt {
        true => {
            ("Nobody knows whether this step happened. Look at the system: how does it go on?", "it happened: go on")
        }
        false => ("This step did not end well. How does it go on?", "take it as done"),
    };
    let mut answers = vec![
        answer('r', "retry", "run it again", Command::Retry(step), Note::Offered),
        answer('o', "done", done, Command::Done(step), Note::Needed),
        skip(step),
    ];
    answers.extend(ways_back(run));
    (question.to_owned(), vec![why.to_owned()], answers)
}

/// The runbook's words, without an "Expected:" of their own.
fn without_label(text: &str) -> &str {
    let (label, rest) = text.split_once(':').unwrap_or(("", text));
    if label.trim().eq_ignore_ascii_case("expected") { rest.trim_start() } else { text }
}

/// One way back is `b`; where the plan knows several, each has a number beside it.
fn ways_back(run: &Run) -> Vec<Answer> {
    let plan = run.plan();
    if plan.rollbacks.is_empty() && plan.steps.iter().all(|step| step.undo.is_none()) {
        return Vec::new();
    }
    let back = |key, label: &str, to| answer(key, "rollback", label, Command::Rollback { to }, Note::Offered);
    let mut ways = vec![back('b', "roll back", None)];
    if plan.rollbacks.len() > 1 {
        let named = plan.rollbacks.iter().zip('1'..='9');
        ways.extend(named.map(|(one, key)| back(key, &format!("↶ {}", one.title), Some(one.slug.clone()))));
    }
    ways
}

fn choices(step: StepIndex, labels: &[String]) -> Vec<Answer> {
    let keys = ('1'..='9').chain('a'..='z');
    let choose = |(label, key): (&String, char)| {
        answer(key, "choose", label, Command::Choose { step, label: label.clone() }, Note::Unasked)
    };
    labels.iter().zip(keys).map(choose).collect()
}

fn confirm(step: StepIndex, label: &str, note: Note) -> Answer {
    answer('y', "confirm", label, Command::Confirm(step), note)
}

fn approve(step: StepIndex) -> Answer {
    answer('a', "approve", "approve", Command::Approve(step), Note::Offered)
}

fn deny(step: StepIndex, label: &str) -> Answer {
    answer('n', "deny", label, Command::Deny(step), Note::Needed)
}

fn skip(step: StepIndex) -> Answer {
    answer('s', "skip", "skip it", Command::Skip(step), Note::Needed)
}

fn skip_plainly(step: StepIndex) -> Answer {
    Answer { note: Note::Offered, ..skip(step) }
}

fn answer(key: char, verb: &'static str, label: &str, command: Command, note: Note) -> Answer {
    Answer { key, verb, label: label.to_owned(), command, note }
}

/// The scripts that the step would run, as a person would read them.
fn commands(run: &Run, step: StepIndex) -> Vec<String> {
    let acts = run.plan().step(step).map(|step| step.acts.as_slice()).unwrap_or_default();
    let scripts = acts.iter().filter_map(|act| match &act.action {
        Action::Shell { script, .. } => Some(script),
        _ => None,
    });
    scripts.flat_map(|script| script.trim().lines()).map(|line| format!("$ {line}")).collect()
}

// === impl Answer ===

impl Answer {
    /// The command line that says the same, for a person to paste.
    pub fn line(&self, run: &str, step: &str) -> String {
        let mut line = format!("callsheet {} {run} {}", self.verb, quoted(step));
        if let Command::Choose { label, .. } = &self.command {
            line.push_str(&format!(" {}", quoted(label)));
        }
        if let Command::Rollback { to: Some(slug) } = &self.command {
            line.push_str(&format!(" --to {}", quoted(slug)));
        }
        match self.note {
            Note::Unasked => {}
            Note::Offered => line.push_str(" [--note '…']"),
            Note::Needed => line.push_str(" --note '…'"),
        }
        line
    }
}

/// As a shell word.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
