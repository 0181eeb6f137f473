//! A world small enough to be explored whole.

use callsheet_base::{Duration, Timestamp};
use callsheet_rollout::analysis::{Question, Verdict};
use callsheet_rollout::{Command, Effect, Event, Reason, Rollout, RolloutPlan, Set, SetSeen, Sight, World};
use callsheet_traffic::Weight;

use crate::rules;

/// One state of everything.
#[derive(Clone)]
pub struct Small {
    pub rollout: Rollout,
    pub new: SetSeen,
    pub old: SetSeen,
    pub weight: Weight,
    pub held: bool,
    cut_off: bool,
    verdict: Verdict,
    late: bool,
    /// What the store of metrics says, if the plan asks it.
    pub metrics: Option<Sight>,
    /// Things that may still go wrong; without a bound the world is not small.
    mishaps: u8,
    commands: u8,
}

fn holds() -> Sight {
    Sight::Holds { seen: "1".to_owned() }
}

fn fails() -> Sight {
    Sight::Fails { seen: "0".to_owned() }
}

fn unknown() -> Sight {
    Sight::Unknown { why: "nobody answers".to_owned() }
}

fn epoch() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

pub fn start(plan: RolloutPlan) -> Small {
    let old =
        if plan.from.is_some() { SetSeen { alive: 2, ready: 2, crash_looping: false } } else { SetSeen::default() };
    let weight = Weight::NONE;
    Small {
        rollout: Rollout::begin(plan, epoch()),
        new: SetSeen::default(),
        old,
        weight,
        held: false,
        cut_off: false,
        verdict: Verdict::NotEnough,
        late: false,
        metrics: None,
        mishaps: 2,
        commands: 2,
    }
}

/// Where the control plane dies.
#[derive(Clone, Copy, PartialEq)]
enum Death {
    BeforeActing,
    AfterFirstAct,
    Never,
}

impl Small {
    pub fn key(&self) -> String {
        format!(
            "{:?} {} {:?} {:?} {:?} {} {:?} {:?} {:?} {} {} {:?} {} {:?} {:?} {} {}",
            self.rollout.phase(),
            self.rollout.paused(),
            self.rollout.by_hand(),
            self.rollout.next_later(),
            self.rollout.hook(),
            self.rollout.is_to_be_proved(),
            self.new,
            self.old,
            self.weight,
            self.held,
            self.cut_off,
            self.verdict,
            self.late,
            self.metrics,
            self.rollout.conditions(),
            self.mishaps,
            self.commands
        )
    }

    /// Whether every condition of the plan was last seen to hold.
    pub fn all_hold(&self) -> bool {
        let known = self.rollout.conditions().iter().flatten();
        self.rollout.plan().conditions.is_empty()
            || known.map(|one| &one.sight).chain(&self.metrics).all(|sight| *sight == holds())
    }

    pub fn seen(&self) -> World {
        World {
            new: self.new,
            old: self.old,
            weight: (!self.cut_off).then_some(self.weight),
            held: self.held,
            verdict: self.verdict,
            evidence: None,
            broken: None,
            hindered: None,
            conditions: vec![self.metrics.clone(); self.rollout.plan().conditions.len()],
        }
    }

    fn now(&self) -> Timestamp {
        if self.late { Duration::from_hours(48).after(epoch()) } else { epoch() }
    }

    /// Time begins anew with every event: only how long a phase lasts matters.
    fn take(&mut self, event: &Event) {
        rules::event_is_right(self, event);
        self.rollout.apply(event, epoch());
        self.late = false;
    }

    /// What runs ends.
    fn end_hook(&mut self, failed: Option<&str>) {
        if let Some(hook) = self.rollout.hook() {
            self.take(&Event::HookEnded { hook, failed: failed.map(str::to_owned) });
        }
    }

    /// Whether the schema is brought back now.
    fn undoes(&self) -> bool {
        self.rollout.may_undo(&self.seen())
    }

    fn end_undo(&mut self) {
        if self.undoes() {
            self.take(&Event::Undone { said: "the schema is at no revision".to_owned() });
        }
    }

    /// The control plane looks once, records, and acts as far as it comes.
    fn control(&self, death: Death) -> Small {
        let mut next = self.clone();
        if let Some(event) = next.rollout.decide(&next.seen(), next.now()) {
            next.take(&event);
        }
        let effects = next.rollout.effects(&next.seen());
        let acts = match death {
            Death::BeforeActing => 0,
            Death::AfterFirstAct => 1,
            Death::Never => effects.len(),
        };
        for effect in &effects[..acts.min(effects.len())] {
            rules::act_is_safe(&next, effect);
            next.act(effect);
        }
        next
    }

    fn act(&mut self, effect: &Effect) {
        match *effect {
            Effect::Scale { set, to } => {
                let set = if set == Set::New { &mut self.new } else { &mut self.old };
                set.alive = to;
                set.ready = set.ready.min(to);
            }
            Effect::SetWeight(weight) if !self.cut_off => self.weight = weight,
            Effect::Hold(held) if !self.cut_off => self.held = held,
            _ => {}
        }
    }

    pub fn moves(&self) -> Vec<Small> {
        let mut moves =
            vec![self.control(Death::Never), self.control(Death::AfterFirstAct), self.control(Death::BeforeActing)];
        let mut with = |change: &dyn Fn(&mut Small)| {
            let mut next = self.clone();
            change(&mut next);
            moves.push(next);
        };
        with(&|next| next.late = true);
        with(&|next| next.come_up(Set::New));
        with(&|next| next.come_up(Set::Old));
        if self.cut_off {
            with(&|next| next.cut_off = false);
        }
        let has_traffic = self.weight > Weight::NONE && self.new.ready > 0;
        if has_traffic && self.verdict == Verdict::NotEnough {
            with(&|next| next.verdict = Verdict::Pass);
        }
        if self.rollout.hook().is_some() {
            with(&|next| next.end_hook(None));
        }
        if self.undoes() {
            with(&|next| next.end_undo());
        }
        if self.rollout.is_watched() && self.metrics.as_ref() != Some(&holds()) {
            with(&|next| next.metrics = Some(holds()));
        }
        if self.mishaps > 0 {
            moves.extend(self.mishaps());
        }
        if self.commands > 0 {
            moves.extend(self.orders());
        }
        moves
    }

    fn come_up(&mut self, set: Set) {
        let set = if set == Set::New { &mut self.new } else { &mut self.old };
        if set.ready < set.alive && !set.crash_looping {
            set.ready += 1;
        }
    }

    fn mishaps(&self) -> Vec<Small> {
        let mut all = Vec::new();
        let mut with = |possible: bool, change: &dyn Fn(&mut Small)| {
            if possible {
                let mut next = self.clone();
                change(&mut next);
                next.mishaps -= 1;
                all.push(next);
            }
        };
        with(self.new.ready > 0, &|next| next.new.ready -= 1);
        with(self.old.ready > 0, &|next| next.old.ready -= 1);
        with(self.new.alive > 0 && !self.new.crash_looping, &|next| {
            next.new = SetSeen { ready: 0, crash_looping: true, ..next.new };
        });
        with(!self.cut_off, &|next| next.cut_off = true);
        with(self.weight > Weight::NONE && !matches!(self.verdict, Verdict::Fail(_)), &|next| {
            next.verdict = Verdict::Fail(Question::Errors);
        });
        with(self.rollout.hook().is_some(), &|next| next.end_hook(Some("a flow fails")));
        with(self.undoes(), &|next| {
            let reason = Reason::Condition("it could not be undone".to_owned());
            next.take(&Event::TurnedBack { reason, evidence: None, wrote: Vec::new() });
        });
        with(self.rollout.is_watched() && self.metrics != Some(fails()), &|next| next.metrics = Some(fails()));
        with(self.rollout.is_watched() && self.metrics != Some(unknown()), &|next| next.metrics = Some(unknown()));
        // Nobody judged for too long: the edge sends everything back by itself.
        with(self.weight > Weight::NONE && self.rollout.plan().from.is_some() && self.old.ready > 0, &|next| {
            next.weight = Weight::NONE;
        });
        all
    }

    fn orders(&self) -> Vec<Small> {
        let commands = [
            Command::Pause,
            Command::Resume,
            Command::Promote,
            Command::Abort,
            Command::SetWeight(Weight::NONE),
            Command::SetWeight(Weight::from_percent(50)),
        ];
        let allowed = commands.into_iter().filter(|command| self.rollout.check(command).is_ok());
        allowed
            .map(|command| {
                let mut next = self.clone();
                next.commands -= 1;
                next.take(&Event::Commanded { command, by: "somebody".to_owned() });
                next
            })
            .collect()
    }

    /// The same world when nothing more goes wrong and everybody does their part: one round.
    pub fn kindly(&self) -> Small {
        let mut next = self.clone();
        next.cut_off = false;
        for _ in 0..2 {
            next.come_up(Set::New);
            next.come_up(Set::Old);
        }
        next.end_hook(None);
        next.end_undo();
        if next.verdict == Verdict::NotEnough && next.weight > Weight::NONE {
            next.verdict = Verdict::Pass;
        }
        if next.rollout.is_watched() {
            next.metrics = Some(holds());
        }
        next.late = true;
        next.control(Death::Never)
    }
}
