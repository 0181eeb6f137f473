//! The live view, told as stories: what happens, what is pressed, what is on the screen.

use std::sync::Arc;

use callsheet_access::People;
use callsheet_base::{BootId, Duration, RunId, Timestamp};
use callsheet_engine::{Adopted, Claim, Event, Exit, Outcome, Run, StepState, expectations, report, submit};
use callsheet_plan::{Gate, Plan, StepIndex};
use callsheet_testkit::{PlanBuilder, StepBuilder, created, person};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::paint::Paint;
use crate::view::live::{Live, Say};

/// A run and its view at an instant.
pub struct Story {
    pub run: Run,
    pub live: Live,
    pub now: Timestamp,
    scrolled: Vec<String>,
}

const COLUMNS: usize = 72;

impl Story {
    pub fn of(plan: PlanBuilder) -> Story {
        Story::of_plan(plan.build())
    }

    pub fn of_plan(mut plan: Plan) -> Story {
        plan.title = "Deploy the shop".to_owned();
        let now: Timestamp = "2026-01-01T10:00:00Z".parse().unwrap();
        let id = RunId::new(now, [0xab; 10]);
        let created = created(&plan);
        let run = Run::create(id, &created, Arc::new(plan), now);
        let mut story = Story { live: Live::of(run.clone()), run, now, scrolled: Vec::new() };
        let adopted = Adopted { pid: 1, boot: BootId("boot".to_owned()), role: "run".to_owned() };
        story.happens(Event::Adopted(adopted));
        story
    }

    pub fn later(&mut self, millis: u64) {
        self.now = Duration::from_millis(millis).after(self.now);
    }

    pub fn happens(&mut self, event: Event) {
        let decision = report(&mut self.run, event, self.now).unwrap();
        self.show(&decision.record);
    }

    fn show(&mut self, events: &[Event]) {
        for event in events {
            self.live.recorded(&self.run, self.now, event, COLUMNS);
        }
    }

    pub fn ends(&mut self, step: u32, status: u8) {
        let claim = self.claim(step);
        let mut outcome = Outcome::bare(Exit::Status(status));
        let expects = self.run.plan().act(claim.step, claim.act).map(|found| found.act.expects.clone());
        outcome.verdicts = expectations::judge(&expects.unwrap_or_default(), &outcome.exit, "");
        self.happens(Event::Ended { claim, outcome });
    }

    pub fn claim(&self, step: u32) -> Claim {
        let StepState::Running { claim, .. } = self.run.step(StepIndex(step)) else {
            panic!("step {step} does not run")
        };
        *claim
    }

    /// Presses a key; what is said is told to the run.
    pub fn press(&mut self, code: KeyCode) -> Option<Say> {
        let said = self.live.key(KeyEvent::new(code, KeyModifiers::NONE));
        if let Some(Say::Tell(command, note)) = &said {
            let told = submit(&mut self.run, command, &person("operator"), note, &People::default(), self.now);
            match told {
                Ok(decision) => self.show(&decision.record),
                Err(refused) => self.live.refused(refused.to_string()),
            }
        }
        said
    }

    pub fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    /// Everything on the screen, scrolled lines first.
    fn screen(&mut self) -> String {
        let above = self.live.take_above();
        self.scrolled.extend(above.iter().map(|line| line.fit(COLUMNS, Paint::plain())));
        let picture = self.live.draw(self.now, COLUMNS, 20);
        let lines = picture.iter().map(|line| line.fit(COLUMNS, Paint::plain()));
        let all: Vec<String> = self.scrolled.iter().cloned().chain(lines).collect();
        all.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
    }
}

fn shop() -> PlanBuilder {
    PlanBuilder::new()
        .step(StepBuilder::shell("fetch", "./fetch"))
        .step(StepBuilder::shell("wipe", "rm -rf cache").gate(Gate::Danger { words: vec!["rm -rf cache".to_owned()] }))
        .step(StepBuilder::manual("look at the page"))
        .step(StepBuilder::shell("tell", "./tell"))
        .step(StepBuilder::shell("tidy", "./tidy"))
        .step(StepBuilder::shell("rest", "./rest"))
}

#[test]
fn a_running_step_shows_its_last_lines() {
    let mut story = Story::of(shop());
    story.later(12_300);
    story.live.output(StepIndex(0), b"getting v1.2.3\r\n\x1b[32mok\x1b[0m\nunpacking");
    insta::assert_snapshot!(story.screen());
}

#[test]
fn a_danger_is_confirmed_by_the_whole_word() {
    let mut story = Story::of(shop());
    story.later(1500);
    story.ends(0, 0);
    insta::assert_snapshot!("danger_asked", story.screen());
    story.press(KeyCode::Char('y'));
    story.types("y");
    insta::assert_snapshot!("danger_typing", story.screen());
    assert_eq!(story.press(KeyCode::Enter), None, "`y` is not `yes`");
    story.press(KeyCode::Char('y'));
    story.types("yes");
    assert!(matches!(story.press(KeyCode::Enter), Some(Say::Tell(..))));
    assert!(matches!(story.run.step(StepIndex(1)), StepState::Running { .. }));
}

#[test]
fn a_manual_step_takes_a_note_and_the_rest_goes_on() {
    let mut story = Story::of(shop());
    story.ends(0, 0);
    story.press(KeyCode::Char('y'));
    story.types("yes");
    story.press(KeyCode::Enter);
    story.later(65_000);
    story.ends(1, 0);
    story.press(KeyCode::Char('y'));
    story.types("looks right");
    insta::assert_snapshot!("note_typing", story.screen());
    story.press(KeyCode::Enter);
    story.later(200);
    story.ends(3, 7);
    insta::assert_snapshot!("failed", story.screen());
}

#[test]
fn ctrl_c_asks_first() {
    let mut story = Story::of(shop());
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(story.live.key(interrupt), None);
    insta::assert_snapshot!("stop_asked", story.screen());
    assert_eq!(story.press(KeyCode::Esc), None);
    assert_eq!(story.live.key(interrupt), None);
    assert_eq!(story.live.key(interrupt), Some(Say::Leave));
}

#[test]
fn a_small_terminal_shows_what_matters() {
    let mut story = Story::of(shop());
    story.ends(0, 0);
    let picture = story.live.draw(story.now, 40, 10);
    assert!(picture.len() <= 10, "{} lines", picture.len());
    let text: String = picture.iter().map(|line| format!("{}\n", line.fit(39, Paint::plain()).trim_end())).collect();
    insta::assert_snapshot!(text);
}
