//! The change record tells a run as it was.

mod world;

use callsheet_engine::{ChangeRecord, Command, Exit, Outcome};
use callsheet_journal::{Draft, Head, Record, seal};
use callsheet_plan::{Gate, StepIndex};
use callsheet_testkit::{PlanBuilder, StepBuilder};
use world::World;

fn sealed(world: &World) -> Vec<Record> {
    let mut head = Head::start(world.run.id());
    let drafts = world.journal.iter().map(|(body, at)| Draft { at: *at, body: body.clone() });
    let records = drafts.map(|draft| {
        let record = seal(head, draft);
        head = Head { run: record.run, seq: record.seq, chain: record.chain };
        record
    });
    records.collect()
}

#[test]
fn who_when_why_and_every_attempt() {
    let plan = PlanBuilder::new()
        .step(StepBuilder::shell("ship", "ship").again(1))
        .step(StepBuilder::shell("clean", "rm").gate(Gate::Danger { words: vec!["rm".to_owned()] }))
        .step(StepBuilder::shell("never", "true"))
        .build();
    let mut world = World::start(plan);
    world.end(0, Outcome::bare(Exit::Status(7)));
    world.tick(callsheet_base::Duration::from_secs(2));
    world.end(0, Outcome::bare(Exit::Status(0)));
    world.command_by("lead", Command::Deny(StepIndex(1))).unwrap();
    let record = ChangeRecord::new(&world.run, &sealed(&world)).unwrap();

    assert_eq!(
        (record.phase, record.why.as_str(), record.requested_by.name.as_str()),
        ("denied", "a test", "operator")
    );
    let ids: Vec<&str> = record.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["ship", "clean"], "a step that was not reached is not told");
    let hows: Vec<&str> =
        record.steps[0].attempts.iter().filter_map(|one| one.end.as_ref()).map(|end| end.how.as_str()).collect();
    assert_eq!(hows, ["exit status 7", "exit status 0"]);
    let denied = record.steps[1].said.iter().find(|said| said.what == "denied").expect("the denial is told");
    assert_eq!((denied.by.as_ref().unwrap().name.as_str(), denied.note.as_str()), ("lead", "note"));
    assert_eq!(record.head.seq, world.journal.len() as u64);

    let text = record.text();
    assert!(text.contains("act 1 attempt 1: exit status 7 after 0s"), "{text}");
    assert!(text.contains(&format!("head {} {}", record.head.seq, record.head.chain)), "{text}");
    let markdown = record.markdown();
    assert!(markdown.starts_with("# Deploy: denied\n"), "{markdown}");
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!(json["steps"][0]["attempts"][1]["claim"]["attempt"], 2);
}
