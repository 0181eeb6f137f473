//! What HTTP flows need of a runbook's surroundings: the `.hurl` files that it names, and the installed `hurl` program.

use std::fs;
use std::path::{Path, PathBuf};

use callsheet_actions::flow::HurlProgram;
use callsheet_diag::SourceText;
use callsheet_runbook::{FlowFile, FlowSurroundings, Reading};

use crate::failure::Failure;
use crate::runbooks::current_folder;
use crate::side_by_side::SideBySide;

/// The largest flow that is taken into a plan.
const LARGEST: u64 = 4 << 20;

/// Reads a runbook with the files and programs that its flows want. `root` is where its runs start.
pub fn read(source: &SourceText, root: &Path) -> Result<Reading, Failure> {
    let mut around = FlowSurroundings::default();
    let pace = SideBySide::for_text(source);
    let mut reading = callsheet_runbook::read_at(source, &around, &pace);
    if !reading.wants.files.is_empty() {
        let runbook = current_folder()?.join(&source.file);
        let beside = runbook.parent().unwrap_or(root);
        let wanted = reading.wants.files.iter();
        around.files = wanted.map(|path| (path.clone(), load(path, root, beside))).collect();
        reading = callsheet_runbook::read_at(source, &around, &pace);
    }
    if reading.wants.program {
        around.program = HurlProgram::find().map(|program| program.version().to_owned());
        if around.program.is_some() {
            reading = callsheet_runbook::read_at(source, &around, &pace);
        }
    }
    Ok(reading)
}

/// A file from where runs start, or from beside the runbook. The error completes "the flow `…`".
fn load(path: &str, root: &Path, beside: &Path) -> Result<FlowFile, String> {
    let found = [root, beside].into_iter().map(|folder| folder.join(path)).find(|full| full.exists());
    let full = found.ok_or_else(|| "is not there".to_owned())?;
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let about = fs::metadata(&full).map_err(unreadable)?;
    if !about.is_file() {
        return Err("is no file".to_owned());
    }
    if about.len() > LARGEST {
        return Err(format!("is larger than {} MiB", LARGEST >> 20));
    }
    let text = fs::read_to_string(&full).map_err(unreadable)?;
    Ok(FlowFile { path: shown(&full, root), text })
}

/// From the folder that runs start in, without steps up and down; absolute if it lies elsewhere.
fn shown(full: &Path, root: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (full, root): (PathBuf, PathBuf) = (whole(full), whole(root));
    full.strip_prefix(&root).unwrap_or(&full).to_string_lossy().into_owned()
}
