//! This machine as a place for releases: instances are processes, and the state folder's edge carries their requests.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use callsheet_driver_process::ProcessDriver;
use callsheet_edge::{Affinity, EdgeClient, EdgeConfig, HealthCheck, Listener, Route, Tls};
use callsheet_plan::{DeployOrder, EdgeSettings, Sticky};
use callsheet_rollout::{Driver, ReadyCheck, TrafficControl};
use serde::{Deserialize, Serialize};

use crate::conductor::{Grounds, words};

/// This machine.
#[derive(Debug)]
pub struct LocalGrounds {
    state: PathBuf,
    /// Callsheet itself: also its instances' supervisor, and the edge.
    program: PathBuf,
}

/// What the edge is to know of a service, kept so that several share one edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Served {
    environment: String,
    edge: EdgeSettings,
    ready: ReadyCheck,
    /// Where relative paths begin.
    directory: PathBuf,
}

/// One service at a time is told to the edge.
static TELLING: Mutex<()> = Mutex::new(());

impl LocalGrounds {
    /// With instances and edge in the state folder `state`; `program` is Callsheet itself.
    pub fn new(state: &Path, program: &Path) -> LocalGrounds {
        LocalGrounds { state: state.to_owned(), program: program.to_owned() }
    }

    /// Where instances are kept.
    pub fn instances(state: &Path) -> PathBuf {
        state.join("instances")
    }

    fn served(&self, order: &DeployOrder, served: Served) -> Result<BTreeMap<String, Served>, String> {
        let path = self.state.join("edge-services.json");
        let failed = |what: &str, error: io::Error| format!("cannot {what} `{}`: {error}", path.display());
        let mut all: BTreeMap<String, Served> = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed("understand", error.into()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(failed("read", error)),
        };
        if let Some(known) = all.get(&order.service).filter(|known| known.environment != served.environment) {
            return Err(format!(
                "the edge of this state folder serves `{}` in `{}`: give `{}` a state folder of its own (`--state`)",
                order.service, known.environment, served.environment
            ));
        }
        if all.get(&order.service) != Some(&served) {
            all.insert(order.service.clone(), served);
            let beside = self.state.join(format!("edge-services.json.{}", std::process::id()));
            let written = File::create(&beside).and_then(|mut file| {
                file.write_all(&serde_json::to_vec_pretty(&all)?)?;
                file.sync_all()?;
                fs::rename(&beside, &path)
            });
            written.map_err(|error| failed("write", error))?;
        }
        Ok(all)
    }
}

impl Grounds for LocalGrounds {
    fn driver(&self) -> Result<Box<dyn Driver>, String> {
        let folder = LocalGrounds::instances(&self.state);
        let driver = ProcessDriver::new(&folder, self.program.clone()).map_err(words)?;
        Ok(Box::new(driver))
    }

    fn traffic(
        &self,
        order: &DeployOrder,
        environment: &str,
        directory: &Path,
    ) -> Result<Box<dyn TrafficControl>, String> {
        let _telling = TELLING.lock().unwrap_or_else(PoisonError::into_inner);
        let served = Served {
            environment: environment.to_owned(),
            edge: order.spec.edge.clone(),
            ready: order.spec.ready.clone(),
            directory: directory.to_owned(),
        };
        let config = edge_config(&self.served(order, served)?);
        if let [fault, ..] = config.faults().as_slice() {
            return Err(format!("the edge cannot be configured: {fault}"));
        }
        callsheet_edge::start(&self.state, &self.program, &config).map_err(words)?;
        Ok(Box::new(EdgeClient::new(&callsheet_edge::socket(&self.state))))
    }
}

fn edge_config(served: &BTreeMap<String, Served>) -> EdgeConfig {
    let mut config = EdgeConfig::default();
    for (service, one) in served {
        let Served { edge, ready, directory, .. } = one;
        if config.listeners.iter().all(|listener| listener.address != edge.listen) {
            let tls = edge.tls.as_ref().map(|files| Tls {
                certificate: directory.join(&files.certificate),
                key: directory.join(&files.key),
                hsts: None,
            });
            config.listeners.push(Listener { address: edge.listen, tls, trust_forwarded: false });
        }
        let affinity = match &edge.sticky {
            Sticky::None => Affinity::Request,
            Sticky::Cookie(name) => Affinity::Cookie { name: name.clone(), expiry: None, pin: false },
            Sticky::Header(name) => Affinity::Header { name: name.clone(), pin: false },
        };
        let (hosts, path) = (edge.hosts.clone(), edge.path.clone());
        config.routes.push(Route { hosts, path, affinity, ..Route::all_of(service) });
        let check = HealthCheck { names_version: ready.names_version, ..HealthCheck::of(ready.path.as_str()) };
        config.checks.insert(service.clone(), check);
    }
    config
}
