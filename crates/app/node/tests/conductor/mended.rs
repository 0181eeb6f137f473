//! What reviews found, each by itself.

use callsheet_rollout::{InstanceId, Reason};

use super::*;

const OLDER: &str = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\nready = { path = \"/older\" }\nenvironment = { COLOUR = \"red\" }\n[services.shop.release]\nsteps = [\"10%\", \"50%\"]\nhold = \"60s\"\nkeep_old = \"30s\"\n";
const NEWER: &str = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\nready = { path = \"/newer\" }\nenvironment = { COLOUR = \"blue\" }\n[services.shop.release]\nsteps = [\"10%\", \"50%\"]\nhold = \"60s\"\nkeep_old = \"30s\"\n";
const SECRET: &str = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\nsecrets = [\"TOKEN\"]\n[services.shop.release]\nsteps = [\"10%\"]\n";

impl Shop {
    fn colours(&self, version: &str) -> Vec<String> {
        let started = self.world.started().into_iter().filter(|(of, _, _)| of == version);
        started.filter_map(|(_, mut variables, _)| variables.remove("COLOUR")).collect()
    }

    fn told(&self, deploy: &Deploy, what: &str) {
        assert!(deploy.told.iter().any(|told| told.starts_with(what)), "{what}:\n{}", deploy.told.join("\n"));
    }

    fn is_told(&self, deploy: &mut Deploy, what: &str) {
        for _ in 0..200 {
            self.turn(deploy);
        }
        self.told(deploy, what);
    }
}

#[test]
fn each_release_runs_and_is_asked_as_it_was_brought_out() {
    let mut shop = Shop::new(OLDER);
    shop.released("1");
    shop.toml = NEWER;
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { .. }));
    let routing = shop.world.routing().unwrap();
    let path = |pool: &callsheet_rollout::Pool| pool.check.as_ref().map(|check| check.path.clone());
    assert_eq!(path(&routing.stable).as_deref(), Some("/older"));
    assert_eq!(routing.canary.as_ref().and_then(path).as_deref(), Some("/newer"));

    // One of the older is lost while it is turned back: another like it takes its place, and the edge is as it was.
    shop.world.lose_one("1");
    let event = Event::Commanded { command: Command::Abort, by: "ada".to_owned() };
    deploy.rollout.apply(&event, shop.world.advance(Duration::ZERO));
    shop.crash(&mut deploy);
    shop.to_the_end(&mut deploy);
    shop.runs("1");
    assert_eq!(shop.colours("1"), ["red"; 3]);
    assert_eq!(shop.world.configurations().last().map(String::as_str), Some("/older"));

    // And a way back leads to the release as it was.
    shop.released("3");
    let mut back = shop.begin(Goal::Back { to: None }).unwrap();
    assert_eq!(shop.to_the_end(&mut back), Ending::Promoted);
    assert_eq!(shop.colours("1"), ["red"; 5]);
    assert_eq!(shop.world.configurations().last().map(String::as_str), Some("/older"));
    let kept: callsheet_node::HowItRuns =
        shop.store.how("shop", "dev", &back.rollout.plan().to).unwrap().expect("it is kept");
    assert_eq!(kept.spec.variables["COLOUR"], "red");
}

#[test]
fn a_version_that_runs_already_is_kept_as_it_was_ordered_last() {
    let mut shop = Shop::new(OLDER);
    shop.released("1");
    let kept = |shop: &Shop| {
        let running = shop.store.running("shop", "dev").unwrap();
        let how = shop.store.how::<callsheet_node::HowItRuns>("shop", "dev", running.current().unwrap());
        how.unwrap().expect("it is kept").spec
    };
    assert_eq!(shop.begin(shop.version("1")).err().unwrap(), "version 1 of shop runs already");
    shop.toml = NEWER;
    let said = shop.begin(shop.version("1")).err().unwrap();
    assert!(said.contains("keep the configuration that they were started with until `callsheet restart"), "{said}");
    assert_eq!((kept(&shop).variables["COLOUR"].as_str(), kept(&shop).ready.path.as_str()), ("blue", "/newer"));
    assert_eq!(shop.colours("1"), ["red"; 2], "nobody was restarted for it");
    assert_eq!(shop.begin(shop.version("1")).err().unwrap(), "version 1 of shop runs already", "it was said");
}

#[test]
fn what_rests_is_neither_released_nor_taken_for_whole() {
    let mut shop = Shop::new(OLDER);
    shop.released("1");
    let when = shop.world.advance(Duration::ZERO);
    let scaled = callsheet_releases::Scaled { instances: 0, who: "ada".to_owned(), why: "the night".to_owned(), when };
    shop.store.scale("shop", "dev", &scaled).unwrap();
    for version in ["1", "2"] {
        let refused = shop.begin(shop.version(version)).err().unwrap();
        assert!(refused.contains("rests") && refused.contains("scale shop --as-configured"), "{refused}");
    }
    shop.runs("1");
}

#[test]
fn users_are_back_before_the_edge_is_told_how_the_older_release_is_served() {
    let mut shop = Shop::new(OLDER);
    shop.released("1");
    shop.toml = NEWER;
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { .. }));
    assert!(shop.world.weight() > Weight::NONE);
    let event = Event::Commanded { command: Command::Abort, by: "ada".to_owned() };
    deploy.rollout.apply(&event, shop.world.advance(Duration::ZERO));
    shop.turn(&mut deploy);
    let told = |shop: &Shop| shop.world.configurations().last().cloned();
    assert_eq!((shop.world.weight(), told(&shop).as_deref()), (Weight::NONE, Some("/newer")));
    shop.to_the_end(&mut deploy);
    assert_eq!(told(&shop).as_deref(), Some("/older"));
    shop.runs("1");
}

#[test]
fn what_is_refused_has_not_touched_the_edge() {
    let mut shop = Shop::new(OLDER);
    shop.released("1");
    let before = shop.world.configurations();
    shop.toml = NEWER;
    let missing = Goal::Version { version: "9".to_owned(), artifact: None, one_way: None };
    assert!(shop.begin(missing).is_err());
    let since = shop.world.advance(Duration::ZERO);
    let freeze = callsheet_releases::Freeze { since, until: None, who: "ada".to_owned(), why: "the sale".to_owned() };
    shop.store.freeze(&freeze).unwrap();
    assert!(shop.begin(shop.version("2")).is_err());
    assert_eq!(shop.world.configurations(), before);
}

#[test]
fn without_its_secrets_no_instance_starts_and_with_them_it_goes_on() {
    let mut shop = Shop::new(SECRET);
    let refused = shop.begin(shop.version("1")).err().unwrap();
    assert_eq!(refused, "its secrets TOKEN are not known here: set them and resume");
    shop.secrets = vec!["TOKEN"];
    let mut deploy = shop.begin(shop.version("1")).unwrap();
    // Whoever takes it up knows none of them.
    shop.secrets.clear();
    shop.runs -= 1;
    let without = shop.site(shop.version("1"));
    let with = std::mem::replace(&mut deploy.site, without);
    shop.crash(&mut deploy);
    shop.is_told(&mut deploy, "stands still: no instance of 1 can be started: its secrets TOKEN are not known here");
    assert!(shop.world.started().is_empty() && deploy.rollout.hindered().is_some());
    deploy.site = with;
    shop.crash(&mut deploy);
    assert_eq!(shop.to_the_end(&mut deploy), Ending::Promoted, "{}", deploy.told.join("\n"));
    shop.told(&deploy, "what hindered it is over");
    assert!(shop.world.started().iter().all(|(_, _, secrets)| *secrets == ["TOKEN"]));
    // Nothing ran before, so nobody was served meanwhile.
    let running: Vec<(String, usize)> = shop.world.running().into_iter().collect();
    assert_eq!(running, [("1".to_owned(), 2)]);
}

#[test]
fn what_cannot_be_started_between_two_shares_turns_back() {
    let rolling = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\n[services.shop.release]\nstrategy = \"rolling\"\nhold = \"60s\"\n";
    let mut shop = Shop::new(rolling);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { stage: 0, .. }));
    shop.world.behaves("2", Behaviour { unfit: true, ..Behaviour::default() });
    let ending = shop.to_the_end(&mut deploy);
    assert!(
        matches!(&ending, Ending::RolledBack(Reason::Condition(why)) if why.contains("it is no program")),
        "{ending:?}"
    );
    shop.runs("1");
}

#[test]
fn an_instance_that_cannot_be_started_keeps_no_user_where_nobody_is() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { stage: 0, .. }));
    shop.world.behaves("1", Behaviour { driver_fails: true, ..Behaviour::default() });
    shop.world.lose_one("1");
    shop.is_told(&mut deploy, "stands still: cannot reach the engine for shop-dev-1-");
    let members: Vec<InstanceId> =
        shop.world.routing().unwrap().stable.members.into_iter().map(|member| member.id).collect();
    assert_eq!(members.len(), 1, "{members:?}");
    shop.world.behaves("1", Behaviour::default());
    shop.is_told(&mut deploy, "what hindered it is over");
}

#[test]
fn a_clock_that_is_set_back_lets_no_lease_run_out_and_no_instance_linger() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { stage: 0, .. }));
    shop.world.set_back(Duration::from_hours(1));
    for _ in 0..1_000 {
        shop.turn(&mut deploy);
        assert!(shop.world.weight() > Weight::NONE, "the lease ran out");
    }
    let event = Event::Commanded { command: Command::Abort, by: "ada".to_owned() };
    deploy.rollout.apply(&event, shop.world.advance(Duration::ZERO));
    shop.to_the_end(&mut deploy);
    shop.runs("1");
}

#[test]
fn what_cannot_be_cleared_away_keeps_no_rollout_open() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    std::fs::write(shop.folder.path().join("releases/shop/running/staging.json"), "not JSON").unwrap();
    shop.released("2");
    shop.runs("2");
}

#[test]
fn what_is_to_be_run_and_cannot_begin_is_not_waited_for_for_ever() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    // As if the plan had a smoke test.
    let plan =
        callsheet_rollout::RolloutPlan { hooks: vec![callsheet_rollout::Hook::Smoke], ..deploy.rollout.plan().clone() };
    deploy.rollout = Rollout::begin(plan, deploy.began);
    shop.world.nowhere(true);
    let ending = shop.to_the_end(&mut deploy);
    let why = "the smoke test through the preview address cannot begin: nobody listens";
    assert_eq!(ending, Ending::RolledBack(Reason::Condition(why.to_owned())));
    shop.told(&deploy, &format!("stands still: {why}"));
    shop.runs("1");
}
