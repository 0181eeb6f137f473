//! Which service a request belongs to, and what it may cost.

use std::net::SocketAddr;
use std::path::PathBuf;

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

/// Requests of some hosts and a path prefix belong to a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Route {
    /// The service.
    pub service: String,
    /// Host names without port; none: every host. `*.example.org` is every name below.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Path prefix, whole segments: `/api` fits `/api` and `/api/x`, not `/apix`.
    #[serde(default = "Route::root")]
    pub path: String,
    /// Addresses of listeners, as configured, whose requests it takes; none: every listener's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listeners: Vec<SocketAddr>,
    /// Goes to the newer release whenever there is one, at any weight, and is not judged: for smoke tests.
    #[serde(default)]
    pub preview: bool,
    /// What makes a session.
    #[serde(default)]
    pub affinity: Affinity,
    /// What a request may cost.
    #[serde(default)]
    pub limits: RequestLimits,
    /// An HTML page that is sent where no instance can serve; none: a plain sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance_page: Option<PathBuf>,
}

/// What makes a session, whose requests stay with one release as long as the weight does not pass its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "by")]
pub enum Affinity {
    /// Nothing: each request is drawn by itself.
    #[default]
    Request,
    /// A cookie that the edge sets.
    Cookie {
        /// Its name.
        name: String,
        /// After which a session draws its place anew; none: when the browser ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expiry: Option<Duration>,
        /// Whether a session also stays with one instance of its release.
        #[serde(default)]
        pin: bool,
    },
    /// A header, or a cookie of the service's own named as `cookie:NAME`. Requests without it are drawn one by one.
    Header {
        /// Its name.
        name: String,
        /// Whether a session also stays with one instance of its release.
        #[serde(default)]
        pin: bool,
    },
}

/// What a request may cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestLimits {
    /// Bytes of a request's body; more is refused with 413.
    pub body_bytes: u64,
    /// To a new connection with an instance.
    pub connect_timeout: Duration,
    /// From the request's last byte to the answer's first.
    pub timeout: Duration,
    /// How often a request that may be sent again is sent again.
    pub retries: u8,
    /// Requests that wait while the service is held; more are refused with 503.
    pub held: u32,
    /// How long one waits while the service is held.
    pub held_timeout: Duration,
}

impl Route {
    fn root() -> String {
        "/".to_owned()
    }

    /// Every path of every host belongs to `service`.
    pub fn all_of(service: impl Into<String>) -> Route {
        Route {
            service: service.into(),
            hosts: Vec::new(),
            path: Route::root(),
            listeners: Vec::new(),
            preview: false,
            affinity: Affinity::default(),
            limits: RequestLimits::default(),
            maintenance_page: None,
        }
    }

    /// Whether one request could be both's: on a listener of both, for a host that is named by both, or both mean every host.
    pub(super) fn overlaps(&self, other: &Route) -> bool {
        let named_by_both =
            self.hosts.iter().any(|host| other.hosts.iter().any(|theirs| theirs.eq_ignore_ascii_case(host)));
        let on_both = self.listeners.is_empty()
            || other.listeners.is_empty()
            || self.listeners.iter().any(|address| other.listeners.contains(address));
        on_both && (named_by_both || (self.hosts.is_empty() && other.hosts.is_empty()))
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !self.path.starts_with('/') {
            faults.push(format!("the path `{}` of `{}` does not begin with `/`", self.path, self.service));
        }
        for host in &self.hosts {
            let name = host.strip_prefix("*.").unwrap_or(host);
            let plain =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':');
            if name.is_empty() || !name.bytes().all(plain) {
                faults.push(format!("`{host}` of `{}` is no host name", self.service));
            }
        }
        if let Affinity::Cookie { name, .. } = &self.affinity {
            let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            if name.is_empty() || !name.bytes().all(token) {
                faults.push(format!("`{name}` of `{}` is no cookie name", self.service));
            }
        }
        faults
    }
}

impl Default for RequestLimits {
    fn default() -> RequestLimits {
        RequestLimits {
            body_bytes: 1 << 30,
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(60),
            retries: 2,
            held: 1000,
            held_timeout: Duration::from_secs(30),
        }
    }
}
