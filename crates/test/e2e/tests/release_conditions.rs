//! Conditions on metrics beside the judge: a real Prometheus says whether a release goes on, goes back, or waits.

mod shop;

use std::time::{SystemTime, UNIX_EPOCH};

use callsheet_e2e::Desk;
use callsheet_servers::Prometheus;
use shop::{deploy, desk, everybody_was_served, runs, status, until_it, users};

/// A release with one condition, asked of the Prometheus at `metrics`.
fn with_condition(promql: &str, tolerated: &str, metrics: &str) -> Desk {
    let release = format!(
        "steps = [\"50%\"]\nhold = \"1s\"\nkeep_old = \"3s\"\njudging = {{ must_see = \"90%\" }}\n\
         conditions = [{{ promql = '{promql}', for = \"{tolerated}\", every = \"100ms\", metrics = \"main\" }}]\n\
         [metrics.main]\nurl = \"{metrics}\""
    );
    desk(&release)
}

fn in_seconds(more: f64) -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs_f64() + more
}

#[test]
fn a_condition_that_holds_lets_it_on_and_one_that_breaks_turns_it_back() {
    let prometheus = Prometheus::start();
    let desk = with_condition("vector(7) < 100", "0s", &prometheus.url());
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);
    deploy(&desk, "2").wait().expect(0);
    runs(&desk, "2");
    let record = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(record.contains("`vector(7) < 100` holds: 7"), "{record}");

    // From some seconds on it does not hold any more: by then all traffic has moved.
    let breaks = format!("vector(time()) < {:.0}", in_seconds(15.0));
    let toml = std::fs::read_to_string(desk.path().join("callsheet.toml")).expect("it is there");
    let toml = toml.replace("vector(7) < 100", &breaks).replace("keep_old = \"3s\"", "keep_old = \"5m\"");
    desk.write("callsheet.toml", &toml.replace("for = \"0s\"", "for = \"1s\""));
    let ending = deploy(&desk, "4").wait().expect(4);
    runs(&desk, "2");
    everybody_was_served(crowd);
    let told = format!("turned back: `{breaks}` does not hold since 2");
    assert!(ending.text().contains(&told), "{ending}");
    let record = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(record.contains(&format!("`{breaks}` holds: ")), "{record}");
    assert!(record.contains(&format!("`{breaks}` does not hold: 1")), "its value is evidence: {record}");
    assert!(record.contains(&told), "{record}");
}

#[test]
fn without_an_answer_nothing_is_passed_until_a_person_says_so() {
    let desk = with_condition("up == 1", "0s", "http://127.0.0.1:1");
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);
    let running = deploy(&desk, "2");
    until_it(&desk, "waiting at 50%");
    let condition = status(&desk)["rollout"]["conditions"][0].take();
    assert_eq!(condition["expression"], "up == 1", "{condition:#}");
    let why = condition["standing"]["sight"]["unknown"]["why"].as_str().expect("it says why");
    assert!(why.starts_with("no answer from 127.0.0.1:1"), "{why}");
    let screen = desk.callsheet(&["status", "shop"]).expect(0).stdout;
    assert!(screen.contains("nothing is known of `up == 1`: no answer from 127.0.0.1:1"), "{screen}");

    desk.callsheet(&["rollout", "promote"]).expect(0);
    until_it(&desk, "waiting at 100%");
    desk.callsheet(&["rollout", "promote"]).expect(0);
    running.wait().expect(0);
    runs(&desk, "2");
    everybody_was_served(crowd);
}
