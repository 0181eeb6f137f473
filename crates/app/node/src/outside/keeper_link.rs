//! Talking to the keepers of runs: found or started with the first shell act, asked for the truth after a crash.

use std::thread;

use callsheet_base::{Duration, RunId};
use callsheet_engine::{Claim, Exit, Run};
use callsheet_keeper as keeper;
use callsheet_keeper::{
    Connection, KeeperError, Mode, NamedSecret, Request, SaveState, SnapshotId, StartStep, WindowSize,
};
use callsheet_plan::Plan;

use super::{Outside, ending, listening};
use crate::perform::{Fate, ShellOrder};
use crate::surroundings::Surroundings;
use crate::wake::{ActEnd, Wake};

/// Between TERM and KILL.
const GRACE: Duration = Duration::from_secs(10);

/// A conversation with one run's keeper. Dropping it leaves the keeper and its steps alone.
pub(super) struct KeeperLink {
    sender: keeper::Sender,
}

impl KeeperLink {
    /// The run is over: running attempts are ended, the keeper goes.
    pub(super) fn release(mut self) {
        if let Err(error) = self.sender.send(&Request::Release) {
            tracing::debug!(%error, "the keeper is gone already");
        }
    }

    fn send(&mut self, request: &Request) -> Result<(), KeeperError> {
        self.sender.send(request)
    }
}

impl Outside {
    pub(super) fn start_shell(&mut self, order: ShellOrder) -> Option<Wake> {
        let (run, claim) = (order.run, order.claim);
        let failed = |error: &dyn std::error::Error| {
            let why = format!("the step's keeper could not be reached: {}", ending::with_causes(error));
            Some(Wake::Ended { run, claim, end: Box::new(ActEnd::bare(Exit::Error(why))) })
        };
        let theirs = keeper::Claim { run, step: order.step.clone(), act: u32::from(claim.act), attempt: claim.attempt };
        let start = Request::Start(Box::new(self.start_step(&theirs, order)));
        // A link whose keeper has gone idle meanwhile fails at once; a new keeper is started then.
        if let Some(link) = self.keepers.get_mut(&run) {
            if link.send(&start).is_ok() {
                return None;
            }
            self.keepers.remove(&run);
        }
        let connection = match self.launcher.connect(&self.run_dir(run)) {
            Ok(connection) => connection,
            Err(error) => return failed(&error),
        };
        let mut link = match self.link(run, connection) {
            Ok(link) => link,
            Err(error) => return failed(&error),
        };
        let sent = link.send(&start);
        self.keepers.insert(run, link);
        // Sent or not, the keeper may have taken it: only it can say.
        sent.err().map(|_| Wake::KeeperLost { run })
    }

    pub(super) fn cancel_shell(&mut self, run: RunId, claim: Claim) -> Option<Wake> {
        let theirs = their_claim(run, &self.admitted.get(&run)?.plan, claim);
        let link = self.keepers.get_mut(&run)?;
        link.send(&Request::Cancel { claim: theirs }).err().map(|_| Wake::KeeperLost { run })
    }

    /// What became of these acts. The keeper, if it lives, is listened to from here on.
    pub(super) fn recover_keeper(&mut self, run: &Run, open: &[Claim]) -> Result<Vec<Fate>, String> {
        let id = run.id();
        self.keepers.remove(&id);
        let theirs: Vec<keeper::Claim> = open.iter().map(|claim| their_claim(id, run.plan(), *claim)).collect();
        let recovery = keeper::recover(&self.run_dir(id), &self.boot, &theirs).map_err(|e| ending::with_causes(&e))?;
        if let Some(connection) = recovery.keeper {
            let link = self.link(id, connection).map_err(|error| ending::with_causes(&error))?;
            self.keepers.insert(id, link);
        }
        let blobs = &self.launcher.state;
        Ok(recovery.fates.into_iter().map(|fate| ending::fate(fate, blobs)).collect())
    }

    fn link(&self, run: RunId, connection: Connection) -> std::io::Result<KeeperLink> {
        let (sender, receiver) = connection.split();
        let plan = self.admitted.get(&run).map(|guest| guest.plan.clone()).ok_or(std::io::ErrorKind::NotFound)?;
        let (wakes, state) = (self.wakes.clone(), self.launcher.state.clone());
        let listener = listening::Listener { run, plan, receiver, wakes, state };
        thread::Builder::new().name(format!("keeper {}", run.short())).spawn(move || listener.listen())?;
        Ok(KeeperLink { sender })
    }

    fn start_step(&self, theirs: &keeper::Claim, order: ShellOrder) -> StartStep {
        let nothing = Surroundings::default();
        let around = self.admitted.get(&order.run).map_or(&nothing, |guest| &guest.surroundings);
        let mut env: Vec<(String, String)> =
            around.variables.iter().filter(|(name, _)| !order.variables.contains_key(name)).cloned().collect();
        env.extend(order.variables);
        env.push(("CALLSHEET_PROGRAM".to_owned(), self.program.display().to_string()));
        env.push(("CALLSHEET_RUN".to_owned(), order.run.to_string()));
        env.push(("CALLSHEET_STEP".to_owned(), order.step.to_string()));
        env.push(("CALLSHEET_ATTEMPT".to_owned(), order.claim.attempt.to_string()));
        let secrets =
            around.secrets.iter().map(|(name, value)| NamedSecret { name: name.clone(), value: value.clone() });
        StartStep {
            claim: theirs.clone(),
            name: order.step.to_string(),
            script: order.script,
            shell: order.argv,
            env,
            secrets: secrets.collect(),
            redact: Vec::new(),
            directory: around.directory.clone(),
            timeout: order.timeout,
            grace: GRACE,
            mode: if order.interactive {
                Mode::Terminal { size: WindowSize { rows: 24, columns: 80 } }
            } else {
                Mode::Piped
            },
            state_from: order.state_from.map(SnapshotId),
            state_to: order.state_to.map_or(SaveState::Discard, |id| SaveState::As { id: SnapshotId(id) }),
            output_limit: order.output_limit,
        }
    }
}

fn their_claim(run: RunId, plan: &Plan, claim: Claim) -> keeper::Claim {
    let step = plan.steps[claim.step.at()].id.clone();
    keeper::Claim { run, step, act: u32::from(claim.act), attempt: claim.attempt }
}
