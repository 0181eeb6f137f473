//! `integrity`.

use std::process::ExitCode;

use super::{complain, configured, failed, in_runtime, show, store};
use crate::collab;
use crate::generation::Generation;
use crate::store::{Findings, Store, StoreError};

/// Looks at rows, indexes and documents.
pub(super) fn integrity(generation: Generation) -> ExitCode {
    let config = match configured(generation) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let looked = in_runtime(async {
        let store = store(&config, generation)?;
        look(&store).await.map_err(|error| {
            failed("the data cannot be looked at", error, "`video-editor probe` tells whether the database answers")
        })
    });
    let findings = match looked {
        Ok(Ok(findings)) => findings,
        Ok(Err(status)) => return status,
        Err(error) => return failed("the data cannot be looked at", error, "try again"),
    };
    if findings.is_sound() {
        return show("the data is sound\n");
    }
    let mut told = String::new();
    if findings.half_migrated > 0 {
        told += &format!("{} projects are half migrated\n", findings.half_migrated);
    }
    told.extend(findings.indexes_missing.iter().map(|name| format!("the index {name} is missing or invalid\n")));
    told.extend(findings.unreadable.iter().map(|id| format!("the document of project {id} cannot be read\n")));
    complain(told.trim_end(), 1)
}

async fn look(store: &Store) -> Result<Findings, StoreError> {
    let mut findings = store.findings().await?;
    for project in store.project_ids().await? {
        if !collab::is_readable(&store.updates(project).await?) {
            findings.unreadable.push(project);
        }
    }
    Ok(findings)
}
