//! A run executed by another process: its journal is read as it grows, its keeper tells the output.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use callsheet_base::Digest;
use callsheet_engine::{Command, Event, Run, StepState};
use callsheet_keeper::{Connection, Message};
use callsheet_node::{Answer, Replayed, StateFolder};
use callsheet_plan::{Plan, StepIndex};

use super::lines::Lines;
use super::{Desk, Update, Watch, is_live, node_failure, on_stop, screen_loop};
use crate::context::Context;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// Between two looks at the journal.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Between two tries to reach the run's keeper.
const KEEPER_EVERY: Duration = Duration::from_millis(200);

/// Shows the run until it is over, is left, or waits for a person who is not here.
pub fn follow(settings: &Settings, watch: &Watch, context: &Context) -> Result<(), Failure> {
    let (view, updates) = channel();
    let (orders, asked) = channel();
    let over = Arc::new(AtomicBool::new(false));
    listen_to_keeper(settings, watch, view.clone(), over.clone())?;
    let live = is_live(context);
    let desk = RemoteDesk { orders: orders.clone() };
    on_stop(move || {
        // A follower that is gone needs no telling.
        let _ = orders.send(Order::Leave);
    })?;
    let shown = {
        let (context, watch) = (context.clone(), watch.clone());
        let show = move || match live {
            true => screen_loop::watch(&updates, &desk, &watch, &context),
            false => tell(&updates, &watch, &context),
        };
        thread::Builder::new()
            .name("view".to_owned())
            .spawn(show)
            .map_err(|error| Failure::environment("cannot start a thread").because(&error))?
    };
    let read = read(settings, watch, &view, &asked, live);
    over.store(true, Ordering::Relaxed);
    // A view that is gone already needs no end.
    let _ = view.send(Update::Over);
    read.and(match live {
        true => screen_loop::ended(shown),
        false => shown.join().map_err(|_| Failure::internal("the view ended by itself"))?,
    })
}

/// What the person wants of the follower.
enum Order {
    Tell(Command, String),
    Leave,
}

struct RemoteDesk {
    orders: Sender<Order>,
}

impl Desk for RemoteDesk {
    fn tell(&self, command: Command, note: String) {
        // A follower that is gone has told the end already.
        let _ = self.orders.send(Order::Tell(command, note));
    }

    fn leave(&self) {
        // As above.
        let _ = self.orders.send(Order::Leave);
    }
}

fn read(
    settings: &Settings,
    watch: &Watch,
    view: &Sender<Update>,
    asked: &Receiver<Order>,
    live: bool,
) -> Result<(), Failure> {
    let mut folder = state::open(settings)?;
    let mut known: Option<Replayed> = None;
    let send = |run: &Run, at, event: &Event| {
        // A view that is gone is noticed by its thread's end.
        let _ = view.send(Update::Recorded(Box::new(run.clone()), at, Box::new(event.clone())));
    };
    loop {
        match &mut known {
            None => {
                known =
                    folder.replay(watch.run, |run, record, event| send(run, record.at, event)).map_err(node_failure)?
            }
            Some(known) => catch_up(&folder, known, &send)?,
        }
        if let Some(Replayed { run, .. }) = &known
            && (run.result().is_some() || (!live && is_stuck(run, watch.yes)))
        {
            return Ok(());
        }
        match asked.recv_timeout(LOOK_EVERY) {
            Ok(Order::Leave) => return Ok(()),
            Ok(Order::Tell(command, note)) => pass_on(&mut folder, watch, settings, command, &note, view),
            Err(_) => {
                if let Some(plain) = known.as_ref().filter(|_| watch.yes).and_then(|known| plainly_asked(&known.run)) {
                    pass_on(
                        &mut folder,
                        watch,
                        settings,
                        Command::Confirm(plain),
                        "agreed to beforehand (--yes)",
                        view,
                    );
                }
            }
        }
    }
}

fn catch_up(
    folder: &StateFolder,
    known: &mut Replayed,
    send: &impl Fn(&Run, callsheet_base::Timestamp, &Event),
) -> Result<(), Failure> {
    let run = known.run.id();
    let records = folder.records(run, known.head.seq, 1024).map_err(|error| state::journal_failure(&error))?;
    for record in records {
        let event = Event::from_json(&record.body)
            .map_err(|error| Failure::environment("the journal holds what this version cannot read").because(&error))?;
        known.take(&record, &event).map_err(node_failure)?;
        known.head = callsheet_journal::Head { run, seq: record.seq, chain: record.chain };
        send(&known.run, record.at, &event);
    }
    Ok(())
}

fn pass_on(
    folder: &mut StateFolder,
    watch: &Watch,
    settings: &Settings,
    command: Command,
    note: &str,
    view: &Sender<Update>,
) {
    let why = match folder.tell(watch.run, command, &watch.actor, note, &settings.config.people) {
        Ok(Answer::Refused { why, hint }) => hint.map_or_else(|| why.clone(), |hint| format!("{why}: {hint}")),
        Ok(_) => return,
        Err(error) => error.to_string(),
    };
    // A view that is gone needs no answer.
    let _ = view.send(Update::Refused(why));
}

fn plainly_asked(run: &Run) -> Option<StepIndex> {
    run.waiting().iter().find(|waiting| waiting.wanted.is_plain()).map(|waiting| waiting.step)
}

fn is_stuck(run: &Run, yes: bool) -> bool {
    let runs = run.open_steps().any(|(_, state)| matches!(state, StepState::Running { .. }));
    let agreed = yes && plainly_asked(run).is_some();
    (run.needs_a_person() && !agreed) || (run.is_held() && !runs)
}

/// Plain lines.
fn tell(updates: &Receiver<Update>, watch: &Watch, context: &Context) -> Result<(), Failure> {
    let mut lines = Lines::of(watch.run, context.screen, None);
    let folder = state::open_at(&watch.state)?;
    let mut heard = Heard::default();
    for update in updates {
        match update {
            Update::Before(run, at, event) => lines.before(&run, at, &event),
            Update::Recorded(run, at, event) => {
                for digest in heard.missed(&event) {
                    // What was purged meanwhile is told by `logs`.
                    if let Some(bytes) = folder.blob(digest).map_err(|error| state::journal_failure(&error))? {
                        lines.put_out(&bytes);
                    }
                }
                lines.told(&run, at, &event);
            }
            Update::Output(step, bytes) if heard.takes(step) => lines.put_out(&bytes),
            Update::Output(..) => {}
            Update::Refused(why) => context.screen.warn(&why)?,
            Update::Over => break,
        }
    }
    Ok(())
}

/// Which running acts were heard live: what a quick one put out before we listened is taken from the journal.
#[derive(Default)]
struct Heard {
    /// Running steps, and whether anything of their act was heard.
    running: BTreeMap<StepIndex, bool>,
}

impl Heard {
    /// Whether live output of this step is to be shown.
    fn takes(&mut self, step: StepIndex) -> bool {
        self.running.get_mut(&step).map(|heard| *heard = true).is_some()
    }

    /// Stored outputs of an act that ended unheard.
    fn missed(&mut self, event: &Event) -> Vec<Digest> {
        match event {
            Event::Intended { claim } => {
                self.running.insert(claim.step, false);
                Vec::new()
            }
            Event::Ended { claim, outcome } if self.running.remove(&claim.step) == Some(false) => {
                [&outcome.evidence, &outcome.errors].into_iter().flatten().map(|evidence| evidence.output).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Passes the output of running steps on, as long as the view is there.
fn listen_to_keeper(
    settings: &Settings,
    watch: &Watch,
    view: Sender<Update>,
    over: Arc<AtomicBool>,
) -> Result<(), Failure> {
    let folder = state::open(settings)?;
    let run = watch.run;
    let listen = move || {
        let mut plan: Option<Arc<Plan>> = None;
        while !over.load(Ordering::Relaxed) {
            if let Ok(Some(mut connection)) = Connection::open(&folder.keeper_dir(run)) {
                while let Ok(message) = connection.recv() {
                    if let Message::Output { claim, bytes, .. } = message {
                        if plan.is_none() {
                            plan =
                                folder.replay(run, |_, _, _| {}).ok().flatten().map(|known| known.run.plan().clone());
                        }
                        let step = plan.as_ref().and_then(|plan| plan.find(claim.step.as_str()));
                        if let Some(step) = step
                            && view.send(Update::Output(step, bytes.0.clone())).is_err()
                        {
                            return;
                        }
                    }
                }
            }
            thread::sleep(KEEPER_EVERY);
        }
    };
    thread::Builder::new()
        .name("keeper".to_owned())
        .spawn(listen)
        .map(|_| ())
        .map_err(|error| Failure::environment("cannot start a thread").because(&error))
}
