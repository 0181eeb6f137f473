//! One step: its segments in order, with what is recorded of them.

use std::time::Instant;

use callsheet_migrations::sql::Statement;
use callsheet_migrations::{Definition, Engine, Segment, Standing, Step, Way, is_session};

use super::half;
use crate::migrate::patience::Patience;
use crate::migrate::record::{self, Mark};
use crate::migrate::session::{Refusal, Session, Together};
use crate::migrate::settle::{self, Seen};
use crate::migrate::{Event, MigrateError, Options, Settle, Watch};

/// How a step ended, if it did not fail.
pub(super) enum Ended {
    Done,
    /// Another process changed the history meanwhile.
    Moved,
}

/// A step on its way.
struct Running<'a, S> {
    session: &'a mut S,
    step: &'a Step,
    statements: &'a [Statement],
    options: &'a Options,
    /// Statements that are done.
    done: usize,
    /// Those of them that the row in the history tells of: what is set for the session is done without being recorded.
    recorded: usize,
    /// Whether its row is in the history.
    listed: bool,
    began: Instant,
}

pub(super) async fn step<S: Session>(
    session: &mut S,
    step: &Step,
    listed: bool,
    options: &Options,
    watch: Watch<'_>,
) -> Result<Ended, MigrateError> {
    let engine = session.engine();
    let statements = step.script.statements(engine).map_err(|finding| MigrateError::NotDecided(vec![finding]))?;
    let segments = step.script.segments(&statements, engine);
    watch(Event::Began(step));
    let began = Instant::now();
    let mut running = Running {
        session,
        step,
        statements: &statements,
        options,
        done: step.from,
        recorded: step.from,
        listed,
        began,
    };
    // What earlier parts set for the session is set again.
    for statement in statements[..step.from].iter().filter(|statement| is_session(statement, engine)) {
        running.set(statement).await?;
    }
    if step.begun {
        running.settle(watch).await?;
    }
    let last = segments.iter().rposition(|segment| segment.standing != Standing::Session);
    let mut said = false;
    for (at, segment) in segments.iter().enumerate() {
        let from = segment.statements.start.max(running.done);
        if from >= segment.statements.end {
            continue;
        }
        let ended = match segment.standing {
            Standing::Session => running.set(&statements[segment.statements.start]).await.map(|()| Ended::Done)?,
            Standing::Together => {
                running
                    .together(
                        &Segment { statements: from..segment.statements.end, ..segment.clone() },
                        last == Some(at),
                        watch,
                    )
                    .await?
            }
            Standing::Alone => running.alone(from, watch).await.map(|()| Ended::Done)?,
        };
        if let Ended::Moved = ended {
            return Ok(Ended::Moved);
        }
        running.done = segment.statements.end;
        // The last part says so together with its work.
        said |= last == Some(at) && segment.standing == Standing::Together;
    }
    if !said && let Ended::Moved = running.mark(&Mark::Whole).await? {
        return Ok(Ended::Moved);
    }
    if statements.iter().any(|statement| is_session(statement, engine) || statement.text.contains("set_config")) {
        let reset = running.session.reset().await;
        reset.map_err(|refusal| super::refused(running.session, "reset the session", refusal))?;
    }
    watch(Event::Ended(step, began.elapsed()));
    Ok(Ended::Done)
}

impl<S: Session> Running<'_, S> {
    async fn set(&mut self, statement: &Statement) -> Result<(), MigrateError> {
        let set = self.session.alone(&statement.text, false).await;
        set.map_err(|refusal| self.failed(statement, refusal))
    }

    /// One transaction, tried again while others hold the locks it needs.
    async fn together(&mut self, segment: &Segment, last: bool, watch: Watch<'_>) -> Result<Ended, MigrateError> {
        let range = segment.statements.clone();
        let mut wanted = Vec::new();
        for at in range.clone() {
            if self.is_there_already(at).await? {
                watch(Event::Passed(self.step, at));
            } else {
                watch(Event::Statement(self.step, at));
                wanted.push(at);
            }
        }
        let mark = if last { Mark::Whole } else { half(range.end, false) };
        let work = Together {
            statements: wanted.iter().map(|at| self.statements[*at].text.as_str()).collect(),
            record: record::mark(self.session, self.step, &mark, self.listed, &self.options.by),
            guard: Some(record::guard(self.session, self.step, self.recorded, self.listed)),
            earlier: self.began.elapsed(),
        };
        let mut patience = Patience::new(self.options.patience, self.session.engine());
        let mut told = false;
        loop {
            match self.session.together(&work).await {
                Ok(()) => break,
                Err((_, Refusal::Moved)) => return Ok(Ended::Moved),
                Err((at, Refusal::Busy(cause))) => {
                    if !std::mem::replace(&mut told, true) && self.session.engine() != Engine::Sqlite {
                        watch(Event::Waiting(&format!("others hold a lock that {} needs", self.step.title())));
                    }
                    if !patience.pause().await {
                        let at = at.map_or(range.start, |at| wanted[at]);
                        return Err(self.busy(&self.statements[at], cause));
                    }
                }
                Err((at, refusal)) => {
                    // A refusal without a statement is of our own record, or of the commit: deferred constraints.
                    let at = at.map_or(range.end - 1, |at| wanted[at]);
                    return Err(self.failed(&self.statements[at], refusal));
                }
            }
        }
        self.recorded = range.end;
        self.listed = !(last && self.step.way == Way::Down);
        watch(Event::Progress(self.step, range.end, self.statements.len()));
        Ok(Ended::Done)
    }

    /// A statement that stands in no transaction: intent, act, outcome.
    async fn alone(&mut self, at: usize, watch: Watch<'_>) -> Result<(), MigrateError> {
        let statement = &self.statements[at];
        if self.is_there_already(at).await? {
            watch(Event::Passed(self.step, at));
            return self.mark(&half(at + 1, false)).await.map(|_| ());
        }
        self.clean(statement, watch).await?;
        // If its result is there before it begins, seeing it later would prove nothing: no intent, so that it is simply run again.
        let before = self.look(statement).await?;
        if matches!(before, Seen::NotDone | Seen::Unknown) {
            self.mark(&half(at, true)).await?;
        }
        watch(Event::Statement(self.step, at));
        let mut patience = Patience::new(self.options.patience, self.session.engine());
        let patiently = matches!(
            Definition::read(&statement.text, self.session.engine()),
            Definition::CreateIndex(_) | Definition::DropIndex { .. } | Definition::Reindex { .. } | Definition::Upkeep
        );
        loop {
            match self.session.alone(&statement.text, patiently).await {
                Ok(()) => break,
                Err(refusal @ Refusal::Lost(_)) => return Err(self.failed(statement, refusal)),
                Err(refusal) => {
                    self.clean(statement, watch).await?;
                    match refusal {
                        Refusal::Busy(_) if patience.pause().await => {}
                        refusal => {
                            // The server said no, so it is known not to have happened. Nothing done means nothing to list.
                            if self.is_anything_done(at) || self.step.way == Way::Down {
                                self.mark(&half(at, false)).await?;
                            } else {
                                self.forget().await?;
                            }
                            return Err(match refusal {
                                Refusal::Busy(cause) => self.busy(statement, cause),
                                refusal => self.failed(statement, refusal),
                            });
                        }
                    }
                }
            }
        }
        self.mark(&half(at + 1, false)).await?;
        watch(Event::Progress(self.step, at + 1, self.statements.len()));
        Ok(())
    }

    /// Whether a statement before `at` left anything behind.
    fn is_anything_done(&self, at: usize) -> bool {
        let engine = self.session.engine();
        let leaves_nothing = |statement: &Statement| {
            matches!(Definition::read(&statement.text, engine), Definition::Session | Definition::Control(_))
        };
        !self.statements[..at].iter().all(leaves_nothing)
    }

    /// Going back over a revision that was applied in part: what never came about needs no undoing.
    async fn is_there_already(&mut self, at: usize) -> Result<bool, MigrateError> {
        if !(self.step.partly && self.step.way == Way::Down) {
            return Ok(false);
        }
        Ok(self.look(&self.statements[at]).await? == Seen::Done)
    }

    async fn look(&mut self, statement: &Statement) -> Result<Seen, MigrateError> {
        let seen = settle::look(self.session, &statement.text).await;
        seen.map_err(|refusal| super::refused(self.session, "look into its catalogue", refusal))
    }

    /// A statement was begun, and of its end nothing is known.
    async fn settle(&mut self, watch: Watch<'_>) -> Result<(), MigrateError> {
        let at = self.done;
        let Some(statement) = self.statements.get(at) else { return Ok(()) };
        self.clean(statement, watch).await?;
        let happened = match (self.look(statement).await?, self.options.settle) {
            (Seen::Done, _) => true,
            (Seen::NotDone | Seen::Harmless, _) => false,
            (Seen::Unknown, Some(settle)) => settle == Settle::Done,
            (Seen::Unknown, None) => {
                return Err(MigrateError::InDoubt {
                    revision: self.step.revision.clone(),
                    file: self.step.script.file.clone(),
                    line: statement.line,
                    statement: statement.text.clone(),
                });
            }
        };
        self.done += usize::from(happened);
        self.mark(&half(self.done, false)).await?;
        watch(Event::Progress(self.step, self.done, self.statements.len()));
        Ok(())
    }

    /// A failed concurrent build leaves an invalid index behind, which is in the way of the next.
    async fn clean(&mut self, statement: &Statement, watch: Watch<'_>) -> Result<(), MigrateError> {
        if self.session.engine() != Engine::Postgres {
            return Ok(());
        }
        let Definition::CreateIndex(index) = Definition::read(&statement.text, Engine::Postgres) else { return Ok(()) };
        let Some(name) = index.name.as_ref().filter(|_| index.concurrently) else { return Ok(()) };
        let dropped = crate::migrate::postgres::drop_invalid(self.session, name, &index.table).await;
        let dropped = dropped.map_err(|refusal| super::refused(self.session, "drop an invalid index", refusal))?;
        if let Some(dropped) = dropped {
            watch(Event::Cleaned(&dropped));
        }
        Ok(())
    }

    async fn mark(&mut self, mark: &Mark) -> Result<Ended, MigrateError> {
        let record = record::mark(self.session, self.step, mark, self.listed, &self.options.by);
        super::write(self.session, record, "record the progress", self.options).await?;
        if let Mark::Half { done, .. } = mark {
            self.recorded = *done;
        }
        self.listed = !(matches!(mark, Mark::Whole) && self.step.way == Way::Down);
        Ok(Ended::Done)
    }

    /// Takes the row of a step up of which nothing was done out of the history.
    async fn forget(&mut self) -> Result<(), MigrateError> {
        let row = self.session.literal(self.step.revision.as_str());
        let delete = format!("DELETE FROM {} WHERE revision = {row}", self.session.table());
        super::write(self.session, vec![delete], "record the progress", self.options).await?;
        self.listed = false;
        Ok(())
    }

    /// Statements that are done and stay, if any left something behind.
    fn kept(&self) -> usize {
        if self.is_anything_done(self.done) { self.done } else { 0 }
    }

    fn busy(&self, statement: &Statement, cause: String) -> MigrateError {
        MigrateError::Busy {
            revision: self.step.revision.clone(),
            file: self.step.script.file.clone(),
            line: statement.line,
            cause,
            done: self.kept(),
        }
    }

    fn failed(&self, statement: &Statement, refusal: Refusal) -> MigrateError {
        let (cause, position) = match refusal {
            Refusal::No(cause, position) => (cause, position),
            Refusal::Busy(cause) => return self.busy(statement, cause),
            other => return super::refused(self.session, "run a statement", other),
        };
        let before: String = statement.text.chars().take(position.unwrap_or(1).saturating_sub(1)).collect();
        MigrateError::Statement {
            revision: self.step.revision.clone(),
            file: self.step.script.file.clone(),
            line: statement.line + before.matches('\n').count() as u32,
            statement: statement.text.clone(),
            cause,
            done: self.kept(),
            of: self.statements.len(),
        }
    }
}
