//! One service with everything real, its users, and the deploys of a story.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use callsheet_servers::free_port;
use serde_json::Value;

use super::victim;
use super::{Away, Course, RECOVERED_WITHIN, Rolled, Victim};
use crate::ending::Program;
use crate::processes::Process;
use crate::programs::own_program;
use crate::{Broken, Crowd, Desk, Seed, patience};

/// Nothing of a story takes longer.
const LONGEST: Duration = Duration::from_secs(60);
/// So long after its death an instance's requests may still fail: until the edge has noticed.
const NOTICED: Duration = Duration::from_secs(2);
/// What a failure's finding out may lag behind.
const LAG: Duration = Duration::from_millis(500);

pub(super) struct Shop {
    desk: Desk,
    server: Option<Program>,
    crowd: Crowd,
    address: SocketAddr,
    /// The version that runs.
    current: String,
    away: Vec<Away>,
}

impl Shop {
    /// Version 1 runs and users have come.
    pub(super) fn open(course: &Course) -> Result<Shop, Broken> {
        let desk = Desk::empty();
        // One that is the same after the edge's death.
        let port = free_port();
        let shop = own_program("shop").display().to_string();
        desk.write(
            "callsheet.toml",
            &format!(
                "[services.shop]\ncommand = [\"{shop}\", \"{{release}}\", \"{{port}}\"]\ninstances = 2\ngrace = \"2s\"\nready = {{ interval = \"50ms\" }}\n\
                 [services.shop.edge]\nlisten = \"127.0.0.1:{port}\"\nsticky = \"none\"\n[services.shop.release]\n{}\n",
                course.release()
            ),
        );
        let server = course.served.then(|| serve(&desk));
        artifact(&desk, "1", false);
        let first = start_deploy(&desk, "1").wait_for(LONGEST).map_err(|ending| format!("hangs: {ending}"))?;
        if first.code != Some(0) {
            return Err(format!("the first release fails: {first}"));
        }
        let address = address(&desk)?;
        let crowd = Crowd::gather(address, 6, Duration::from_millis(10));
        Ok(Shop { desk, server, crowd, address, current: "1".to_owned(), away: Vec::new() })
    }

    /// The next version goes out, and somebody is killed on the way.
    pub(super) fn deploy(
        &mut self,
        course: &Course,
        number: u64,
        choices: &mut Seed,
        rolled: &mut Rolled,
    ) -> Result<(), Broken> {
        let newer = (number + 2).to_string();
        artifact(&self.desk, &newer, course.bad && number == 1);
        let known = self.desk.runs().len();
        let mut command = start_deploy(&self.desk, &newer);
        let mut killed = None;
        if course.moment(number, choices).wait(&self.desk, &mut command) {
            killed = Some(Instant::now());
        }
        let Some(at) = killed else { return self.ends(command, known, &newer, course, rolled) };
        rolled.kills += victim::kill(&self.desk, course.victim, &newer, &self.current, choices);
        if course.victim.is_control_plane() {
            rolled.kills += 1;
            command = self.restart_control_plane(command, known, rolled)?;
        }
        if course.victim.is_edge() {
            let back = self.edge_is_back(course, known)?;
            rolled.edge_back.push(back);
            self.away.push(Away { from: at, until: Instant::now() + patience(LAG) });
        } else if course.victim != Victim::ControlPlane {
            self.away.push(Away { from: at, until: at + patience(NOTICED) });
        }
        self.ends(command, known, &newer, course, rolled)
    }

    /// kill -9, and again: the server, or the command by `resume`.
    fn restart_control_plane(
        &mut self,
        command: Program,
        known: usize,
        rolled: &mut Rolled,
    ) -> Result<Program, Broken> {
        let began;
        let (pid, next) = match self.server.take() {
            Some(server) => {
                server.kill();
                began = Instant::now();
                let server = self.desk.start(&["serve"]);
                let pid = server.pid();
                self.server = Some(server);
                (pid, command)
            }
            None => {
                command.kill();
                began = Instant::now();
                let resumed = self.desk.start(&["resume", "--all", "--yes"]);
                (resumed.pid(), resumed)
            }
        };
        loop {
            if self.looked_after_by(pid.0) {
                rolled.recovered.push(began.elapsed());
                break;
            }
            if began.elapsed() > Duration::from_millis(700) && self.run_is_over(known) {
                // There was nothing left to look after, or nothing yet.
                return Ok(next);
            }
            if began.elapsed() > patience(RECOVERED_WITHIN) {
                return Err(format!("nobody looks after the release {RECOVERED_WITHIN:?} after the restart"));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(next)
    }

    /// Whether the process holds the service.
    fn looked_after_by(&self, pid: i32) -> bool {
        let locks = std::fs::read_dir(self.desk.state().join("services"));
        let texts = locks.into_iter().flatten().flatten().filter_map(|lock| std::fs::read(lock.path()).ok());
        texts.filter_map(|text| serde_json::from_slice::<Value>(&text).ok()).any(|holder| holder["pid"] == pid)
    }

    /// Whether the run that a deploy made, if it made one, is over.
    fn run_is_over(&self, known: usize) -> bool {
        let runs = self.desk.runs();
        match runs.first() {
            Some(run) if runs.len() > known => is_over(&self.desk.phase(run)),
            _ => true,
        }
    }

    /// Waits until users are answered again. Once a release is over nobody but a person brings an edge back.
    fn edge_is_back(&self, course: &Course, known: usize) -> Result<Duration, Broken> {
        let began = Instant::now();
        let mut by_hand = false;
        while !self.answers(course) {
            if began.elapsed() > Duration::from_millis(1500) && !by_hand && self.run_is_over(known) {
                self.desk.callsheet(&["edge", "start"]);
                by_hand = true;
            }
            if began.elapsed() > patience(RECOVERED_WITHIN) {
                return Err(format!("the edge is not back after {RECOVERED_WITHIN:?}"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(began.elapsed())
    }

    fn answers(&self, course: &Course) -> bool {
        let Ok(mut stream) = TcpStream::connect_timeout(&self.address, Duration::from_secs(1)) else { return false };
        let asked = stream
            .set_read_timeout(Some(Duration::from_secs(1)))
            .and_then(|()| stream.write_all(b"GET /things HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n\r\n"));
        let mut head = [0; 12];
        match asked.and_then(|()| stream.read_exact(&mut head)) {
            Ok(()) => &head[9..] == b"200",
            // Where users wait for a set that may not run beside the other, it is enough that somebody lets them wait.
            Err(error) => {
                course.lets_users_wait() && matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
            }
        }
    }

    /// The run comes to its end, and one release runs whole.
    fn ends(
        &mut self,
        command: Program,
        known: usize,
        newer: &str,
        course: &Course,
        rolled: &mut Rolled,
    ) -> Result<(), Broken> {
        let began = Instant::now();
        let mut command = Some(command);
        let run = loop {
            let runs = self.desk.runs();
            match runs.first().filter(|_| runs.len() > known) {
                Some(run) if is_over(&self.desk.phase(run)) => break run.clone(),
                Some(_) => {}
                // Killed before its first record: nothing was done.
                None if command.as_mut().is_none_or(|command| !command.runs()) => {
                    command = Some(start_deploy(&self.desk, newer));
                }
                None => {}
            }
            if began.elapsed() > LONGEST {
                let status = self.status()?;
                let said = command.map(|command| command.kill().text()).unwrap_or_default();
                return Err(format!("not over after {LONGEST:?}: {status:#}\n{said}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        if let Some(command) = command {
            // With a killed server its client may be gone, or about to notice.
            drop(command.wait_for(Duration::from_secs(10)));
        }
        rolled.deploys += 1;
        if self.desk.phase(&run) == "done" {
            rolled.promoted += 1;
            self.current = newer.to_owned();
        } else {
            rolled.turned_back += 1;
        }
        let verified = self.desk.callsheet(&["verify", &run]);
        if verified.code != Some(0) {
            return Err(format!("the chain is broken: {verified}"));
        }
        self.whole(course)
    }

    /// The current version alone runs, in ready instances, with all traffic.
    fn whole(&self, course: &Course) -> Result<(), Broken> {
        let began = Instant::now();
        loop {
            let status = self.status()?;
            let right = self.is_whole(&status, course);
            if right {
                return Ok(());
            }
            if began.elapsed() > Duration::from_secs(15) {
                return Err(format!("{} should run alone: {status:#}", self.current));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_whole(&self, status: &Value, course: &Course) -> bool {
        let version = self.current.as_str();
        let instances = status["instances"].as_array().map_or(&[][..], Vec::as_slice);
        let of_it = instances.iter().filter(|one| one["release"]["version"] == version).count();
        // One that was killed with its supervisor after all was over is nobody's to start again.
        let least = if matches!(course.victim, Victim::NewerWhole | Victim::OlderWhole) { 1 } else { 2 };
        let routing = &status["traffic"]["routing"];
        let processes: Vec<Process> = self.desk.processes();
        let alive = processes.iter().filter(|one| is_instance(one)).count();
        status["running"] == version
            && of_it == instances.len()
            && (least..=2).contains(&of_it)
            && alive == of_it
            && routing["stable"]["version"] == version
            && routing["canary"].is_null()
    }

    fn status(&self) -> Result<Value, Broken> {
        let ending = self.desk.callsheet(&["status", "shop", "--format", "json"]);
        let mut json: Value = serde_json::from_str(&ending.stdout).map_err(|error| format!("{error}: {ending}"))?;
        Ok(json["services"][0].take())
    }

    /// Users leave; what they got outside the times in which somebody was away must be good.
    pub(super) fn close(self, rolled: &mut Rolled) -> Result<(), Broken> {
        let tally = self.crowd.leave();
        rolled.answers += tally.answers.values().sum::<u64>();
        let expected = |at: &Instant| self.away.iter().any(|away| (away.from..=away.until).contains(at));
        let (apart, lost): (Vec<_>, Vec<_>) = tally.unserved.iter().partition(|(at, _)| expected(at));
        rolled.apart += apart.len() as u64;
        match lost.first() {
            None => Ok(()),
            Some((_, what)) => Err(format!("{} requests were lost, the first: {what}", lost.len())),
        }
    }
}

fn is_over(phase: &str) -> bool {
    matches!(phase, "done" | "failed" | "rolled back" | "rolled-back" | "denied" | "cancelled" | "superseded")
}

fn is_instance(process: &Process) -> bool {
    process.line.contains("/shop-") && !process.line.contains(" supervise ") && !process.line.contains("deploy")
}

fn artifact(desk: &Desk, version: &str, bad: bool) {
    let more = if bad { "errors=3\n" } else { "" };
    desk.write(&format!("shop-{version}"), &format!("version={version}\n{more}"));
}

fn start_deploy(desk: &Desk, version: &str) -> Program {
    let artifact = format!("shop-{version}");
    desk.start(&["deploy", "shop", "--version", version, "--artifact", &artifact, "--yes"])
}

fn serve(desk: &Desk) -> Program {
    let server = desk.start(&["serve"]);
    desk.until("the server to take commands", takes);
    server
}

fn takes(desk: &Desk) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let Ok(entries) = std::fs::read_dir(desk.state()) else { return false };
    let sockets = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()));
    sockets.map(|entry| entry.path()).any(|path| std::os::unix::net::UnixStream::connect(path).is_ok())
}

fn address(desk: &Desk) -> Result<SocketAddr, Broken> {
    let ending = desk.callsheet(&["edge", "status", "--format", "json"]);
    let json: Value = serde_json::from_str(&ending.stdout).map_err(|error| format!("{error}: {ending}"))?;
    let address = json["listeners"][0]["address"].as_str().and_then(|address| address.parse().ok());
    address.ok_or_else(|| format!("the edge listens nowhere: {ending}"))
}
