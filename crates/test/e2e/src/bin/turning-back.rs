//! How fast users are safe, measured by users: `turning-back [REPEATS]`. Each figure is the time from what happened to the end of the last
//! answer that the release that had to go still gave (or of the last request that failed), so the time of that request is in it.
//!
//! Prints a line of Markdown for each.
#![allow(clippy::print_stdout, reason = "the figures go to stdout")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use callsheet_e2e::{Desk, Pid, Program, get};
use serde_json::Value;

/// One request: when it ended, and by which version it was answered; `None`: it failed.
type Answer = (SystemTime, Option<String>);

/// Users who never stop asking.
struct Users {
    gone: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Answer>>>,
}

impl Users {
    fn gather(address: SocketAddr) -> Users {
        let gone = Arc::<AtomicBool>::default();
        let user = |_| {
            let gone = gone.clone();
            std::thread::spawn(move || {
                let mut answers = Vec::new();
                while !gone.load(Ordering::Relaxed) {
                    let answer = get(address, "/things");
                    let version = answer.split("\"version\":\"").nth(1).and_then(|rest| rest.split('"').next());
                    let well = answer.starts_with("HTTP/1.1 200");
                    answers.push((SystemTime::now(), version.filter(|_| well).map(str::to_owned)));
                    std::thread::sleep(Duration::from_millis(5));
                }
                answers
            })
        };
        let threads = (0..4).map(user).collect();
        Users { gone, threads }
    }

    fn leave(self) -> Vec<Answer> {
        self.gone.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().expect("a user does not panic")).collect()
    }
}

/// The service and what is done to it.
struct Stage {
    desk: Desk,
    address: SocketAddr,
}

impl Stage {
    fn set() -> Stage {
        let desk = Desk::empty();
        let shop = std::env::current_exe().expect("a program knows its own file").with_file_name("shop");
        for (file, release) in [
            ("callsheet.toml", "steps = [\"50%\"]\nhold = \"10m\"\nkeep_old = \"0s\""),
            ("kept.toml", "strategy = \"blue-green\"\nhold = \"0s\"\nkeep_old = \"10m\""),
        ] {
            let service = format!(
                "[services.shop]\ncommand = [\"{}\", \"{{release}}\", \"{{port}}\"]\ninstances = 2\ngrace = \"2s\"\n\
                 ready = {{ interval = \"50ms\" }}\n[services.shop.edge]\nlisten = \"127.0.0.1:0\"\nsticky = \"none\"\n\
                 [services.shop.release]\n{release}\n",
                shop.display()
            );
            desk.write(file, &service);
        }
        for (version, more) in [("1", ""), ("2", ""), ("3", "errors=2"), ("4", "")] {
            desk.write(&format!("shop-{version}"), &format!("version={version}\n{more}\n"));
        }
        let line = ["deploy", "shop", "--version", "1", "--artifact", "shop-1", "--yes"];
        desk.callsheet(&line).expect(0);
        let status: Value = json(&desk, &["edge", "status", "--format", "json"]);
        let address = status["listeners"][0]["address"].as_str().expect("it listens").parse().expect("an address");
        Stage { desk, address }
    }

    fn deploy(&self, version: &str, configuration: &str) -> Program {
        let artifact = format!("shop-{version}");
        let line =
            ["deploy", "shop", "--version", version, "--artifact", &artifact, "--config", configuration, "--yes"];
        self.desk.start(&line)
    }

    fn until(&self, words: &str) {
        self.desk.until(words, |desk| {
            let status = json(desk, &["status", "shop", "--format", "json"]);
            status["services"][0]["rollout"]["stands"].as_str().is_some_and(|stands| stands.starts_with(words))
        });
    }

    /// A release that fails every second request: from the recorded verdict to the last answer of it; and from its first answer.
    fn verdict(&self) -> (f64, f64) {
        let users = Users::gather(self.address);
        self.deploy("3", "callsheet.toml").wait().expect(4);
        let answers = users.leave();
        let last = last(&answers, |version| version == Some("3") || version.is_none());
        let first = answers.iter().filter(|(_, version)| version.as_deref() == Some("3")).map(|(at, _)| *at).min();
        (since(self.recorded("turned back"), last), since(first, last))
    }

    /// A release that has all traffic is taken back: from the command's start to the last answer of it.
    fn rollback(&self) -> f64 {
        let users = Users::gather(self.address);
        let program = self.deploy("2", "kept.toml");
        self.until("all traffic moved");
        std::thread::sleep(Duration::from_millis(100));
        let asked = SystemTime::now();
        self.desk.callsheet(&["rollback", "shop", "--yes"]).expect(0);
        program.wait().expect(4);
        since(Some(asked), last(&users.leave(), |version| version == Some("2")))
    }

    /// All instances of a canary are killed, and again when they come back: from the first kill to the last failed request, and to the
    /// last answer of it.
    fn crash(&self) -> (f64, f64) {
        let users = Users::gather(self.address);
        let mut program = self.deploy("4", "callsheet.toml");
        self.until("judged at 50%");
        std::thread::sleep(Duration::from_millis(300));
        let mut began = None;
        while program.runs() {
            let list = json(&self.desk, &["instances", "--format", "json"]);
            let instances = list["instances"].as_array().cloned().unwrap_or_default();
            for pid in instances.iter().filter(|one| one["version"] == "4").filter_map(|one| one["pid"].as_i64()) {
                began.get_or_insert_with(SystemTime::now);
                Pid(pid as i32).kill();
            }
        }
        program.wait().expect(4);
        let answers = users.leave();
        (
            since(began, last(&answers, |version| version.is_none())),
            since(began, last(&answers, |version| version == Some("4"))),
        )
    }

    /// When the newest run's rollout recorded what begins so.
    fn recorded(&self, what: &str) -> Option<SystemTime> {
        let run = self.desk.runs().into_iter().next()?;
        let record = self.desk.record(&run);
        let events = record["rollouts"][0]["events"].as_array()?;
        let event = events.iter().find(|event| event["what"].as_str().is_some_and(|words| words.contains(what)))?;
        event["at"].as_str()?.parse::<callsheet_base::Timestamp>().ok().map(SystemTime::from)
    }
}

fn json(desk: &Desk, arguments: &[&str]) -> Value {
    serde_json::from_str(&desk.callsheet(arguments).expect(0).stdout).expect("it is JSON")
}

fn last(answers: &[Answer], is_of: impl Fn(Option<&str>) -> bool) -> Option<SystemTime> {
    answers.iter().filter(|(_, version)| is_of(version.as_deref())).map(|(at, _)| *at).max()
}

/// Milliseconds between two instants; none: nothing of it was seen.
fn since(from: Option<SystemTime>, to: Option<SystemTime>) -> f64 {
    let between = from.zip(to).and_then(|(from, to)| to.duration_since(from).ok());
    between.map_or(0.0, |between| between.as_secs_f64() * 1000.0)
}

fn main() {
    let repeats = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(30);
    let stage = Stage::set();
    println!("| from … to the last answer | repeats | median | p95 | longest |\n| --- | --- | --- | --- | --- |");
    let (effective, detected): (Vec<f64>, Vec<f64>) = (0..repeats).map(|_| stage.verdict()).unzip();
    row("the recorded verdict on a bad release", effective);
    row("the first answer of a release that fails every second request, at 50 %", detected);
    row("the start of `callsheet rollback`", (0..repeats).map(|_| stage.rollback()).collect());
    let (failing, served): (Vec<f64>, Vec<f64>) = (0..repeats).map(|_| stage.crash()).unzip();
    row("the kill of all instances of a canary at 50 %, failed requests", failing);
    row("the same, its own answers", served);
}

fn row(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    println!("| {name} | {} | {:.0} ms | {:.0} ms | {:.0} ms |", times.len(), at(0.5), at(0.95), at(1.0));
}
