//! Answering requests: starting, taking over, telling, stopping.

use std::sync::Arc;

use callsheet_access::Actor;
use callsheet_journal::{Journal, Lease};
use callsheet_plan::Plan;

use crate::admission::NewRun;
use crate::clock::Clock;
use crate::error::{AdmitError, NodeError};
use crate::event_loop::Node;
use crate::observer::Observer;
use crate::perform::World;
use crate::recovery::Takeover;
use crate::request::{Answer, Request, StartRun};
use crate::wake::{Reply, Told, Wake};

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    /// Does what is asked and answers. A failure of the node itself is answered too, then ends the loop.
    pub(crate) fn asked(
        &mut self,
        request: Request,
        actor: Actor,
        reply: Reply,
        observer: &mut dyn Observer,
    ) -> Result<(), NodeError> {
        match request {
            Request::Start(start) => {
                let run = start.run;
                let started = self.start_asked(*start, actor, observer);
                answer(started.map(|()| Answer::Started { run }), reply)
            }
            Request::Resume { run, hold, surroundings } => {
                let taken = self.take_over(run, Takeover { hold, surroundings }, observer);
                answer(taken.map(|_| Answer::Done), reply)
            }
            Request::Tell { run, command, note } => {
                let here = self.runs.contains_key(&run);
                if !here && !self.settings.takes_over {
                    // Let go meanwhile: an unanswered client looks again who has the run.
                    drop(reply);
                    return Ok(());
                }
                // Taken over for the command's sake: nobody else executes it.
                if !here && let Err(error) = self.take_over(run, Takeover::default(), observer) {
                    return answer(Err(error), reply);
                }
                self.ready.push(Wake::Told(Told { run, command, actor, note, reply }));
                Ok(())
            }
            Request::Status => {
                reply(Answer::Status { runs: self.runs.keys().copied().collect() });
                Ok(())
            }
            Request::Stop => {
                self.stopping = true;
                reply(Answer::Done);
                Ok(())
            }
        }
    }

    fn start_asked(&mut self, start: StartRun, actor: Actor, observer: &mut dyn Observer) -> Result<(), AdmitError> {
        let StartRun { run, plan, runbook, why, surroundings } = start;
        if self.runs.contains_key(&run) || self.journal.head(run)?.seq > 0 {
            return Ok(());
        }
        let plan = Plan::from_json(plan.as_bytes()).map_err(|source| NodeError::Plan { run, source })?;
        let new = NewRun { id: run, plan: Arc::new(plan), runbook, actor, why, surroundings };
        let admitted = self.start(new, observer)?;
        if let Some(older) = admitted.superseded {
            self.supersede_elsewhere(older, run, observer);
        }
        Ok(())
    }

    /// A run that observed and that nobody executes is taken over to be told. One that another process executes keeps on
    /// observing; its lock is gone already.
    pub(crate) fn supersede_elsewhere(
        &mut self,
        older: callsheet_base::RunId,
        by: callsheet_base::RunId,
        observer: &mut dyn Observer,
    ) {
        let taken = self.take_over(older, Takeover { hold: true, ..Takeover::default() }, observer);
        match taken {
            Ok(true) => self.ready.push(Wake::Told(Told {
                run: older,
                command: callsheet_engine::Command::Supersede { by },
                actor: Actor::system(),
                note: String::new(),
                reply: Box::new(|_| {}),
            })),
            Ok(false) => {}
            Err(error) => {
                tracing::info!(run = %older.short(), %error, "the older run is not told that it was superseded")
            }
        }
    }
}

fn answer(result: Result<Answer, AdmitError>, reply: Reply) -> Result<(), NodeError> {
    match result {
        Ok(answer) => reply(answer),
        Err(AdmitError::Locked { lock }) => reply(Answer::Locked { lock }),
        Err(AdmitError::Held { holder, .. }) => reply(Answer::Held { holder }),
        Err(AdmitError::Node(error)) if !concerns_one_run(&error) => {
            reply(Answer::Refused { why: chain(&error), hint: None });
            return Err(error);
        }
        Err(error) => reply(Answer::Refused { why: chain(&error), hint: None }),
    }
    Ok(())
}

/// A run that cannot be read stops nobody else's.
fn concerns_one_run(error: &NodeError) -> bool {
    matches!(error, NodeError::Replay { .. } | NodeError::Blob { .. } | NodeError::Plan { .. })
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
