//! Chooses the port an instance listens on.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// A free port of the loopback address, not that of outgoing connections: those take any port at any time, between our look and
/// the instance's own.
pub(super) fn choose(before: Option<SocketAddr>, chance: u32) -> std::io::Result<SocketAddr> {
    // After a restart the same, so that whoever knows the address need not learn another.
    if let Some(address) = before
        && TcpListener::bind(address).is_ok()
    {
        return Ok(address);
    }
    let outgoing = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let end = outgoing.split_ascii_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(0);
    if end > LOWEST + 1000 {
        let room = u32::from(end - LOWEST);
        for step in 0..100 {
            let port = LOWEST + ((chance.wrapping_add(step * 37)) % room) as u16;
            if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                return listener.local_addr();
            }
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Programs with a port of their own mostly have one below.
const LOWEST: u16 = 20_000;

/// An evenly distributed number, for choices on which nothing depends.
pub(super) fn chance() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mixed = (now.as_nanos() as u64 ^ (u64::from(std::process::id()) << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32
}
