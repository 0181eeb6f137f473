//! Taking a configuration: everything that can fail comes before anything that changes.

use std::error::Error;
use std::time::Instant;

use super::plane::{Control, Kept, Phase};
use crate::access_log::AccessLog;
use crate::config::EdgeConfig;
use crate::listeners::{Inherited, ListenError};
use crate::process::SaveError;
use crate::table::Table;

/// Why a configuration was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigureError {
    #[error("{}", .0.join("; "))]
    Faulty(Vec<String>),
    #[error("{0}")]
    Route(String),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("the access log cannot be opened")]
    AccessLog(#[source] std::io::Error),
    #[error("the configuration cannot be saved")]
    Save(#[from] SaveError),
    #[error("another edge process serves now")]
    HandedOver,
}

impl ConfigureError {
    /// With all its causes.
    pub(crate) fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut next = self.source();
        while let Some(cause) = next {
            words.push_str(&format!(": {cause}"));
            next = cause.source();
        }
        words
    }
}

impl Control {
    /// Takes a configuration, or leaves everything as it was.
    pub(crate) fn configure(&self, config: &EdgeConfig) -> Result<(), ConfigureError> {
        if self.phase() == Phase::HandedOver {
            return Err(ConfigureError::HandedOver);
        }
        let mut kept = self.kept();
        let faults = config.faults();
        if !faults.is_empty() {
            return Err(ConfigureError::Faulty(faults));
        }
        self.change(&mut kept, config, &mut Inherited::default(), true)
    }

    /// Takes the configuration that was saved, with the sockets of the process before.
    pub(crate) fn resume(&self, mut inherited: Inherited) -> Result<(), ConfigureError> {
        let mut kept = self.kept();
        for saved in kept.saved.routings() {
            let service = self.edge.service(&saved.routing.service);
            service.apply(&saved.routing, self.edge.workers, Instant::now(), saved.lease_left(jiff::Timestamp::now()));
        }
        let config = kept.saved.config().clone();
        self.change(&mut kept, &config, &mut inherited, false)
    }

    /// Tries again what was saved; what is wrong, if something still is.
    pub(crate) fn resume_again(&self) -> Option<ConfigureError> {
        let mut kept = self.kept();
        let config = kept.saved.config().clone();
        self.change(&mut kept, &config, &mut Inherited::default(), false).err()
    }

    fn change(
        &self,
        kept: &mut Kept,
        config: &EdgeConfig,
        inherited: &mut Inherited,
        save: bool,
    ) -> Result<(), ConfigureError> {
        let access_log = self.access_log(config).map_err(ConfigureError::AccessLog)?;
        let table = Table::new(config, access_log, |name| self.edge.service(name)).map_err(ConfigureError::Route)?;
        let prepared = kept.listeners.prepare(config, inherited)?;
        if save {
            kept.saved.configure(config, &self.edge.state)?;
        }
        self.edge.set_table(table);
        let changed = kept.listeners.change_to(prepared, &self.workers);
        self.edge.set_listening(kept.listeners.seen());
        Ok(changed?)
    }

    fn access_log(&self, config: &EdgeConfig) -> std::io::Result<Option<AccessLog>> {
        if !config.access_log {
            return Ok(None);
        }
        match &self.edge.table().access_log {
            Some(log) => Ok(Some(log.clone())),
            None => AccessLog::open(&self.edge.state.join("edge-access.log")).map(Some),
        }
    }
}
