//! Releases with everything real: the sample service's processes, the edge, users who never stop asking, and kill -9.

mod shop;

use std::time::{Duration, Instant};

use serde_json::Value;
use shop::{KEPT, QUICK, deploy, desk, runs, status, until_it, users};

#[test]
fn a_good_release_is_promoted_and_a_bad_one_comes_back_by_itself() {
    let desk = desk(QUICK);
    deploy(&desk, "1").wait().expect(0);
    runs(&desk, "1");

    let crowd = users(&desk);
    deploy(&desk, "2").wait().expect(0);
    runs(&desk, "2");
    let ending = deploy(&desk, "3").wait().expect(4);
    runs(&desk, "2");
    let tally = crowd.leave();

    assert!(ending.text().contains("turned back: more errors than the release beside it"), "{ending}");
    assert!(tally.broken.is_empty(), "{:?}", tally.broken);
    assert!(tally.count(200, "1") > 50 && tally.count(200, "2") > 100, "{tally:?}");
    let failed: u64 = tally.answers.iter().filter(|((status, _), _)| *status != 200).map(|(_, count)| count).sum();
    assert_eq!(failed, tally.count(500, "3"), "only the bad release's own errors: {tally:?}");

    let record = desk.callsheet(&["show", "last"]).expect(0);
    assert!(record.stdout.contains("rollout shop 2 → 3: rolled back: more errors"), "{record}");
}

#[test]
fn killed_at_any_moment_it_ends_whole_and_nobody_notices() {
    let desk = desk(QUICK);
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);
    for (version, moment) in [("2", "getting ready"), ("4", "judged at 50%"), ("2", "judged at 100%")] {
        let running = deploy(&desk, version);
        until_it(&desk, moment);
        running.kill();
        desk.callsheet(&["resume", "last"]).expect(0);
        runs(&desk, version);
    }
    let tally = crowd.leave();
    assert!(tally.broken.is_empty(), "{:?}", tally.broken);
    assert!(tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}

#[test]
fn a_newer_deploy_takes_over_from_one_that_only_watches() {
    let desk = desk(KEPT);
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);
    let older = deploy(&desk, "2");
    until_it(&desk, "all traffic moved");
    let newer = deploy(&desk, "4");
    older.wait().expect(5);
    until_it(&desk, "all traffic moved");
    let status = status(&desk);
    assert_eq!((&status["running"], &status["before"]), (&Value::from("4"), &Value::from("2")), "{status:#}");

    // The old set is warm: the way back is a word.
    let asked = Instant::now();
    desk.callsheet(&["rollback", "shop"]).expect(0);
    newer.wait().expect(4);
    let took = asked.elapsed();
    runs(&desk, "2");
    let tally = crowd.leave();
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(tally.broken.is_empty(), "{:?}", tally.broken);
    assert!(tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");

    desk.callsheet(&["rollback", "shop", "--to", "1", "--yes"]).expect(0);
    runs(&desk, "1");
}

#[test]
fn a_later_step_that_fails_brings_the_older_release_back() {
    let desk = desk(KEPT);
    desk.write(
        "ops.md",
        "---\nservice: shop\n---\n\n# Shop\n\n## Deploy\n\n```bash {name=ship}\ncallsheet deploy --version 2 --artifact shop-2\n```\n\n\
         ```bash {name=verify rollback=#rollback}\nfalse\n```\n\n## Rollback\n\n```bash {name=back}\ncallsheet rollback\n```\n\n```bash {name=tell}\necho told\n```\n",
    );
    deploy(&desk, "1").wait().expect(0);
    let crowd = users(&desk);
    let ending = desk.start(&["run", "ops.md#deploy", "--yes"]).wait().expect(4);
    runs(&desk, "1");
    let tally = crowd.leave();
    assert!(ending.text().contains("turned back: step `verify` failed"), "{ending}");
    assert!(tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}

#[test]
fn a_release_that_cannot_start_says_why_and_its_log_stays() {
    let key = "sesame-opens-2207";
    let desk = desk(QUICK).with_variable("SHOP_KEY", key);
    let config = std::fs::read_to_string(desk.path().join("callsheet.toml")).expect("it is there");
    desk.write("callsheet.toml", &config.replace("instances = 2", "instances = 2\nsecrets = [\"SHOP_KEY\"]"));
    desk.write("shop-5", "version=5\nfail=no DATABASE_URL\n");
    deploy(&desk, "1").wait().expect(0);
    let ending = deploy(&desk, "5").wait().expect(4);
    runs(&desk, "1");
    assert!(ending.text().contains("crash again and again: exit code 3"), "{ending}");
    let said = "it wrote: shop 5: no DATABASE_URL, key [redacted:SHOP_KEY]";
    assert!(ending.text().contains(said), "{ending}");
    for format in ["text", "html", "json"] {
        let record = desk.callsheet(&["show", "last", "--format", format]).expect(0).stdout;
        assert!(record.contains("it wrote: shop 5: no DATABASE_URL") && !record.contains(key), "{format}: {record}");
    }
    let log = desk.callsheet(&["logs", "--service", "shop", "--version", "5"]).expect(0);
    assert!(log.stdout.contains("shop 5: no DATABASE_URL") && log.stderr.contains("the last that ended"), "{log}");
    let both = desk.callsheet(&["logs", "--service", "shop", "--ended"]).expect(0);
    assert!(both.stdout.contains("shop 5: no DATABASE_URL"), "{both}");
}

#[test]
fn a_rollout_that_nobody_looks_after_is_called_so() {
    let desk = desk(KEPT);
    deploy(&desk, "1").wait().expect(0);
    let running = deploy(&desk, "2");
    until_it(&desk, "judged at 50%");
    assert_eq!(status(&desk)["rollout"]["attended"], true);
    running.kill();
    assert_eq!(status(&desk)["rollout"]["attended"], false);
    let text = desk.callsheet(&["status"]).expect(0).stdout;
    assert!(text.contains("nobody looks after it: `callsheet resume "), "{text}");
    let runs = desk.callsheet(&["runs"]).expect(0);
    assert!(runs.stdout.contains("running, unattended") && runs.stderr.contains("resume --all"), "{runs}");
    let record = desk.callsheet(&["show", "last"]).expect(0);
    assert!(record.stderr.contains("no process executes it now"), "{record}");
    // A second abort has nobody to tell: it is recorded, and whoever resumes acts on it.
    desk.callsheet(&["rollout", "abort"]);
    desk.callsheet(&["resume", "last"]).expect(4);
}
