//! What the exit status says to the script that called us.

use std::process::ExitCode;

/// Every exit status of every command. `docs/reference/exit-codes.md` is made from this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The command did what it was asked; for a run: the procedure is done.
    Done,
    /// The procedure failed, or `check` found errors, or `verify` found a broken chain.
    Failed,
    /// Usage, configuration or machine: nothing was decided by the procedure.
    Usage,
    /// The run waits for a person.
    Waiting,
    /// The procedure failed and was rolled back.
    RolledBack,
    /// Somebody denied or cancelled it.
    Denied,
    /// A step's outcome is unknown; a person must say how to go on.
    InDoubt,
    /// Another run holds the lock on the service and environment.
    Locked,
    /// A fault of Callsheet itself.
    Internal,
}

impl Exit {
    /// In the order of their numbers.
    pub const ALL: [Exit; 9] = [
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Waiting,
        Exit::RolledBack,
        Exit::Denied,
        Exit::InDoubt,
        Exit::Locked,
        Exit::Internal,
    ];

    /// The one with that number; anything else is a fault of ours.
    pub fn of_status(status: u8) -> Exit {
        Exit::ALL.into_iter().find(|exit| exit.status() == status).unwrap_or(Exit::Internal)
    }

    /// The number a shell sees.
    pub fn status(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Waiting => 3,
            Exit::RolledBack => 4,
            Exit::Denied => 5,
            Exit::InDoubt => 6,
            Exit::Locked => 7,
            Exit::Internal => 70,
        }
    }

    /// One sentence for the manual.
    pub fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "Done: the command did what it was asked; for a run, the procedure is done.",
            Exit::Failed => "Failed: the procedure failed, `check` found errors, or `verify` found a broken chain.",
            Exit::Usage => {
                "Usage, configuration or machine: wrong arguments, a wrong `callsheet.toml`, an unreadable file."
            }
            Exit::Waiting => "Waiting for a person: the run is safe and goes on when somebody answers.",
            Exit::RolledBack => "Rolled back: the procedure failed and its rollback is done.",
            Exit::Denied => "Denied or cancelled by a person.",
            Exit::InDoubt => "In doubt: a step's outcome is unknown, a person must say how to go on.",
            Exit::Locked => "Locked: another run holds the service and environment.",
            Exit::Internal => "A fault of Callsheet itself.",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.status())
    }
}
