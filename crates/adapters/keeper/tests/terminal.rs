//! Interactive steps: a terminal that clients attach to.

mod support;

use callsheet_keeper::*;
use support::*;

const SIZE: WindowSize = WindowSize { rows: 24, columns: 80 };

fn interactive(stage: &mut Stage, script: &str) -> StartStep {
    StartStep { mode: Mode::Terminal { size: SIZE }, ..stage.step(script) }
}

/// Reads live output until it holds a text.
fn read_until(keeper: &mut Connection, wanted: &str) -> String {
    let mut seen = String::new();
    while !seen.contains(wanted) {
        if let Message::Output { bytes, stream: Stream::Terminal, .. } = keeper.recv().unwrap() {
            seen.push_str(&bytes.to_text());
        }
    }
    seen
}

#[test]
fn a_client_attaches_types_and_resizes() {
    let mut stage = Stage::new();
    let step = interactive(
        &mut stage,
        "tty -s && echo is a tty; read -p 'name? ' name; stty size; read -r go; stty size; echo \"hi $name\"",
    );
    let claim = stage.start(step);
    let mut person = Connection::open(&stage.run).unwrap().unwrap();
    stage.keeper.recv_where(|message| matches!(message, Message::Started { .. })).unwrap();
    let input = |text: &str| Request::Input { claim: claim.clone(), bytes: Bytes(text.into()) };
    person.send(&input("too early\n")).unwrap();
    person.recv_where(|message| matches!(message, Message::Refused { .. })).unwrap();
    person.send(&Request::Attach { claim: claim.clone(), size: SIZE }).unwrap();
    person.recv_where(|message| matches!(message, Message::Attached { .. })).unwrap();
    read_until(&mut person, "name? ");
    person.send(&input("you\n")).unwrap();
    read_until(&mut person, "24 80");
    person.send(&Request::Resize { claim: claim.clone(), size: WindowSize { rows: 50, columns: 132 } }).unwrap();
    person.send(&input("\n")).unwrap();
    read_until(&mut person, "50 132");
    let ended = stage.ended(&claim);
    let recorded = text(&ended.stdout);
    assert!(ended.succeeded() && recorded.contains("is a tty") && recorded.ends_with("hi you\r\n"), "{ended:?}");
}

#[test]
fn state_passes_through_interactive_steps() {
    let mut stage = Stage::new();
    stage.out("x=before");
    let step = interactive(&mut stage, "echo $x; x=after");
    let ended = stage.execute(step);
    let StateOutcome::Saved { snapshot } = ended.state.clone() else { panic!("{ended:?}") };
    assert_eq!(text(&ended.stdout), "before\r\n");
    stage.state = Some(snapshot);
    assert_eq!(stage.out("echo $x"), "after\n");
}

#[test]
fn an_interrupt_typed_reaches_the_program_and_secrets_stay_hidden() {
    let mut stage = Stage::new();
    stage.secrets = vec![NamedSecret::new("PIN", "hunter2hunter2")];
    let step = interactive(&mut stage, "trap 'echo interrupted; exit 5' INT; echo $PIN; echo ready; sleep 60");
    let claim = stage.start(step);
    stage.keeper.recv_where(|message| matches!(message, Message::Started { .. })).unwrap();
    stage.keeper.send(&Request::Attach { claim: claim.clone(), size: SIZE }).unwrap();
    let seen = read_until(&mut stage.keeper, "ready");
    assert!(!seen.contains("hunter2"), "{seen}");
    stage.keeper.send(&Request::Input { claim: claim.clone(), bytes: Bytes(vec![3]) }).unwrap();
    let ended = stage.ended(&claim);
    assert_eq!(ended.end, End::Exited { code: 5 }, "{ended:?}");
    assert!(text(&ended.stdout).contains("[redacted:PIN]") && text(&ended.stdout).contains("interrupted"));
}

#[test]
fn a_plain_step_has_no_terminal() {
    let mut stage = Stage::new();
    let step = stage.step("sleep 60");
    let claim = stage.start(step);
    stage.keeper.send(&Request::Attach { claim: claim.clone(), size: SIZE }).unwrap();
    assert_eq!(stage.refused(&claim), Refusal::NotInteractive);
    stage.keeper.send(&Request::Cancel { claim: claim.clone() }).unwrap();
    assert_eq!(stage.ended(&claim).end, End::Cancelled);
}
