//! The cookies that a flow's responses set and its later requests send.

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

/// Cookies of one flow. Expiry by date is not kept: a flow is over before it matters; `Max-Age=0` and past removals are.
#[derive(Default)]
pub(super) struct Jar {
    kept: Vec<Kept>,
}

impl Jar {
    /// Keeps what a response from `url` sets.
    pub(super) fn keep(&mut self, url: &Url, headers: &[(String, String)]) {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let Some(cookie) = Cookie::read(value) else { continue };
            let attribute = |wanted: &str| {
                let found = cookie.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
                found.map(|(_, value)| value.clone().unwrap_or_default())
            };
            let domain = attribute("domain").map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
            let domain = domain.filter(|domain| !domain.is_empty());
            let foreign = domain.as_ref().is_some_and(|domain| !is_within(&host, domain));
            if foreign {
                continue;
            }
            let path = attribute("path").filter(|path| path.starts_with('/')).unwrap_or_else(|| folder(url.path()));
            let gone = attribute("max-age").is_some_and(|age| age.parse::<i64>().is_ok_and(|age| age <= 0));
            let secure = attribute("secure").is_some();
            let (subdomains, host) = (domain.is_some(), domain.unwrap_or_else(|| host.clone()));
            self.kept.retain(|kept| !(kept.cookie.name == cookie.name && kept.host == host && kept.path == path));
            if !gone {
                self.kept.push(Kept { host, subdomains, path, secure, cookie });
            }
        }
    }

    /// `name=value` pairs to send to `url`, longest path first.
    pub(super) fn for_url(&self, url: &Url) -> Vec<String> {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let mut fitting: Vec<&Kept> = self
            .kept
            .iter()
            .filter(|kept| kept.host == host || (kept.subdomains && is_within(&host, &kept.host)))
            .filter(|kept| path_fits(url.path(), &kept.path))
            .filter(|kept| !kept.secure || url.scheme() == "https")
            .collect();
        fitting.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        fitting.iter().map(|kept| format!("{}={}", kept.cookie.name, kept.cookie.value)).collect()
    }
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
        jar.keep(&from.parse().unwrap(), &[("Set-Cookie".to_owned(), set.to_owned())]);
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
        assert!(sent("a=1; Path=/; Max-Age=0", "http://h/", "http://h/").is_empty());
    }
}
