//! Pages, ports and hosts that commands and flows speak to.

use super::commands::{operands, values};
use super::quotes::Word;
use super::walk::Walk;
use crate::claim::Claimed;

/// Options of curl and wget that send something or ask otherwise than by GET.
const SENDS: [&str; 13] = [
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "-F",
    "--form",
    "-T",
    "--upload-file",
    "--json",
    "--post-data",
    "--post-file",
    "--method",
];
/// Options that take the request elsewhere.
const ELSEWHERE: [&str; 7] =
    ["-x", "--proxy", "--resolve", "--unix-socket", "--connect-to", "--abstract-unix-socket", "--interface"];
/// Options that say who asks.
const WHO: [&str; 9] = ["-u", "--user", "-b", "--cookie", "--oauth2-bearer", "-n", "--netrc", "-E", "--cert"];

/// Whom the command speaks to.
pub(super) fn claims(walk: &mut Walk<'_>, words: &[Word]) {
    let rest = &words[1..];
    let flag =
        |names: &[&str]| values(rest, names).pop().filter(|(word, _)| walk.is_fixed(word)).map(|(_, value)| value);
    match words[0].text.as_str() {
        "curl" | "wget" => fetch(walk, rest),
        "nc" | "ncat" | "netcat" | "telnet" => {
            if let [host, port] = operands(rest, &["-w", "-i", "-p", "-s", "-x", "-X"]).as_slice()
                && walk.is_fixed(host)
                && let (true, Ok(number)) = (walk.is_fixed(port), port.text.parse())
            {
                walk.claim_at(port, Claimed::Port { host: host.text.clone(), port: number });
            }
        }
        name @ ("redis-cli" | "psql" | "pg_isready" | "mysql" | "mysqladmin" | "mariadb") => {
            let host = flag(&["-h", "--host"]).map(str::to_owned);
            let (port, usual) = match name {
                "redis-cli" => (flag(&["-p"]), 6379),
                "psql" | "pg_isready" => (flag(&["-p", "--port"]), 5432),
                _ => (flag(&["-P", "--port"]), 3306),
            };
            let port = port.map_or(Some(usual), |port| port.parse().ok());
            let at = values(rest, &["-h", "--host"]).pop().map(|(word, _)| word.clone());
            if let (Some(host), Some(port), Some(at)) = (host.filter(|host| is_host(host)), port, at) {
                walk.claim_at(&at, Claimed::Port { host, port });
            }
        }
        "ssh" | "ping" => {
            let options = ["-i", "-p", "-l", "-o", "-J", "-F", "-L", "-R", "-D", "-c", "-W", "-w"];
            if let Some(word) = operands(rest, &options).into_iter().next().filter(|word| walk.is_fixed(word)) {
                let name = word.text.rsplit('@').next().unwrap_or_default();
                if name.contains('.') && is_host(name) {
                    walk.claim_at(word, Claimed::Host { name: name.to_owned() });
                }
            }
        }
        _ => {
            for word in rest.iter().filter(|word| walk.is_fixed(word)).cloned().collect::<Vec<_>>() {
                if let Some((host, _)) = url(&word.text) {
                    walk.claim_at(&word, Claimed::Host { name: host.to_owned() });
                }
            }
        }
    }
}

fn fetch(walk: &mut Walk<'_>, rest: &[Word]) {
    let has = |names: &[&str]| rest.iter().any(|word| names.contains(&word.text.split('=').next().unwrap_or_default()));
    if has(&ELSEWHERE) {
        return;
    }
    let method = values(rest, &["-X", "--request"]).pop().map(|(_, method)| method);
    let glued = rest.iter().any(|word| {
        word.text.starts_with("-X") && word.text.len() > 2 && word.text != "-XGET" && word.text != "-XHEAD"
    });
    let reads = method.is_none_or(|method| matches!(method, "GET" | "HEAD"))
        && !glued
        && (!has(&SENDS) || has(&["-G", "--get"]));
    let known_to = has(&WHO)
        || values(rest, &["-H", "--header"]).iter().any(|(word, header)| {
            let name = header.split(':').next().unwrap_or_default().to_lowercase();
            !word.fixed || ["auth", "cookie", "key", "token", "host"].iter().any(|part| name.contains(part))
        });
    for word in rest.iter().filter(|word| walk.is_fixed(word)).cloned().collect::<Vec<_>>() {
        let text = if word.text.contains("://") { word.text.clone() } else { format!("http://{}", word.text) };
        let bare = !word.text.contains("://");
        let Some((host, port)) = url(&text).filter(|(_, port)| !bare || port.is_some()) else { continue };
        let page = reads && !known_to && !walk.expects_an_error() && !holds_secret(&text);
        let what = match (page, port) {
            (true, _) => Claimed::Page { url: text.split('#').next().unwrap_or_default().to_owned() },
            (false, Some(port)) => Claimed::Port { host: host.to_owned(), port },
            (false, None) => Claimed::Host { name: host.to_owned() },
        };
        walk.claim_at(&word, what);
    }
}

/// Requests of a flow that only read, with addresses that need no filling in. `place` says for a line of the flow (from 1) and an
/// address in it where the runbook speaks of it: a line, and the words there.
pub(super) fn flow(walk: &mut Walk<'_>, text: &str, place: &dyn Fn(u32, &str) -> (u32, String)) {
    let mut lines = (1..).zip(text.lines()).peekable();
    while let Some((number, request)) = lines.next() {
        let Some(address) = request.strip_prefix("GET ").or_else(|| request.strip_prefix("HEAD ")).map(str::trim)
        else {
            continue;
        };
        let mut bare = true;
        while let Some((_, next)) =
            lines.peek().copied().filter(|(_, next)| !next.trim().is_empty() && !next.starts_with("HTTP"))
        {
            bare &= next.starts_with('#') || next.starts_with("[Options]");
            lines.next();
        }
        let expected = lines.peek().is_none_or(|(_, next)| !next.contains(" 4") && !next.contains(" 5"));
        if let Some((host, port)) = url(address).filter(|_| !address.contains("{{")) {
            let what = match (bare && expected && !holds_secret(address), port) {
                (true, _) => Claimed::Page { url: address.split('#').next().unwrap_or_default().to_owned() },
                (false, Some(port)) => Claimed::Port { host: host.to_owned(), port },
                (false, None) => Claimed::Host { name: host.to_owned() },
            };
            let (line, words) = place(number, address);
            let span = super::on_line(walk.asked.source, line, &words);
            walk.claim(span, what);
        }
    }
}

/// Host and port of an address that stands for itself: no example, nothing left to fill in.
pub(super) fn url(text: &str) -> Option<(&str, Option<u16>)> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let place = authority.rsplit('@').next()?;
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (place, None),
    };
    let open = text.contains(['{', '}', '<', '>', '$', '*', '[', ' ', '…']) || text.contains("...");
    (is_host(host) && !open).then_some((host, port))
}

/// Whether a text can be a host's name that is not only an example.
fn is_host(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let example = lower.ends_with(".example")
        || lower.ends_with(".test")
        || lower == "example.com"
        || ["example.com", "example.org", "example.net", "example.io"]
            .iter()
            .any(|name| lower.ends_with(&format!(".{name}")) || lower == *name);
    !text.is_empty()
        && !example
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && !text.starts_with(['.', '-'])
        && (text.contains('.') || lower == "localhost")
}

/// A user, or a query that looks like a credential: such an address is never asked.
pub(super) fn holds_secret(url: &str) -> bool {
    let authority = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query).to_ascii_lowercase();
    authority.contains('@')
        || ["token", "key", "secret", "sig", "password", "auth"].iter().any(|word| query.contains(word))
}
