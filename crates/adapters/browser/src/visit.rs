//! What is wanted of a page, and what was met.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// What is wanted of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The address.
    pub url: String,
    /// From the start of the navigation to the page's `load` event.
    pub within: Duration,
    /// Texts that the page must show, once its scripts have run.
    pub shows: Vec<String>,
    /// Messages of the console that do not count, by a part of their text.
    pub ignores: Vec<String>,
    /// The window, CSS pixels.
    pub size: (u32, u32),
    /// The picture is of the whole page, not only of the window.
    pub whole_page: bool,
}

/// What a user would meet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Visit {
    /// Where it ended, after redirects.
    pub url: String,
    /// The page's own answer; `None` if there was none.
    pub status: Option<u16>,
    /// The title.
    pub title: String,
    /// Until the `load` event, ms; `None` if it never came.
    pub loaded_ms: Option<u64>,
    /// Until the largest thing in the window was painted, ms, as the browser reports it.
    pub largest_paint_ms: Option<u64>,
    /// Requests that the page made.
    pub requests: u32,
    /// Bytes that they brought.
    pub bytes: u64,
    /// What is not as wanted, in the order in which it was met.
    pub troubles: Vec<Trouble>,
    /// The picture, a JPEG.
    #[serde(skip)]
    pub picture: Vec<u8>,
}

/// One thing that is not as wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Trouble {
    /// There is no page: no connection, no such host, a certificate that is not trusted.
    Unreachable {
        /// The browser's words: `net::ERR_CONNECTION_REFUSED`.
        why: String,
    },
    /// The page answers with an error.
    Status {
        /// The status.
        status: u16,
    },
    /// It was not loaded in time.
    Slow {
        /// How long it took, ms; `None`: it had not ended when we gave up.
        took_ms: Option<u64>,
        /// How long it might take, ms.
        within_ms: u64,
    },
    /// Something that the page loads is missing or broken.
    Part {
        /// Its address.
        url: String,
        /// `404`, `net::ERR_FAILED`.
        why: String,
    },
    /// The console shows an error.
    Console {
        /// Its words.
        message: String,
        /// Where, if the browser says it.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// A script broke.
    Script {
        /// The exception's words.
        message: String,
        /// Where, if the browser says it.
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// A text is not shown.
    Text {
        /// The text.
        text: String,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |f: &mut fmt::Formatter<'_>, at: &Option<String>| match at {
            Some(at) => write!(f, " ({at})"),
            None => Ok(()),
        };
        match self {
            Trouble::Unreachable { why } => write!(f, "there is no page: {why}"),
            Trouble::Status { status } => write!(f, "the page answers {status}"),
            Trouble::Slow { took_ms: Some(took), within_ms } => {
                write!(f, "it took {took} ms, {within_ms} ms is the limit")
            }
            Trouble::Slow { took_ms: None, within_ms } => write!(f, "it was not loaded within {within_ms} ms"),
            Trouble::Part { url, why } => write!(f, "{url}: {why}"),
            Trouble::Console { message, at } => {
                write!(f, "the console shows an error: {message}")?;
                place(f, at)
            }
            Trouble::Script { message, at } => {
                write!(f, "a script broke: {message}")?;
                place(f, at)
            }
            Trouble::Text { text } => write!(f, "it does not show “{text}”"),
        }
    }
}
