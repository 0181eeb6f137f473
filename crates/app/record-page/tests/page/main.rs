//! The page tells a run whole, is harmless whatever was printed, and stays small.

mod story;

use callsheet_base::Duration;
use callsheet_engine::{Command, Event};
use callsheet_plan::{Expect, ExpectTest, Gate, OnFailure, Plan, StepIndex};
use callsheet_record_page::{Proof, Stored};
use callsheet_testkit::{PlanBuilder, StepBuilder, long_plan};
use story::Story;

const HOSTILE: &str = "<script>alert('x')</script>\u{1b}[31mred\u{1b}[0m\u{1b}[2J\u{202e}drow\u{0}\u{7}<img src=http://h/x onerror=alert(1)>\n";

fn contains(text: &str) -> Expect {
    let test = ExpectTest::Contains { needle: text.to_owned() };
    Expect { test, text: format!("prints \"{text}\""), line: 9, act: None, inferred: false }
}

fn shop() -> Plan {
    let mut plan = PlanBuilder::new()
        .host("shop-1")
        .step(StepBuilder::shell("preflight", "./preflight --all").expect(contains("ready")))
        .step(StepBuilder::approve("approve", 1))
        .step(
            StepBuilder::shell("migrate", "./migrate up")
                .again(2)
                .on_failure(OnFailure::Rollback("rollback".to_owned())),
        )
        .step(
            StepBuilder::shell("flush", "redis-cli flushall").gate(Gate::Danger { words: vec!["flushall".to_owned()] }),
        )
        .step(StepBuilder::wait("settle", Duration::from_mins(15)))
        .step(StepBuilder::shell("smoke", "./smoke").on_failure(OnFailure::Rollback("rollback".to_owned())))
        .step(StepBuilder::manual("look at the page"))
        .rollback("rollback", vec![StepBuilder::shell("rollback/restore", "./restore").idempotent()])
        .build();
    for (step, title) in [
        "Check that everything is ready.",
        "Approval by the service's owner",
        "Migrate the database:",
        "Flush the cache",
        "Let it settle",
        "Smoke test of the user's flows",
        "Look at the page",
        "Restore the last release",
    ]
    .iter()
    .enumerate()
    {
        plan.steps[step].title = (*title).to_owned();
        plan.steps[step].line = 10 + 4 * step as u32;
    }
    plan.title = "Deploy the shop".to_owned();
    plan.environment = "production".to_owned();
    plan
}

fn deployed() -> Story {
    let mut story = Story::because(shop(), "SHOP-417: prices with tax");
    story.happens(Event::TargetVerified { found: vec!["host shop-1".to_owned()] });
    let checks: String = (0..60).map(|at| format!("check {at:>2}  \u{1b}[32mok\u{1b}[0m\n")).collect();
    story.ends(0, 2_300, 0, &(checks + "ready\n"));
    story.later(Duration::from_mins(47));
    story.says("lead", Command::Approve(StepIndex(1)), "numbers of staging look right");
    story.ends(2, 3_100, 1, "applying 0042_prices\n\u{1b}[1;31merror\u{1b}[0m: lock timeout\n");
    story.later(Duration::from_secs(2));
    story.adopted(4890, "resume");
    story.ends(2, 6_400, 0, "applying 0042_prices\napplying 0043_tax\n2 migrations applied\n");
    story.later(Duration::from_secs(9));
    story.says("operator", Command::Confirm(StepIndex(3)), "");
    story.ends(3, 400, 0, "OK\n");
    story.later(Duration::from_mins(15));
    story.ends(5, 1_900, 1, "GET http://127.0.0.1:8080/ → HTTP 200, 41 ms\nPOST http://127.0.0.1:8080/basket → HTTP 201, 310 ms\nGET http://127.0.0.1:8080/basket/7 → HTTP 500, 1200 ms, try 3\n  line 9: HTTP 200\n    actual:   500\n    expected: 200\n");
    story.ends(
        7,
        4_200,
        0,
        "id | state      | note\n---+------------+------\n1  | restored   | NULL\n12 | warm       | ok\n(2 rows)\n",
    );
    story
}

/// For a look at it in a browser.
fn kept(name: &str, page: &str) {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(path, page).expect("the page can be kept");
}

#[test]
fn a_deploy_that_was_rolled_back_is_told_whole() {
    let story = deployed();
    let page = story.page();
    kept("deploy.html", &page);
    let told = [
        "rolled back</span>",
        "SHOP-417: prices with tax",
        "host shop-1",
        "numbers of staging look right",
        "<b>approved</b>",
        "carried out by process 4890 (resume)",
        "rollback began: rollback",
        "href=\"#step-3\"",
        "id=\"step-3\"",
        "exit status 1",
        "holds: prints &#34;ready&#34;",
        "<span class=\"t1 tb\">error</span>: lock timeout",
        "waited for a person: 10:00:02, 47m00s",
        "<th scope=\"col\" class=\"n\">id</th>",
        "<td class=\"n\">1200 ms</td>",
        "chain holds</b> over 27 records",
        "nothing ran: drawn shorter (47m00s",
    ];
    for text in told {
        assert!(page.contains(text), "the page does not tell {text:?}");
    }
    let head = story.records().last().expect("there are records").chain.to_string();
    assert!(page.contains(&head), "the head is named");
}

#[test]
fn a_broken_chain_is_said_loudly() {
    let mut story = deployed();
    story.proof = Proof::Broken("record 7 does not follow from record 6".to_owned());
    let page = story.page();
    assert!(page.contains("The journal was altered.") && page.contains("record 7 does not follow"));
    assert!(!page.contains("chain holds"));
}

#[test]
fn hostile_words_do_nothing() {
    let mut plan = shop();
    for step in &mut plan.steps {
        step.title = HOSTILE.to_owned();
    }
    plan.title = HOSTILE.to_owned();
    plan.steps[0].acts[0].action = match plan.steps[0].acts[0].action.clone() {
        callsheet_plan::Action::Shell { argv, .. } => {
            callsheet_plan::Action::Shell { argv, script: HOSTILE.to_owned() }
        }
        other => other,
    };
    let mut story = Story::because(plan, HOSTILE);
    story.happens(Event::TargetVerified { found: vec![HOSTILE.to_owned()] });
    story.ends(0, 10, 0, &format!("{HOSTILE}ready"));
    story.says("<script>", Command::Approve(StepIndex(1)), HOSTILE);
    let page = story.page();
    kept("hostile.html", &page);
    assert_eq!(page.matches("<script").count(), 1, "the only script is the page's own");
    assert_eq!(page.matches("<img").count(), 0);
    assert!(!page.contains("onerror=alert(1)>"), "no attribute of an element");
    for hidden in ['\u{1b}', '\u{202e}', '\0', '\u{7}'] {
        assert!(!page.contains(hidden), "{hidden:?} came through");
    }
    assert!(page.contains("<b class=c>[U+202E]</b>drow") && page.contains("<span class=\"t1\">red</span>"));
}

#[test]
fn nothing_is_asked_of_any_other_place() {
    let page = deployed().page();
    for asking in ["src=", "url(h", "@import", "<link", "<iframe", "href=\"h", "fetch(", "XMLHttp"] {
        assert!(!page.contains(asking), "the page has {asking:?}");
    }
    assert!(page.contains("default-src 'none'"), "and the browser holds it to that");
}

#[test]
fn what_is_gone_is_said() {
    let mut story = deployed();
    let mut digests = story.outputs.keys().copied().collect::<Vec<_>>();
    digests.sort();
    let now = story.now;
    story.outputs.insert(digests[0], Stored::Purged(now));
    story.outputs.insert(digests[1], Stored::Bytes(b"forged".to_vec()));
    story.outputs.remove(&digests[2]);
    let page = story.page();
    for text in ["removed at 2026-01-01", "its digest differs", "missing from the state folder"] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("forged"));
}

#[test]
fn a_run_under_way_is_told_so_far() {
    let mut story = Story::of(shop());
    story.happens(Event::TargetVerified { found: Vec::new() });
    story.later(Duration::from_secs(5));
    let page = story.page();
    assert!(page.contains("so far <b>5.0s</b>") && page.contains("under way"));
    assert!(page.contains("unreached"), "steps to come are in the picture");
}

#[test]
fn a_hundred_steps_stay_below_300_kb() {
    let mut story = Story::of(long_plan(100));
    for step in 0..100 {
        let printed: String =
            (0..40).map(|line| format!("step {step}: line {line} of what a command usually says <ok>\n")).collect();
        story.ends(step, 250, 0, &printed);
    }
    let page = story.page();
    kept("hundred.html", &page);
    assert!(page.len() < 300_000, "{} bytes", page.len());
    assert_eq!(page.matches("<details class=\"step ").count(), 100);
    assert!(page.contains("in the middle are not on this page"), "long outputs say what is missing");
    assert!(page.contains("step 99: line 39"), "and keep their ends");
}

#[test]
fn a_loud_step_does_not_make_the_page_large() {
    let mut story = Story::of(long_plan(3));
    story.ends(0, 250, 0, &"\u{1b}<&\u{202e}".repeat(2_000_000));
    story.ends(1, 250, 0, "quiet\n");
    story.ends(2, 250, 0, &"line\n".repeat(1_000_000));
    let page = story.page();
    assert!(page.len() < 150_000, "{} bytes", page.len());
    assert!(page.contains("quiet"));
}
