//! The cookies that a flow's responses set and its later requests send.

use callsheet_base::Timestamp;
use callsheet_flow::Cookie;
use reqwest::Url;

struct Kept {
    host: String,
    /// Sent to subdomains too.
    subdomains: bool,
    path: String,
    secure: bool,
    cookie: Cookie,
}

/// Cookies of one flow.
#[derive(Default)]
pub(super) struct Jar {
    kept: Vec<Kept>,
}

impl Jar {
    /// Keeps what a response from `url` sets.
    pub(super) fn keep(&mut self, url: &Url, headers: &[(String, String)], now: Timestamp) {
        for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let Some(cookie) = Cookie::read(value) else { continue };
            let gone = is_gone(&cookie, now);
            let Some(new) = kept(cookie, url) else { continue };
            let same =
                |kept: &Kept| kept.cookie.name == new.cookie.name && kept.host == new.host && kept.path == new.path;
            self.kept.retain(|kept| !same(kept));
            if !gone {
                self.kept.push(new);
            }
        }
    }

    /// `name=value` pairs to send to `url`, longest path first, then as curl does: longest host, longest name, newest.
    pub(super) fn for_url(&self, url: &Url) -> Vec<String> {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let mut fitting: Vec<&Kept> = self
            .kept
            .iter()
            .filter(|kept| kept.host == host || (kept.subdomains && is_within(&host, &kept.host)))
            .filter(|kept| path_fits(url.path(), &kept.path))
            .filter(|kept| !kept.secure || is_safe(url))
            .collect();
        fitting.reverse();
        fitting.sort_by_key(|kept| std::cmp::Reverse((kept.path.len(), kept.host.len(), kept.cookie.name.len())));
        fitting.iter().map(|kept| format!("{}={}", kept.cookie.name, kept.cookie.value)).collect()
    }
}

/// The cookie with where it belongs; `None` when the server may not set it.
fn kept(cookie: Cookie, url: &Url) -> Option<Kept> {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let text = |wanted: &str| cookie.attribute(wanted).flatten();
    let domain = text("domain").map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
    let domain = domain.filter(|domain| !domain.is_empty());
    let path = text("path").filter(|path| path.starts_with('/')).map_or_else(|| folder(url.path()), str::to_owned);
    let secure = cookie.attribute("secure").is_some();
    let fits_prefix = match () {
        () if cookie.name.starts_with("__Host-") => secure && path == "/" && domain.is_none(),
        () if cookie.name.starts_with("__Secure-") => secure,
        () => true,
    };
    let names_a_host = |domain: &String| is_within(&host, domain) && (domain.contains('.') || domain == "localhost");
    if !fits_prefix || (secure && !is_safe(url)) || !domain.as_ref().is_none_or(names_a_host) {
        return None;
    }
    let subdomains = domain.is_some();
    Some(Kept { host: domain.unwrap_or(host), subdomains, path, secure, cookie })
}

/// `Max-Age` counts more than `Expires`.
fn is_gone(cookie: &Cookie, now: Timestamp) -> bool {
    match cookie.attribute("max-age").flatten().and_then(|age| age.parse::<i64>().ok()) {
        Some(age) => age <= 0,
        None => cookie.expires().is_some_and(|instant| instant.as_millisecond() <= now.as_millisecond()),
    }
}

/// Secure cookies go over TLS, and to this machine itself.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn is_within(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'))
}

fn folder(path: &str) -> String {
    match path.rfind('/') {
        Some(last) if last > 0 => path[..last].to_owned(),
        _ => "/".to_owned(),
    }
}

fn path_fits(path: &str, kept: &str) -> bool {
    path.strip_prefix(kept).is_some_and(|rest| rest.is_empty() || kept.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::Jar;

    fn sent(set: &str, from: &str, to: &str) -> Vec<String> {
        let mut jar = Jar::default();
        jar.keep(
            &from.parse().unwrap(),
            &[("Set-Cookie".to_owned(), set.to_owned())],
            "2026-01-01T00:00:00Z".parse().unwrap(),
        );
        jar.for_url(&to.parse().unwrap())
    }

    #[test]
    fn cookies_go_where_they_belong() {
        assert_eq!(sent("a=1; Path=/", "http://h/x/y", "http://h/z"), ["a=1"]);
        assert_eq!(sent("a=1", "http://h/x/y", "http://h/x"), ["a=1"]);
        assert!(sent("a=1", "http://h/x/y", "http://h/xy").is_empty());
        assert!(sent("a=1; Path=/", "http://h/", "http://other/").is_empty());
        assert_eq!(sent("a=1; Path=/; Domain=h.test", "http://b.h.test/", "http://c.h.test/"), ["a=1"]);
        assert!(sent("a=1; Domain=test", "http://h.example/", "http://h.example/").is_empty());
        assert!(sent("a=1; Path=/; Secure", "http://h/", "http://h/").is_empty());
        assert_eq!(sent("a=1; Path=/; Secure", "http://localhost/", "http://localhost/"), ["a=1"]);
        assert!(sent("a=1; Path=/; Expires=Thu, 01 Jan 2015 00:00:00 GMT", "http://h/", "http://h/").is_empty());
        assert!(sent("__Host-a=1; Path=/", "https://h/", "https://h/").is_empty());
        assert!(sent("a=1; Path=/; Max-Age=0", "http://h/", "http://h/").is_empty());
    }
}
