//! A table of millions of rows is expanded, its service deployed, the table contracted, and all that gone back from, while pgbench works on it at seven
//! tenths of what it can: `schema-under-load [SCALE [SECONDS]]`, 100,000 rows for each of SCALE (50). The load lasts SECONDS (240), which must be
//! longer than the work.
//!
//! Prints a line of Markdown for each act. Fails where a client met an error or anybody waited for a lock longer than a second.
#![allow(clippy::print_stdout, reason = "the figures go to stdout")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use callsheet_e2e::Desk;
use callsheet_servers::Postgres;

/// Revisions: name, way up, way down.
const EXPAND: [(&str, &str, &str); 3] = [
    (
        "0002_note",
        "ALTER TABLE pgbench_accounts ADD COLUMN note text;",
        "ALTER TABLE pgbench_accounts DROP COLUMN note;",
    ),
    (
        "0003_find_by_branch",
        "CREATE INDEX CONCURRENTLY pgbench_accounts_branch ON pgbench_accounts (bid, aid);",
        "DROP INDEX CONCURRENTLY pgbench_accounts_branch;",
    ),
    (
        "0004_a_branch_is_there",
        "ALTER TABLE pgbench_accounts ADD CONSTRAINT branch_is_there CHECK (bid > 0) NOT VALID;\n\
         ALTER TABLE pgbench_accounts VALIDATE CONSTRAINT branch_is_there;",
        "ALTER TABLE pgbench_accounts DROP CONSTRAINT branch_is_there;",
    ),
];
const CONTRACT: (&str, &str, &str) = (
    "0005_no_filler",
    "-- callsheet: phase contract\n-- callsheet: oldest 2\nALTER TABLE pgbench_accounts DROP COLUMN filler;",
    "ALTER TABLE pgbench_accounts ADD COLUMN filler character(84);",
);

const CLIENTS: &str = "8";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u32>().expect("a number"));
    let scale = arguments.next().unwrap_or(50);
    let seconds = arguments.next().unwrap_or(240);
    // Who waits for a lock longer than this is told in the server's log.
    let settings = ["fsync=on", "log_lock_waits=on", "deadlock_timeout=1s", "shared_buffers=256MB", "max_wal_size=4GB"];
    let server = Postgres::start(&settings);
    let url = server.fresh_database();
    said(Command::new("pgbench").arg(&url).args(["--initialize", "--quiet", "--scale", &scale.to_string()]));
    let most = tps(&said(pgbench(&url).args(["--time", "20"])));
    let desk = desk(&url);
    desk.deploy("1", "0001..");

    let rate = most * 0.7;
    let load = Load::start(&url, rate, seconds, desk.0.path());
    let mut acts = Vec::new();
    let mut act = |name: &'static str, what: &dyn Fn()| {
        let began = SystemTime::now();
        what();
        acts.push((name, began, SystemTime::now()));
    };
    act("load alone", &|| std::thread::sleep(Duration::from_secs(10)));
    EXPAND.iter().for_each(|revision| desk.file(revision));
    act("expand: a column, an index, a checked constraint; deploy", &|| desk.deploy("2", "0002.."));
    act("rollback, the schema stays", &|| desk.callsheet(&["rollback", "shop", "--yes"]));
    act("deploy again", &|| desk.deploy("2", "0002.."));
    desk.file(&CONTRACT);
    act("contract: a column goes", &|| desk.callsheet(&["migrate", "up"]));
    act("rollback, the contract is undone first", &|| desk.callsheet(&["rollback", "shop", "--yes"]));
    act("all undone", &|| desk.callsheet(&["migrate", "down", "--to", "0001", "--yes"]));
    let logs = desk.0.path().to_owned();
    let summary = load.end();

    let transactions = transactions(&logs);
    println!("{} rows, {rate:.0} transactions/s of {most:.0} at most\n", u64::from(scale) * 100_000);
    println!("| | took | transactions | p99 | longest |\n| --- | --- | --- | --- | --- |");
    for (name, began, ended) in acts {
        println!("{}", row(name, began, ended, &transactions));
    }
    let failed = summary.lines().find(|line| line.contains("failed")).unwrap_or("no word of failures").to_owned();
    let log = server.pid_file().parent().and_then(Path::parent).expect("data is in a folder").join("log");
    let log = std::fs::read_to_string(log).expect("the server has a log");
    let waited = log.lines().filter(|line| line.contains("still waiting for")).count();
    println!("\n{failed}; waits for a lock longer than a second: {waited}");
    ExitCode::from(u8::from(!failed.contains("failed transactions: 0 ") || waited > 0))
}

struct Shop(Desk);

fn desk(url: &str) -> Shop {
    let desk = Desk::empty().with_variable("DATABASE_URL", url);
    let shop = std::env::current_exe().expect("a program knows its own file").with_file_name("shop");
    let toml = format!(
        "[services.shop]\nrunbooks = [\"ops.md\"]\ncommand = [\"{}\", \"{{release}}\", \"{{port}}\"]\ninstances = 2\ngrace = \"2s\"\n\
         [services.shop.edge]\nlisten = \"127.0.0.1:0\"\n[services.shop.release]\nsteps = []\nhold = \"0s\"\nkeep_old = \"0s\"\n\
         database = \"main\"\nmigrate = '\"$CALLSHEET_PROGRAM\" migrate up'\n[databases.main]\nurl = \"$DATABASE_URL\"\nmigrations = \"db\"\n",
        shop.display()
    );
    desk.write("callsheet.toml", &toml);
    std::fs::create_dir(desk.path().join("db")).expect("the desk is ours");
    for version in ["1", "2"] {
        desk.write(&format!("shop-{version}"), &format!("version={version}\n"));
    }
    let shop = Shop(desk);
    shop.file(&("0001_note_of_the_bench", "CREATE TABLE noted (id integer);", "DROP TABLE noted;"));
    shop
}

impl Shop {
    fn file(&self, (name, up, down): &(&str, &str, &str)) {
        self.0.write(&format!("db/{name}.up.sql"), up);
        self.0.write(&format!("db/{name}.down.sql"), down);
    }

    fn callsheet(&self, words: &[&str]) {
        self.0.callsheet(words).expect(0);
    }

    fn deploy(&self, version: &str, schema: &str) {
        let artifact = format!("shop-{version}");
        self.callsheet(&["deploy", "shop", "--version", version, "--artifact", &artifact, "--schema", schema, "--yes"]);
    }
}

fn pgbench(url: &str) -> Command {
    let mut command = Command::new("pgbench");
    command.args(["--client", CLIENTS, "--jobs", "2"]).arg(url);
    command
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("pgbench starts: apt-get install postgresql");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn tps(summary: &str) -> f64 {
    let words = summary.lines().find_map(|line| line.strip_prefix("tps = ")).expect("pgbench tells its speed");
    words.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number")
}

/// pgbench at its rate.
struct Load {
    child: Child,
    until: Instant,
}

impl Load {
    fn start(url: &str, rate: f64, seconds: u32, folder: &Path) -> Load {
        let mut command = pgbench(url);
        command.args(["--time", &seconds.to_string(), "--rate", &format!("{rate:.0}"), "--log", "--log-prefix"]);
        command.arg(folder.join("transactions")).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let child = command.spawn().expect("pgbench starts");
        Load { child, until: Instant::now() + Duration::from_secs(u64::from(seconds)) }
    }

    fn end(self) -> String {
        assert!(Instant::now() < self.until, "the load ended before the work: give it more seconds");
        let output = self.child.wait_with_output().expect("pgbench is ours");
        assert!(output.status.success(), "pgbench ended with {}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// When each transaction ended, s since 1970, and how long it took, ms, without its wait for its turn.
fn transactions(folder: &Path) -> Vec<(f64, f64)> {
    let files = std::fs::read_dir(folder).expect("the desk is ours").map(|file| file.expect("a listed file").path());
    let is_log =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("transactions."));
    let mut all = Vec::new();
    for file in files.filter(is_log) {
        let text = std::fs::read_to_string(file).expect("pgbench wrote it");
        for line in text.lines() {
            let field = |at: usize| line.split_whitespace().nth(at).and_then(|word| word.parse::<f64>().ok());
            let [took, second, microsecond, late] = [2, 4, 5, 6].map(|at| field(at).expect("pgbench's own format"));
            all.push((second + microsecond / 1e6, (took - late) / 1000.0));
        }
    }
    all
}

fn row(name: &str, began: SystemTime, ended: SystemTime, transactions: &[(f64, f64)]) -> String {
    let [from, to] = [began, ended].map(|at| at.duration_since(UNIX_EPOCH).expect("it is later").as_secs_f64());
    let within = transactions.iter().filter(|(at, _)| (from..to).contains(at));
    let mut took: Vec<f64> = within.map(|(_, took)| *took).collect();
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took.get(((took.len() as f64 * share) as usize).min(took.len().saturating_sub(1)));
    let of = |value: Option<&f64>| value.map_or("-".to_owned(), |value| format!("{value:.0} ms"));
    format!("| {name} | {:.1} s | {} | {} | {} |", to - from, took.len(), of(at(0.99)), of(at(1.0)))
}
