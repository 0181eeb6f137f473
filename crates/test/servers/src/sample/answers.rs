//! What each path answers.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::State;
use super::wire::{Answer, Framing, Received};

const DOCUMENT: &str = r#"{"id": 7, "name": "Zoë", "price": 12.5, "large": 123456789012345678901234567890, "negative": -3,
 "on": true, "off": false, "nothing": null, "empty": "", "none": [], "bare": {},
 "tags": ["red", "green", "blue"], "one": ["only"], "mixed": [1, "a", true, null],
 "items": [{"sku": "a1", "n": 1}, {"sku": "b2", "n": 2}, {"sku": "c3", "n": 3}],
 "deep": {"deeper": {"deepest": "bottom"}}, "with space": "yes", "quote\"d": "q",
 "uuid": "8c2b6a44-55d0-4a3c-9a63-0d0a7d5c8d11", "bare_uuid": "8c2b6a4455d04a3c9a630d0a7d5c8d11",
 "ipv4": "10.1.2.3", "ipv6": "fe80::1", "iso": "2026-03-01T12:30:45Z", "offset": "2026-03-01T12:30:45.250+02:00",
 "day": "2026-03-01", "minute": "2026-03-01T12:30Z", "http_date": "Sun, 01 Mar 2026 12:30:45 GMT", "epoch": "1772368245",
 "html": "a &lt;b&gt; &amp; &quot;c&quot; &eacute; &#39;", "markup": "<p class=\"x\">it's & that</p>",
 "b64": "aGVsbG8gd29ybGQ=", "b64url": "_-8_-w", "url": "https://shop.test/find?q=two%20words&page=3#top",
 "escaped": "a%20b%2Fc", "plain": "two words/and more?", "nested_json": "{\"a\": [1, 2]}", "number_text": "42", "float_text": "4.25",
 "padded": " 42 ", "csv": "x,y,,z"}"#;

fn text(body: impl Into<Vec<u8>>) -> Answer {
    typed("text/plain; charset=utf-8", body)
}

fn typed(media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let headers = vec![("Content-Type", media_type.as_bytes().to_vec())];
    Answer { status: 200, headers, body: body.into(), framing: Framing::Length }
}

fn framed(framing: Framing, body: &str) -> Answer {
    Answer { framing, ..text(body) }
}

pub(super) fn answer(request: &Received, state: &State) -> Answer {
    let path = request.path();
    let (front, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    match front {
        "hello" => text("Hello, world!\n"),
        "json" => typed("application/json", DOCUMENT),
        "small" => typed("application/json", r#"{"id":7,"name":"small","tags":["a","b"]}"#),
        "echo" => echo(request),
        "status" => Answer { status: rest.parse().unwrap_or(400), ..text("as you wish") },
        "set-cookie" => {
            let cookies = request.query("c").map(|cookie| ("Set-Cookie", cookie.into_bytes()));
            let mut answer = text("cookies");
            answer.headers.extend(cookies);
            answer
        }
        "to" => {
            let status = request.query("status").next().and_then(|status| status.parse().ok()).unwrap_or(302);
            let location = request.query("location").next().unwrap_or_default();
            let mut answer = Answer { status, ..text("elsewhere") };
            answer.headers.push(("Location", location.into_bytes()));
            answer
        }
        "hops" => hop(rest.parse().unwrap_or(0)),
        "flaky" => flaky(rest, state),
        "count" => text(state.count(path).to_string()),
        "slow" => {
            let ms = rest.parse().unwrap_or(0);
            std::thread::sleep(Duration::from_millis(ms));
            text("at last")
        }
        "headers" => headers(),
        "chunked" => framed(Framing::Chunked, "in several pieces, one after the other"),
        "short" => framed(Framing::Short, "this is less than was promised"),
        "hang-up" => framed(Framing::Nothing, ""),
        "empty" => text(""),
        "no-type" => Answer { headers: Vec::new(), ..text("who knows what") },
        "bytes" => typed("application/octet-stream", (0..=255).collect::<Vec<u8>>()),
        "html" => typed("text/html", "<html><body><h1>Shop &amp; more</h1></body></html>"),
        "xml" => typed("application/xml", "<order id=\"7\"><line>one</line></order>"),
        "lines" => text("first line\nsecond line\nthird line\n"),
        _ => charset_or_packed(front),
    }
}

fn charset_or_packed(front: &str) -> Answer {
    match front {
        "latin1" => typed("text/plain; charset=ISO-8859-1", b"caf\xe9 cr\xe8me".to_vec()),
        "utf16" => {
            typed("text/plain; charset=utf-16le", "héllo".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
        }
        "no-charset" => typed("text/plain; charset=none-such", "words"),
        "broken-utf8" => text(b"broken \xff\xfe end".to_vec()),
        "bom" => text("\u{feff}marked"),
        "broken-json" => typed("application/json", "{\"a\": [1, 2"),
        "gzip" => packed("gzip", GZIP),
        "deflate" => packed("deflate", DEFLATE),
        "identity" => packed("identity", b"as it is"),
        "rot13" => packed("rot13", b"nf vg vf"),
        "broken-gzip" => packed("gzip", b"no gzip at all"),
        _ => Answer { status: 404, ..text("there is no such thing here") },
    }
}

/// `packed words` by gzip, without a time in it.
const GZIP: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 43, 72, 76, 206, 78, 77, 81, 40, 207, 47, 74, 41, 6, 0, 231, 132, 34, 125, 12,
    0, 0, 0,
];
/// The same as a zlib stream.
const DEFLATE: &[u8] = &[120, 156, 43, 72, 76, 206, 78, 77, 81, 40, 207, 47, 74, 41, 6, 0, 30, 92, 4, 184];

fn packed(encoding: &str, body: &[u8]) -> Answer {
    let mut answer = text(body);
    answer.headers.push(("Content-Encoding", encoding.as_bytes().to_vec()));
    answer
}

/// The request told back, without what differs from client to client.
fn echo(request: &Received) -> Answer {
    let told = |name: &str| {
        ["accept-encoding", "authorization", "content-type", "cookie"].contains(&name) || name.starts_with("x-")
    };
    let mut headers = Map::new();
    for (name, value) in request.headers.iter().filter(|(name, _)| told(name)) {
        let value = value.split("; boundary=").next().unwrap_or_default();
        headers.insert(name.clone(), Value::String(value.to_owned()));
    }
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let json = json!({"method": request.method, "target": request.target, "version": request.version, "headers": headers, "body": body});
    typed("application/json", json.to_string())
}

fn hop(left: u32) -> Answer {
    if left == 0 {
        return text("arrived");
    }
    let mut answer = Answer { status: 302, ..text("on") };
    answer.headers.push(("Location", format!("/hops/{}", left - 1).into_bytes()));
    answer
}

/// `KEY/N`: 503 for the first N times, then well.
fn flaky(rest: &str, state: &State) -> Answer {
    let failures = rest.rsplit('/').next().and_then(|count| count.parse().ok()).unwrap_or(1);
    let time = state.count(rest);
    let status = if time > failures { 200 } else { 503 };
    Answer { status, ..typed("application/json", json!({"time": time}).to_string()) }
}

fn headers() -> Answer {
    let mut answer = text("look above");
    let pairs: [(&str, &[u8]); 7] = [
        ("X-One", b"first"),
        ("X-Many", b"red"),
        ("X-Many", b"green"),
        ("X-Empty", b""),
        ("X-Latin", b"caf\xe9"),
        ("X-Utf8", "naïve".as_bytes()),
        ("X-List", b"a, b, c"),
    ];
    answer.headers.extend(pairs.map(|(name, value)| (name, value.to_vec())));
    answer
}
