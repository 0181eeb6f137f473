//! `callsheet migrate current`: one word, for people and scripts.

use callsheet_migrations::current;
use serde_json::json;

use super::{Which, open};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

pub(super) fn execute(which: &Which, context: &Context) -> Result<Exit, Failure> {
    let opened = open::open(which, context)?;
    let known = opened.known()?;
    let revision = current(&known.history);
    let half = known.history.iter().find(|applied| !applied.is_whole());
    match which.format {
        Format::Json => {
            let half = half.map(|applied| &applied.revision);
            let report = json!({ "schema": "callsheet.migrate/1", "current": revision, "half_applied": half });
            context.screen.data(&format!("{report:#}\n"))?;
        }
        Format::Text => {
            context.screen.data(&format!("{}\n", revision.map_or("none".to_owned(), ToString::to_string)))?;
            if let Some(half) = half {
                context.screen.warn(&format!("revision {} is applied in part", half.revision))?;
            }
        }
    }
    Ok(Exit::Done)
}
