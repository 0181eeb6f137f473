//! From nothing to ready.

use std::collections::BTreeSet;

use callsheet_rollout::{DriverError, InstanceState};

use super::{Stage, get, ready, seen, spec, start, until, until_gone};

pub(super) fn an_instance_becomes_ready(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &[]);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    let (code, _) = get(address, "/health").expect("it answers");
    assert_eq!(code, 200);
    let (_, greeting) = get(address, "/env/GREETING").expect("it answers");
    assert!(greeting.starts_with("hello on ") && !greeting.contains('{'), "{greeting}");
    let seen = seen(stage, &spec.id).expect("it is listed");
    assert_eq!((seen.release.version.as_str(), seen.restarts, seen.not_ready), ("1.0.0", 0, None));
    assert!(stage.driver().instances("shop", "production").expect("listed").is_empty());
    assert!(stage.driver().instances("other", "staging").expect("listed").is_empty());
    assert_eq!(stage.driver().all().expect("listed").len(), 1);
}

pub(super) fn a_slow_start_is_waited_for(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &["--ready-after=3000"]);
    start(stage, &spec);
    let early = until(stage, &spec.id, "asked", |seen| seen.not_ready.is_some());
    assert_eq!(early.state, InstanceState::Starting);
    ready(stage, &spec.id);
}

pub(super) fn a_wrong_version_is_never_ready(stage: &mut dyn Stage) {
    let mut wrong = spec(stage, "shop.1", &["--version=0.9.0"]);
    wrong.ready.interval = callsheet_base::Duration::from_millis(10);
    start(stage, &wrong);
    let named = |seen: &callsheet_rollout::InstanceSeen| {
        assert_ne!(seen.state, InstanceState::Ready, "{seen:?}");
        seen.not_ready.as_ref().is_some_and(|words| words.contains("0.9.0") && words.contains("1.0.0"))
    };
    until(stage, &wrong.id, "told with both versions", named);
    for _ in 0..20 {
        until(stage, &wrong.id, "still told", named);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

pub(super) fn what_cannot_be_started_is_told(stage: &mut dyn Stage) {
    let mut missing = spec(stage, "shop.1", &[]);
    missing.command[0] = "no-such-program-anywhere".into();
    let error = stage.driver().start(&missing, &Default::default()).expect_err("there is no such program");
    assert!(matches!(error, DriverError::Start { .. }), "{error:?}");
    assert!(error.to_string().contains("no-such-program-anywhere"), "{error}");
    missing.command.clear();
    let error = stage.driver().start(&missing, &Default::default()).expect_err("there is no command");
    assert!(matches!(error, DriverError::Start { .. }), "{error:?}");
    let mut bad = spec(stage, "../shop", &[]);
    bad.restart.ends = 1;
    let error = stage.driver().start(&bad, &Default::default()).expect_err("the name is no name");
    assert!(matches!(error, DriverError::Start { .. }), "{error:?}");
    assert!(stage.driver().all().expect("listed").is_empty());
    // Nothing ran under it, so the name is free.
    let good = spec(stage, "shop.1", &[]);
    start(stage, &good);
    ready(stage, &good.id);
}

pub(super) fn a_second_start_changes_nothing(stage: &mut dyn Stage) {
    let mut spec = spec(stage, "shop.1", &[]);
    start(stage, &spec);
    ready(stage, &spec.id);
    let before = seen(stage, &spec.id).expect("it is listed");
    spec.release = stage.release("2.0.0");
    start(stage, &spec);
    assert_eq!(seen(stage, &spec.id), Some(before));
}

pub(super) fn a_name_is_never_used_twice(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &[]);
    start(stage, &spec);
    ready(stage, &spec.id);
    stage.driver().stop(&spec.id).expect("it is told");
    until_gone(stage, &spec.id);
    let again = stage.driver().start(&spec, &Default::default());
    assert!(matches!(again, Err(DriverError::Used(_))), "{again:?}");
    stage.reopen();
    let again = stage.driver().start(&spec, &Default::default());
    assert!(matches!(again, Err(DriverError::Used(_))), "{again:?}");
}

pub(super) fn many_instances_run_at_once(stage: &mut dyn Stage) {
    let specs: Vec<_> = (0..12).map(|number| spec(stage, &format!("shop.{number:02}"), &[])).collect();
    for spec in &specs {
        start(stage, spec);
    }
    let addresses: BTreeSet<_> = specs.iter().map(|spec| ready(stage, &spec.id)).collect();
    assert_eq!(addresses.len(), specs.len());
    let listed = stage.driver().instances("shop", "staging").expect("listed");
    let names: Vec<_> = listed.iter().map(|seen| seen.id.clone()).collect();
    assert_eq!(names, specs.iter().map(|spec| spec.id.clone()).collect::<Vec<_>>());
    for spec in &specs {
        stage.driver().stop(&spec.id).expect("it is told");
    }
    specs.iter().for_each(|spec| until_gone(stage, &spec.id));
}
