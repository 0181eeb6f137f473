//! A day of soaking in its true length: judged all the time, and nothing of it forgotten when the conductor dies.

use callsheet_base::Duration;
use callsheet_rollout::{Ending, Event, Phase};
use callsheet_testkit::Behaviour;

use super::{CANARY, Deploy, Shop};

const SOAK: &str = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\n[services.shop.release]\nstrategy = \"blue-green\"\nhold = \"0s\"\nkeep_old = \"30m\"\nsoak = \"24h\"\njudging = { error_limit = \"2%\" }\n";

impl Shop {
    /// A turn every twenty seconds until so long after the release began.
    fn soaks_until(&self, deploy: &mut Deploy, since: Duration) {
        while Duration::between(deploy.began, self.world.advance(Duration::ZERO)) < since {
            self.world.advance(Duration::from_secs(20));
            self.turn(deploy);
        }
    }

    fn all_on(&mut self, version: &str) -> Deploy {
        let mut deploy = self.begin(self.version(version)).unwrap();
        self.until(&mut deploy, |phase| matches!(phase, Phase::Soaking { .. }));
        deploy
    }
}

#[test]
fn a_breach_in_hour_23_turns_back_though_the_conductor_died_in_hour_12() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.toml = SOAK;
    let mut deploy = shop.all_on("2");
    shop.soaks_until(&mut deploy, Duration::from_hours(12));
    shop.crash(&mut deploy);
    shop.soaks_until(&mut deploy, Duration::from_hours(23));
    assert!(matches!(deploy.rollout.phase(), Phase::Soaking { .. }), "{}", deploy.told.join("\n"));
    shop.world.behaves("2", Behaviour { errors_per_mille: 150, ..Behaviour::default() });
    let ending = shop.to_the_end(&mut deploy);
    assert!(matches!(ending, Ending::RolledBack(_)), "{ending:?}");
    let took = Duration::between(deploy.began, shop.world.advance(Duration::ZERO));
    assert!(took < Duration::from_mins(23 * 60 + 2), "{took}");
    shop.runs("1");
}

/// There is nothing to judge the first release against, nor to go back to: a day of waiting would prove little, and is only waited for
/// where the line asks for it.
#[test]
fn the_first_release_soaks_only_where_it_is_asked_to() {
    let mut shop = Shop::new(SOAK);
    let first = shop.begin(shop.version("1")).unwrap();
    assert_eq!(first.rollout.plan().soak, Duration::ZERO);
    let mut shop = Shop::new(SOAK);
    shop.soak = Some(Duration::from_hours(2));
    let mut asked = shop.all_on("1");
    assert_eq!(asked.rollout.plan().soak, Duration::from_hours(2));
    shop.soaks_until(&mut asked, Duration::from_mins(115));
    assert!(matches!(asked.rollout.phase(), Phase::Soaking { .. }), "{}", asked.told.join("\n"));
    assert_eq!(shop.to_the_end(&mut asked), Ending::Promoted);
    shop.runs("1");
}

#[test]
fn a_day_is_a_day_however_often_the_conductor_dies() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.toml = SOAK;
    let mut deploy = shop.all_on("2");
    for hour in 1..24 {
        shop.soaks_until(&mut deploy, Duration::from_hours(hour));
        shop.crash(&mut deploy);
    }
    shop.soaks_until(&mut deploy, Duration::from_mins(24 * 60 - 5));
    assert!(matches!(deploy.rollout.phase(), Phase::Soaking { .. }), "{}", deploy.told.join("\n"));
    shop.until(&mut deploy, |phase| !matches!(phase, Phase::Soaking { .. }));
    let took = Duration::between(deploy.began, shop.world.advance(Duration::ZERO));
    assert!(took >= Duration::from_hours(24) && took < Duration::from_hours(25), "{took}");
    let soaked = deploy.rollout.plan().tell(&Event::Soaked { evidence: None });
    assert!(deploy.told.iter().any(|told| told.starts_with(&soaked)), "{}", deploy.told.join("\n"));
    assert_eq!(shop.to_the_end(&mut deploy), Ending::Promoted);
    shop.runs("2");
}
