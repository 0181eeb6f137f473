//! The configuration as the data plane reads it: made once, swapped as a whole.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::HeaderName;

use crate::access_log::AccessLog;
use crate::config::{Affinity, ConnectionLimits, EdgeConfig, HealthCheck, Route};
use crate::service::Service;

/// Routes by host, and what holds for every request.
#[derive(Debug)]
pub(crate) struct Table {
    named: HashMap<String, Vec<Arc<Entry>>>,
    /// Suffix with its dot, longest first.
    below: Vec<(String, Vec<Arc<Entry>>)>,
    any: Vec<Arc<Entry>>,
    pub(crate) limits: ConnectionLimits,
    pub(crate) access_log: Option<AccessLog>,
    /// Active health checks by service.
    pub(crate) checks: BTreeMap<String, HealthCheck>,
}

/// One route.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) service: Arc<Service>,
    path: String,
    /// None: every listener's requests.
    listeners: Vec<SocketAddr>,
    pub(crate) preview: bool,
    pub(crate) session: Session,
    pub(crate) body_bytes: u64,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) retries: u8,
    pub(crate) held: u32,
    pub(crate) held_timeout: Duration,
    pub(crate) page: Option<Bytes>,
}

/// What makes a session, ready for use.
#[derive(Clone, Debug)]
pub(crate) enum Session {
    /// Nothing.
    None,
    /// A cookie of ours.
    Drawn {
        /// Its name.
        name: String,
        /// What follows its value: `; Path=/; …`.
        attributes: String,
        /// Whether it stays with one instance.
        pin: bool,
    },
    /// A header's value.
    Header {
        /// Its name.
        name: HeaderName,
        /// Whether it stays with one instance.
        pin: bool,
    },
    /// A cookie of the service's own.
    Cookie {
        /// Its name.
        name: String,
        /// Whether it stays with one instance.
        pin: bool,
    },
}

impl Table {
    /// Of a configuration, with the service of each name. An error is words for whoever configured it.
    pub(crate) fn new(
        config: &EdgeConfig,
        access_log: Option<AccessLog>,
        mut service: impl FnMut(&str) -> Arc<Service>,
    ) -> Result<Table, String> {
        let (limits, checks) = (config.limits.clone(), config.checks.clone());
        let mut table = Table { named: HashMap::new(), below: Vec::new(), any: Vec::new(), limits, access_log, checks };
        for route in &config.routes {
            let entry = Arc::new(Entry::new(route, service(&route.service))?);
            if route.hosts.is_empty() {
                table.any.push(entry);
                continue;
            }
            for host in route.hosts.iter().map(|host| host.to_ascii_lowercase()) {
                match host.strip_prefix('*') {
                    Some(suffix) => table.push_below(suffix, entry.clone()),
                    None => table.named.entry(host).or_default().push(entry.clone()),
                }
            }
        }
        table.order();
        Ok(table)
    }

    fn push_below(&mut self, suffix: &str, entry: Arc<Entry>) {
        match self.below.iter_mut().find(|(known, _)| known == suffix) {
            Some((_, entries)) => entries.push(entry),
            None => self.below.push((suffix.to_owned(), vec![entry])),
        }
    }

    fn order(&mut self) {
        let longest_first = |entries: &mut Vec<Arc<Entry>>| entries.sort_by_key(|entry| usize::MAX - entry.path.len());
        self.named.values_mut().for_each(longest_first);
        self.below.iter_mut().for_each(|(_, entries)| longest_first(entries));
        self.below.sort_by_key(|(suffix, _)| usize::MAX - suffix.len());
        longest_first(&mut self.any);
    }

    /// The route of a request: the listener's configured address, `host` without port in lower case, `path` without query.
    pub(crate) fn find(&self, listener: SocketAddr, host: &str, path: &str) -> Option<&Arc<Entry>> {
        let fits = |entry: &Arc<Entry>| entry.is_of(listener) && entry.fits(path);
        let of = |entries: &'_ Vec<Arc<Entry>>| entries.iter().position(fits);
        if let Some(entries) = self.named.get(host)
            && let Some(index) = of(entries)
        {
            return Some(&entries[index]);
        }
        for (suffix, entries) in &self.below {
            if host.len() > suffix.len()
                && host.ends_with(suffix.as_str())
                && let Some(index) = of(entries)
            {
                return Some(&entries[index]);
            }
        }
        of(&self.any).map(|index| &self.any[index])
    }
}

impl Entry {
    fn new(route: &Route, service: Arc<Service>) -> Result<Entry, String> {
        let page = match &route.maintenance_page {
            Some(path) => Some(Bytes::from(
                std::fs::read(path).map_err(|error| format!("cannot read the page `{}`: {error}", path.display()))?,
            )),
            None => None,
        };
        let limits = &route.limits;
        Ok(Entry {
            service,
            path: route.path.clone(),
            listeners: route.listeners.clone(),
            preview: route.preview,
            session: Session::new(&route.affinity)?,
            body_bytes: limits.body_bytes,
            connect_timeout: limits.connect_timeout.to_std(),
            timeout: limits.timeout.to_std(),
            retries: limits.retries,
            held: limits.held,
            held_timeout: limits.held_timeout.to_std(),
            page,
        })
    }

    fn is_of(&self, listener: SocketAddr) -> bool {
        self.listeners.is_empty() || self.listeners.contains(&listener)
    }

    /// Whole segments: `/api` fits `/api` and `/api/x`, not `/apix`.
    fn fits(&self, path: &str) -> bool {
        match path.strip_prefix(self.path.as_str()) {
            Some(rest) => rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'),
            None => false,
        }
    }
}

impl Session {
    fn new(affinity: &Affinity) -> Result<Session, String> {
        Ok(match affinity {
            Affinity::Request => Session::None,
            Affinity::Cookie { name, expiry, pin } => {
                let age = expiry.map(|expiry| format!("; Max-Age={}", expiry.as_millis() / 1000)).unwrap_or_default();
                let attributes = format!("; Path=/{age}; HttpOnly; SameSite=Lax");
                Session::Drawn { name: name.clone(), attributes, pin: *pin }
            }
            Affinity::Header { name, pin } => match name.strip_prefix("cookie:") {
                Some(cookie) => Session::Cookie { name: cookie.to_owned(), pin: *pin },
                None => {
                    let name = name.parse().map_err(|_| format!("`{name}` is no header name"))?;
                    Session::Header { name, pin: *pin }
                }
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(routes: &str, expected: &[(&str, &str, &str)]) {
        check_on("127.0.0.1:80", routes, expected);
    }

    fn check_on(listener: &str, routes: &str, expected: &[(&str, &str, &str)]) {
        let routes: Vec<Route> = serde_json::from_str(routes).unwrap();
        let service = |name: &str| Arc::new(Service::new(name));
        let config = EdgeConfig { routes, ..EdgeConfig::default() };
        let table = Table::new(&config, None, service).unwrap();
        for (host, path, name) in expected {
            let found = table.find(listener.parse().unwrap(), host, path).map_or("-", |entry| entry.service.name());
            assert_eq!(found, *name, "{host}{path}");
        }
    }

    #[test]
    fn the_longest_prefix_of_whole_segments_wins() {
        check(
            r#"[{"service":"shop"},{"service":"api","path":"/api"},{"service":"beta","path":"/api/beta/"}]"#,
            &[
                ("a", "/", "shop"),
                ("a", "/api", "api"),
                ("a", "/api/x", "api"),
                ("a", "/apix", "shop"),
                ("a", "/api/beta/", "beta"),
                ("a", "/api/beta", "api"),
            ],
        );
    }

    #[test]
    fn a_route_of_one_listener_takes_no_other_s_requests() {
        let routes = r#"[{"service":"shop","listeners":["127.0.0.1:80"]},{"service":"api","listeners":["127.0.0.1:81"]},{"service":"both","path":"/x"}]"#;
        check_on("127.0.0.1:80", routes, &[("a", "/", "shop"), ("a", "/x", "both")]);
        check_on("127.0.0.1:81", routes, &[("a", "/", "api"), ("a", "/x", "both")]);
        check_on("127.0.0.1:82", routes, &[("a", "/", "-"), ("a", "/x", "both")]);
    }

    #[test]
    fn a_named_host_goes_before_names_below_before_any() {
        check(
            r#"[{"service":"one","hosts":["A.test"]},{"service":"below","hosts":["*.test"]},{"service":"any","path":"/x"}]"#,
            &[
                ("a.test", "/", "one"),
                ("b.test", "/", "below"),
                ("test", "/", "-"),
                ("other", "/x", "any"),
                ("other", "/", "-"),
            ],
        );
    }
}
