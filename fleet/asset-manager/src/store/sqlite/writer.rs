//! The one writer: a thread that commits waiting writes together, so that one sync serves many.

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::Refusal;
use crate::store::StoreError;

/// Writes that may wait before callers are told to come back.
const WAITING_MOST: usize = 1024;
/// Writes in one commit.
const GROUP_MOST: usize = 64;

/// Does its work inside the open transaction (or learns why there is none) and returns what tells the caller, once the
/// commit's fate is known.
type Job = Box<dyn FnOnce(Result<&Connection, &str>) -> Report + Send>;
/// Tells the caller: `None` after a commit, else why it failed.
type Report = Box<dyn FnOnce(Option<&str>) + Send>;

/// Sends work to the writer's thread, which ends when this is dropped.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Writer {
        let (jobs, waiting) = mpsc::channel(WAITING_MOST);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(connection, waiting))
            .expect("the system gives a thread at start");
        Writer { jobs }
    }

    /// Answers once the work is on disk, or with what kept it from there. A caller that goes away does not undo it.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            let outcome = match transaction {
                Ok(connection) => in_savepoint(connection, work).map_err(|refusal| refusal.into_error(doing)),
                Err(cause) => Err(StoreError::Failed { doing, cause: cause.to_owned() }),
            };
            Box::new(move |commit_failure| {
                let outcome = match (outcome, commit_failure) {
                    (Ok(_), Some(cause)) => Err(StoreError::Failed { doing, cause: cause.to_owned() }),
                    (Ok(value), None) => Ok(value),
                    (Err(error), _) => Err(error),
                };
                // The caller may have gone: its request timed out or its client left.
                let _ = tell.send(outcome);
            })
        });
        self.jobs.try_send(job).map_err(|_| StoreError::Busy)?;
        told.await
            .unwrap_or_else(|_| Err(StoreError::Failed { doing, cause: "the writer's thread is gone".to_owned() }))
    }
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    connection.execute_batch("SAVEPOINT work")?;
    let outcome = work(connection);
    let end = if outcome.is_ok() { "RELEASE work" } else { "ROLLBACK TO work; RELEASE work" };
    connection.execute_batch(end)?;
    outcome
}

fn run(connection: Connection, mut waiting: mpsc::Receiver<Job>) {
    while let Some(first) = waiting.blocking_recv() {
        let began = connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| error.to_string());
        let transaction = || began.as_ref().map(|()| &connection).map_err(String::as_str);
        let mut reports = vec![first(transaction())];
        while reports.len() < GROUP_MOST {
            let Ok(job) = waiting.try_recv() else { break };
            reports.push(job(transaction()));
        }
        let failure = match &began {
            Ok(()) => commit(&connection).err().map(|error| error.to_string()),
            Err(_) => None,
        };
        for report in reports {
            report(failure.as_deref());
        }
    }
}

fn commit(connection: &Connection) -> Result<(), rusqlite::Error> {
    let committed = connection.execute_batch("COMMIT");
    if committed.is_err()
        && !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "cannot roll back a failed commit");
    }
    committed
}
