//! Where a rollout stands: its events, applied one by one.

use callsheet_base::{Duration, Timestamp};
use callsheet_traffic::Weight;

use crate::{Command, Event, Hook, Reason, RolloutPlan, Stage, Standing, World};

/// A rollout. Made of events only; see [`Rollout::apply`].
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    plan: RolloutPlan,
    phase: Phase,
    paused: bool,
    by_hand: Option<Weight>,
    urged: bool,
    /// What runs now.
    hook: Option<Hook>,
    /// The user's flows worked through the public address.
    proved: bool,
    /// Later verifications that passed.
    verified: usize,
    /// By their place in the plan; `None`: nobody has looked yet.
    conditions: Vec<Option<Standing>>,
    /// Why it stands still, as recorded.
    hindered: Option<String>,
}

/// Each phase owns what is true in it and no longer.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The schema is brought to where the release can run on it, before anything else. Leaves when it is, or cannot be.
    Undoing {},
    /// The migration runs, before any new instance. Leaves with its end.
    Migrating {},
    /// The new set starts. Leaves when it is ready, or was not in time.
    Preparing {
        /// Since when.
        since: Timestamp,
    },
    /// It is ready and has no user: this is run. Leaves with its end.
    Trying {
        /// What.
        hook: Hook,
    },
    /// The edge is told a stage's share. Leaves when the edge says that it gives it.
    Shifting {
        /// 0-based.
        stage: usize,
    },
    /// The stage is judged. Leaves when its hold is over, or at a bad verdict.
    Judging {
        /// 0-based.
        stage: usize,
        /// Since when.
        since: Timestamp,
    },
    /// A person, or more evidence, has to say that it goes on.
    Waiting {
        /// 0-based.
        stage: usize,
    },
    /// All traffic is on the new set, the old one is warm, and the act that deploys is not done yet. Leaves when the soak is over, or at a
    /// bad verdict.
    Soaking {
        /// Since when all traffic is there.
        since: Timestamp,
    },
    /// All traffic is on the new set, the old one is warm. Leaves when it need not be any more, or at a bad verdict.
    Observing {
        /// Since when all traffic is there.
        since: Timestamp,
    },
    /// The old set is taken away. Leaves when it is gone, or goes back if the new set dies before that.
    Retiring {},
    /// Traffic goes back to the old set. Leaves when the edge says so and nothing is in flight.
    Restoring {
        /// Why.
        reason: Reason,
        /// Since when.
        since: Timestamp,
    },
    /// The new set is taken away. Leaves when it is gone.
    Clearing {
        /// Why it came to this.
        reason: Reason,
    },
    /// Over.
    Ended(Ending),
}

/// How it ended. Exactly one set runs in each case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The newer release has all traffic.
    Promoted,
    /// The older release has it again.
    RolledBack(Reason),
}

impl Rollout {
    /// From the first event's plan. `at` is that event's instant.
    pub fn begin(plan: RolloutPlan, at: Timestamp) -> Rollout {
        let phase = beginning(&plan, at);
        let (hook, proved, verified) = (None, false, 0);
        let conditions = vec![None; plan.conditions.len()];
        let (paused, by_hand, urged, hindered) = (false, None, false, None);
        Rollout { plan, phase, paused, by_hand, urged, hook, proved, verified, conditions, hindered }
    }

    /// From all its events with their instants; `None` if the first is not [`Event::Began`].
    pub fn replay(events: impl IntoIterator<Item = (Timestamp, Event)>) -> Option<Rollout> {
        let mut events = events.into_iter();
        let Some((at, Event::Began(plan))) = events.next() else { return None };
        let mut rollout = Rollout::begin(*plan, at);
        events.for_each(|(at, event)| rollout.apply(&event, at));
        Some(rollout)
    }

    /// Takes in one event. Live and after a crash this is the only way that a rollout changes.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        let reason = |phase: &Phase| match phase {
            Phase::Restoring { reason, .. } | Phase::Clearing { reason } => Some(reason.clone()),
            _ => None,
        };
        self.phase = match event {
            Event::Began(_) => beginning(&self.plan, at),
            Event::Undone { .. } => match self.phase {
                Phase::Undoing {} => after_undoing(&self.plan, at),
                _ => return,
            },
            Event::Ready {} => self.before_users(None),
            Event::HookBegan { hook, .. } => {
                self.hook = Some(*hook);
                return;
            }
            Event::HookEnded { hook, failed } => match self.after_hook(*hook, failed.as_deref(), at) {
                Some(phase) => phase,
                None => return,
            },
            Event::ConditionSeen { condition, sight } => {
                if let Some(standing) = self.conditions.get_mut(*condition) {
                    *standing = Some(Standing { sight: sight.clone(), since: at });
                }
                return;
            }
            Event::Hindered { why } => {
                self.hindered.clone_from(why);
                return;
            }
            Event::Shifted { stage } => Phase::Judging { stage: *stage, since: at },
            Event::Passed { stage, .. } => self.after(*stage, at),
            Event::Waits { stage, .. } => Phase::Waiting { stage: *stage },
            Event::Soaked { .. } => match self.phase {
                Phase::Soaking { since } => Phase::Observing { since },
                _ => return,
            },
            Event::Retires {} => Phase::Retiring {},
            Event::Commanded { command, by } => return self.follow(command, by, at),
            Event::TurnedBack { reason, .. } => Phase::Restoring { reason: reason.clone(), since: at },
            Event::Restored {} => match reason(&self.phase) {
                Some(reason) => Phase::Clearing { reason },
                None => return,
            },
            Event::Ended {} => Phase::Ended(reason(&self.phase).map_or(Ending::Promoted, Ending::RolledBack)),
        };
        self.urged = false;
        if matches!(self.phase, Phase::Shifting { .. } | Phase::Restoring { .. }) {
            self.by_hand = None;
        }
    }

    fn after(&self, stage: usize, at: Timestamp) -> Phase {
        if stage + 1 < self.plan.stages.len() {
            Phase::Shifting { stage: stage + 1 }
        } else if self.plan.soak > Duration::ZERO {
            Phase::Soaking { since: at }
        } else {
            Phase::Observing { since: at }
        }
    }

    /// The next of what is run between the new set's readiness and its first user; then the first user.
    fn before_users(&self, done: Option<Hook>) -> Phase {
        let between = |hook: &Hook| matches!(hook, Hook::Assets | Hook::Warm | Hook::Smoke);
        let mut left: Vec<Hook> = self.plan.hooks.iter().copied().filter(between).collect();
        left.sort_unstable();
        let next = left.into_iter().find(|hook| done.is_none_or(|done| *hook > done));
        next.map_or(Phase::Shifting { stage: 0 }, |hook| Phase::Trying { hook })
    }

    /// Where the end of what ran leads; `None`: nowhere.
    fn after_hook(&mut self, hook: Hook, failed: Option<&str>, at: Timestamp) -> Option<Phase> {
        if self.hook != Some(hook) {
            return None;
        }
        self.hook = None;
        let too_late = matches!(
            self.phase,
            Phase::Restoring { .. } | Phase::Clearing { .. } | Phase::Retiring {} | Phase::Ended(_)
        );
        if too_late {
            return None;
        }
        if let Some(what) = failed {
            let reason = match hook {
                Hook::Smoke | Hook::Public => Reason::Smoke(format!("{what} ({})", hook.word())),
                Hook::Later(_) => Reason::Later(what.to_owned()),
                Hook::Migrate | Hook::Assets | Hook::Warm => Reason::Condition(format!("{hook} failed: {what}")),
            };
            return Some(Phase::Restoring { reason, since: at });
        }
        match hook {
            Hook::Migrate => return Some(Phase::Preparing { since: at }),
            Hook::Assets | Hook::Warm | Hook::Smoke => return Some(self.before_users(Some(hook))),
            Hook::Public => self.proved = true,
            Hook::Later(index) => self.verified = self.verified.max(index + 1),
        }
        None
    }

    fn follow(&mut self, command: &Command, by: &str, at: Timestamp) {
        match command {
            Command::Pause => self.paused = true,
            Command::Resume => {
                self.paused = false;
                self.by_hand = None;
            }
            Command::SetWeight(weight) => {
                self.paused = true;
                self.by_hand = Some(*weight);
            }
            Command::Promote => {
                if let Phase::Judging { stage, .. } | Phase::Waiting { stage } = self.phase {
                    if stage + 1 < self.plan.stages.len() {
                        self.phase = self.after(stage, at);
                    } else {
                        self.urged = true;
                    }
                    self.paused = false;
                    self.by_hand = None;
                } else if let Phase::Soaking { since } = self.phase {
                    self.phase = Phase::Observing { since };
                    self.paused = false;
                    self.by_hand = None;
                }
            }
            Command::Abort => {
                self.urged = false;
                self.phase = Phase::Restoring { reason: Reason::Asked(by.to_owned()), since: at };
            }
        }
    }

    /// What it is to do.
    pub fn plan(&self) -> &RolloutPlan {
        &self.plan
    }

    /// Where it stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Whether a person holds it where it is.
    pub fn paused(&self) -> bool {
        self.paused
    }

    /// The share that a person set by hand, until it goes on.
    pub fn by_hand(&self) -> Option<Weight> {
        self.by_hand
    }

    /// A person said that the last stage is passed. That it is, is said by whoever looks after the rollout: the release is in the books
    /// then, and a newer run may take over.
    pub fn urged(&self) -> bool {
        self.urged
    }

    /// The stage whose share is given or being given.
    pub fn stage(&self) -> Option<&Stage> {
        match self.phase {
            Phase::Shifting { stage } | Phase::Judging { stage, .. } | Phase::Waiting { stage } => {
                self.plan.stages.get(stage)
            }
            Phase::Soaking { .. } | Phase::Observing { .. } | Phase::Retiring {} => self.plan.stages.last(),
            _ => None,
        }
    }

    /// How the plan's conditions stand, in their order; `None`: nobody has looked yet.
    pub fn conditions(&self) -> &[Option<Standing>] {
        &self.conditions
    }

    /// Why it stands still, in words, as recorded.
    pub fn hindered(&self) -> Option<&str> {
        self.hindered.as_deref()
    }

    /// What runs now, as recorded.
    pub fn hook(&self) -> Option<Hook> {
        self.hook
    }

    /// Whether the schema may be brought back now, as the plan says: nothing of the release that comes runs, and of one that may not run beside it
    /// neither does anything of the other, nor comes a request through.
    pub fn may_undo(&self, world: &World) -> bool {
        let alone = world.old.alive == 0 && world.held;
        matches!(self.phase, Phase::Undoing {}) && world.new.alive == 0 && (alone || !self.plan.exclusive)
    }

    /// Whether the user's flows are still to be tried through the public address.
    pub fn is_to_be_proved(&self) -> bool {
        !self.proved && self.plan.hooks.contains(&Hook::Public)
    }

    /// The next later verification, by index, and when it is due; `None` before all traffic moved or when all passed.
    pub fn next_later(&self) -> Option<(usize, Timestamp)> {
        let (Phase::Soaking { since } | Phase::Observing { since }) = self.phase else { return None };
        self.plan.later.get(self.verified).map(|later| (self.verified, later.after.after(since)))
    }
}

/// Where a plan begins.
fn beginning(plan: &RolloutPlan, at: Timestamp) -> Phase {
    if plan.undo.is_some() { Phase::Undoing {} } else { after_undoing(plan, at) }
}

fn after_undoing(plan: &RolloutPlan, at: Timestamp) -> Phase {
    if plan.hooks.contains(&Hook::Migrate) { Phase::Migrating {} } else { Phase::Preparing { since: at } }
}
