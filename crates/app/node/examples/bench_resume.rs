//! Taking over a run with many records: `bench_resume [RECORDS]`; prints JSON.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use callsheet_access::{Actor, People};
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Created, Event, Exit, Outcome, Run, advance, report};
use callsheet_journal::{Draft, Head, Journal, Transaction};
use callsheet_journal_sqlite::{Settings, SqliteJournal};
use callsheet_keeper::Launcher;
use callsheet_node::{Foreground, LocalGrounds, Setup, Surroundings, Takeover, Unobserved};
use callsheet_testkit::{PlanBuilder, StepBuilder, created};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted: usize = std::env::args().nth(1).and_then(|argument| argument.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir_in(".")?;
    let state = folder.path().join("state");
    let run = RunId::new(Timestamp::now(), [1; 10]);
    let records = write_history(&state, run, wanted)?;
    let began = Instant::now();
    let mut foreground = Foreground::open(Setup {
        grounds: std::sync::Arc::new(LocalGrounds::new(&state, &std::env::current_exe()?)),
        launcher: Launcher::this_program(&state),
        state,
        role: "resume".to_owned(),
        channels: BTreeMap::new(),
        people: People::default(),
        version: "bench".to_owned(),
        own: Surroundings::default(),
        secrets: Default::default(),
    })?;
    let here = foreground.take_over(run, Takeover { hold: true, surroundings: None }, &mut Unobserved)?;
    let seconds = began.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{{\"records\":{records},\"taken_over\":{here},\"seconds\":{seconds:.3}}}")?;
    Ok(())
}

/// Steps that are done, up to one that a person has to do.
fn write_history(state: &std::path::Path, id: RunId, records: usize) -> Result<usize, Box<dyn std::error::Error>> {
    let steps = (0..records / 2).map(|number| StepBuilder::shell(&format!("step-{number}"), "true"));
    let plan = steps.fold(PlanBuilder::new(), PlanBuilder::step).step(StepBuilder::manual("last")).build();
    let now = Timestamp::now();
    let created: Created = Created { actor: Actor::system(), ..created(&plan) };
    let json = plan.to_json().into_bytes();
    let mut run = Run::create(id, &created, Arc::new(plan), now);
    let mut events = vec![Event::Created(created.clone())];
    events.extend(advance(&mut run, now)?.record);
    while let Some(Event::Intended { claim }) = events.last().cloned() {
        let outcome = Outcome::bare(Exit::Status(0));
        events.extend(report(&mut run, Event::Ended { claim, outcome }, now)?.record);
    }
    let drafts: Vec<Draft> = events.iter().map(|event| Draft { at: now, body: event.to_json() }).collect();
    let count = drafts.len();
    let mut journal = SqliteJournal::open(state, Settings::default())?;
    let transaction = Transaction {
        appends: vec![(Head::start(id), drafts)],
        summaries: vec![run.summary()],
        blobs: vec![(created.plan, json)],
        ..Transaction::default()
    };
    journal.commit(transaction)?.map_err(|lock| format!("{lock:?}"))?;
    Ok(count)
}
