//! A run told event by event, with its journal and its outputs, as a page needs them.

use std::collections::HashMap;
use std::sync::Arc;

use callsheet_access::People;
use callsheet_base::{BootId, Digest, Duration, RunId, Timestamp};
use callsheet_engine::{
    Adopted, Claim, Command, Decision, Event, Evidence, Exit, Outcome, Run, StepState, advance, expectations, report,
    submit,
};
use callsheet_journal::{Draft, Head, Record, seal};
use callsheet_plan::{Plan, StepIndex};
use callsheet_record_page::{Proof, Sources, Stored, page};
use callsheet_testkit::{created, person};

pub struct Story {
    pub run: Run,
    pub now: Timestamp,
    pub journal: Vec<(String, Timestamp)>,
    pub outputs: HashMap<Digest, Stored>,
    pub proof: Proof,
}

impl Story {
    pub fn of(plan: Plan) -> Story {
        Story::because(plan, "a test")
    }

    pub fn because(plan: Plan, why: &str) -> Story {
        let now: Timestamp = "2026-01-01T10:00:00Z".parse().unwrap();
        let plan = Arc::new(plan);
        let mut created = created(&plan);
        created.why = why.to_owned();
        let run = Run::create(RunId::new(now, [0xab; 10]), &created, plan, now);
        let journal = vec![(Event::Created(created).to_json(), now)];
        let mut story = Story { run, now, journal, outputs: HashMap::new(), proof: Proof::Holds };
        story.adopted(4711, "run");
        story
    }

    pub fn adopted(&mut self, pid: u32, role: &str) {
        self.happens(Event::Adopted(Adopted { pid, boot: BootId("boot".to_owned()), role: role.to_owned() }));
    }

    fn keep(&mut self, decision: Decision) {
        self.journal.extend(decision.record.iter().map(|event| (event.to_json(), self.now)));
    }

    pub fn happens(&mut self, event: Event) {
        let decision = report(&mut self.run, event, self.now).expect("it can happen");
        self.keep(decision);
    }

    pub fn later(&mut self, by: Duration) {
        self.now = by.after(self.now);
        let decision = advance(&mut self.run, self.now).expect("what is decided can be applied");
        self.keep(decision);
    }

    pub fn says(&mut self, who: &str, command: Command, note: &str) {
        let said = submit(&mut self.run, &command, &person(who), note, &People::default(), self.now);
        self.keep(said.expect("it may be said"));
    }

    pub fn claim(&self, step: u32) -> Claim {
        let StepState::Running { claim, .. } = self.run.step(StepIndex(step)) else {
            panic!("step {step} does not run: {:?}", self.run.step(StepIndex(step)))
        };
        *claim
    }

    /// The step's act ends so after a while.
    pub fn ends(&mut self, step: u32, millis: u64, status: u8, printed: &str) {
        self.later(Duration::from_millis(millis));
        let claim = self.claim(step);
        let digest = Digest::of(printed.as_bytes());
        let evidence = Evidence { output: digest, bytes: printed.len() as u64, left_out: 0 };
        self.outputs.insert(digest, Stored::Bytes(printed.as_bytes().to_vec()));
        let exit = Exit::Status(status);
        let expects = self.run.plan().act(claim.step, claim.act).map(|found| found.act.expects.clone());
        let verdicts = expectations::judge(&expects.unwrap_or_default(), &exit, printed);
        let took = Duration::from_millis(millis);
        let outcome =
            Outcome { took, evidence: (!printed.is_empty()).then_some(evidence), verdicts, ..Outcome::bare(exit) };
        self.happens(Event::Ended { claim, outcome });
    }

    pub fn records(&self) -> Vec<Record> {
        let mut head = Head::start(self.run.id());
        let drafts = self.journal.iter().map(|(body, at)| Draft { at: *at, body: body.clone() });
        let records = drafts.map(|draft| {
            let record = seal(head, draft);
            head = Head { run: record.run, seq: record.seq, chain: record.chain };
            record
        });
        records.collect()
    }

    pub fn page(&self) -> String {
        let records = self.records();
        let outputs = |digest: Digest| self.outputs.get(&digest).cloned().unwrap_or(Stored::Missing);
        let (run, proof) = (&self.run, self.proof.clone());
        page(&Sources { run, records: &records, outputs: &outputs, proof, made: self.now }).expect("there is a page")
    }
}
