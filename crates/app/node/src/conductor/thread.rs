//! A conductor's thread: waits for its service, looks again and again, and tells the loop what happened.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use callsheet_base::Timestamp;
use callsheet_engine::{Exit, RunRollout};
use callsheet_journal::LeaseHolder;
use callsheet_journal_sqlite::FileLock;
use callsheet_releases::Store;
use callsheet_rollout::Phase;
use callsheet_traffic::Slice;

use super::{Beginning, Conductor, Grounds, Site, Turn};
use crate::wake::{ActEnd, Captured, RolloutReport, Wake};

/// Between two looks while traffic moves or is judged.
const LOOK: Duration = Duration::from_millis(150);
/// Between two looks while nothing but time passes.
const LOOK_SELDOM: Duration = Duration::from_secs(1);
/// The loop answers a report within this time, or it is told again.
const ANSWER: Duration = Duration::from_secs(5);

/// The loop's end.
pub(crate) struct Conducting {
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

/// What a thread begins with.
pub(crate) struct Start {
    pub(crate) site: Site,
    pub(crate) state: PathBuf,
    pub(crate) grounds: Arc<dyn Grounds>,
    /// Who takes the service's lock.
    pub(crate) holder: LeaseHolder,
    /// Who is recorded as having registered a release.
    pub(crate) who: String,
    /// A rollout that began before; `None`: it is to begin.
    pub(crate) stands: Option<(RunRollout, Vec<Slice>)>,
    pub(crate) wakes: Sender<Wake>,
}

enum Order {
    /// The rollout stands so now.
    Stands(Box<RunRollout>),
    /// Somebody else looks after it from here, or nobody.
    Stop,
}

// === impl Conducting ===

impl Conducting {
    pub(crate) fn start(start: Start) -> std::io::Result<Conducting> {
        let (orders, mailbox) = channel();
        let thread = thread::Builder::new().name("conductor".to_owned()).spawn(move || run(start, &mailbox))?;
        Ok(Conducting { orders, thread: Some(thread) })
    }

    /// The rollout stands so now. `false`: the thread has ended.
    pub(crate) fn stands(&self, rollout: RunRollout) -> bool {
        self.orders.send(Order::Stands(Box::new(rollout))).is_ok()
    }

    /// Lets the service go, soon.
    pub(crate) fn tell_to_stop(&self) {
        // One that has ended is as wanted.
        let _ = self.orders.send(Order::Stop);
    }

    /// Whether it has let the service go.
    pub(crate) fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Lets the service go; waits until it is let go, a few seconds at most.
    pub(crate) fn stop(mut self) {
        self.tell_to_stop();
        let Some(thread) = self.thread.take() else { return };
        let until = Instant::now() + Duration::from_secs(4);
        while !thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

fn run(mut start: Start, mailbox: &Receiver<Order>) {
    let stands = start.stands.take();
    let (run, claim, wakes) = (start.site.run, start.site.claim, start.wakes.clone());
    let tell = |wake: Wake| {
        // If the loop is gone, nobody waits.
        let _ = wakes.send(wake);
    };
    let end = |exit: Exit, text: String| {
        let mut end = ActEnd::bare(exit);
        end.output = Captured::Inline { bytes: text.into_bytes(), left_out: 0 };
        tell(Wake::Ended { run, claim, end: Box::new(end) });
    };
    let lock = lock_path(&start.state, &start.site);
    let Some(_ours) = take(&lock, &start.holder, mailbox) else { return };
    let store = Store::new(&start.state);
    let who = start.who.clone();
    match stands {
        None => match Conductor::open(start.site, store, start.grounds)
            .and_then(|mut conductor| Ok((conductor.begin(&who, Timestamp::now())?, conductor)))
        {
            Err(why) => end(Exit::Error(why), String::new()),
            Ok((Beginning::AsWanted(what), _)) => end(Exit::Released, format!("{what}\n")),
            Ok((Beginning::Rollout(plan), conductor)) => {
                tell(Wake::RolloutBegins { run, claim, plan });
                if let Ok(Order::Stands(stands)) = mailbox.recv() {
                    Looking { conductor, run, claim, wakes: &wakes }.conduct(*stands, &[], mailbox);
                }
            }
        },
        Some((stands, slices)) => {
            if let Some(conductor) = open_again(start, store, mailbox) {
                Looking { conductor, run, claim, wakes: &wakes }.conduct(stands, &slices, mailbox);
            }
        }
    }
}

/// After a restart: driver and edge may need their time, but the rollout waits for them.
fn open_again(start: Start, store: Store, mailbox: &Receiver<Order>) -> Option<Conductor> {
    let Start { site, grounds, .. } = start;
    let mut told = String::new();
    loop {
        // Asked for before the site is given away: what cannot be opened twice is not needed twice.
        let ready = grounds.driver().and_then(|_| grounds.traffic(&site.order, &site.environment, &site.directory));
        match ready {
            Ok(_) => return Conductor::open(site, store, grounds).ok(),
            Err(why) if why != told => {
                tracing::warn!(service = site.order.service, why, "the release cannot be looked after");
                told = why;
            }
            Err(_) => {}
        }
        if stopped(mailbox, LOOK_SELDOM) {
            return None;
        }
    }
}

fn stopped(mailbox: &Receiver<Order>, within: Duration) -> bool {
    match mailbox.recv_timeout(within) {
        Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => true,
        Ok(Order::Stands(_)) | Err(RecvTimeoutError::Timeout) => false,
    }
}

fn lock_path(state: &Path, site: &Site) -> PathBuf {
    state.join("services").join(format!("{}.{}", site.order.service, site.environment))
}

/// The service is one conductor's alone, whichever process it is in. The one before lets it go when its run gives way.
fn take(path: &Path, holder: &LeaseHolder, mailbox: &Receiver<Order>) -> Option<FileLock> {
    let mut told = false;
    loop {
        let taken = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| FileLock::try_take(path, holder));
        match taken {
            Ok(Ok(lock)) => return Some(lock),
            Ok(Err(other)) if !told => {
                tracing::info!(lock = %path.display(), pid = other.pid, "waiting for the service's last conductor");
                told = true;
            }
            Ok(Err(_)) => {}
            Err(error) => tracing::warn!(lock = %path.display(), %error, "the service cannot be taken"),
        }
        if stopped(mailbox, Duration::from_millis(50)) {
            return None;
        }
    }
}

struct Looking<'w> {
    conductor: Conductor,
    run: callsheet_base::RunId,
    claim: callsheet_engine::Claim,
    wakes: &'w Sender<Wake>,
}

impl Looking<'_> {
    fn conduct(mut self, mut stands: RunRollout, slices: &[Slice], mailbox: &Receiver<Order>) {
        self.conductor.take_up(&stands.rollout, stands.began, slices);
        let mut told = String::new();
        while !stands.is_over() {
            let turn = self.conductor.turn(&stands.rollout, Timestamp::now());
            let wait = match turn {
                Ok(turn) => self.report(turn, &stands),
                Err(why) => {
                    if why != told {
                        tracing::warn!(run = %self.run.short(), why, "the rollout does not get on");
                        told = why;
                    }
                    LOOK_SELDOM
                }
            };
            match mailbox.recv_timeout(wait) {
                Ok(Order::Stands(newer)) => stands = *newer,
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return self.leave(&stands),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Tells the loop; returns how long to wait for its word.
    fn report(&self, turn: Turn, stands: &RunRollout) -> Duration {
        let watches = matches!(stands.rollout.phase(), Phase::Observing { .. });
        let wait = match turn.happened {
            Some(_) => ANSWER,
            None if watches => LOOK_SELDOM,
            None => LOOK,
        };
        // While it only watches, a newer run may have taken the service: the loop looks.
        if turn.happened.is_some() || !turn.slices.is_empty() || watches {
            let report = RolloutReport { after: stands.events, happened: turn.happened, slices: turn.slices };
            // If the loop is gone, nobody waits.
            let _ = self.wakes.send(Wake::Rollout { run: self.run, claim: self.claim, report: Box::new(report) });
        }
        wait
    }

    /// Whoever comes next finds in the books what runs.
    fn leave(&self, stands: &RunRollout) {
        if let Err(why) = self.conductor.keep_books(&stands.rollout, Timestamp::now()) {
            tracing::warn!(run = %self.run.short(), why, "what runs now is not written down");
        }
    }
}
