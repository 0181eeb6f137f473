//! A sample of the cycles that `cargo xtask soak --only cycles` plays at length: releases, deaths and a schema change under load, and
//! nobody loses a request.

use callsheet_e2e::cycles::{Act, Options, play};

#[test]
fn nobody_loses_a_request_while_releases_come_and_go() {
    let options = Options { requests: 100_000, rate: 1_500, seed: 11, ..Options::default() };
    let report = play(&options).unwrap_or_else(|broken| panic!("{broken}"));
    eprintln!("{report}");
    assert_eq!(report.lost, [""; 0], "{report}");
    assert!(Act::ALL.iter().all(|act| report.cycles.contains_key(act)), "{report}");
    assert!(report.answered() >= options.requests, "{report}");
}
