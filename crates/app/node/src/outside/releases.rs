//! Releases: one conductor's thread for each rollout.

use callsheet_base::{RunId, Secret};
use callsheet_engine::Exit;
use callsheet_plan::ServiceSpec;
use callsheet_secret_stores::{Ground, Keyring, written};

use super::Outside;
use crate::conductor::{Charge, Conducting, Secrets, Site, words};
use crate::perform::ReleaseOrder;
use crate::secrets::for_service;
use crate::standing::Resolved;
use crate::surroundings::Surroundings;
use crate::wake::{ActEnd, Wake};

impl Outside {
    pub(super) fn release(&mut self, order: ReleaseOrder) -> Option<Wake> {
        let ReleaseOrder { run, claim, environment, order, turned_back, who, stands, slices } = order;
        if let (Some(conducting), Some(stands)) = (self.conductors.get(&(run, claim)), &stands)
            && conducting.stands(stands.clone())
        {
            return None;
        }
        if stands.as_ref().is_some_and(callsheet_engine::RunRollout::is_over) {
            return None;
        }
        let begins = stands.is_none();
        let guest = self.admitted.get(&run);
        let around = guest.map_or(&self.own, |guest| &guest.surroundings);
        let directory = around.directory.clone();
        let secrets =
            Box::new(Given { around: around.clone(), environment: environment.clone(), ground: self.secrets.clone() });
        let site = Site { run, claim, environment, directory, order, secrets, turned_back };
        let charge = Charge {
            site,
            state: self.state.clone(),
            grounds: self.grounds.clone(),
            holder: self.holder.clone(),
            who,
            stands: stands.map(|stands| (stands, slices)),
        };
        match Conducting::start(charge, self.wakes.clone()) {
            Ok(conducting) => {
                if let Some(before) = self.conductors.insert((run, claim), conducting) {
                    self.leaving.push(before);
                }
                None
            }
            Err(error) if begins => {
                let end = Box::new(ActEnd::bare(Exit::Error(format!("no thread can be started: {error}"))));
                Some(Wake::Ended { run, claim, end })
            }
            Err(error) => {
                tracing::error!(run = %run.short(), %error, "the release is not looked after: no thread can be started");
                None
            }
        }
    }

    /// Lets the services of a run go.
    pub(super) fn stop_conductors(&mut self, run: RunId) {
        let (gone, kept) = std::mem::take(&mut self.conductors).into_iter().partition(|((own, _), _)| *own == run);
        self.conductors = kept;
        let gone: std::collections::HashMap<_, Conducting> = gone;
        for conducting in gone.into_values() {
            conducting.tell_to_stop();
            self.leaving.push(conducting);
        }
        self.leaving.retain(|conducting| !conducting.has_ended());
    }
}

/// What came with the run, or else is where the steward looks, too: a run that is taken up again may bring nothing.
#[derive(Debug)]
struct Given {
    around: Surroundings,
    environment: String,
    ground: Ground,
}

impl Given {
    fn keyring(&self) -> Keyring {
        Keyring::new(&self.around.directory, &self.environment, self.ground.clone())
    }
}

impl Secrets for Given {
    fn of(&self, spec: &ServiceSpec) -> Resolved {
        for_service(spec, &self.keyring(), |name| {
            // Files are named by this process alone: it reads them by its own right.
            let named = spec.secrets.iter().any(|secret| secret == name);
            named.then(|| self.around.value(name)).flatten().or_else(|| std::env::var(name).ok())
        })
    }

    fn written(&self, text: &str) -> Result<Secret<String>, String> {
        let variable = |name: &str| self.around.value(name).or_else(|| std::env::var(name).ok());
        written(text, variable, || self.keyring()).map_err(words)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        for conducting in self.conductors.drain().map(|(_, conducting)| conducting).chain(self.leaving.drain(..)) {
            conducting.stop();
        }
    }
}
