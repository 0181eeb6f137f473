//! Redis: its snapshot there and back.

use callsheet_backups::Kind;
use callsheet_servers::Redis;

use crate::world::World;

#[test]
fn keys_come_back() {
    let (server, world) = (Redis::start(), World::new());
    for at in 0..20 {
        server.command(&["SET", &format!("session:{at}"), "value"]);
    }
    server.command(&["SET", "gone", "soon", "PX", "1"]);
    server.command(&["RPUSH", "queue", "a", "b"]);
    let repository = world.repository("cache");
    let manifest = world.create(&repository, &server.url(), Kind::Logical).unwrap();
    assert!(manifest.contents[0].count >= 21, "{:?}", manifest.contents);
    let proved = world.verify(&repository, &manifest, &[("GET session:7", "value"), ("LLEN queue", "2")]).unwrap();
    assert!(proved.holds(), "{proved:?}");
    let wrong = world.verify(&repository, &manifest, &[("LLEN session:7", "2")]).unwrap();
    assert!(!wrong.holds(), "{wrong:?}");
}
