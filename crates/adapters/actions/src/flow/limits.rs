//! What a flow may use up.

use std::time::Duration;

/// Bounds that hold whatever the flow says.
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
}

impl Default for FlowLimits {
    fn default() -> FlowLimits {
        FlowLimits {
            exchange: Duration::from_secs(300),
            connect: Duration::from_secs(30),
            body: 64 << 20,
            redirects: 50,
        }
    }
}
