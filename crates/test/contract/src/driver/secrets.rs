//! Secrets go to the instance and nowhere else.

use std::collections::BTreeMap;

use callsheet_base::Secret;
use callsheet_rollout::InstanceState;

use super::{Stage, get, ready, seen, spec, until};

/// Not to be found anywhere else.
const VALUE: &str = "q7Zp-only-the-instance-knows-2Lw8";

fn secrets() -> BTreeMap<String, Secret<String>> {
    BTreeMap::from([("DATABASE_PASSWORD".to_owned(), Secret::new(VALUE.to_owned()))])
}

pub(super) fn secrets_reach_the_instance_and_nobody_else(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &[]);
    stage.driver().start(&spec, &secrets()).expect("it starts");
    let address = ready(stage, &spec.id);
    assert_eq!(get(address, &stage.path_of_secret("DATABASE_PASSWORD")).expect("it answers").1, VALUE);
    let listed = format!("{:?}", stage.driver().all().expect("listed"));
    assert!(!listed.contains(VALUE));
    let log = stage.driver().log_tail(&spec.id, 1 << 20).expect("there is a log");
    assert!(!contains(&log, VALUE));
    let exposed = stage.exposed();
    assert!(exposed.iter().any(|(_, content)| contains(content, "shop.1")), "there is something to look through");
    for (place, content) in exposed {
        assert!(!contains(&content, VALUE), "the secret is in {place}");
    }
}

pub(super) fn a_restart_keeps_name_and_secrets(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &[]);
    stage.driver().start(&spec, &secrets()).expect("it starts");
    ready(stage, &spec.id);
    let before = seen(stage, &spec.id).expect("it is listed");
    stage.reopen();
    stage.driver().restart(&spec.id).expect("it is told");
    let again = until(stage, &spec.id, "ready in another process", |seen| {
        seen.pid.is_some() && seen.pid != before.pid && seen.state == InstanceState::Ready
    });
    // It was wanted: no crash.
    assert_eq!((again.restarts, again.last_end), (0, None));
    let address = again.address.expect("a ready instance has an address");
    assert_eq!(get(address, &stage.path_of_secret("DATABASE_PASSWORD")).expect("it answers").1, VALUE);
}

fn contains(content: &[u8], text: &str) -> bool {
    content.windows(text.len()).any(|window| window == text.as_bytes())
}
