//! Where a service answers on this machine: for users, and for whoever tries its newer release before them.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use callsheet_base::Digest;
use callsheet_edge::EdgeStatus;
use callsheet_plan::EdgeSettings;

use crate::conductor::Addresses;

/// As the environment's edge listens now. `Err`: it does not, in words.
pub(super) fn seen(
    status: &EdgeStatus,
    service: &str,
    environment: &str,
    edge: &EdgeSettings,
) -> Result<Addresses, String> {
    let bound = |wanted: SocketAddr| {
        let found = status.listeners.iter().find(|listener| listener.configured == wanted);
        found.map(|listener| listener.address).ok_or_else(|| format!("the edge does not listen on {wanted}"))
    };
    let preview = bound(preview(service, environment, edge))?;
    let public = match &edge.public {
        Some(public) => public.clone(),
        None => public(edge, bound(edge.listen)?),
    };
    Ok(Addresses { public, preview: format!("http://{preview}{}", edge.path.trim_end_matches('/')) })
}

/// Requests to it reach the newer release of one service. By default each service has a loopback address of its own, so that the system
/// chooses a free port for each.
pub(super) fn preview(service: &str, environment: &str, edge: &EdgeSettings) -> SocketAddr {
    let seed = Digest::of_parts(&[service.as_bytes(), environment.as_bytes()]);
    let [high, middle, low] = [seed.as_bytes()[0], seed.as_bytes()[1], seed.as_bytes()[2]];
    // Of 127.0.0.0/8, but not where others listen.
    let own = Ipv4Addr::new(127, high.max(1), middle, low.clamp(1, 254));
    edge.preview.unwrap_or(SocketAddr::from((own, 0)))
}

fn public(edge: &EdgeSettings, bound: SocketAddr) -> String {
    let scheme = if edge.tls.is_some() { "https" } else { "http" };
    let reached = match bound.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port())),
        ip if ip.is_unspecified() => SocketAddr::from((Ipv6Addr::LOCALHOST, bound.port())),
        _ => bound,
    };
    let named = edge.hosts.iter().find(|host| !host.starts_with('*'));
    let place = named.map_or_else(|| reached.to_string(), |host| format!("{host}:{}", bound.port()));
    format!("{scheme}://{place}{}", edge.path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edge: &EdgeSettings, bound: &str, expected: &str) {
        assert_eq!(public(edge, bound.parse().unwrap()), expected);
    }

    #[test]
    fn users_come_by_name_if_there_is_one() {
        let plain = EdgeSettings::default();
        check(&plain, "127.0.0.1:80", "http://127.0.0.1:80");
        check(&plain, "0.0.0.0:80", "http://127.0.0.1:80");
        check(&plain, "[::]:80", "http://[::1]:80");
        let hosts = vec!["*.shop.test".to_owned(), "shop.test".to_owned()];
        let named = EdgeSettings { hosts, path: "/api/".to_owned(), ..plain };
        check(&named, "0.0.0.0:8080", "http://shop.test:8080/api");
    }

    #[test]
    fn each_service_has_a_preview_of_its_own() {
        let edge = EdgeSettings::default();
        let address = |service: &str, environment: &str| preview(service, environment, &edge);
        assert_ne!(address("shop", "dev"), address("shop", "staging"));
        assert_ne!(address("shop", "dev"), address("stock", "dev"));
        assert!(address("shop", "dev").ip().is_loopback());
        let written = EdgeSettings { preview: Some("127.0.0.1:8081".parse().unwrap()), ..edge.clone() };
        assert_eq!(preview("shop", "dev", &written).port(), 8081);
    }
}
