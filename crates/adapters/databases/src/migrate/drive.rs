//! Carries out a decision, the same way on every engine.

mod run;

use callsheet_migrations::{Applied, Decision, Goal, Revision, Set, State, Step, Way, decide};

use super::patience::Patience;
use super::record::{self, Mark};
use super::session::{Refusal, Session, Together};
use super::settle::has_history;
use super::{Event, MigrateError, Options, Outcome, Watch, Watched, foreign, heads};

/// What the history table says; empty if there is none.
pub(super) async fn history<S: Session>(session: &mut S) -> Result<Vec<Applied>, MigrateError> {
    let read = async {
        if !has_history(session).await? {
            return Ok(Vec::new());
        }
        let query = record::select(session);
        Ok(record::read(session.rows(&query).await?))
    };
    let read: Result<_, Refusal> = read.await;
    read.map_err(|refusal| refused(session, "read the history", refusal))
}

pub(super) async fn migrate<S: Session>(
    session: &mut S,
    set: &Set,
    goal: &Goal,
    options: &Options,
    watch: Watch<'_>,
) -> Result<Outcome, MigrateError> {
    lock(session, options, watch).await?;
    let result = locked(session, set, goal, options, watch).await;
    session.unlock().await;
    result
}

/// As [`migrate`], if what is applied is what was decided on, which is looked at under the lock.
pub(super) async fn migrate_from<S: Session>(
    session: &mut S,
    expected: &[Applied],
    (set, goal): (&Set, &Goal),
    options: &Options,
    watch: Watch<'_>,
) -> Result<Outcome, MigrateError> {
    lock(session, options, watch).await?;
    let result = match history(session).await {
        Ok(found) if found == expected => locked(session, set, goal, options, watch).await,
        Ok(_) => Err(MigrateError::Changed),
        Err(error) => Err(error),
    };
    session.unlock().await;
    result
}

async fn locked<S: Session>(
    session: &mut S,
    set: &Set,
    goal: &Goal,
    options: &Options,
    watch: Watch<'_>,
) -> Result<Outcome, MigrateError> {
    let mut outcome = Outcome::default();
    prepare(session, options).await?;
    // Without a session lock another process may take a step that was decided here: then it is decided anew.
    let mut moved = false;
    'anew: loop {
        let before = std::mem::replace(&mut outcome.history, history(session).await?);
        if moved && outcome.history == before {
            let cause = "its row is not as this process left it, though nobody changes it".to_owned();
            return Err(MigrateError::Refused {
                place: session.place().to_owned(),
                what: "go on with its history",
                cause,
            });
        }
        if outcome.history.is_empty()
            && matches!(goal, Goal::Up(_))
            && let Some(foreign) = foreign::read(session).await?
        {
            return Err(MigrateError::Foreign(foreign.tool));
        }
        let Decision { steps, refused, notes } =
            decide(set, &outcome.history, goal, session.engine(), options.out_of_order);
        outcome.notes = notes;
        if !refused.is_empty() {
            return Err(MigrateError::NotDecided(refused));
        }
        for step in steps {
            let applied = outcome.history.iter().find(|applied| applied.revision == step.revision);
            let listed = applied.is_some()
                && !outcome.steps.iter().any(|done| done.way == Way::Down && done.revision == step.revision);
            match run::step(session, &step, listed, options, watch).await? {
                run::Ended::Done => outcome.steps.push(step),
                run::Ended::Moved => {
                    moved = true;
                    continue 'anew;
                }
            }
        }
        outcome.history = history(session).await?;
        return Ok(outcome);
    }
}

/// Something else under the lock.
pub(super) async fn under_lock<S: Session, T>(
    session: &mut S,
    options: &Options,
    watch: Watch<'_>,
    act: impl AsyncFnOnce() -> T,
) -> Result<Watched<T>, MigrateError> {
    lock(session, options, watch).await?;
    // Whoever had the lock before has changed it, perhaps.
    let before = match heads::read(session).await {
        Ok(before) => before,
        Err(error) => {
            session.unlock().await;
            return Err(error);
        }
    };
    let done = act().await;
    let after = heads::read(session).await;
    session.unlock().await;
    Ok(Watched { before, done, after })
}

/// Marks revisions as in place.
pub(super) async fn baseline<S: Session>(
    session: &mut S,
    set: &Set,
    revisions: &[Revision],
    options: &Options,
    watch: Watch<'_>,
) -> Result<Vec<Applied>, MigrateError> {
    lock(session, options, watch).await?;
    let result = async {
        prepare(session, options).await?;
        let known = history(session).await?;
        let mut marks = Vec::new();
        for migration in revisions.iter().filter_map(|revision| set.find(revision)) {
            let before = known.iter().find(|applied| applied.revision == migration.revision);
            if before.is_some_and(|applied| matches!(applied.state, State::Half(_))) {
                continue;
            }
            let step = Step {
                revision: migration.revision.clone(),
                name: migration.name.clone(),
                way: Way::Up,
                script: migration.up.clone(),
                undo: migration.down.clone(),
                from: 0,
                begun: false,
                partly: false,
            };
            marks.extend(record::baseline(session, &step, before.is_some(), &options.by));
        }
        write(session, marks, "mark revisions as applied", options).await?;
        history(session).await
    };
    let result = result.await;
    session.unlock().await;
    result
}

/// The history table, made if it is not there.
async fn prepare<S: Session>(session: &mut S, options: &Options) -> Result<(), MigrateError> {
    let there = has_history(session).await;
    if there.map_err(|refusal| refused(session, "look for the history table", refusal))? {
        return Ok(());
    }
    let definition = record::definition(session);
    write(session, vec![definition], "make the history table", options).await
}

/// Writes to the history by itself.
async fn write<S: Session>(
    session: &mut S,
    record: Vec<String>,
    what: &'static str,
    options: &Options,
) -> Result<(), MigrateError> {
    let mut patience = Patience::new(options.patience, session.engine());
    let work = Together { statements: Vec::new(), record, guard: None, earlier: std::time::Duration::ZERO };
    loop {
        match session.together(&work).await {
            Ok(()) => return Ok(()),
            Err((_, Refusal::Busy(_))) if patience.pause().await => {}
            Err((_, refusal)) => return Err(refused(session, what, refusal)),
        }
    }
}

/// Polls for the lock: a try never waits in the server, so nobody waits behind it.
async fn lock<S: Session>(session: &mut S, options: &Options, watch: Watch<'_>) -> Result<(), MigrateError> {
    let mut patience = Patience::new(options.patience, session.engine());
    let mut told = false;
    loop {
        match session.try_lock().await {
            Ok(true) => return Ok(()),
            Ok(false) | Err(Refusal::Busy(_)) => {}
            Err(refusal) => return Err(refused(session, "give the migration lock", refusal)),
        }
        let holder = session.holder().await;
        if !std::mem::replace(&mut told, true) {
            watch(Event::Waiting(&format!("another migration is under way{holder}")));
        }
        if !patience.pause().await {
            return Err(MigrateError::Locked { place: session.place().to_owned(), holder });
        }
    }
}

pub(super) fn refused(session: &impl Session, what: &'static str, refusal: Refusal) -> MigrateError {
    let place = session.place().to_owned();
    match refusal {
        Refusal::Lost(cause) => MigrateError::Lost { place, cause },
        Refusal::Busy(cause) | Refusal::No(cause, _) => MigrateError::Refused { place, what, cause },
        Refusal::Moved => MigrateError::Locked { place, holder: String::new() },
    }
}

/// The mark of a step so far.
fn half(done: usize, begun: bool) -> Mark {
    Mark::Half { done, begun }
}
