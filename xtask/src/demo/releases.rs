//! The second story: four releases under users who never stop asking. One is good, one fails, one is slow; none loses a request.

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use callsheet_e2e::{Crowd, Desk, Ending};

use crate::demo::narrator::Narrator;
use crate::demo::service::address;

/// Version, what is told of it, and how it behaves.
const RELEASES: [(&str, &str); 4] = [
    ("1", "delay_ms=20"),
    ("2", "delay_ms=20"),
    // Every tenth answer is a 500.
    ("3", "delay_ms=20\nerrors=10"),
    ("4", "delay_ms=40"),
];

/// Tells it; an error is a surprise. `shop` is the service's program.
pub fn tell(narrator: &Narrator, shop: &Path) -> anyhow::Result<()> {
    let desk = Desk::empty();
    desk.write("callsheet.toml", &configuration(shop));
    for (version, behaviour) in RELEASES {
        desk.write(&format!("shop-{version}"), &format!("version={version}\n{behaviour}\n"));
    }
    let stage = Stage { narrator, desk };
    narrator.chapter("Releases: another service, two instances behind Callsheet's own edge");
    stage.deploy("1", 0)?;
    let crowd = Crowd::gather(address(&stage.desk)?, 8, Duration::from_millis(10));
    narrator.say("From here on eight users ask without a pause, each on a connection that it keeps.");

    narrator.chapter("Version 2 is good: a canary, judged second by second, then everybody");
    stage.deploy("2", 0)?;
    narrator.chapter("Version 3 fails one request in ten: it comes back by itself");
    stage.deploy("3", 4)?;
    narrator.chapter("Version 4 takes twice as long: it comes back, too");
    stage.deploy("4", 4)?;

    let tally = crowd.leave();
    narrator.chapter("What the users got");
    for ((status, version), count) in &tally.answers {
        narrator.say(&format!("{count:>6} answers {status} from version {version}"));
    }
    ensure!(tally.broken.is_empty(), "requests were lost: {:?}", tally.broken);
    let failed: u64 = tally.answers.iter().filter(|((status, _), _)| *status != 200).map(|(_, count)| count).sum();
    ensure!(failed == tally.count(500, "3"), "more failed than version 3 itself did: {tally:?}");
    narrator.say("No request was lost; what failed is version 3's own, while a fifth of the users were on it.");

    narrator.chapter("Where that leaves the service, and what the record says of version 4");
    let status = stage.callsheet(&["status"], 0)?;
    narrator.quote(&status.stdout, 8);
    let record = stage.callsheet(&["show", "last"], 0)?;
    let rollout = record.stdout.find("rollout shop").map_or("", |at| &record.stdout[at..]);
    narrator.quote(rollout, 12);
    let verified = stage.callsheet(&["verify", "last"], 0)?;
    narrator.quote(&verified.text(), 3);
    Ok(())
}

struct Stage<'a> {
    narrator: &'a Narrator,
    desk: Desk,
}

impl Stage<'_> {
    fn callsheet(&self, arguments: &[&str], code: i32) -> anyhow::Result<Ending> {
        self.narrator.command(&format!("callsheet {}", arguments.join(" ")));
        let ending = self.desk.callsheet(arguments);
        ensure!(ending.code == Some(code), "expected exit code {code}: {ending}");
        Ok(ending)
    }

    fn deploy(&self, version: &str, code: i32) -> anyhow::Result<()> {
        let artifact = format!("shop-{version}");
        let line = ["deploy", "shop", "--version", version, "--artifact", &artifact, "--yes"];
        let ending = self.callsheet(&line, code)?;
        self.narrator.quote(&ending.text(), 14);
        Ok(())
    }
}

fn configuration(shop: &Path) -> String {
    format!(
        "[services.shop]\ncommand = [\"{}\", \"{{release}}\", \"{{port}}\"]\ninstances = 2\nready = {{ interval = \"100ms\" }}\n\n\
         [services.shop.release]\nsteps = [\"20%\"]\nhold = \"8s\"\nkeep_old = \"1s\"\njudging = {{ must_see = \"20%\" }}\n\n\
         [services.shop.edge]\nlisten = \"127.0.0.1:0\"\n",
        shop.display()
    )
}
