//! What an edge listens on and which service each request belongs to. One JSON document, applied as a whole.

mod check;
mod listener;
mod route;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

use crate::control::MOST_SOCKETS;
pub use check::HealthCheck;
pub use listener::{ConnectionLimits, Listener, Tls};
pub use route::{Affinity, RequestLimits, Route};

/// Everything an edge is told besides the routing of each service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct EdgeConfig {
    /// Where it listens.
    pub listeners: Vec<Listener>,
    /// Which service a request belongs to. The longest path prefix wins; a named host goes before any host.
    pub routes: Vec<Route>,
    /// Active health checks by service.
    pub checks: BTreeMap<String, HealthCheck>,
    /// Loopback address of `/metrics` and `/status`; none: only over the control socket.
    pub admin: Option<SocketAddr>,
    /// Whether each request is written as a line of JSON to `edge-access.log` in the state folder.
    pub access_log: bool,
    /// Limits of each connection.
    pub limits: ConnectionLimits,
    /// How long connections live on after an upgrade or a stop.
    pub drain_window: Duration,
    /// Threads that carry requests, read at start; none: one for each processor.
    pub threads: Option<u16>,
}

impl Default for EdgeConfig {
    fn default() -> EdgeConfig {
        EdgeConfig {
            listeners: Vec::new(),
            routes: Vec::new(),
            checks: BTreeMap::new(),
            admin: None,
            access_log: false,
            limits: ConnectionLimits::default(),
            drain_window: Duration::from_secs(60),
            threads: None,
        }
    }
}

impl EdgeConfig {
    /// Every fault, in words; none: it can be applied.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (index, listener) in self.listeners.iter().enumerate() {
            if self.listeners[..index].iter().any(|other| other.address == listener.address) {
                faults.push(format!("two listeners have the address {}", listener.address));
            }
        }
        for (index, route) in self.routes.iter().enumerate() {
            faults.extend(route.faults());
            let same = |other: &&Route| other.path == route.path && other.overlaps(route);
            if let Some(other) = self.routes[..index].iter().find(same) {
                faults.push(format!(
                    "the path `{}` of one host belongs to both `{}` and `{}`",
                    route.path, other.service, route.service
                ));
            }
        }
        for (route, address) in self.routes.iter().flat_map(|route| route.listeners.iter().map(move |one| (route, one)))
        {
            if self.listeners.iter().all(|listener| listener.address != *address) {
                faults.push(format!("`{}` names a listener that there is not: {address}", route.service));
            }
        }
        if let Some(admin) = self.admin.filter(|admin| !admin.ip().is_loopback()) {
            faults.push(format!("the admin address {admin} is not on loopback"));
        }
        if self.listeners.len() + 2 > MOST_SOCKETS {
            // They are handed over in one message.
            faults.push(format!("{} listeners are more than {}", self.listeners.len(), MOST_SOCKETS - 2));
        }
        if self.threads == Some(0) {
            faults.push("no requests can be carried by 0 threads".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &[&str]) {
        let config: EdgeConfig = serde_json::from_str(json).unwrap();
        assert_eq!(config.faults(), expected, "{json}");
        let written = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<EdgeConfig>(&written).unwrap(), config);
    }

    #[test]
    fn what_is_right_has_no_fault() {
        check("{}", &[]);
        check(
            r#"{"listeners":[{"address":"127.0.0.1:8080"}],"routes":[{"service":"shop"},{"service":"api","path":"/api"}]}"#,
            &[],
        );
        check(
            r#"{"listeners":[{"address":"127.0.0.1:80"},{"address":"127.0.0.1:81"}],"routes":[{"service":"a","listeners":["127.0.0.1:80"]},{"service":"b","listeners":["127.0.0.1:81"]}]}"#,
            &[],
        );
        check(
            r#"{"routes":[{"service":"a","hosts":["a.test"]},{"service":"b","hosts":["b.test"]},{"service":"c"}]}"#,
            &[],
        );
    }

    #[test]
    fn every_fault_is_told() {
        check(
            r#"{"listeners":[{"address":"127.0.0.1:80"},{"address":"127.0.0.1:80"}],"admin":"0.0.0.0:9000","threads":0}"#,
            &[
                "two listeners have the address 127.0.0.1:80",
                "the admin address 0.0.0.0:9000 is not on loopback",
                "no requests can be carried by 0 threads",
            ],
        );
        check(
            r#"{"routes":[{"service":"a","path":"api"},{"service":"b"},{"service":"c"},{"service":"d","hosts":["x/y"]}]}"#,
            &[
                "the path `api` of `a` does not begin with `/`",
                "the path `/` of one host belongs to both `b` and `c`",
                "`x/y` of `d` is no host name",
            ],
        );
    }

    #[test]
    fn routes_of_listeners_are_told_apart_by_them_alone() {
        check(
            r#"{"listeners":[{"address":"127.0.0.1:80"}],"routes":[{"service":"a"},{"service":"b","listeners":["127.0.0.1:80"]},{"service":"c","path":"/c","listeners":["127.0.0.1:81"]}]}"#,
            &[
                "the path `/` of one host belongs to both `a` and `b`",
                "`c` names a listener that there is not: 127.0.0.1:81",
            ],
        );
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!(serde_json::from_str::<EdgeConfig>(r#"{"listener":[]}"#).is_err());
    }
}
