//! Every state of the live view in a tiny, a usual and a wide terminal.

use callsheet_access::ApprovalRule;
use callsheet_base::Duration;
use callsheet_engine::Event;
use callsheet_plan::{Expect, ExpectTest, Gate, OnFailure, Plan, StepIndex};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::tests::Story;
use crate::paint::Paint;

const SIZES: [(usize, usize); 3] = [(40, 10), (80, 24), (200, 50)];

/// The pictures of one state, one below the other; none is larger than its terminal.
fn pictures(story: &mut Story) -> String {
    let mut all = String::new();
    for (columns, rows) in SIZES {
        // The last column stays free.
        let lines = story.live.draw(story.now, columns - 1, rows);
        assert!(lines.len() <= rows, "{} lines in {rows} rows", lines.len());
        all.push_str(&format!("{columns}×{rows}\n"));
        for line in lines {
            let line = line.fit(columns - 1, Paint::plain());
            assert!(crate::view::line::width(&line) < columns, "{line:?} is wider than {columns}");
            all.push_str(format!("|{line}").trim_end());
            all.push('\n');
        }
    }
    all
}

macro_rules! looks {
    ($story:expr) => {
        insta::assert_snapshot!(pictures(&mut $story))
    };
}

fn shell(id: &str) -> StepBuilder {
    StepBuilder::shell(id, "./act --with 'an argument'")
}

/// A plan with six steps after the one that matters.
fn plan(first: StepBuilder) -> PlanBuilder {
    let rest = [
        "warm the caches on critical routes",
        "tell the team",
        "look at the dashboards for a while",
        "tidy",
        "close",
        "rest",
    ];
    rest.into_iter().fold(PlanBuilder::new().step(first), |plan, id| plan.step(shell(id)))
}

fn judged(test: ExpectTest, inferred: bool) -> Expect {
    Expect { test, text: "prints \"ready\"".to_owned(), line: 7, act: None, inferred }
}

#[test]
fn running() {
    let mut story = Story::of(plan(shell("migrate")));
    story.later(12_300);
    for line in 0..30 {
        story.live.output(StepIndex(0), format!("applied migration {line:04}\n").as_bytes());
    }
    looks!(story);
}

#[test]
fn an_approval() {
    let rule: ApprovalRule = "2:L3".parse().unwrap();
    let mut story = Story::of(plan(shell("switch traffic to the new release").gate(Gate::Approval { rule })));
    story.later(61_000);
    looks!(story);
}

#[test]
fn a_danger_with_a_long_script() {
    let script: String = (0..12).map(|line| format!("redis-cli -n {line} flushdb\n")).collect();
    let words = vec!["flushdb".to_owned()];
    looks!(Story::of(plan(StepBuilder::shell("flush", &script).gate(Gate::Danger { words }))));
}

#[test]
fn an_answer_being_typed() {
    let mut story = Story::of(plan(StepBuilder::manual("look at the page")));
    story.press(KeyCode::Char('n'));
    story.types("the basket shows no prices at all, and the log is full of timeouts");
    looks!(story);
}

#[test]
fn a_choice() {
    let labels =
        ["Option A: restart one by one", "Option B: restart all", "Option C: wait"].map(str::to_owned).to_vec();
    looks!(Story::of(plan(shell("restart").gate(Gate::Option { labels }))));
}

#[test]
fn an_optional_step() {
    let condition = "if the smoke test failed".to_owned();
    looks!(Story::of(plan(shell("undo").gate(Gate::Optional { condition }))));
}

#[test]
fn a_judgement() {
    let mut story = Story::of(plan(shell("smoke").expect(judged(ExpectTest::Person, false))));
    story.live.output(StepIndex(0), b"42 orders, 3 of them open\n");
    story.ends(0, 0);
    looks!(story);
}

#[test]
fn a_retry() {
    let mut story = Story::of(plan(shell("fetch").again(3)));
    story.live.output(StepIndex(0), b"connection refused\n");
    story.ends(0, 7);
    looks!(story);
}

#[test]
fn a_wait() {
    let mut story = Story::of(plan(StepBuilder::wait("settle", Duration::from_mins(15))));
    story.later(90_000);
    looks!(story);
}

#[test]
fn a_failure_with_several_ways_back() {
    let rollback = |id: &str| vec![StepBuilder::shell(id, "./restore")];
    let first = shell("migrate").on_failure(OnFailure::Pause);
    let ways = plan(first).rollback("restore the snapshot", rollback("a")).rollback("downgrade", rollback("b"));
    let mut story = Story::of(ways);
    story.live.output(StepIndex(0), b"error: lock timeout\n");
    story.ends(0, 1);
    looks!(story);
}

#[test]
fn a_doubt() {
    let mut story = Story::of(plan(shell("charge the cards")));
    let claim = story.claim(0);
    story.happens(Event::DoubtFound { claim, why: "the machine went down while it ran".to_owned() });
    looks!(story);
}

#[test]
fn an_interactive_step() {
    let mut plan: Plan = plan(shell("psql")).build();
    plan.steps[0].interactive = true;
    looks!(Story::of_plan(plan));
}

#[test]
fn steps_side_by_side() {
    let side = |id: &str| shell(id).parallel("checks");
    let mut story =
        Story::of(PlanBuilder::new().step(side("east")).step(side("west")).step(side("north")).step(shell("go")));
    for step in 0..3 {
        for line in 0..9 {
            story.live.output(StepIndex(step), format!("region {step}: host {line} is up\n").as_bytes());
        }
    }
    looks!(story);
}

#[test]
fn more_steps_side_by_side_than_rows() {
    let plan = (0..30).fold(PlanBuilder::new(), |plan, at| plan.step(shell(&format!("host {at}")).parallel("hosts")));
    looks!(Story::of(plan));
}

#[test]
fn stopping() {
    let mut story = Story::of(plan(shell("migrate")).undo("migrate", StepBuilder::shell("undo", "./undo")));
    story.live.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    looks!(story);
}

#[test]
fn reading_and_searching() {
    let mut story = Story::of(plan(shell("migrate")));
    for line in 0..200 {
        story.live.output(StepIndex(0), format!("applied migration {line:04}\n").as_bytes());
    }
    story.press(KeyCode::PageUp);
    assert!(story.live.is_reading());
    looks!(story);
    story.types("/MIGRATION 005");
    story.press(KeyCode::Enter);
    insta::assert_snapshot!("reading_a_hit", pictures(&mut story));
    story.press(KeyCode::Esc);
    assert!(!story.live.is_reading());
}

#[test]
fn help() {
    let mut story = Story::of(plan(shell("migrate")));
    story.press(KeyCode::Char('?'));
    looks!(story);
}

#[test]
fn tab_turns_to_another_question() {
    let side = |id: &str| StepBuilder::manual(id).parallel("looks");
    let mut story = Story::of(PlanBuilder::new().step(side("look east")).step(side("look west")));
    assert_eq!(story.live.window_title(), "? look east · Deploy the shop");
    assert_eq!(story.live.take_call(false).as_deref(), Some("look east: Do it, then say so."));
    assert_eq!(story.live.take_call(false), None, "a person is called once");
    story.press(KeyCode::Tab);
    assert_eq!(story.live.window_title(), "? look west · Deploy the shop");
    story.press(KeyCode::Tab);
    assert_eq!(story.live.window_title(), "? look east · Deploy the shop");
}

#[test]
fn the_way_back_is_chosen_by_its_number() {
    let rollback = |id: &str| vec![StepBuilder::shell(id, "./restore")];
    let first = shell("migrate").on_failure(OnFailure::Pause);
    let mut story = Story::of(plan(first).rollback("restore", rollback("a")).rollback("downgrade", rollback("b")));
    story.ends(0, 1);
    story.press(KeyCode::Char('2'));
    story.types("the snapshot is too old");
    story.press(KeyCode::Enter);
    let to = "downgrade".to_owned();
    let downgrading = |phase: &callsheet_engine::Phase| matches!(phase, callsheet_engine::Phase::Back { to: Some(slug), .. } if *slug == to);
    assert!(downgrading(story.run.phase()), "{:?}", story.run.phase());
}
