//! The host a request is for.

use std::borrow::Cow;

use hyper::header::HOST;
use hyper::http::request::Parts;

/// Host and port as the client wrote them; an error: missing, given twice, or no host at all.
pub(crate) fn authority(parts: &Parts) -> Result<Cow<'_, str>, ()> {
    let mut hosts = parts.headers.get_all(HOST).iter();
    let header = hosts.next();
    if hosts.next().is_some() {
        return Err(());
    }
    let written = match (parts.uri.authority(), header) {
        // What stands in the request line counts (RFC 9112, 3.2.2).
        (Some(authority), _) => authority.as_str(),
        (None, Some(header)) => header.to_str().map_err(|_| ())?,
        (None, None) if parts.version == hyper::Version::HTTP_10 => "",
        (None, None) => return Err(()),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    if written.bytes().all(plain) { Ok(Cow::Borrowed(written)) } else { Err(()) }
}

/// Without port, in lower case, without the dot at its end.
pub(crate) fn name(authority: &str) -> Cow<'_, str> {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => authority,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_without_port_and_case() {
        for (authority, expected) in [
            ("shop.test", "shop.test"),
            ("Shop.TEST:8080", "shop.test"),
            ("shop.test.", "shop.test"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            ("", ""),
        ] {
            assert_eq!(name(authority), expected, "{authority}");
        }
    }

    fn check(request: hyper::http::request::Builder, expected: Result<&str, ()>) {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(authority(&parts), expected.map(Cow::Borrowed), "{parts:?}");
    }

    #[test]
    fn one_host_and_a_plain_one() {
        let get = || hyper::Request::get("/");
        check(get().header("host", "a.test:80"), Ok("a.test:80"));
        check(get(), Err(()));
        check(get().version(hyper::Version::HTTP_10), Ok(""));
        check(get().header("host", "a").header("host", "a"), Err(()));
        check(get().header("host", "a b"), Err(()));
        check(get().header("host", "user@a"), Err(()));
        check(hyper::Request::get("http://line.test/x").header("host", "header.test"), Ok("line.test"));
    }
}
