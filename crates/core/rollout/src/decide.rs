//! What happened next, from where the rollout stands and what was seen.

use callsheet_base::{Duration, Timestamp};
use callsheet_traffic::Weight;

use crate::analysis::Verdict;
use crate::{Event, Hook, Phase, Promotion, Reason, Rollout, Stage, World};

impl Rollout {
    /// The next event, to be recorded and applied; ask again until there is none. Commands come from elsewhere.
    pub fn decide(&self, world: &World, now: Timestamp) -> Option<Event> {
        if let Some(reason) = self.must_turn_back(world, now) {
            return Some(Event::TurnedBack { reason, evidence: world.evidence, wrote: Vec::new() });
        }
        if world.hindered.as_deref() != self.hindered() && !matches!(self.phase(), Phase::Ended(_)) {
            return Some(Event::Hindered { why: world.hindered.clone() });
        }
        if let Some((condition, sight)) = self.changed(world) {
            return Some(Event::ConditionSeen { condition, sight });
        }
        if self.hook().is_none()
            && let Some(hook) = self.due(world, now)
        {
            return Some(Event::HookBegan { hook, address: None, release: None });
        }
        match *self.phase() {
            // Their end is told by whoever runs them.
            Phase::Undoing {} | Phase::Migrating {} | Phase::Trying { .. } => None,
            Phase::Preparing { .. } => (world.new.ready >= self.first().new
                && (!self.plan().exclusive || world.old.alive == 0))
                .then_some(Event::Ready {}),
            Phase::Shifting { stage } => {
                let given = world.weight == Some(self.plan().stages[stage].weight) && !world.held;
                given.then_some(Event::Shifted { stage })
            }
            Phase::Judging { stage, since } => self.judge(stage, since, world, now),
            Phase::Waiting { stage } => self.more_evidence(stage, world),
            Phase::Soaking { since } => self.soak(since, world, now),
            Phase::Observing { since } => self.observe(since, world, now),
            Phase::Retiring {} => {
                // A service that dies now is an outage of the newer release, not a rollout that can still be turned.
                let whole = world.weight == Some(Weight::ALL) || world.new.crash_looping;
                (world.old.alive == 0 && whole).then_some(Event::Ended {})
            }
            Phase::Restoring { .. } => self.restored(world).then_some(Event::Restored {}),
            // What ran meanwhile is waited for: its end belongs to the record.
            Phase::Clearing { .. } => (world.new.alive == 0 && self.hook().is_none()).then_some(Event::Ended {}),
            Phase::Ended(_) => None,
        }
    }

    fn first(&self) -> &Stage {
        &self.plan().stages[0]
    }

    /// What ends every hope, in the order in which it is told.
    fn must_turn_back(&self, world: &World, now: Timestamp) -> Option<Reason> {
        match self.phase() {
            Phase::Preparing { since } if now > self.plan().ready_within.after(*since) => {
                return Some(Reason::NotReady);
            }
            // Nothing but a dead set is a reason any more, and only while there is something to go back to.
            Phase::Retiring {} if world.old.alive == 0 => return None,
            Phase::Undoing {}
            | Phase::Migrating {}
            | Phase::Restoring { .. }
            | Phase::Clearing { .. }
            | Phase::Ended(_) => return None,
            _ => {}
        }
        if world.new.crash_looping {
            return Some(Reason::CrashLoop);
        }
        if matches!(self.phase(), Phase::Preparing { .. }) {
            // An instance that cannot be started is not waited for.
            return world.broken.clone().map(Reason::Condition);
        }
        if world.new.ready == 0 {
            return Some(Reason::Down);
        }
        if matches!(self.phase(), Phase::Retiring {}) {
            return None;
        }
        if let Verdict::Fail(question) = world.verdict {
            return Some(Reason::Verdict(question));
        }
        self.broken(world, now).or_else(|| world.broken.clone()).map(Reason::Condition)
    }

    fn judge(&self, stage: usize, since: Timestamp, world: &World, now: Timestamp) -> Option<Event> {
        let Stage { hold, promotion, weight, .. } = self.plan().stages[stage];
        if self.paused() {
            return None;
        }
        if self.urged() {
            return Some(Event::Passed { stage, evidence: world.evidence });
        }
        if now < hold.after(since) || self.waits_for_proof(stage) {
            return None;
        }
        // Without a hold, or without traffic, there was nothing to judge.
        let judged = hold.as_millis() == 0 || weight == Weight::NONE || world.verdict == Verdict::Pass;
        let holds = weight == Weight::NONE || self.all_hold();
        // They are asked within a moment: nobody is told to wait for that.
        if judged && !holds && self.conditions().contains(&None) {
            return None;
        }
        let passed = judged && holds;
        let evidence = world.evidence;
        Some(if passed && promotion == Promotion::Automatic {
            Event::Passed { stage, evidence }
        } else {
            Event::Waits { stage, evidence }
        })
    }

    /// A stage that waits for evidence, not for a person, goes on when it has come.
    fn more_evidence(&self, stage: usize, world: &World) -> Option<Event> {
        let automatic = self.plan().stages[stage].promotion == Promotion::Automatic;
        let free = !self.paused() && !self.waits_for_proof(stage);
        let Stage { hold, .. } = self.plan().stages[stage];
        let judged = world.verdict == Verdict::Pass || (hold == Duration::ZERO && self.all_hold());
        let passed = automatic && free && judged && self.all_hold();
        (passed || self.urged() && !self.paused()).then_some(Event::Passed { stage, evidence: world.evidence })
    }

    fn observe(&self, since: Timestamp, world: &World, now: Timestamp) -> Option<Event> {
        if self.paused() || self.hook().is_some() || self.is_to_be_proved() || self.next_later().is_some() {
            return None;
        }
        let whole = world.weight == Some(Weight::ALL) && now >= self.plan().keep_old.after(since);
        // What fails now is tolerated only as long as there is a way back.
        (whole && !self.any_fails()).then_some(Event::Retires {})
    }

    fn soak(&self, since: Timestamp, world: &World, now: Timestamp) -> Option<Event> {
        let over = now >= self.plan().soak.after(since);
        let free = !self.paused() && self.hook().is_none() && !self.is_to_be_proved();
        (over && free && world.weight == Some(Weight::ALL) && self.all_hold())
            .then_some(Event::Soaked { evidence: world.evidence })
    }

    /// What is to be run now, if nothing else runs.
    fn due(&self, world: &World, now: Timestamp) -> Option<Hook> {
        let all_moved = world.weight == Some(Weight::ALL);
        match *self.phase() {
            Phase::Migrating {} => {
                (!self.plan().exclusive || (world.old.alive == 0 && world.held)).then_some(Hook::Migrate)
            }
            Phase::Trying { hook } => Some(hook),
            Phase::Judging { stage, .. } | Phase::Waiting { stage } => {
                (self.waits_for_proof(stage) && all_moved).then_some(Hook::Public)
            }
            Phase::Soaking { .. } | Phase::Observing { .. } if !all_moved => None,
            Phase::Soaking { .. } | Phase::Observing { .. } if self.is_to_be_proved() => Some(Hook::Public),
            Phase::Soaking { .. } | Phase::Observing { .. } => {
                let (later, _) = self.next_later().filter(|(_, due)| now >= *due)?;
                Some(Hook::Later(later))
            }
            _ => None,
        }
    }

    /// Whether this is the last stage and the user's flows are still to be tried through the public address.
    fn waits_for_proof(&self, stage: usize) -> bool {
        stage + 1 == self.plan().stages.len() && self.is_to_be_proved()
    }

    /// All traffic is where it was. At the first release ever there is nowhere to send it back to.
    fn restored(&self, world: &World) -> bool {
        let back = self.plan().from.is_none() || world.old.ready >= self.plan().instances;
        world.weight == Some(Weight::NONE) && !world.held && back
    }
}
