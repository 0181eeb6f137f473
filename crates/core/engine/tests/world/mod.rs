//! A run with its clock and its journal, as a test drives it. Every step of it checks that replay leads to the same state.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::Arc;

use callsheet_access::People;
use callsheet_base::{Duration, RunId, Timestamp};
use callsheet_engine::{
    Claim, Command, CommandRefused, Decision, Event, IllegalEvent, Outcome, Run, StepState, advance, report, submit,
};
use callsheet_plan::Plan;
use callsheet_testkit::{SimClock, created, person};

pub struct World {
    pub run: Run,
    pub clock: SimClock,
    pub people: People,
    pub journal: Vec<(String, Timestamp)>,
    /// What the last event or command led to, itself included.
    pub last: Decision,
}

impl World {
    /// Creates the run and lets it go as far as it can.
    pub fn start(plan: Plan) -> World {
        let clock = SimClock::default();
        let plan = Arc::new(plan);
        let created = created(&plan);
        let id = RunId::new(clock.now(), [7; 10]);
        let run = Run::create(id, &created, plan, clock.now());
        let journal = vec![(Event::Created(created).to_json(), clock.now())];
        let mut world = World { run, clock, people: People::default(), journal, last: Decision::default() };
        world.tick(Duration::ZERO);
        world
    }

    fn keep(&mut self, decision: Decision) {
        self.journal.extend(decision.record.iter().map(|event| (event.to_json(), self.clock.now())));
        self.last = decision;
        assert_eq!(replayed(self), self.run, "replay differs from the live run");
    }

    /// Time passes.
    pub fn tick(&mut self, by: Duration) {
        let now = self.clock.advance(by);
        let decision = advance(&mut self.run, now).expect("what is decided can be applied");
        self.keep(decision);
    }

    pub fn try_happen(&mut self, event: Event) -> Result<(), IllegalEvent> {
        let decision = report(&mut self.run, event, self.clock.now())?;
        self.keep(decision);
        Ok(())
    }

    pub fn happen(&mut self, event: Event) {
        self.try_happen(event).expect("it can happen");
    }

    pub fn running(&self) -> Vec<Claim> {
        let claims = self.run.open_steps().filter_map(|(_, state)| match state {
            StepState::Running { claim, .. } => Some(*claim),
            _ => None,
        });
        claims.collect()
    }

    fn claim(&self, step: u32) -> Claim {
        *self.running().iter().find(|claim| claim.step.0 == step).expect("the step runs")
    }

    /// The act that runs in `step` ends.
    pub fn end(&mut self, step: u32, outcome: Outcome) {
        let claim = self.claim(step);
        self.happen(Event::Ended { claim, outcome });
    }

    /// Nobody knows what became of the act that ran in `step`.
    pub fn doubt(&mut self, step: u32) {
        let claim = self.claim(step);
        self.happen(Event::DoubtFound { claim, why: "the machine went down".to_owned() });
    }

    pub fn command(&mut self, command: Command) -> Result<(), CommandRefused> {
        self.command_by("operator", command)
    }

    pub fn command_by(&mut self, name: &str, command: Command) -> Result<(), CommandRefused> {
        let decision = submit(&mut self.run, &command, &person(name), "note", &self.people, self.clock.now())?;
        self.keep(decision);
        Ok(())
    }

    /// The tags of what was last recorded.
    pub fn words(&self) -> Vec<&'static str> {
        self.last.record.iter().map(Event::word).collect()
    }

    /// Puts the replayed run in the live one's place.
    pub fn replay(&mut self) {
        self.run = replayed(self);
    }
}

fn replayed(world: &World) -> Run {
    let records = world.journal.iter().map(|(body, at)| (body.as_str(), *at));
    Run::replay(world.run.id(), Arc::clone(world.run.plan()), records).expect("the journal can be replayed")
}
