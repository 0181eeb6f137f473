//! Talking to the keepers of runs: found or started with the first shell act, asked for the truth after a crash.

use std::io;
use std::thread;

use callsheet_base::{Duration, RunId, Secret};
use callsheet_engine::{Claim, Exit, Run};
use callsheet_keeper as keeper;
use callsheet_keeper::{Mode, NamedSecret, Request, SaveState, SnapshotId, StartStep, WindowSize};
use callsheet_plan::Plan;

use super::conversation::{Conversation, Line};
use super::fetching::{Act, ended};
use super::listening::Listener;
use super::{Outside, ending};
use crate::perform::{Fate, ShellOrder};
use crate::surroundings::Surroundings;
use crate::wake::{ActEnd, Wake};

/// Between TERM and KILL.
const GRACE: Duration = Duration::from_secs(10);

impl Outside {
    /// Answered by wakes only: also a keeper that must be started first is waited for elsewhere.
    pub(super) fn start_shell(&mut self, order: ShellOrder) -> Option<Wake> {
        let (run, claim) = (order.run, order.claim);
        let guest = self.admitted.get(&order.run).filter(|guest| !guest.surroundings.missing(&guest.plan).is_empty());
        let Some(guest) = guest else { return self.start_with(order, Vec::new()) };
        // Who keeps them may take its time: they are asked for elsewhere.
        let (book, plan, around) = (self.book_of(guest), guest.plan.clone(), guest.surroundings.clone());
        let fetch = move || {
            let given = book.given(&plan, &around);
            Act::Shell(Box::new(order), given)
        };
        self.fetching.begin((run, claim), fetch)
    }

    /// Starts it with these secrets beside those that came with the run.
    pub(super) fn start_with(&mut self, order: ShellOrder, given: Vec<(String, Secret<String>)>) -> Option<Wake> {
        let (run, claim) = (order.run, order.claim);
        let theirs = keeper::Claim { run, step: order.step.clone(), act: u32::from(claim.act), attempt: claim.attempt };
        let start = Request::Start(Box::new(self.start_step(&theirs, order, given)));
        // A keeper that has gone idle meanwhile takes nothing; a new one is started then.
        let start = match self.keepers.get(&run) {
            Some(line) => line.send(start).err()?,
            None => start,
        };
        let failed = |error| {
            let why = format!("the step's keeper could not be reached: {}", ending::with_causes(&error));
            Wake::Ended { run, claim, end: Box::new(ActEnd::bare(Exit::Error(why))) }
        };
        self.converse(run, vec![start], Vec::new()).err().map(failed)
    }

    pub(super) fn cancel_shell(&mut self, run: RunId, claim: Claim) -> Option<Wake> {
        if self.fetching.cancel(run, claim) {
            return Some(ended(run, claim, Exit::Cancelled));
        }
        let theirs = their_claim(run, &self.admitted.get(&run)?.plan, claim);
        let line = self.keepers.get(&run)?;
        line.send(Request::Cancel { claim: theirs }).err().map(|_| Wake::KeeperLost { run })
    }

    /// What became of these acts. The keeper, if it lives, is listened to from here on.
    pub(super) fn recover_keeper(
        &mut self,
        run: &Run,
        open: &[Claim],
        patience: std::time::Duration,
    ) -> Result<Vec<Fate>, String> {
        let id = run.id();
        self.hang_up(id);
        let theirs: Vec<keeper::Claim> = open.iter().map(|claim| their_claim(id, run.plan(), *claim)).collect();
        let recovery = keeper::recover_within(&self.run_dir(id), &self.boot, &theirs, patience)
            .map_err(|error| ending::with_causes(&error))?;
        if let Some(connection) = recovery.keeper {
            let listener = self.listener(id).map_err(|error| ending::with_causes(&error))?;
            let (sender, receiver) = connection.split();
            thread::Builder::new()
                .name(format!("keeper {}", id.short()))
                .spawn(move || listener.listen(receiver))
                .map_err(|error| ending::with_causes(&error))?;
            self.keepers.insert(id, Line::open(sender));
        }
        let blobs = &self.launcher.state;
        Ok(recovery.fates.into_iter().map(|fate| ending::fate(fate, blobs)).collect())
    }

    /// The same without waiting: the answer comes as `FatesFound`.
    pub(super) fn ask_keeper(&mut self, run: &Run, open: &[Claim]) -> Option<Wake> {
        let id = run.id();
        self.hang_up(id);
        let lost = open.iter().map(|claim| (*claim, their_claim(id, run.plan(), *claim))).collect();
        let failed = |error| Wake::FatesFound { run: id, answer: Err(ending::with_causes(&error)) };
        self.converse(id, Vec::new(), lost).err().map(failed)
    }

    fn hang_up(&mut self, run: RunId) {
        if let Some(line) = self.keepers.remove(&run) {
            line.close();
        }
    }

    fn converse(&mut self, run: RunId, first: Vec<Request>, lost: Vec<(Claim, keeper::Claim)>) -> io::Result<()> {
        let line = Line::connecting(first);
        let conversation = Conversation {
            line: line.clone(),
            listener: self.listener(run)?,
            launcher: self.launcher.clone(),
            folder: self.run_dir(run),
            boot: self.boot.clone(),
            lost,
        };
        thread::Builder::new().name(format!("keeper {}", run.short())).spawn(move || conversation.hold())?;
        self.keepers.insert(run, line);
        Ok(())
    }

    fn listener(&self, run: RunId) -> io::Result<Listener> {
        let plan = self.admitted.get(&run).map(|guest| guest.plan.clone()).ok_or(io::ErrorKind::NotFound)?;
        Ok(Listener { run, plan, wakes: self.wakes.clone(), state: self.launcher.state.clone() })
    }

    fn start_step(&self, theirs: &keeper::Claim, order: ShellOrder, given: Vec<(String, Secret<String>)>) -> StartStep {
        let nothing = Surroundings::default();
        let guest = self.admitted.get(&order.run);
        let around = guest.map_or(&nothing, |guest| &guest.surroundings);
        let mut env: Vec<(String, String)> =
            around.variables.iter().filter(|(name, _)| !order.variables.contains_key(name)).cloned().collect();
        env.extend(order.variables);
        env.push(("CALLSHEET_PROGRAM".to_owned(), self.program.display().to_string()));
        env.push(("CALLSHEET_ROOT".to_owned(), around.directory.display().to_string()));
        env.push(("CALLSHEET_STATE".to_owned(), self.state.display().to_string()));
        env.push(("CALLSHEET_RUN".to_owned(), order.run.to_string()));
        env.extend(guest.map(|guest| ("CALLSHEET_ENVIRONMENT".to_owned(), guest.plan.environment.clone())));
        env.push(("CALLSHEET_STEP".to_owned(), order.step.to_string()));
        env.push(("CALLSHEET_ATTEMPT".to_owned(), order.claim.attempt.to_string()));
        let mut secrets: Vec<NamedSecret> = around
            .secrets
            .iter()
            .map(|(name, value)| NamedSecret { name: name.clone(), value: value.clone() })
            .collect();
        secrets.extend(given.into_iter().map(|(name, value)| NamedSecret { name, value }));
        let redact = guest.map(|guest| self.book_of(guest).redacted()).unwrap_or_default();
        StartStep {
            claim: theirs.clone(),
            name: order.step.to_string(),
            script: order.script,
            shell: order.argv,
            env,
            secrets,
            redact,
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
