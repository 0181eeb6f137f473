//! From a built folder to the served one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use callsheet_base::{Digest, Duration, Timestamp};
use callsheet_preflight::front_end;
use serde::Serialize;

use super::manifest::{Entry, Manifest, ManifestError};

/// What a publication did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Published {
    /// Files of the build.
    pub files: usize,
    /// Of these, files that were not there before or were different, in the order in which they appeared.
    pub written: Vec<PathBuf>,
    /// Files of earlier builds that stay for pages that are open.
    pub kept: usize,
    /// Files of earlier builds that were removed.
    pub removed: Vec<PathBuf>,
}

/// Why a build cannot be published. What was there before is still served.
#[derive(Debug, thiserror::Error)]
pub enum AssetsError {
    /// There is no page to serve.
    #[error("{} has no index.html", .0.display())]
    NoIndex(PathBuf),
    /// A name that promises its content has another content already.
    #[error("{} is there with another content, though its name is a digest", .0.display())]
    Clash(PathBuf),
    /// A file of the build or the served folder.
    #[error("cannot {verb} {}", path.display())]
    File {
        /// `read`, `write`, `remove`.
        verb: &'static str,
        /// Which.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The list of what was published.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// Publishes `built` into `served`. Files that no build has had for longer than `keep` are removed. `dry`: says what would be done.
pub fn publish(
    built: &Path,
    served: &Path,
    keep: Duration,
    now: Timestamp,
    dry: bool,
) -> Result<Published, AssetsError> {
    let mut build = BTreeMap::new();
    digests(built, built, &mut build)?;
    if !build.contains_key(Path::new("index.html")) {
        return Err(AssetsError::NoIndex(built.to_owned()));
    }
    if !dry {
        fs::create_dir_all(served).map_err(|source| failed("write", served, source))?;
    }
    let mut manifest = Manifest::read(served)?;
    let mut published = Published { files: build.len(), ..Published::default() };
    let mut todo = Vec::new();
    for (path, digest) in &build {
        let there = digest_of(&served.join(path))?;
        if there.is_some_and(|there| there != *digest) && is_named_by_content(path) {
            return Err(AssetsError::Clash(served.join(path)));
        }
        if there != Some(*digest) {
            todo.push(path.clone());
        }
    }
    todo.sort_by_key(|path| (order(path), path.clone()));
    mark(&mut manifest, &build, now);
    if !dry {
        // Before the first file appears it is known whose it is, so a crash leaves nothing that nobody may remove.
        manifest.write(served)?;
    }
    for path in todo {
        if !dry {
            copy(&built.join(&path), &served.join(&path))?;
        }
        published.written.push(path);
    }
    let over: Vec<PathBuf> =
        manifest.files.iter().filter(|(_, entry)| is_over(entry, keep, now)).map(|(path, _)| path.clone()).collect();
    for path in over {
        if !dry {
            remove(&served.join(&path))?;
        }
        manifest.files.remove(&path);
        published.removed.push(path);
    }
    published.kept = manifest.files.values().filter(|entry| entry.left.is_some()).count();
    if !dry {
        manifest.write(served)?;
    }
    Ok(published)
}

/// What pages load before the pages, the first page last.
fn order(path: &Path) -> u8 {
    let is_page = path.extension().is_some_and(|ending| ending == "html");
    match (is_named_by_content(path), is_page, path == Path::new("index.html")) {
        (_, _, true) => 3,
        (_, true, _) => 2,
        (false, ..) => 1,
        (true, ..) => 0,
    }
}

/// The build's files are of the present; the others have left, from now on if they had not before.
fn mark(manifest: &mut Manifest, build: &BTreeMap<PathBuf, Digest>, now: Timestamp) {
    for (path, entry) in &mut manifest.files {
        if !build.contains_key(path) {
            entry.left.get_or_insert(now);
        }
    }
    let present = build.iter().map(|(path, digest)| (path.clone(), Entry { digest: *digest, left: None }));
    manifest.files.extend(present);
}

fn is_over(entry: &Entry, keep: Duration, now: Timestamp) -> bool {
    entry.left.is_some_and(|left| keep.after(left) <= now)
}

/// Whether the name is a digest, so that its content never changes.
fn is_named_by_content(path: &Path) -> bool {
    path.to_str().is_some_and(front_end::is_named_by_content)
}

fn digests(folder: &Path, top: &Path, found: &mut BTreeMap<PathBuf, Digest>) -> Result<(), AssetsError> {
    let entries = fs::read_dir(folder).map_err(|source| failed("read", folder, source))?;
    for entry in entries {
        let path = entry.map_err(|source| failed("read", folder, source))?.path();
        if path.is_dir() {
            digests(&path, top, found)?;
            continue;
        }
        let beneath = path.strip_prefix(top).unwrap_or(&path).to_owned();
        if !Manifest::is_manifest(&beneath) {
            let bytes = fs::read(&path).map_err(|source| failed("read", &path, source))?;
            found.insert(beneath, Digest::of(&bytes));
        }
    }
    Ok(())
}

fn digest_of(path: &Path) -> Result<Option<Digest>, AssetsError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Digest::of(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed("read", path, source)),
    }
}

/// The file appears whole, synced, by a rename.
fn copy(from: &Path, to: &Path) -> Result<(), AssetsError> {
    let write = || {
        let folder = to.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut draft = to.as_os_str().to_owned();
        draft.push(".callsheet-new");
        fs::copy(from, &draft)?;
        File::open(&draft)?.sync_all()?;
        fs::rename(&draft, to)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|source| failed("write", to, source))
}

fn remove(path: &Path) -> Result<(), AssetsError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path, error)),
        _ => Ok(()),
    }
}

fn failed(verb: &'static str, path: &Path, source: io::Error) -> AssetsError {
    AssetsError::File { verb, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        folder: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Place {
            Place { folder: tempfile::tempdir().unwrap() }
        }

        fn build(&self, version: u32) -> PathBuf {
            let built = self.folder.path().join(format!("v{version}"));
            fs::create_dir_all(built.join("assets")).unwrap();
            let asset = format!("assets/app-0000000{version}.js");
            fs::write(built.join(&asset), format!("version {version}")).unwrap();
            fs::write(built.join("robots.txt"), "all").unwrap();
            fs::write(built.join("index.html"), format!("<script src={asset}>")).unwrap();
            built
        }

        fn served(&self) -> PathBuf {
            self.folder.path().join("www")
        }

        fn publish(&self, version: u32, at: i64) -> Published {
            let at = Timestamp::from_second(at).unwrap();
            publish(&self.build(version), &self.served(), Duration::from_mins(60), at, false).unwrap()
        }

        fn has(&self, path: &str) -> bool {
            self.served().join(path).exists()
        }
    }

    #[test]
    fn pages_come_after_what_they_load_and_old_files_stay_a_while() {
        let place = Place::new();
        let first = place.publish(1, 0);
        let written: Vec<&str> = first.written.iter().filter_map(|path| path.to_str()).collect();
        assert_eq!(written, ["assets/app-00000001.js", "robots.txt", "index.html"]);

        let second = place.publish(2, 60);
        assert_eq!((second.written.len(), second.kept, second.removed.len()), (2, 1, 0));
        assert!(place.has("assets/app-00000001.js"), "a page that is open may still ask for it");

        fs::write(place.served().join("by-hand.txt"), "not ours").unwrap();
        let again = place.publish(2, 60 + 3600);
        assert_eq!(again.written, Vec::<PathBuf>::new());
        assert_eq!(again.removed, [PathBuf::from("assets/app-00000001.js")]);
        assert!(!place.has("assets/app-00000001.js") && place.has("by-hand.txt"));
    }

    #[test]
    fn going_back_brings_the_old_build_back() {
        let place = Place::new();
        place.publish(1, 0);
        place.publish(2, 60);
        let back = place.publish(1, 120);
        assert_eq!(back.written, [PathBuf::from("index.html")]);
        assert_eq!(back.kept, 1);
        assert_eq!(
            fs::read_to_string(place.served().join("index.html")).unwrap(),
            "<script src=assets/app-00000001.js>"
        );
    }

    #[test]
    fn nothing_changes_in_a_dry_run_or_where_names_lie() {
        let place = Place::new();
        let at = Timestamp::from_second(0).unwrap();
        let built = place.build(1);
        let dry = publish(&built, &place.served(), Duration::from_mins(60), at, true).unwrap();
        assert_eq!((dry.written.len(), place.served().exists()), (3, false));
        place.publish(1, 0);
        fs::write(built.join("assets/app-00000001.js"), "other").unwrap();
        let clash = publish(&built, &place.served(), Duration::from_mins(60), at, false).unwrap_err();
        assert!(clash.to_string().ends_with("with another content, though its name is a digest"), "{clash}");
        fs::remove_file(built.join("index.html")).unwrap();
        let refused = publish(&built, &place.served(), Duration::from_mins(60), at, false).unwrap_err();
        assert!(refused.to_string().ends_with("v1 has no index.html"), "{refused}");
    }
}
