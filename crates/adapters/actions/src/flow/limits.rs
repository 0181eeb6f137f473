//! What a flow may use up, and what holds where its options say nothing.

use std::time::Duration;

/// Bounds, and the options of every request that does not write them itself.
#[derive(Clone, Copy, Debug)]
pub struct FlowLimits {
    /// For one exchange with all its redirects, unless `max-time` says less or more.
    pub exchange: Duration,
    /// To connect, unless `connect-timeout` says otherwise.
    pub connect: Duration,
    /// Most bytes of one response's body, packed and unpacked.
    pub body: usize,
    /// Most redirects of one request, unless `max-redirs` says otherwise.
    pub redirects: i64,
    /// Redirects are followed, unless `location` says otherwise.
    pub follow: bool,
    /// Any certificate will do, unless `insecure` says otherwise.
    pub insecure: bool,
    /// Tries after the first, unless `retry` says otherwise; -1 is no limit.
    pub retries: i64,
    /// Between tries, unless `retry-interval` says otherwise.
    pub retry_interval: Duration,
}

impl Default for FlowLimits {
    fn default() -> FlowLimits {
        FlowLimits {
            exchange: Duration::from_secs(300),
            connect: Duration::from_secs(30),
            body: 64 << 20,
            redirects: 50,
            follow: false,
            insecure: false,
            retries: 0,
            retry_interval: Duration::from_secs(1),
        }
    }
}
