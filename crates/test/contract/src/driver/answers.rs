//! The log.

use super::{Stage, get, ready, spec, start, until_gone};

fn tail(stage: &mut dyn Stage, spec: &callsheet_rollout::InstanceSpec, limit: usize) -> String {
    let bytes = stage.driver().log_tail(&spec.id, limit).expect("there is a log");
    assert!(bytes.len() <= limit);
    String::from_utf8(bytes).expect("the service writes text")
}

pub(super) fn the_log_is_in_order_and_outlives_the_instance(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &["--lines=500"]);
    start(stage, &spec);
    ready(stage, &spec.id);
    super::eventually(|| tail(stage, &spec, 1 << 20).ends_with("listens\n"));
    let whole = tail(stage, &spec, 1 << 20);
    let expected: Vec<String> = (0..500).map(|line| format!("line {line:06}")).collect();
    assert_eq!(whole.lines().take(500).collect::<Vec<_>>(), expected);
    assert!(whole.ends_with("version 1.0.0 listens\n"), "{whole}");
    assert_eq!(tail(stage, &spec, 22), "version 1.0.0 listens\n");
    assert_eq!(tail(stage, &spec, 8), "listens\n");
    stage.driver().stop(&spec.id).expect("it is told");
    until_gone(stage, &spec.id);
    stage.reopen();
    assert!(super::eventually(|| tail(stage, &spec, 1 << 20).ends_with("listens\ndrained\n")));
}

pub(super) fn the_log_stays_small(stage: &mut dyn Stage) {
    let mut spec = spec(stage, "shop.1", &[]);
    spec.limits.log_bytes = Some(256 << 10);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    get(address, "/print/60000").expect("it prints");
    // Some two thirds of a MiB were written.
    let small = super::eventually(|| tail(stage, &spec, 4 << 20).len() <= 400 << 10);
    assert!(small, "{} bytes are kept", tail(stage, &spec, 4 << 20).len());
    get(address, "/print/3").expect("it prints");
    super::eventually(|| tail(stage, &spec, 40).ends_with("line 000002\n"));
    let kept = tail(stage, &spec, 4 << 20);
    assert!(kept.len() >= 10 << 10, "{} bytes are kept", kept.len());
    assert!(
        kept.ends_with("line 059998\nline 059999\nline 000000\nline 000001\nline 000002\n"),
        "{}",
        &kept[kept.len() - 80..]
    );
    // From the first whole line on nothing is missing.
    let numbers: Vec<u32> = kept.lines().skip(1).filter_map(|line| line.strip_prefix("line ")?.parse().ok()).collect();
    let steady = numbers[..numbers.len() - 3].windows(2).all(|pair| pair[1] == pair[0] + 1);
    assert!(steady, "lines are missing");
}

pub(super) fn a_log_can_be_followed(stage: &mut dyn Stage) {
    let spec = spec(stage, "shop.1", &["--lines=3"]);
    start(stage, &spec);
    let address = ready(stage, &spec.id);
    let mut part = stage.driver().log_since(&spec.id, None, 22).expect("there is a log");
    assert_eq!(String::from_utf8_lossy(&part.bytes), "version 1.0.0 listens\n");
    let mut followed = String::new();
    let mut expected = String::new();
    for _ in 0..3 {
        get(address, "/print/400").expect("it prints");
        expected.extend((0..400).map(|line| format!("line {line:06}\n")));
        // What was just printed may still be on its way.
        super::eventually(|| {
            part = stage.driver().log_since(&spec.id, Some(part.place), 3000).expect("there is a log");
            followed.push_str(&String::from_utf8_lossy(&part.bytes));
            followed.len() >= expected.len()
        });
    }
    assert_eq!(followed, expected);
}
