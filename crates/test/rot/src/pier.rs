//! The healthy repository: a ferry pier with a runbook of a hundred steps, written anew for every look.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::server::Server;

/// Servers that the runbook speaks to.
const SERVERS: [&str; 6] = ["api", "metrics", "cache", "mail", "admin", "wiki"];
/// Programs that its commands call.
const PROGRAMS: &str = "bash cargo curl diff docker git grep head just ls make nc nohup npm poetry python3 redis-cli shipctl \
sqlite3 sudo timeout wc env true";
/// Tables of its database.
const SCHEMA: &str = "\
create table sailings (id integer primary key, ship text, departs_at text, seats_left integer);
create table bookings (id integer primary key, sailing_id integer, traveller text);
create table holds (id integer primary key, traveller text, expires_at text, released integer);
create table payments (id integer primary key, booking_id integer, amount_cents integer);
create table signing_keys (id integer primary key, rotated_at text);
create table notes (id integer primary key, note_text text, closed_at text);
create view todays_sailings as select ship, seats_left as free from sailings;
";
/// The runbook.
pub const RUNBOOK: &str = "runbooks/pier.md";

/// One copy of the repository with its servers. Gone when dropped.
#[derive(Debug)]
pub struct Pier {
    folder: tempfile::TempDir,
    servers: BTreeMap<&'static str, Server>,
}

impl Pier {
    /// Writes a healthy copy. The server called `closed` does not listen.
    pub fn new(closed: Option<&str>) -> Pier {
        let start = |name: &'static str| {
            let server = if closed == Some(name) { Server::closed() } else { Server::open() };
            (name, server)
        };
        let folder = tempfile::Builder::new().prefix("callsheet-pier-").tempdir().expect("a temporary folder");
        let pier = Pier { folder, servers: SERVERS.into_iter().map(start).collect() };
        pier.copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("healthy"), &pier.root());
        pier.programs();
        pier.history();
        fs::create_dir(pier.root().join("var")).expect("a new folder");
        pier.sql(SCHEMA);
        pier
    }

    /// The repository's root.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("pier")
    }

    /// The only folder of programs that there is.
    pub fn programs_folder(&self) -> PathBuf {
        self.folder.path().join("programs")
    }

    /// A file or folder of the repository.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root().join(relative)
    }

    /// The server of that name.
    pub fn server(&self, name: &str) -> &Server {
        &self.servers[name]
    }

    /// Changes the database.
    pub fn sql(&self, statements: &str) {
        let database = rusqlite::Connection::open(self.path("var/pier.db")).expect("a database");
        database.execute_batch(statements).expect("statements of ours");
    }

    /// Replaces words in a file; they must be there.
    pub fn edit(&self, relative: &str, from: &str, to: &str) {
        let path = self.path(relative);
        let text = fs::read_to_string(&path).expect("a file of the repository");
        let text = self.filled(&text);
        let from = self.filled(from);
        assert!(text.contains(&from), "{relative} does not hold `{from}`");
        fs::write(path, text.replacen(&from, to, 1)).expect("a file of the repository");
    }

    /// `@name@` becomes that server's port.
    pub fn filled(&self, text: &str) -> String {
        let ports = self.servers.iter().map(|(name, server)| (format!("@{name}@"), server.port().to_string()));
        ports.fold(text.to_owned(), |text, (mark, port)| text.replace(&mark, &port))
    }

    /// The runbook's 1-based lines that hold `words`.
    pub fn lines_with(&self, words: &str) -> Vec<u32> {
        let text = fs::read_to_string(self.path(RUNBOOK)).expect("the runbook");
        let words = self.filled(words);
        (1u32..).zip(text.lines()).filter(|(_, line)| line.contains(&words)).map(|(number, _)| number).collect()
    }

    fn copy(&self, from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a new folder");
        for entry in fs::read_dir(from).expect("the healthy repository").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = name.strip_suffix(".in").unwrap_or(&name).replacen("dot-", ".", 1);
            let target = to.join(name);
            if entry.path().is_dir() {
                self.copy(&entry.path(), &target);
                continue;
            }
            let text = fs::read_to_string(entry.path()).expect("a text file");
            fs::write(&target, self.filled(&text)).expect("a new file");
            if text.starts_with("#!") {
                fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).expect("a file of ours");
            }
        }
    }

    fn programs(&self) {
        fs::create_dir(self.programs_folder()).expect("a new folder");
        for name in PROGRAMS.split_whitespace() {
            let path = self.programs_folder().join(name);
            fs::write(&path, "#!/bin/sh\necho 'a probe must not start programs' >&2\nexit 97\n").expect("a new file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of ours");
        }
    }

    /// Branches and tags as git keeps them.
    fn history(&self) {
        let commit = "8f2f3c1d5f4c0d0a7f1f6d1b0c9a8e7d6c5b4a39\n";
        for name in ["refs/heads/main", "refs/heads/harbour-next", "refs/remotes/origin/main", "refs/tags/release-1.4"]
        {
            let path = self.root().join(".git").join(name);
            fs::create_dir_all(path.parent().expect("it has one")).expect("a new folder");
            fs::write(path, commit).expect("a new file");
        }
        let packed =
            format!("# pack-refs with: peeled fully-peeled sorted \n{} refs/tags/release-1.3\n", commit.trim());
        fs::write(self.path(".git/packed-refs"), packed).expect("a new file");
        fs::write(self.path(".git/HEAD"), "ref: refs/heads/main\n").expect("a new file");
    }
}
