//! The session a request belongs to.

use callsheet_traffic::Ticket;
use hyper::header::{COOKIE, HeaderMap, HeaderValue};

use super::worker::Random;
use crate::table::Session;

/// A request's ticket, and the cookie to be set if it was drawn just now.
pub(crate) fn ticket(session: &Session, headers: &HeaderMap, random: &Random) -> (Ticket, bool, Option<HeaderValue>) {
    match session {
        Session::None => (Ticket::from_random(random.next()), false, None),
        Session::Header { name, pin } => match headers.get(name) {
            Some(value) => (Ticket::from_name(value.as_bytes()), *pin, None),
            None => (Ticket::from_random(random.next()), false, None),
        },
        Session::Cookie { name, pin } => match cookie(headers, name) {
            Some(value) => (Ticket::from_name(value), *pin, None),
            None => (Ticket::from_random(random.next()), false, None),
        },
        Session::Drawn { name, attributes, pin } => {
            let known = cookie(headers, name).and_then(|value| std::str::from_utf8(value).ok());
            if let Some(bits) =
                known.filter(|text| text.len() == 16).and_then(|text| u64::from_str_radix(text, 16).ok())
            {
                return (Ticket::from_random(bits), *pin, None);
            }
            let bits = random.next();
            let cookie = HeaderValue::try_from(format!("{name}={bits:016x}{attributes}"));
            // The name was checked with the configuration; without the cookie the session is drawn again, no worse.
            (Ticket::from_random(bits), *pin, cookie.ok())
        }
    }
}

/// The value of a cookie.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h [u8]> {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|value| value.as_bytes().split(|&byte| byte == b';'));
    pairs.map(<[u8]>::trim_ascii).find_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        cookies.iter().map(|cookie| (COOKIE, HeaderValue::from_static(cookie))).collect()
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(&["a=1; session=xyz", "sessions=2;b=; session=3"]);
        assert_eq!(cookie(&headers, "session"), Some(&b"xyz"[..]));
        assert_eq!(cookie(&headers, "b"), Some(&b""[..]));
        assert_eq!(cookie(&headers, "c"), None);
    }

    #[test]
    fn a_drawn_place_is_kept() {
        let random = Random::seeded(7);
        let session = Session::Drawn { name: "seat".into(), attributes: "; Path=/".into(), pin: true };
        let (first, pin, set) = ticket(&session, &HeaderMap::new(), &random);
        assert!(pin);
        let set = set.unwrap();
        let mut headers = HeaderMap::new();
        let value = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        headers.insert(COOKIE, HeaderValue::try_from(value).unwrap());
        let (again, _, set) = ticket(&session, &headers, &random);
        assert_eq!((again, set), (first, None));
        let (other, _, set) = ticket(&session, &self::headers(&["seat=not-a-number-16c"]), &random);
        assert!(set.is_some() && other != first);
    }
}
