//! What became of attempts whose outcome Callsheet never heard: the truth after a crash, keeper alive or not.

use std::time::{Duration, Instant};

use callsheet_base::BootId;

use crate::claim::Claim;
use crate::client::{Connection, PATIENCE};
use crate::error::KeeperError;
use crate::log::{Entry, Log, Recorded};
use crate::outcome::Ended;
use crate::protocol::{ClaimState, Message, Request};
use crate::run_dir::RunDir;
use callsheet_processes::is_running;

/// What is true of an attempt whose intent is in the journal and whose outcome is not.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was not executed, and now never will be.
    NotStarted,
    /// The keeper executes it; its end will come over [`Recovery::keeper`].
    Running {
        /// Its shell.
        pid: u32,
    },
    /// It ended; this is its record.
    Ended(Box<Ended>),
    /// It began, or may have begun, and nobody saw its end.
    Gone {
        /// Its shell, if that is still running without a keeper.
        still_running: Option<u32>,
    },
}

/// The answer of [`recover`].
#[derive(Debug)]
pub struct Recovery {
    /// The run's keeper, if it lives.
    pub keeper: Option<Connection>,
    /// The fate of each asked claim, in the order asked.
    pub fates: Vec<Fate>,
}

/// Finds out the fate of `claims`, which must be all open ones of the run, and makes it final: what was not executed yet can
/// no longer be, also not by a keeper that is only now starting. Asking again gives the same answers, or later ones.
///
/// Blocks for as long as a living keeper takes to answer, at most ten seconds ([`KeeperError::Unreachable`]).
pub fn recover(run: &RunDir, boot: &BootId, claims: &[Claim]) -> Result<Recovery, KeeperError> {
    recover_within(run, boot, claims, PATIENCE)
}

/// The same with another patience. Out of patience, some of the claims may be settled already: asking again tells.
pub fn recover_within(
    run: &RunDir,
    boot: &BootId,
    claims: &[Claim],
    patience: Duration,
) -> Result<Recovery, KeeperError> {
    let until = Instant::now() + patience;
    let left = || until.saturating_duration_since(Instant::now());
    run.create().map_err(KeeperError::file("make", run.path()))?;
    loop {
        if let Some(lock) = run.try_lock().map_err(KeeperError::file("lock", run.path()))? {
            let failed = || KeeperError::file("write", run.log());
            let mut log = Log::open(run, &lock).map_err(failed())?;
            let rebooted = log.boot().is_some_and(|last| last != boot);
            let fates: Result<Vec<_>, _> = claims.iter().map(|claim| settle(&mut log, claim, boot, rebooted)).collect();
            let fates = fates.map_err(failed())?;
            log.append(&Entry::Opened { boot: boot.clone(), pid: std::process::id() }).map_err(failed())?;
            log.sync(run).map_err(failed())?;
            return Ok(Recovery { keeper: None, fates });
        }
        if let Some(mut keeper) = Connection::open_within(run, left())? {
            let fates: Result<Vec<_>, _> = claims.iter().map(|claim| ask(&mut keeper, claim, run, until)).collect();
            return match fates {
                Ok(fates) => Ok(Recovery { keeper: Some(keeper), fates }),
                // It died while we asked: its lock is free and its log is the truth.
                Err(KeeperError::Closed | KeeperError::Broken(_)) => continue,
                Err(error) => Err(error),
            };
        }
        if left().is_zero() {
            return Err(KeeperError::Unreachable { socket: run.socket() });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn settle(log: &mut Log, claim: &Claim, boot: &BootId, rebooted: bool) -> std::io::Result<Fate> {
    Ok(match log.recorded(claim) {
        Some(Recorded::Ended(ended)) => Fate::Ended(ended.clone()),
        Some(Recorded::Burned) => Fate::NotStarted,
        Some(Recorded::Doubted) => Fate::Gone { still_running: None },
        Some(Recorded::Begun { boot: begun_in, shell }) => {
            let alive = shell.filter(|(pid, ticks)| begun_in == boot && is_running(*pid, *ticks));
            Fate::Gone { still_running: alive.map(|(pid, _)| pid) }
        }
        // The claim may have been written and lost with the machine.
        None if rebooted => {
            log.append(&Entry::Doubted { claim: claim.clone() })?;
            Fate::Gone { still_running: None }
        }
        None => {
            log.append(&Entry::Burned { claim: claim.clone() })?;
            Fate::NotStarted
        }
    })
}

fn ask(keeper: &mut Connection, claim: &Claim, run: &RunDir, until: Instant) -> Result<Fate, KeeperError> {
    keeper.send(&Request::Burn { claim: claim.clone() })?;
    let is_answer = |message: &Message| matches!(message, Message::Claimed { claim: of, .. } if of == claim);
    let state = match keeper.recv_where_until(until, is_answer)? {
        Some(Message::Claimed { state, .. }) => state,
        Some(other) => return Err(KeeperError::OutOfTurn(format!("{other:?}"))),
        None => return Err(KeeperError::Unreachable { socket: run.socket() }),
    };
    Ok(match state {
        ClaimState::Burned => Fate::NotStarted,
        ClaimState::Running { pid } => Fate::Running { pid },
        ClaimState::Ended(ended) => Fate::Ended(ended),
        ClaimState::InDoubt { still_running } => Fate::Gone { still_running },
    })
}
