//! The loop over the real world: SQLite, keepers, sockets. This program is its own keeper (`keeper …`) and its own second process
//! (`crash …`), so it has no test harness; each story prints its name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A story's name and what it tells in a folder of its own.
type Story = (&'static str, fn(&Path));

use callsheet_access::{Actor, People};
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Command, Event, Run};
use callsheet_keeper::Launcher;
use callsheet_node::{
    AdmitError, Answer, Client, Foreground, LiveOutput, LocalGrounds, NewRun, Observer, Request, ServeError, Server,
    Setup, StartRun, StateFolder, Surroundings, Takeover, Unobserved,
};
use callsheet_plan::{Plan, StepIndex};
use callsheet_testkit::{PlanBuilder, StepBuilder};

fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    match arguments.first().and_then(|first| first.to_str()) {
        Some("keeper") => return callsheet_keeper::keeper_main(&arguments[1..]),
        Some("crash") => {
            start_and_wait_to_be_killed(Path::new(&arguments[1]));
            return ExitCode::SUCCESS;
        }
        // A test runner that asks for a list gets an empty one.
        Some("--list") => return ExitCode::SUCCESS,
        _ => {}
    }
    let stories: &[Story] = &[
        ("variables pass from step to step, and output is kept", variables_pass),
        ("a step outlives a killed process and is adopted", a_step_outlives_us),
        ("an approval reaches the process that decides", an_approval_reaches_us),
        ("a command to a run that nobody executes is recorded", a_command_is_recorded),
        ("a run without its secrets is held until they are there", without_secrets),
        ("several runs start together, or none of them", several_start_together),
        ("one id makes one run", one_id_makes_one_run),
        ("the server takes runs, resumes what is open, and stops", the_server),
    ];
    for (name, story) in stories {
        let folder = tempfile::tempdir().unwrap();
        let began = Instant::now();
        story(folder.path());
        eprintln!("story {name} ... ok ({:.2} s)", began.elapsed().as_secs_f64());
    }
    ExitCode::SUCCESS
}

fn setup(folder: &Path, role: &str) -> Setup {
    let state = folder.join("state");
    let mut launcher = Launcher::this_program(&state);
    launcher.idle = Duration::from_secs(20);
    Setup {
        grounds: Arc::new(LocalGrounds::new(&state, Path::new("/nonexistent"))),
        launcher,
        state,
        role: role.to_owned(),
        channels: BTreeMap::new(),
        people: People::default(),
        version: "test".to_owned(),
        own: surroundings(folder),
        secrets: Default::default(),
    }
}

fn surroundings(folder: &Path) -> Surroundings {
    let path = std::env::var_os("PATH").unwrap().into_string().unwrap();
    Surroundings {
        directory: folder.to_owned(),
        variables: vec![("PATH".to_owned(), path), ("GREETING".to_owned(), "good morning".to_owned())],
        secrets: Vec::new(),
    }
}

fn plan(steps: Vec<StepBuilder>) -> Plan {
    steps.into_iter().fold(PlanBuilder::new(), PlanBuilder::step).build()
}

fn new_run(folder: &Path, plan: Plan) -> NewRun {
    NewRun {
        id: RunId::new(Timestamp::now(), [7; 10]),
        plan: Arc::new(plan),
        runbook: "# Deploy".to_owned(),
        actor: Actor::system(),
        why: "a test".to_owned(),
        surroundings: surroundings(folder),
    }
}

/// Drives until nothing is left or only people can go on.
fn drive(foreground: &mut Foreground, observer: &mut dyn Observer) {
    let stuck = |run: &Run| run.needs_a_person() || run.is_held();
    foreground.drive(observer, |mut runs| Iterator::all(&mut runs, stuck)).unwrap();
}

fn words(state: &StateFolder, run: RunId) -> Vec<&'static str> {
    let mut words = Vec::new();
    state.replay(run, |_, _, event: &Event| words.push(event.word())).unwrap();
    words
}

#[derive(Default)]
struct Outputs(Vec<u8>);

impl Observer for Outputs {
    fn output(&mut self, output: &LiveOutput) {
        self.0.extend_from_slice(&output.bytes);
    }
}

fn variables_pass(folder: &Path) {
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    let steps = vec![
        StepBuilder::shell("set", "name=callsheet; cd /; echo \"$GREETING\""),
        StepBuilder::shell("use", "echo \"$name in $PWD\"; echo oops >&2"),
    ];
    let new = new_run(folder, plan(steps));
    let id = new.id;
    let mut seen = Outputs::default();
    foreground.start(new, &mut seen).unwrap();
    drive(&mut foreground, &mut seen);
    let ended = foreground.take_ended().pop().expect("it is over");
    assert_eq!(ended.phase_word(), "done");
    let state = StateFolder::open(&folder.join("state")).unwrap();
    let mut outputs = Vec::new();
    let keep = |_: &Run, _: &callsheet_journal::Record, event: &Event| {
        if let Event::Ended { outcome, .. } = event {
            for evidence in [&outcome.evidence, &outcome.errors].into_iter().flatten() {
                let bytes = state.blob(evidence.output).unwrap().expect("the output is kept");
                outputs.push(String::from_utf8(bytes).unwrap());
            }
        }
    };
    state.replay(id, keep).unwrap();
    assert_eq!(outputs, ["good morning\n", "callsheet in /\n", "oops\n"]);
    assert!(String::from_utf8_lossy(&seen.0).contains("callsheet in /"));
    assert!(state.verify(id).unwrap().is_ok());
    assert!(state.locks().unwrap().is_empty());
    assert_eq!(state.holder(id).unwrap(), None);
}

fn slow_plan() -> Plan {
    let slow = "echo begin >> ledger; sleep 0.4; echo end >> ledger";
    plan(vec![StepBuilder::shell("slow", slow), StepBuilder::shell("after", "echo after >> ledger")])
}

/// The second process: starts the slow run and goes on until it is killed.
fn start_and_wait_to_be_killed(folder: &Path) {
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    foreground.start(new_run(folder, slow_plan()), &mut Unobserved).unwrap();
    drive(&mut foreground, &mut Unobserved);
}

/// A run of `service` (none: empty) with an id of its own.
fn numbered(folder: &Path, number: u8, service: &str) -> NewRun {
    let plan = PlanBuilder::new().service(service).step(StepBuilder::shell("only", "true")).build();
    NewRun { id: RunId::new(Timestamp::now(), [number; 10]), ..new_run(folder, plan) }
}

fn several_start_together(folder: &Path) {
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    let runs: Vec<NewRun> = (1..=3).map(|number| numbered(folder, number, "")).collect();
    let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
    foreground.start_all(runs, &mut Unobserved).unwrap();
    drive(&mut foreground, &mut Unobserved);
    let state = StateFolder::open(&folder.join("state")).unwrap();
    assert!(ids.iter().all(|id| state.replay(*id, |_, _, _| {}).unwrap().unwrap().run.phase_word() == "done"));

    // Two want one service: neither is created, and nothing keeps them from being asked for again, one after the other.
    let rivals = vec![numbered(folder, 4, "shop"), numbered(folder, 5, "shop")];
    let refused = foreground.start_all(rivals.clone(), &mut Unobserved).unwrap_err();
    assert!(matches!(refused, AdmitError::Locked { .. }), "{refused:?}");
    // One exists already: the others are not created either.
    let known = NewRun { id: ids[0], ..numbered(folder, 6, "") };
    let refused = foreground.start_all(vec![rivals[0].clone(), known], &mut Unobserved).unwrap_err();
    assert!(matches!(refused, AdmitError::Exists { run } if run == ids[0]), "{refused:?}");
    assert_eq!(
        (foreground.runs().count(), state.runs(false, 9).unwrap().len(), state.locks().unwrap().len()),
        (0, 3, 0)
    );
    for rival in rivals {
        foreground.start(rival, &mut Unobserved).unwrap();
        drive(&mut foreground, &mut Unobserved);
    }
    assert_eq!((state.runs(false, 9).unwrap().len(), state.locks().unwrap().len()), (5, 0));
}

fn one_id_makes_one_run(folder: &Path) {
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    let new = NewRun { plan: Arc::new(plan(vec![StepBuilder::manual("look")])), ..numbered(folder, 1, "") };
    foreground.start(new.clone(), &mut Unobserved).unwrap();
    let twice = foreground.start(new.clone(), &mut Unobserved).unwrap_err();
    assert!(matches!(twice, AdmitError::Held { run, .. } if run == new.id), "{twice:?}");
    drop(foreground);
    // By another process, when nobody executes it.
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    let twice = foreground.start(new.clone(), &mut Unobserved).unwrap_err();
    assert!(matches!(twice, AdmitError::Exists { run } if run == new.id), "{twice:?}");
    assert!(foreground.take_over(new.id, Takeover::default(), &mut Unobserved).unwrap(), "its lease is free");
}

fn a_step_outlives_us(folder: &Path) {
    let ledger = folder.join("ledger");
    let mut child = Process::new("/proc/self/exe").arg("crash").arg(folder).stdin(Stdio::null()).spawn().unwrap();
    until(|| std::fs::read_to_string(&ledger).is_ok_and(|text| text.contains("begin")));
    child.kill().unwrap();
    child.wait().unwrap();
    let state = StateFolder::open(&folder.join("state")).unwrap();
    let run = state.runs(true, 1).unwrap().pop().expect("it is open").run;
    assert_eq!(state.find(&run.short()).unwrap().run, run);
    let mut foreground = Foreground::open(setup(folder, "resume")).unwrap();
    assert!(foreground.take_over(run, Takeover::default(), &mut Unobserved).unwrap());
    drive(&mut foreground, &mut Unobserved);
    assert_eq!(foreground.take_ended().pop().expect("it is over").phase_word(), "done");
    assert_eq!(std::fs::read_to_string(&ledger).unwrap(), "begin\nend\nafter\n");
    let words = words(&state, run);
    assert_eq!(words.iter().filter(|word| **word == "intended").count(), 2, "{words:?}");
}

fn an_approval_reaches_us(folder: &Path) {
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    let new = new_run(folder, plan(vec![StepBuilder::approve("agree", 1), StepBuilder::shell("act", "true")]));
    let id = new.id;
    foreground.start(new, &mut Unobserved).unwrap();
    let path = folder.join("state");
    let other = std::thread::spawn(move || {
        let mut state = StateFolder::open(&path).unwrap();
        let nobody = callsheet_testkit::person("somebody");
        let told =
            |state: &mut StateFolder, command| state.tell(id, command, &nobody, "fine", &People::default()).unwrap();
        let refused = told(&mut state, Command::Retry(StepIndex(0)));
        assert!(matches!(refused, Answer::Refused { .. }), "{refused:?}");
        assert_eq!(told(&mut state, Command::Approve(StepIndex(0))), Answer::Done);
    });
    foreground.drive(&mut Unobserved, |_| false).unwrap();
    other.join().unwrap();
    assert_eq!(foreground.take_ended().pop().expect("it is over").phase_word(), "done");
    let state = StateFolder::open(&folder.join("state")).unwrap();
    state
        .replay(id, |_, _, event| {
            if let Event::Approved { actor, .. } = event {
                // The kernel says who it was, not the client.
                assert_ne!(actor.name, "somebody");
            }
        })
        .unwrap();
}

fn a_command_is_recorded(folder: &Path) {
    let new = new_run(folder, plan(vec![StepBuilder::approve("agree", 1), StepBuilder::shell("act", "touch acted")]));
    let id = new.id;
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    foreground.start(new, &mut Unobserved).unwrap();
    drive(&mut foreground, &mut Unobserved);
    drop(foreground);
    let mut state = StateFolder::open(&folder.join("state")).unwrap();
    let people = People::default();
    let person = callsheet_testkit::person("somebody");
    assert_eq!(state.tell(id, Command::Approve(StepIndex(0)), &person, "", &people).unwrap(), Answer::Done);
    assert!(!folder.join("acted").exists(), "recording acts on nothing");
    let mut foreground = Foreground::open(setup(folder, "resume")).unwrap();
    foreground.take_over(id, Takeover::default(), &mut Unobserved).unwrap();
    drive(&mut foreground, &mut Unobserved);
    assert!(folder.join("acted").exists());
    let over = state.tell(id, Command::Abandon, &person, "", &people).unwrap();
    assert!(matches!(over, Answer::Refused { .. }), "{over:?}");
}

fn without_secrets(folder: &Path) {
    let mut plan = plan(vec![StepBuilder::manual("ready"), StepBuilder::shell("use", "test -n \"$VAULT_PIN\"")]);
    plan.secrets = vec!["VAULT_PIN".to_owned()];
    let mut with = surroundings(folder);
    with.secrets.push(("VAULT_PIN".to_owned(), callsheet_base::Secret::new("seven-times-seven".to_owned())));
    let new = NewRun { surroundings: with.clone(), ..new_run(folder, plan) };
    let id = new.id;
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    foreground.start(new, &mut Unobserved).unwrap();
    drive(&mut foreground, &mut Unobserved);
    drop(foreground);
    let mut foreground = Foreground::open(setup(folder, "resume")).unwrap();
    foreground.take_over(id, Takeover::default(), &mut Unobserved).unwrap();
    assert!(foreground.run(id).expect("it is here").is_held());
    drop(foreground);
    let mut foreground = Foreground::open(setup(folder, "resume")).unwrap();
    let takeover = Takeover { hold: false, surroundings: Some(with) };
    foreground.take_over(id, takeover, &mut Unobserved).unwrap();
    assert!(!foreground.run(id).expect("it is here").is_held());
    foreground.commander().tell(id, Command::Confirm(StepIndex(0)), Actor::system(), String::new(), |answer| {
        assert_eq!(answer, Answer::Done);
    });
    foreground.drive(&mut Unobserved, |_| false).unwrap();
    assert_eq!(foreground.take_ended().pop().expect("it is over").phase_word(), "done");
    let journal = std::fs::read(folder.join("state/journal.db")).unwrap();
    assert!(!journal.windows(17).any(|window| window == b"seven-times-seven"));
}

fn the_server(folder: &Path) {
    let waiting =
        new_run(folder, plan(vec![StepBuilder::shell("early", "echo early >> ledger"), StepBuilder::manual("ask")]));
    let open = waiting.id;
    let mut foreground = Foreground::open(setup(folder, "run")).unwrap();
    foreground.start(waiting, &mut Unobserved).unwrap();
    drive(&mut foreground, &mut Unobserved);
    drop(foreground);

    let mut server = Server::open(setup(folder, "serve"), false, &mut Unobserved).unwrap();
    assert!(matches!(
        Server::open(setup(folder, "serve"), false, &mut Unobserved),
        Err(ServeError::AlreadyServed { .. })
    ));
    let state: PathBuf = folder.join("state");
    let directory = folder.to_owned();
    let client = std::thread::spawn(move || {
        let mut client = Client::server(&state).unwrap().expect("it listens");
        assert_eq!(client.ask(&Request::Status).unwrap(), Answer::Status { runs: vec![open] });
        let locked = client.ask(&start(&directory, 8, "service")).unwrap();
        assert!(matches!(locked, Answer::Locked { lock } if lock.run == open));
        let request = start(&directory, 9, "other");
        let Answer::Started { run } = client.ask(&request).unwrap() else { panic!("not started") };
        // The same request again is the same run.
        assert_eq!(client.ask(&request).unwrap(), Answer::Started { run });
        let mut folder = StateFolder::open(&state).unwrap();
        until(|| folder.runs(false, 9).unwrap().iter().any(|summary| summary.run == run && summary.phase == "done"));
        let told = folder.tell(open, Command::Confirm(StepIndex(1)), &Actor::system(), "", &People::default()).unwrap();
        assert_eq!(told, Answer::Done);
        until(|| folder.runs(true, 9).unwrap().is_empty());
        assert_eq!(client.ask(&Request::Stop).unwrap(), Answer::Done);
    });
    server.serve(&mut Unobserved).unwrap();
    client.join().unwrap();
    drop(server);
    assert!(Client::server(&folder.join("state")).unwrap().is_none());
    assert_eq!(std::fs::read_to_string(folder.join("ledger")).unwrap(), "early\nlate\n");
}

fn start(folder: &Path, number: u8, service: &str) -> Request {
    let mut plan = plan(vec![StepBuilder::shell("late", "echo late >> ledger")]);
    plan.service = service.to_owned();
    Request::Start(Box::new(StartRun {
        run: RunId::new("2026-01-01T00:00:00Z".parse().unwrap(), [number; 10]),
        plan: plan.to_json(),
        runbook: "# Deploy".to_owned(),
        why: String::new(),
        surroundings: surroundings(folder),
    }))
}

fn until(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}
