//! The store keeps what it promised: contents by digest, versions that never change, nothing pruned that is in use.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use callsheet_base::Timestamp;
use callsheet_releases::{FoundImage, Freeze, Kept, Manifest, NewImage, NewRelease, Ran, ReleasesError, Store};

fn register(store: &Store, version: &str, artifact: &Path, at: i64) -> Result<Manifest, ReleasesError> {
    let when = Timestamp::from_second(at).unwrap();
    store.register(&NewRelease { service: "shop", version, artifact, who: "ada", when, one_way: None })
}

fn folder_with(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    fs::write(folder.path().join("bin/shop"), text).unwrap();
    fs::set_permissions(folder.path().join("bin/shop"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("bin/shop", folder.path().join("shop")).unwrap();
    folder
}

#[test]
fn a_release_is_copied_once_and_proved_before_each_use() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let source = folder_with("one");
    let manifest = register(&store, "1.0", source.path(), 1).unwrap();
    assert_eq!(register(&store, "1.0", source.path(), 2).unwrap(), manifest, "the same again changes nothing");
    fs::remove_dir_all(source.path()).unwrap();
    let kept = store.verified("shop", &manifest.release()).unwrap();
    let kept = kept.files().unwrap();
    assert_eq!(fs::read_to_string(kept.join("shop")).unwrap(), "one");
    assert_eq!(fs::metadata(kept.join("bin/shop")).unwrap().permissions().mode() & 0o777, 0o755);

    fs::write(kept.join("bin/shop"), "other").unwrap();
    let refused = store.verified("shop", &manifest.release()).unwrap_err();
    assert!(matches!(refused, ReleasesError::Damaged { .. }), "{refused}");
}

#[test]
fn an_image_is_known_by_its_digest_and_never_becomes_another() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let image = |text: &[u8], reference: &str| {
        let found = FoundImage { name: "hub/shop".into(), digest: callsheet_base::Digest::of(text), bytes: 7 };
        let when = Timestamp::from_second(1).unwrap();
        let new =
            NewImage { service: "shop", version: "1.0", reference, found: &found, who: "ada", when, one_way: None };
        store.register_image(&new)
    };
    let manifest = image(b"one", "hub/shop:1.0").unwrap();
    assert_eq!(image(b"one", "hub/shop:latest").unwrap(), manifest, "the same again changes nothing");
    assert_eq!(store.verified("shop", &manifest.release()).unwrap(), Kept::Image("hub/shop".into()));
    assert!(matches!(image(b"two", "hub/shop:1.0"), Err(ReleasesError::Changed { .. })), "a tag moved");
}

#[test]
fn a_version_never_changes() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    register(&store, "1.0", folder_with("one").path(), 1).unwrap();
    let refused = register(&store, "1.0", folder_with("two").path(), 2).unwrap_err();
    assert!(refused.to_string().starts_with("version 1.0 of shop is registered with other contents"), "{refused}");
    let gone = register(&store, "1.1", Path::new("/nowhere"), 2).unwrap_err();
    assert_eq!(gone.to_string(), "there is nothing at /nowhere");
    for wrong in ["../up", "", ".hidden", "a/b"] {
        assert!(matches!(store.find("shop", wrong), Err(ReleasesError::BadName { .. })), "{wrong}");
    }
}

#[test]
fn the_digest_tells_names_and_modes_apart() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let first = folder_with("one");
    let plain = register(&store, "1", first.path(), 1).unwrap().digest;
    fs::set_permissions(first.path().join("bin/shop"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_ne!(register(&store, "2", first.path(), 2).unwrap().digest, plain, "no program any more");
    fs::remove_file(first.path().join("shop")).unwrap();
    symlink("/etc/passwd", first.path().join("shop")).unwrap();
    let refused = register(&store, "3", first.path(), 3).unwrap_err();
    assert!(refused.to_string().contains("the link leads out of the folder"), "{refused}");
}

#[test]
fn pruning_keeps_what_runs_and_what_ran_before() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let manifests: Vec<Manifest> =
        (1..=5).map(|n| register(&store, &n.to_string(), folder_with(&n.to_string()).path(), n).unwrap()).collect();
    for n in [0, 1] {
        let ran = Ran { release: manifests[n].release(), since: manifests[n].when, run: "r".to_owned() };
        store.runs_now("shop", "production", ran.clone()).unwrap();
        store.runs_now("shop", "production", ran).unwrap();
    }
    let running = store.running("shop", "production").unwrap();
    assert_eq!(running.0.len(), 2, "said twice is said once");
    assert_eq!(running.before().map(|release| release.version.as_str()), Some("1"));

    assert_eq!(store.prune("shop", 1, &[manifests[3].release()]).unwrap(), ["3"]);
    let left: Vec<String> = store.list("shop").unwrap().into_iter().map(|manifest| manifest.version).collect();
    assert_eq!(left, ["5", "4", "2", "1"]);
    assert!(store.verified("shop", &manifests[0].release()).is_ok());
    assert!(matches!(store.verified("shop", &manifests[2].release()), Err(ReleasesError::Unknown { .. })));
}

#[test]
fn going_back_leaves_the_release_before_that() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let ran = |version: &str, run: &str| {
        let manifest = register(&store, version, folder_with(version).path(), 1).unwrap();
        Ran { release: manifest.release(), since: manifest.when, run: run.to_owned() }
    };
    for (version, run) in [("1", "a"), ("2", "b"), ("3", "c")] {
        store.runs_now("shop", "dev", ran(version, run)).unwrap();
    }
    let versions = || {
        let running = store.running("shop", "dev").unwrap();
        running.0.iter().map(|ran| ran.release.version.clone()).collect::<Vec<_>>()
    };
    store.was_turned_back("shop", "dev", ran("3", "c")).unwrap();
    store.was_turned_back("shop", "dev", ran("3", "c")).unwrap();
    assert_eq!(versions(), ["2", "1"], "a release that was turned back is nothing to go back to");
    store.went_back("shop", "dev", ran("1", "d")).unwrap();
    store.went_back("shop", "dev", ran("1", "d")).unwrap();
    assert_eq!(versions(), ["1"]);
    assert_eq!(store.running("shop", "dev").unwrap().before(), None);
}

#[test]
fn a_freeze_holds_until_it_ends_or_is_lifted() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let at = |second| Timestamp::from_second(second).unwrap();
    assert_eq!(store.frozen(at(10)).unwrap(), None);
    let freeze = Freeze { since: at(10), until: Some(at(20)), who: "ada".to_owned(), why: "the sale".to_owned() };
    store.freeze(&freeze).unwrap();
    assert_eq!(store.frozen(at(19)).unwrap(), Some(freeze.clone()));
    assert_eq!(store.frozen(at(20)).unwrap(), None);
    let words = "deploys are frozen until 1970-01-01 00:00:20Z: the sale (ada, since 1970-01-01 00:00:10Z)";
    assert_eq!(freeze.to_string(), words);
    store.thaw().unwrap();
    store.thaw().unwrap();
    assert_eq!(store.frozen(at(19)).unwrap(), None);
}

#[test]
fn equal_contents_under_another_name_are_the_same_artifact() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let built = tempfile::tempdir().unwrap();
    let artifact = |name: &str| {
        fs::write(built.path().join(name), "the same bytes").unwrap();
        built.path().join(name)
    };
    let one = register(&store, "1.0", &artifact("shop-1.0"), 1).unwrap();
    let other = register(&store, "1.1", &artifact("shop-1.1"), 2).unwrap();
    assert_eq!(one.digest, other.digest);
    for manifest in [&one, &other] {
        let kept = store.verified("shop", &manifest.release()).unwrap();
        assert_eq!(fs::read_to_string(kept.files().unwrap()).unwrap(), "the same bytes");
    }
}

#[test]
fn a_damaged_copy_is_replaced_when_it_is_registered_again() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let source = folder_with("one");
    let manifest = register(&store, "1.0", source.path(), 1).unwrap();
    let kept = store.verified("shop", &manifest.release()).unwrap();
    fs::write(kept.files().unwrap().join("bin/shop"), "flipped").unwrap();
    assert!(store.verified("shop", &manifest.release()).is_err());
    register(&store, "1.0", source.path(), 2).unwrap();
    let mended = store.verified("shop", &manifest.release()).unwrap();
    assert_eq!(fs::read_to_string(mended.files().unwrap().join("shop")).unwrap(), "one");
}

#[test]
fn one_version_may_be_registered_by_several_at_once() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let source = folder_with(&"much ".repeat(200_000));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| register(&store, "1.0", source.path(), 1))).collect();
        for thread in threads {
            let manifest = thread.join().unwrap().unwrap();
            assert!(store.verified("shop", &manifest.release()).is_ok());
        }
    });
}

#[test]
fn what_was_turned_back_is_remembered_once() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let manifest = register(&store, "1.0", folder_with("one").path(), 1).unwrap();
    let ran = Ran { release: manifest.release(), since: Timestamp::from_second(5).unwrap(), run: "r1".into() };
    store.runs_now("shop", "dev", ran.clone()).unwrap();
    for _ in 0..2 {
        store.was_turned_back("shop", "dev", ran.clone()).unwrap();
    }
    assert_eq!(store.turned_back("shop", "dev").unwrap(), [ran]);
    assert_eq!(store.running("shop", "dev").unwrap().current(), None);
    assert_eq!(store.turned_back("shop", "production").unwrap(), []);
}

#[test]
fn what_a_release_says_of_the_schema_last_counts() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let artifact = folder.path().join("shop");
    fs::write(&artifact, "one").unwrap();
    register(&store, "1", &artifact, 1).unwrap();
    let said = || store.find("shop", "1").unwrap().schema;
    assert_eq!(said(), None);
    store.declare_schema("shop", "1", Some("0001..")).unwrap();
    store.declare_schema("shop", "1", None).unwrap();
    assert_eq!(said().as_deref(), Some("0001.."));
    // Registering the same contents again forgets nothing.
    register(&store, "1", &artifact, 1).unwrap();
    store.declare_schema("shop", "1", Some("0001..0003")).unwrap();
    assert_eq!(said().as_deref(), Some("0001..0003"));
}
