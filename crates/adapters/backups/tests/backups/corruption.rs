//! Backups that were damaged, exchanged or forged: each is told, and no whole one is called damaged.
//!
//! A sample by default; `CALLSHEET_BACKUP_CORRUPTIONS=100` for the long proof.

use std::fs;
use std::path::{Path, PathBuf};

use callsheet_backups::{Kind, Manifest, seal};
use rusqlite::Connection;

use crate::world::World;

const KINDS: usize = 11;

/// A small seeded generator: which byte, which bit.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % most
    }
}

struct Pair {
    world: World,
    /// The one that is damaged, and another of the same database.
    one: Manifest,
    other: Manifest,
}

impl Pair {
    /// Backups of three pieces each.
    fn make() -> Pair {
        let world = World::new();
        let file = world.path("shop.db");
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch("CREATE TABLE item (id INTEGER PRIMARY KEY, photo BLOB)").unwrap();
        let repository = world.repository("main").with_piece_bytes(75 << 10);
        let mut made = (0..2).map(|_| {
            connection
                .execute_batch(
                    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 34)
                     INSERT OR REPLACE INTO item SELECT n, randomblob(6000) FROM n",
                )
                .unwrap();
            world.create(&repository, &file.display().to_string(), Kind::Logical).unwrap()
        });
        let (one, other) = (made.next().unwrap(), made.next().unwrap());
        drop(made);
        assert_eq!((one.chunks.len(), other.chunks.len()), (3, 3));
        Pair { world, one, other }
    }

    fn folder(&self, manifest: &Manifest) -> PathBuf {
        self.world.storage().join(format!("main/{}", manifest.id))
    }

    /// Whether the first one is found whole; with which key.
    fn is_whole(&self, identity: &str) -> bool {
        let repository = self.world.opened("main", identity, "a seal key");
        let Ok(Some(manifest)) = repository.manifest(&self.one.id) else { return false };
        self.world.verify(&repository, &manifest, &[]).is_ok_and(|proved| proved.holds())
    }

    /// Does one kind of damage to the first; tells what.
    fn damage(&self, kind: usize, seeded: &mut Seeded) -> &'static str {
        let folder = self.folder(&self.one);
        let piece = folder.join(format!("{:08}", seeded.below(3) + 1));
        let manifest = folder.join("manifest");
        let mut bytes = fs::read(&piece).unwrap();
        match kind {
            0 => {
                let at = seeded.below(bytes.len());
                bytes[at] ^= 1 << seeded.below(8);
                fs::write(&piece, bytes).unwrap();
                "a bit of a piece flipped"
            }
            1 => {
                bytes.truncate(seeded.below(bytes.len()));
                fs::write(&piece, bytes).unwrap();
                "a piece cut short"
            }
            2 => {
                fs::remove_file(&piece).unwrap();
                "a piece missing"
            }
            3 => {
                swap(&folder.join("00000001"), &folder.join("00000002"));
                "two pieces exchanged"
            }
            4 => {
                let name = piece.file_name().unwrap().to_owned();
                fs::copy(self.folder(&self.other).join(name), &piece).unwrap();
                "a piece of another backup"
            }
            5 => {
                let text = fs::read_to_string(&manifest).unwrap();
                fs::write(&manifest, text.replacen("\"count\":34", "\"count\":33", 1)).unwrap();
                "a number in the manifest changed"
            }
            6 => {
                let mut forged = self.one.clone();
                forged.contents.clear();
                fs::write(&manifest, seal(&forged, None).unwrap()).unwrap();
                "a manifest that was made anew without the key"
            }
            7 => {
                fs::copy(self.folder(&self.other).join("manifest"), &manifest).unwrap();
                "another backup's manifest"
            }
            8 => {
                let forged = Manifest { id: self.one.id.clone(), ..self.other.clone() };
                fs::write(&manifest, seal(&forged, Some(b"a seal key")).unwrap()).unwrap();
                for name in ["00000001", "00000002", "00000003"] {
                    fs::copy(self.folder(&self.other).join(name), folder.join(name)).unwrap();
                }
                "another backup under this one's name, sealed with the right key"
            }
            9 => {
                let text = fs::read(&manifest).unwrap();
                fs::write(&manifest, &text[..seeded.below(text.len())]).unwrap();
                "the manifest cut short"
            }
            _ => {
                bytes.extend_from_slice(b"more");
                fs::write(&piece, bytes).unwrap();
                "bytes after a piece's end"
            }
        }
    }
}

fn swap(one: &Path, other: &Path) {
    let (first, second) = (fs::read(one).unwrap(), fs::read(other).unwrap());
    fs::write(one, second).unwrap();
    fs::write(other, first).unwrap();
}

fn kept(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn every_damage_is_told_and_nothing_whole_is_called_damaged() {
    let times: usize =
        std::env::var("CALLSHEET_BACKUP_CORRUPTIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(KINDS + 1);
    let pair = Pair::make();
    let mut seeded = Seeded(0x5eed);
    assert!(!pair.is_whole(&crate::world::key().0), "a wrong key opened it");
    let (mut told, mut whole) = (1, 0);
    let folder = pair.folder(&pair.one);
    let good = kept(&folder);
    for at in 0..times - 1 {
        let what = pair.damage(at % KINDS, &mut seeded);
        assert!(!pair.is_whole(&pair.world.identity), "not told: {what} (the {at}th)");
        told += 1;
        for (path, bytes) in &good {
            fs::write(path, bytes).unwrap();
        }
        // As many whole ones as damaged ones in the long proof; here a few.
        if times > 50 || at % 4 == 0 {
            assert!(pair.is_whole(&pair.world.identity), "a whole one was called damaged (after the {at}th)");
            whole += 1;
        }
    }
    eprintln!("{told} damaged: {told} told; {whole} whole: {whole} verified");
}
