//! Why a page could not be looked at. A page that is broken is no error: see [`crate::Visit`].

use std::io;
use std::path::PathBuf;

/// Why the browser could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// There is none.
    #[error("there is no Chromium here: none of {} is in PATH", .0.join(", "))]
    Missing(Vec<String>),
    /// It does not start.
    #[error("cannot start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It ended, or its pipe broke; its last words.
    #[error("the browser ended: {0}")]
    Ended(String),
    /// It did not answer in time.
    #[error("the browser does not answer within {seconds} s to {method}")]
    Silent {
        /// What it was asked.
        method: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It refuses.
    #[error("the browser refuses {method}: {message}")]
    Refused {
        /// What it was asked.
        method: String,
        /// Its words.
        message: String,
    },
    /// What it says cannot be understood.
    #[error("the browser's answer to {method} lacks {field}")]
    Strange {
        /// What it was asked.
        method: String,
        /// What is missing.
        field: String,
    },
}
