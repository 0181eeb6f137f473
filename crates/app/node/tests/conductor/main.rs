//! The conductor in a world in memory, second by second: what it begins it brings to an end, whoever dies on the way.

mod found;
mod mended;
mod soak;
mod standing;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use callsheet_base::{Duration, RunId, Secret, Timestamp};
use callsheet_diag::SourceText;
use callsheet_engine::Claim;
use callsheet_node::{Addresses, Beginning, Conductor, Grounds, Site, Watch};
use callsheet_plan::{Config, DeployOrder, Goal, StepIndex};
use callsheet_releases::{FoundImage, Store};
use callsheet_rollout::{Command, Condition, Driver, Ending, Event, Phase, Rollout, Routing, Sight, TrafficControl};
use callsheet_testkit::{Behaviour, ReleaseWorld};
use callsheet_traffic::{Slice, Weight};

#[derive(Clone, Debug)]
struct Memory(ReleaseWorld);

impl Grounds for Memory {
    fn driver(&self, _: &DeployOrder, _: &str) -> Result<Box<dyn Driver>, String> {
        Ok(Box::new(self.0.driver()))
    }

    fn steady(&self) -> std::time::Duration {
        self.0.steady().to_std()
    }

    fn routed(&self, _: &str, _: &str) -> Option<Routing> {
        self.0.routing()
    }

    fn image(&self, _: &DeployOrder, reference: &str) -> Result<FoundImage, String> {
        Err(format!("there is no `{reference}` here"))
    }

    fn traffic(&self, order: &DeployOrder, _: &str, _: &Path) -> Result<Box<dyn TrafficControl>, String> {
        self.0.configured(&order.spec.ready.path);
        Ok(Box::new(self.0.edge()))
    }

    fn watch(&self, conditions: Vec<(Condition, Result<Secret<String>, String>)>) -> Box<dyn Watch> {
        struct Said(Vec<Option<Sight>>);
        impl Watch for Said {
            fn seen(&self) -> Vec<Option<Sight>> {
                self.0.clone()
            }
        }
        Box::new(Said(vec![None; conditions.len()]))
    }

    fn addresses(&self, _: &DeployOrder, _: &str) -> Result<Addresses, String> {
        if self.0.is_nowhere() {
            return Err("nobody listens".to_owned());
        }
        let address = |kind: &str| format!("http://{kind}.test");
        Ok(Addresses { public: address("public"), preview: address("preview") })
    }
}

struct Shop {
    folder: tempfile::TempDir,
    world: ReleaseWorld,
    store: Store,
    runs: u8,
    toml: &'static str,
    /// The soak that the line asks for.
    soak: Option<Duration>,
    /// Names of those that are known.
    secrets: Vec<&'static str>,
}

const CANARY: &str = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\n[services.shop.release]\nsteps = [\"10%\", \"50%\"]\nhold = \"60s\"\nkeep_old = \"30s\"\n";

/// A deploy under way.
struct Deploy {
    conductor: Conductor,
    rollout: Rollout,
    began: Timestamp,
    slices: Vec<Slice>,
    told: Vec<String>,
    site: Box<dyn Fn() -> Site>,
}

impl Shop {
    fn new(toml: &'static str) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        for version in ["1", "2", "3"] {
            std::fs::write(folder.path().join(version), version).unwrap();
        }
        let world = ReleaseWorld::new(Timestamp::from_second(1_800_000_000).unwrap());
        Shop { folder, world, store, runs: 0, toml, soak: None, secrets: Vec::new() }
    }

    fn version(&self, version: &str) -> Goal {
        Goal::Version { version: version.to_owned(), artifact: Some(version.to_owned()), one_way: None }
    }

    fn site(&mut self, goal: Goal) -> Box<dyn Fn() -> Site> {
        self.runs += 1;
        let config = Config::read(&SourceText::new("callsheet.toml", self.toml)).unwrap();
        let spec = config.service_in("shop", "dev").unwrap().clone();
        let mut order = DeployOrder::bare("shop", goal, spec);
        if let Some(soak) = self.soak {
            (order.soak, order.spec.release.soak) = (Some(soak), soak);
        }
        let (run, directory) = (RunId::from_bytes([self.runs; 16]), self.folder.path().to_owned());
        let given = self.secrets.iter().map(|name| (name.to_string(), Secret::new("whispered".to_owned())));
        let secrets: BTreeMap<String, Secret<String>> = given.collect();
        Box::new(move || Site {
            run,
            claim: Claim::first(StepIndex(0), 0),
            environment: "dev".to_owned(),
            directory: directory.clone(),
            order: order.clone(),
            secrets: Box::new(secrets.clone()),
            turned_back: false,
        })
    }

    fn conductor(&self, site: Site) -> Conductor {
        Conductor::open(site, self.store.clone(), Arc::new(Memory(self.world.clone()))).unwrap()
    }

    fn begin(&mut self, goal: Goal) -> Result<Deploy, String> {
        let site = self.site(goal);
        let mut conductor = self.conductor(site());
        let began = self.world.advance(Duration::from_secs(1));
        match conductor.begin("ada", began)? {
            Beginning::AsWanted(what) => Err(what),
            Beginning::Rollout(plan) => {
                let rollout = Rollout::begin(*plan, began);
                conductor.take_up(&rollout, began, &[]);
                Ok(Deploy { conductor, rollout, began, slices: Vec::new(), told: Vec::new(), site })
            }
        }
    }

    /// One turn and the time until the next one.
    fn turn(&self, deploy: &mut Deploy) {
        if matches!(deploy.rollout.phase(), Phase::Ended(_)) {
            return;
        }
        let now = self.world.advance(Duration::from_millis(150));
        let Ok(turn) = deploy.conductor.turn(&deploy.rollout, now) else { return };
        deploy.slices.extend(&turn.slices);
        if let Some(event) = turn.happened {
            deploy.told.push(deploy.rollout.plan().tell(&event));
            deploy.rollout.apply(&event, now);
        }
    }

    /// The conductor dies and another one takes over.
    fn crash(&self, deploy: &mut Deploy) {
        deploy.conductor = self.conductor((deploy.site)());
        deploy.conductor.take_up(&deploy.rollout, deploy.began, &deploy.slices);
    }

    fn until(&self, deploy: &mut Deploy, there: impl Fn(&Phase) -> bool) {
        for _ in 0..5_000 {
            if there(deploy.rollout.phase()) {
                return;
            }
            self.turn(deploy);
        }
        panic!("it never came there: {:?}\n{}", deploy.rollout.phase(), deploy.told.join("\n"));
    }

    fn to_the_end(&self, deploy: &mut Deploy) -> Ending {
        self.until(deploy, |phase| matches!(phase, Phase::Ended(_)));
        match deploy.rollout.phase() {
            Phase::Ended(ending) => ending.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn released(&mut self, version: &str) {
        let mut deploy = self.begin(self.version(version)).unwrap();
        assert_eq!(self.to_the_end(&mut deploy), Ending::Promoted, "{}", deploy.told.join("\n"));
    }

    /// This version alone runs, gets all traffic, and is in the books.
    fn runs(&self, version: &str) {
        let running: Vec<(String, usize)> = self.world.running().into_iter().collect();
        assert_eq!(running, [(version.to_owned(), 2)]);
        let routing = self.world.routing().unwrap();
        assert_eq!((routing.stable.version.as_str(), routing.stable.members.len()), (version, 2));
        assert_eq!((routing.canary, routing.weight, routing.lease), (None, Weight::NONE, None));
        let books = self.store.running("shop", "dev").unwrap();
        assert_eq!(books.current().map(|release| release.version.as_str()), Some(version));
        assert_eq!(self.world.requests().1, 0, "requests were lost");
    }
}

#[test]
fn the_first_release_gets_all_traffic_as_soon_as_it_is_ready() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.runs("1");
    assert_eq!(shop.begin(shop.version("1")).err().unwrap(), "version 1 of shop runs already");
}

#[test]
fn a_good_release_is_promoted_and_the_old_one_ended() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Observing { .. }));
    assert_eq!(shop.world.running().get("1"), Some(&2), "the old set stays warm");
    assert_eq!(shop.to_the_end(&mut deploy), Ending::Promoted);
    shop.runs("2");
    assert!(deploy.told.iter().any(|told| told.starts_with("50% is passed (")), "{}", deploy.told.join("\n"));
    assert!(shop.world.requests().0 > 10_000);
}

#[test]
fn a_bad_release_is_turned_back_by_its_errors() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.world.behaves("2", Behaviour { errors_per_mille: 150, ..Behaviour::default() });
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    let ending = shop.to_the_end(&mut deploy);
    assert!(matches!(ending, Ending::RolledBack(_)), "{ending:?}");
    let why = deploy.told.iter().find(|told| told.starts_with("turned back")).unwrap();
    assert!(why.starts_with("turned back: more errors than the release beside it ("), "{why}");
    shop.runs("1");
}

#[test]
fn whoever_dies_when_it_ends_as_it_would_have() {
    for errors_per_mille in [0, 150] {
        let mut shop = Shop::new(CANARY);
        shop.released("1");
        shop.world.behaves("2", Behaviour { errors_per_mille, ..Behaviour::default() });
        let mut deploy = shop.begin(shop.version("2")).unwrap();
        for turn in 0..5_000 {
            shop.turn(&mut deploy);
            // What a conductor remembers of draining is gone with it; one that lives for three turns ends what it drains.
            if turn % 3 == 0 {
                shop.crash(&mut deploy);
            }
        }
        assert!(matches!(deploy.rollout.phase(), Phase::Ended(_)), "{}", deploy.told.join("\n"));
        shop.runs(if errors_per_mille == 0 { "2" } else { "1" });
    }
}

#[test]
fn what_never_becomes_ready_gets_no_traffic() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.world.behaves("2", Behaviour { never_ready: true, ..Behaviour::default() });
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.to_the_end(&mut deploy);
    let why = "turned back: the new instances were not ready in time: nobody answers";
    assert!(deploy.told.iter().any(|told| told.starts_with(why)), "{}", deploy.told.join("\n"));
    shop.runs("1");

    shop.world.behaves("3", Behaviour { unfit: true, ..Behaviour::default() });
    let mut deploy = shop.begin(shop.version("3")).unwrap();
    let began = deploy.began;
    shop.to_the_end(&mut deploy);
    assert!(deploy.told.iter().any(|told| told.ends_with("it is no program")), "{}", deploy.told.join("\n"));
    let took = Duration::between(began, shop.world.advance(Duration::ZERO));
    assert!(took < Duration::from_secs(5), "it is not waited for: {took}");
    shop.runs("1");
}

#[test]
fn nobody_who_judges_means_nobody_on_the_newer_release() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { stage: 0, .. }));
    shop.world.cut_off(true);
    for _ in 0..300 {
        shop.turn(&mut deploy);
    }
    assert_eq!(shop.world.weight(), Weight::NONE, "the lease ran out");
    shop.world.cut_off(false);
    assert_eq!(shop.to_the_end(&mut deploy), Ending::Promoted);
    shop.runs("2");
}

#[test]
fn a_newer_rollout_ends_what_an_older_one_left() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut second = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut second, |phase| matches!(phase, Phase::Observing { .. }));
    assert_eq!(shop.world.running().len(), 2);
    let mut third = shop.begin(shop.version("3")).unwrap();
    assert_eq!(third.rollout.plan().from.as_ref().map(|from| from.version.as_str()), Some("2"));
    assert_eq!(shop.to_the_end(&mut third), Ending::Promoted);
    shop.runs("3");
}

#[test]
fn the_way_back_is_short_and_leads_to_the_release_before() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.released("2");
    shop.released("3");
    let mut back = shop.begin(Goal::Back { to: None }).unwrap();
    let began = back.began;
    assert_eq!(shop.to_the_end(&mut back), Ending::Promoted);
    shop.runs("2");
    let took = Duration::between(began, shop.world.advance(Duration::ZERO));
    assert!(took < Duration::from_secs(5), "{took}");
    let mut back = shop.begin(Goal::Back { to: None }).unwrap();
    shop.to_the_end(&mut back);
    shop.runs("1");
    let none = shop.begin(Goal::Back { to: None }).err().unwrap();
    assert_eq!(none, "version 1 of shop is the first: there is none before it");
}

#[test]
fn a_release_that_goes_one_way_is_not_gone_back_from() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let one_way = Some("it drops the column `price`".to_owned());
    let goal = Goal::Version { version: "2".to_owned(), artifact: Some("2".to_owned()), one_way };
    let mut deploy = shop.begin(goal).unwrap();
    shop.to_the_end(&mut deploy);
    let refused = shop.begin(Goal::Back { to: None }).err().unwrap();
    assert_eq!(refused, "one cannot go back from version 2 of shop: it drops the column `price`");
}

#[test]
fn sets_that_may_not_run_at_once_never_do_and_requests_wait() {
    let recreate = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\n[services.shop.release]\nstrategy = \"recreate\"\nkeep_old = \"1s\"\n";
    let mut shop = Shop::new(recreate);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    for _ in 0..1_000 {
        shop.turn(&mut deploy);
        assert!(shop.world.running().len() < 2, "{:?}", shop.world.running());
    }
    shop.runs("2");
}

#[test]
fn a_person_may_stop_it_and_turn_it_back() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Observing { .. }));
    let event = Event::Commanded { command: Command::Abort, by: "ada".to_owned() };
    let now = shop.world.advance(Duration::ZERO);
    deploy.rollout.apply(&event, now);
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Clearing { .. }));
    let took = Duration::between(now, shop.world.advance(Duration::ZERO));
    assert!(took < Duration::from_secs(1), "the old set is warm: {took}");
    shop.to_the_end(&mut deploy);
    shop.runs("1");
}

#[test]
fn a_freeze_keeps_releases_back_but_no_way_back() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.released("2");
    let since = shop.world.advance(Duration::ZERO);
    let freeze = callsheet_releases::Freeze { since, until: None, who: "ada".to_owned(), why: "the sale".to_owned() };
    shop.store.freeze(&freeze).unwrap();
    let refused = shop.begin(shop.version("3")).err().unwrap();
    assert!(refused.starts_with("deploys are frozen until it is lifted: the sale (ada"), "{refused}");
    let mut back = shop.begin(Goal::Back { to: None }).unwrap();
    shop.to_the_end(&mut back);
    shop.runs("1");
}
