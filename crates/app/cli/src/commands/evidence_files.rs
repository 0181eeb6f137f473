//! `callsheet logs RUN --files DIR`: files that steps left as evidence, written out.

use std::path::{Component, Path, PathBuf};

use callsheet_base::RunId;
use callsheet_engine::{Event, EvidenceFile, Run};
use callsheet_journal::Record;
use callsheet_node::StateFolder;
use callsheet_plan::StepIndex;

use crate::context::Context;
use crate::execution::node_failure;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::state::{instant, journal_failure};

/// Writes each file to `DIR/STEP/ATTEMPT/NAME` and prints its path. What is there already is not written over.
pub fn write(
    folder: &StateFolder,
    run: RunId,
    only: Option<StepIndex>,
    target: &Path,
    context: &Context,
) -> Result<Exit, Failure> {
    let mut found: Vec<(PathBuf, EvidenceFile)> = Vec::new();
    let each = |run: &Run, _: &Record, event: &Event| {
        if let Event::Ended { claim, outcome } = event
            && only.is_none_or(|only| only == claim.step)
        {
            let step = run.plan().step(claim.step).map_or("step", |step| step.id.as_str()).replace('/', "-");
            let place = target.join(step).join(format!("act-{}-attempt-{}", claim.act + 1, claim.attempt));
            found.extend(outcome.files.iter().map(|file| (place.clone(), file.clone())));
        }
    };
    folder.replay(run, each).map_err(node_failure)?;
    if found.is_empty() {
        context.screen.talk("no step left files\n")?;
        return Ok(Exit::Done);
    }
    let mut whole = true;
    for (place, file) in found {
        match one(folder, &place, &file)? {
            Written::At(path) => context.screen.data(&format!("{}\n", path.display()))?,
            Written::Not(why) => {
                whole = false;
                context.screen.warn(&format!("{}: {why}", file.name))?;
            }
        }
    }
    Ok(if whole { Exit::Done } else { Exit::Failed })
}

enum Written {
    At(PathBuf),
    Not(String),
}

fn one(folder: &StateFolder, place: &Path, file: &EvidenceFile) -> Result<Written, Failure> {
    let Some(digest) = file.blob else { return Ok(Written::Not(format!("not kept: {}", file.lost))) };
    // The keeper names only what lies beneath the step's folder; a journal from elsewhere might not.
    let name = Path::new(&file.name);
    if !name.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(Written::Not("its name leads out of the folder".to_owned()));
    }
    let Some(bytes) = folder.blob(digest).map_err(|error| journal_failure(&error))? else {
        let purged = folder.purged(digest).map_err(|error| journal_failure(&error))?;
        return Ok(Written::Not(match purged {
            Some(at) => format!("removed at {}", instant(at)),
            None => format!("the blob {} is missing from the state folder", digest.short()),
        }));
    };
    let path = place.join(name);
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(place))?;
        let mut new = std::fs::File::options().write(true).create_new(true).open(&path)?;
        std::io::Write::write_all(&mut new, &bytes)
    };
    write().map_err(|error| Failure::environment(format!("cannot write `{}`", path.display())).because(&error))?;
    Ok(Written::At(path))
}
