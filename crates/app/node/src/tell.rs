//! Getting a command to the process that decides the run; where there is none, onto the run's record.

use std::time::{Duration, Instant};

use callsheet_access::{Actor, People};
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Command, CommandRefused, Decision, Run, RunResult, advance, handle};
use callsheet_journal::{Draft, Journal, JournalError, Lease, LeaseHolder, Transaction};
use callsheet_journal_sqlite::FileLeases;
use callsheet_keeper::{Connection, Request as KeeperRequest, current_boot};

use crate::error::NodeError;
use crate::foreground::file;
use crate::locks;
use crate::replay::replay;
use crate::request::{Answer, Request};
use crate::socket::{Client, ClientError};
use crate::state_folder::StateFolder;

/// Why a run was not told.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// No such run.
    #[error("there is no run {0}")]
    NoRun(RunId),
    /// The process that executes it cannot be talked to.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It executes the run but does not listen.
    #[error("process {} ({}) executes the run but does not answer", .0.pid, .0.role)]
    Unreachable(LeaseHolder),
    /// The journal, or the run in it.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl From<JournalError> for TellError {
    fn from(error: JournalError) -> TellError {
        TellError::Node(error.into())
    }
}

/// A process that has just taken a run, or is just letting it go, is waited for this long.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn tell(
    state: &mut StateFolder,
    run: RunId,
    command: Command,
    actor: &Actor,
    note: &str,
    people: &People,
) -> Result<Answer, TellError> {
    let began = Instant::now();
    let request = Request::Tell { run, command: command.clone(), note: note.to_owned() };
    loop {
        let holder = state.holder(run)?;
        let client = match &holder {
            Some(holder) => Client::process(state.path(), holder.pid)?,
            None => Client::server(state.path())?,
        };
        if let Some(mut client) = client {
            match client.ask(&request) {
                // It let the run go, or ended, while we asked: look again who has it.
                Err(ClientError::Gone { .. }) if began.elapsed() < PATIENCE => {}
                answer => return Ok(answer?),
            }
        } else if let Some(holder) = holder {
            if began.elapsed() >= PATIENCE {
                return Err(TellError::Unreachable(holder));
            }
        } else if let Some(answer) = record(state, run, &command, actor, note, people)? {
            return Ok(answer);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How long the keeper of a run that ends here may take to answer; it ends by itself anyway, later.
const KEEPER_PATIENCE: Duration = Duration::from_millis(500);

/// Nobody executes the run, as far as we know. `None`: somebody was quicker to take the lease.
fn record(
    state: &mut StateFolder,
    run: RunId,
    command: &Command,
    actor: &Actor,
    note: &str,
    people: &People,
) -> Result<Option<Answer>, TellError> {
    let boot = current_boot().map_err(file("read the boot id of", "/proc".as_ref()))?;
    let holder = LeaseHolder { pid: std::process::id(), boot, role: "command".to_owned() };
    let mut leases = FileLeases::new(state.path(), holder);
    let said = Said { run, command, actor, note, people, now: Timestamp::now() };
    let recorded = record_unexecuted(&mut state.journal, &mut leases, &said)?;
    if let Some(Recorded { ended: Some(result), .. }) = &recorded
        && *result != RunResult::Abandoned
    {
        release_keeper(state, run);
    }
    Ok(recorded.map(|recorded| recorded.answer))
}

/// A command, and who gives it when.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// To which run.
    pub run: RunId,
    /// What.
    pub command: &'a Command,
    /// Who.
    pub actor: &'a Actor,
    /// Their words.
    pub note: &'a str,
    /// Who may do what.
    pub people: &'a People,
    /// When.
    pub now: Timestamp,
}

/// What came of recording a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// For the person.
    pub answer: Answer,
    /// How the run ended by it, if it did.
    pub ended: Option<RunResult>,
}

/// Records a command to a run that nobody executes, under the run's lease, and performs nothing. If nothing is left to be done
/// then, the run ends here and its change lock is free. `None`: somebody executes it.
pub fn record_unexecuted(
    journal: &mut impl Journal,
    leases: &mut impl Lease,
    said: &Said,
) -> Result<Option<Recorded>, TellError> {
    if leases.try_take(said.run)?.is_err() {
        return Ok(None);
    }
    let recorded = record_leased(journal, said);
    leases.free(said.run);
    recorded.map(Some)
}

fn record_leased(journal: &mut impl Journal, said: &Said) -> Result<Recorded, TellError> {
    let Said { run, now, .. } = *said;
    let Some(mut replayed) = replay(journal, run, |_, _, _| {})? else { return Err(TellError::NoRun(run)) };
    let gave_way = replayed.run.gives_way();
    let mut decision = match taken_in(&mut replayed.run, said) {
        Ok(decision) => decision,
        Err(refused) => {
            let answer = Answer::Refused { why: refused.to_string(), hint: refused.hint() };
            return Ok(Recorded { answer, ended: None });
        }
    };
    let illegal = |source| NodeError::Illegal { run, source };
    // Whoever resumes the run finds what is outstanding; only an end needs nobody.
    if let Some((ended, last)) = end_of(&replayed.run, now).map_err(illegal)? {
        replayed.run = ended;
        decision.record.extend(last.record);
    }
    let mut transaction = Transaction::default();
    let drafts = decision.record.iter().map(|event| Draft { at: now, body: event.to_json() });
    transaction.appends.push((replayed.head, drafts.collect()));
    transaction.summaries.push(replayed.run.summary());
    let ended = replayed.run.result();
    transaction.free_locks.extend(ended.map(|_| run));
    if ended.is_none() && gave_way && !replayed.run.gives_way() {
        transaction.take_locks.extend(locks::of(&replayed.run));
    }
    journal.commit(transaction)?.map_err(|lock| NodeError::LockLost { lock })?;
    Ok(Recorded { answer: Answer::Done, ended })
}

/// The command's own events, applied. Also a command that the run's state has no place for is refused, as a living process would.
fn taken_in(run: &mut Run, said: &Said) -> Result<Decision, CommandRefused> {
    let decision = handle(run, said.command, said.actor, said.note, said.people, said.now)?;
    for event in &decision.record {
        run.apply(event, said.now)?;
    }
    Ok(decision)
}

/// The run's end and what leads there, if it ends from here without anything being done.
fn end_of(run: &Run, now: Timestamp) -> Result<Option<(Run, Decision)>, callsheet_engine::IllegalEvent> {
    let mut ahead = run.clone();
    let decision = advance(&mut ahead, now)?;
    Ok((run.result().is_none() && ahead.result().is_some()).then_some((ahead, decision)))
}

/// The run is over and none of its steps runs: its keeper may go at once.
fn release_keeper(state: &StateFolder, run: RunId) {
    let released = Connection::open_within(&state.keeper_dir(run), KEEPER_PATIENCE)
        .and_then(|keeper| keeper.map_or(Ok(()), |mut keeper| keeper.send(&KeeperRequest::Release)));
    if let Err(error) = released {
        tracing::debug!(run = %run.short(), %error, "the keeper is left to end by itself");
    }
}
