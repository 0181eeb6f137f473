//! The grants service on a desk: on a PostgreSQL that archives its log and a Redis of its own, its secrets kept and rotated by Callsheet,
//! released behind its edge, operated by its own runbook.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use callsheet_servers::{Postgres, Redis};
use serde_json::Value;

use crate::desk::Desk;
use crate::fleet::{configuration, copy};
use crate::operated::Operated;
use crate::programs::{callsheet_program, program_named};
use crate::sign_ins::Account;

const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
const PASSWORD: &str = "correct-horse-battery";
const EMAIL: &str = "admin@grants.example";

/// The repository's configuration, with holds and overlaps short enough for a story; what must be noticed is coarse for the same reason.
const SHORT: &str = r#"
[environments.test]

[environments.test.services.grants]
ready = { interval = "100ms" }

[environments.test.services.grants.edge]
listen = "127.0.0.1:0"
sticky = "none"

[environments.test.services.grants.release]
steps = ["50%"]
hold = "2s"
keep_old = "3s"
later = []
judging = { must_see = "90%", false_alarm = "5%", latency = false }
"#;

/// Days and hours of the repository's configuration, as seconds.
const SHORTER: [(&str, &str); 5] = [
    ("soak = \"24h\"", "soak = \"2s\""),
    ("later = [\"T+1h #smoke-test\", \"T+12h #smoke-test\"]", "later = [\"T+1s #smoke-test\"]"),
    ("listen = \"127.0.0.1:8183\"", "listen = \"127.0.0.1:0\""),
    ("overlap = \"12h\"", "overlap = \"1s\""),
    ("overlap = \"1h\"", "overlap = \"1s\""),
];

/// One of the two releases that are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantsRelease {
    /// 1.0.0, on revision 4 of the schema.
    First,
    /// 2.0.0, on revision 5.
    Second,
}

impl GrantsRelease {
    /// Its version.
    pub fn version(self) -> &'static str {
        match self {
            GrantsRelease::First => "1.0.0",
            GrantsRelease::Second => "2.0.0",
        }
    }

    /// The revision of the schema that it needs.
    pub fn schema(self) -> &'static str {
        match self {
            GrantsRelease::First => "0004",
            GrantsRelease::Second => "0005",
        }
    }

    /// Its program.
    pub fn program(self) -> &'static Path {
        static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
        let programs = PROGRAMS.get_or_init(|| ["grants-v1", "grants"].map(|name| program_named("grants", name)));
        &programs[usize::from(self == GrantsRelease::Second)]
    }
}

/// Database and sessions of one environment.
struct Servers {
    postgres: Mutex<Postgres>,
    redis: Mutex<Redis>,
    log: tempfile::TempDir,
}

impl Servers {
    fn start() -> Servers {
        let log = tempfile::tempdir().expect("a temporary folder");
        // The server's user leaves the log here; Callsheet's takes it over.
        std::fs::set_permissions(log.path(), std::fs::Permissions::from_mode(0o777)).expect("the folder is ours");
        let archive = format!("archive_command=cp %p {0}/%f.part && mv {0}/%f.part {0}/%f", log.path().display());
        let postgres = Postgres::start(&["archive_mode=on", &archive, "shared_buffers=32MB", "max_wal_size=64MB"]);
        Servers { postgres: Mutex::new(postgres), redis: Mutex::new(Redis::start()), log }
    }

    /// Words for `service.sh setup`.
    fn given(&self) -> String {
        format!(
            "GRANTS_OWNER_URL={} GRANTS_REDIS_ADMIN_URL={} GRANTS_LOG_FOLDER={}",
            held(&self.postgres).url(),
            held(&self.redis).url(),
            self.log.path().display()
        )
    }
}

fn held<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The grants service, with the repository's runbook, scripts and migrations beside it. Ends with its desk.
pub struct Grants {
    /// Where Callsheet runs.
    pub desk: Desk,
    servers: Servers,
    staging: OnceLock<Servers>,
}

impl Grants {
    /// Starts a release with fault switches, by the scripts of the runbook's first start.
    pub fn start(release: GrantsRelease) -> Grants {
        let desk = Desk::empty();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        for part in ["runbooks/grants", "fleet/grants/migrations"] {
            copy(&repository.join(part), &desk.path().join(part));
        }
        let runbook = std::fs::read_to_string(repository.join("runbooks/grants.md")).expect("the repository has it");
        // Unoptimised, a search through every stored release takes longer than the story.
        let narrow = "secrets scan --known --only state/runs .grants/settings.toml\n";
        desk.write(
            "runbooks/grants.md",
            &runbook.replace("secrets scan --known\n", narrow).replace("soak=24h", "soak=2s"),
        );
        desk.write("callsheet.toml", &shortened());
        // The user of a scratch server passes through.
        std::fs::set_permissions(desk.path(), std::fs::Permissions::from_mode(0o755)).expect("the desk is ours");
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = callsheet_program().parent().expect("a file is in a folder").display();
        let settings = [
            ("PATH", format!("{programs}:{path}")),
            ("FAULTS_ENABLED", "true".to_owned()),
            ("FAULTS_TOKEN", FAULTS_TOKEN.to_owned()),
            ("ADMIN_PASSWORD", PASSWORD.to_owned()),
            ("SIGN_INS_PER_MINUTE", "1000000".to_owned()),
            ("DRAIN_GRACE_SECONDS", "0.1".to_owned()),
            ("CALLSHEET_IDENTITY_FILE", String::new()),
            ("XDG_CONFIG_HOME", desk.path().join("home").display().to_string()),
        ];
        let desk = settings.into_iter().fold(desk, |desk, (name, value)| desk.with_variable(name, value));
        let grants = Grants { desk, servers: Servers::start(), staging: OnceLock::new() };
        grants.shell(&format!("{} runbooks/grants/service.sh setup", grants.servers.given()));
        grants.shell(&format!("callsheet migrate up --to {} --database grants", release.schema()));
        grants.operated().deploy(release.version(), release.program());
        grants
    }

    /// Makes the place of the environment `staging`, on servers of its own, with the schema of a release. From here on a release is verified
    /// after seconds, as production's are after a quarter of an hour, an hour and a day.
    pub fn with_staging(self, release: GrantsRelease) -> Grants {
        let later = r#"later = ["T+1s #smoke-test", "T+2s #smoke-test", "T+3s #daily-checks"]"#;
        self.desk.write("callsheet.toml", &shortened().replace("later = []\njudging", &format!("{later}\njudging")));
        let servers = self.staging.get_or_init(Servers::start);
        let place = "export GRANTS_HOME=.grants-staging CALLSHEET_ENVIRONMENT=staging";
        self.shell(&format!("{place} {}; runbooks/grants/service.sh setup", servers.given()));
        self.shell(&format!("{place}; callsheet migrate up --to {} --database grants", release.schema()));
        self
    }

    fn operated(&self) -> Operated<'_> {
        Operated {
            desk: &self.desk,
            service: "grants",
            health: "/api/health/ready",
            password: PASSWORD,
            faults_token: FAULTS_TOKEN,
        }
    }

    /// Where the edge answers for it; `None` before it was started.
    pub fn address(&self) -> Option<SocketAddr> {
        self.operated().address()
    }

    /// The admin's account, where the edge answers.
    pub fn admin(&self) -> Account {
        Account { address: self.address().expect("the edge listens"), email: EMAIL, password: PASSWORD }
    }

    /// The version that answers.
    #[track_caller]
    pub fn version(&self) -> String {
        self.operated().version()
    }

    /// Its instances, as `callsheet instances` lists them.
    #[track_caller]
    pub fn instances(&self) -> Vec<Value> {
        self.operated().instances()
    }

    /// Runs shell words beside the runbook, which must succeed; `$base_url` and `$token` (of the fault switches) are set.
    #[track_caller]
    pub fn shell(&self, words: &str) -> String {
        self.operated().shell(words)
    }

    /// What the database's owner has a statement answer.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        let url = held(&self.servers.postgres).url();
        self.shell(&format!("psql -XqAt -v ON_ERROR_STOP=1 '{url}' <<'SQL'\n{statement}\nSQL\n")).trim_end().to_owned()
    }

    /// Switches a fault on in every instance.
    #[track_caller]
    pub fn fault(&self, name: &str, body: &str) {
        self.operated().fault(name, body);
    }

    /// Runs a procedure of its runbook to its end for a release, approving and confirming whatever asks for it; gives the run's id and its output.
    #[track_caller]
    pub fn procedure(
        &self,
        heading: &str,
        release: GrantsRelease,
        more: &[(&str, &str)],
        code: i32,
    ) -> (String, String) {
        let artifact = release.program().display().to_string();
        let given = [("artifact", artifact.as_str()), ("version", release.version()), ("schema", release.schema())];
        self.operated().procedure(heading, &[&given[..], more].concat(), code)
    }

    /// Ends Redis; its data stays.
    pub fn halt_redis(&self) {
        held(&self.servers.redis).halt();
    }

    /// Starts Redis on the same data.
    pub fn resume_redis(&self) {
        held(&self.servers.redis).resume();
    }

    /// Ends the database's server; its data stays.
    pub fn halt_database(&self) {
        held(&self.servers.postgres).halt();
    }

    /// Starts the database's server on the same data.
    pub fn resume_database(&self) {
        held(&self.servers.postgres).resume();
    }
}

/// The repository's configuration for a story.
fn shortened() -> String {
    SHORTER.into_iter().fold(configuration(SHORT), |text, (long, short)| {
        assert!(text.contains(long), "callsheet.toml says no `{long}` any more");
        text.replace(long, short)
    })
}
