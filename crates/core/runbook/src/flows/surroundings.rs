//! What is beside a runbook that its HTTP flows need: the caller looks it up, the reader takes it into account.

use std::collections::BTreeMap;

/// Files and programs that flows need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowSurroundings {
    /// The files that steps name, by their path as written: each as found, or the reason why it cannot be read.
    pub files: BTreeMap<String, Result<FlowFile, String>>,
    /// Version of the installed `hurl` program; `None`: there is none, or nobody looked.
    pub program: Option<String>,
}

/// A `.hurl` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowFile {
    /// Where it was found, from the folder that runs start in; absolute if it lies elsewhere.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

/// What a runbook would need to know of its surroundings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowWants {
    /// Paths of `.hurl` files as written, each once.
    pub files: Vec<String>,
    /// Some flow can be carried out by the `hurl` program only.
    pub program: bool,
}

// === impl FlowFile ===

impl FlowFile {
    /// The folder that it lies in, where files that it sends are; empty: the folder that runs start in.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder })
    }
}
