//! One thing that a runbook takes for granted, and what the world says to it.

use callsheet_diag::Span;

/// Something that must be so for the runbook to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The words that claim it.
    pub span: Span,
    /// What must be so.
    pub what: Claimed,
}

/// What must be so. Folders are relative to the repository's root, without a slash at the end; the root is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claimed {
    /// A program can be started by its name.
    Program {
        /// Its name, or an absolute path.
        name: String,
    },
    /// A file or folder exists.
    File {
        /// As written.
        path: String,
        /// Where the step stands; `None`: nobody can tell.
        folder: Option<String>,
        /// What it is to the command.
        role: FileRole,
    },
    /// A task runner knows a task.
    Task {
        /// Which runner.
        runner: Runner,
        /// The task.
        name: String,
        /// Where the runner is started.
        folder: String,
        /// The file that defines it, if the command names one.
        file: Option<String>,
    },
    /// A compose file has a service.
    ComposeService {
        /// Compose files; empty: the usual one in the folder.
        files: Vec<String>,
        /// Where compose is started.
        folder: String,
        /// The service.
        name: String,
    },
    /// A container exists on this machine.
    Container {
        /// Its name.
        name: String,
    },
    /// A unit of systemd exists.
    Unit {
        /// As written.
        name: String,
    },
    /// An object exists in the cluster.
    KubeObject {
        /// `deployment`, `svc`, ….
        kind: String,
        /// Its name.
        name: String,
        /// Its namespace, if the command names one.
        namespace: Option<String>,
    },
    /// A link's target exists, and has the anchor.
    Link {
        /// Relative to the runbook, or to the root if it begins with a slash; empty: the runbook.
        path: String,
        /// After `#`.
        anchor: Option<String>,
    },
    /// A runbook has a procedure.
    Procedure {
        /// The file, as written on the command line.
        path: String,
        /// Where the step stands.
        folder: String,
        /// Its slug.
        slug: String,
    },
    /// An environment variable is set somewhere.
    Variable {
        /// Its name.
        name: String,
    },
    /// A page can be fetched.
    Page {
        /// Without user, password and fragment.
        url: String,
    },
    /// Something listens.
    Port {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A host's name resolves.
    Host {
        /// The name.
        name: String,
    },
    /// The repository has a branch or tag.
    GitRef {
        /// As written.
        name: String,
    },
    /// A script of the repository understands an option.
    ScriptOption {
        /// The script as written.
        script: String,
        /// Where the step stands.
        folder: Option<String>,
        /// `--keep`.
        option: String,
    },
    /// A script of the repository understands a first word.
    ScriptWord {
        /// The script as written.
        script: String,
        /// Where the step stands.
        folder: Option<String>,
        /// `status`.
        word: String,
    },
    /// Callsheet itself no longer understands a word: always wrong.
    OwnWord {
        /// The command as far as it is understood: `callsheet runs`.
        command: String,
        /// The word that is not.
        word: String,
        /// Words that are.
        known: Vec<String>,
    },
    /// A database has a table or view.
    Table {
        /// `db=` of the fence.
        database: Option<String>,
        /// Its name without schema, lower case.
        table: String,
    },
    /// A table has a column.
    Column {
        /// `db=` of the fence.
        database: Option<String>,
        /// The table, lower case.
        table: String,
        /// The column, lower case.
        column: String,
    },
    /// The next review is not in the past.
    Review {
        /// Days since 1970-01-01.
        due: i64,
        /// In words: `was due on …`.
        stated: String,
    },
    /// A procedure was rehearsed not long ago.
    Rehearsal {
        /// Its slug.
        slug: String,
    },
}

/// What a file is to the command that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileRole {
    /// Started by its path: it must be executable.
    Started,
    /// Read by a program: a script, a configuration file, standard input.
    Read,
    /// A folder that a command goes to.
    Folder,
    /// Named like a path; it counts only if its first folder exists.
    Mentioned,
}

/// What runs tasks by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runner {
    /// `make TARGET`.
    Make,
    /// `npm run SCRIPT` and its kin.
    Npm,
    /// `just RECIPE`.
    Just,
    /// `poetry run SCRIPT`.
    Poetry,
    /// `cargo run --bin NAME`.
    CargoProgram,
    /// `cargo ALIAS`.
    CargoAlias,
}

/// What the world says to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is so.
    There,
    /// It is not so.
    Gone {
        /// Names that might have been meant; the nearest is chosen.
        candidates: Vec<String>,
        /// What was seen instead, for the message.
        seen: Option<String>,
    },
    /// What it rests on is gone: the host of a page, the file of an anchor; with names that might have been meant.
    GoneBelow(Box<Claimed>, Vec<String>),
    /// It could not be told; why.
    Unknown(String),
}

impl Answer {
    /// Gone, and nothing else to say.
    pub fn gone() -> Answer {
        Answer::Gone { candidates: Vec::new(), seen: None }
    }

    /// Gone; one of these may have been meant.
    pub fn gone_near(candidates: impl IntoIterator<Item = impl Into<String>>) -> Answer {
        Answer::Gone { candidates: candidates.into_iter().map(Into::into).collect(), seen: None }
    }

    /// Gone; this was seen instead.
    pub fn gone_seen(seen: impl Into<String>) -> Answer {
        Answer::Gone { candidates: Vec::new(), seen: Some(seen.into()) }
    }

    /// There, or gone with candidates.
    pub fn there_if(there: bool, candidates: impl IntoIterator<Item = impl Into<String>>) -> Answer {
        if there { Answer::There } else { Answer::gone_near(candidates) }
    }
}
