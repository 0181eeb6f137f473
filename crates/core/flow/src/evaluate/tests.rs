//! Captures and asserts on a response of our own.

use super::*;
use crate::parse;

fn response() -> Response {
    Response {
        version: HttpVersion::Http11,
        status: 200,
        url: "http://h/items?page=2".to_owned(),
        redirects: vec![Redirect { status: 302, location: "http://h/items?page=2".to_owned() }],
        headers: vec![
            ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
            ("Set-Cookie".to_owned(), "session=abc; Max-Age=60; HttpOnly".to_owned()),
            ("Vary".to_owned(), "a".to_owned()),
            ("Vary".to_owned(), "b".to_owned()),
        ],
        body: br#"{"n":3,"f":1.5,"name":"Zo\u00eb","tags":["a","b"],"on":true,"none":null,"at":"2026-03-01T00:00:00Z","id":"8c2b6a44-55d0-4a3c-9a63-0d0a7d5c8d11","o":{"x":[{"y":1},{"y":2}]},"html":"a &lt; b","b64":"aGk="}"#.to_vec(),
        packed: None,
        raw_body: None,
        duration_ms: 12,
        ip: "127.0.0.1".to_owned(),
    }
}

fn judged(lines: &str) -> Judgement {
    let flow = parse(&format!("GET http://h\nHTTP 200\n{lines}\n")).unwrap_or_else(|error| panic!("{error}\n{lines}"));
    let spec = flow.entries[0].response.clone().unwrap();
    let around = Surroundings {
        now: "2026-02-19T00:00:00Z".parse().unwrap(),
        read_file: &|path| if path == "hi.txt" { Ok(b"hi".to_vec()) } else { Err(format!("no file {path}")) },
    };
    let mut variables = Variables::from([("three".to_owned(), Value::Integer(3))]);
    judge(&spec, &response(), &mut variables, &around)
}

fn holds(assert: &str) {
    let judgement = judged(&format!("[Asserts]\n{assert}"));
    assert_eq!(judgement.failures, [], "{assert}");
}

fn fails(assert: &str, actual: &str, expected: &str) {
    let judgement = judged(&format!("[Asserts]\n{assert}"));
    let [failure] = judgement.failures.as_slice() else { panic!("{assert}: {judgement:?}") };
    assert_eq!((failure.actual.as_str(), failure.expected.as_str()), (actual, expected), "{assert}");
    assert_eq!(failure.at.line, 4);
}

#[test]
fn what_holds() {
    for assert in [
        "status == 200",
        "version == \"1.1\"",
        "url endsWith \"page=2\"",
        "url urlQueryParam \"page\" toInt == 2",
        "redirects count == 1",
        "redirects nth 0 location startsWith \"http://h\"",
        "ip isIpv4",
        "header \"content-type\" contains \"json\"",
        "header \"vary\" count == 2",
        "header \"vary\" contains \"b\"",
        "header \"nope\" not exists",
        "cookie \"session\" == \"abc\"",
        "cookie \"session[Max-Age]\" == 60",
        "cookie \"session[HttpOnly]\" exists",
        "cookie \"session[Secure]\" not exists",
        "jsonpath \"$.n\" == 3",
        "jsonpath \"$.n\" == {{three}}",
        "jsonpath \"$.n\" == 3.0",
        "jsonpath \"$.n\" >= 3",
        "jsonpath \"$.n\" isInteger",
        "jsonpath \"$.f\" isFloat",
        "jsonpath \"$.f\" isNumber",
        "jsonpath \"$.name\" == \"Zoë\"",
        "jsonpath \"$.name\" matches /^Z.ë$/",
        "jsonpath \"$.tags\" count == 2",
        "jsonpath \"$.tags\" contains \"a\"",
        "jsonpath \"$.on\" isBoolean",
        "jsonpath \"$.none\" == null",
        "jsonpath \"$.nope\" not exists",
        "jsonpath \"$..y\" count == 2",
        "jsonpath \"$.o\" isObject",
        "jsonpath \"$.o\" isCollection",
        "jsonpath \"$.o.x[?@.y == 2].y\" == 2",
        "jsonpath \"$.at\" isIsoDate",
        "jsonpath \"$.at\" toDate \"%+\" daysAfterNow == 10",
        "jsonpath \"$.at\" toDate \"%+\" daysBeforeNow == -10",
        "jsonpath \"$.at\" toDate \"%Y-%m-%dT%H:%M:%SZ\" dateFormat \"%d.%m.%Y\" == \"01.03.2026\"",
        "jsonpath \"$.id\" isUuid",
        "jsonpath \"$.html\" htmlUnescape == \"a < b\"",
        "jsonpath \"$.b64\" base64Decode == hex,6869;",
        "jsonpath \"$.b64\" base64Decode == file,hi.txt;",
        "jsonpath \"$.b64\" base64Decode utf8Decode == \"hi\"",
        "jsonpath \"$.tags\" last == \"b\"",
        "jsonpath \"$.n\" toString == \"3\"",
        "regex \"\\\"n\\\":(\\\\d+)\" toInt == 3",
        "body contains \"Zo\"",
        "body split \",\" count > 5",
        "bytes startsWith hex,7b22;",
        "body replace \"x\" \"y\" exists",
        "sha256 exists",
        "md5 toHex matches \"^[0-9a-f]{32}$\"",
        "duration < 1000",
        "variable \"three\" == 3",
    ] {
        holds(assert);
    }
}

#[test]
fn what_fails_says_what_was_seen() {
    fails("jsonpath \"$.n\" == 4", "integer <3>", "integer <4>");
    fails("jsonpath \"$.n\" == \"3\"", "integer <3>", "string <3>");
    fails("jsonpath \"$.nope\" == 1", "nothing", "integer <1>");
    fails("jsonpath \"$.nope\" != 1", "nothing", "not integer <1>");
    fails("jsonpath \"$.n\" not == 3", "integer <3>", "not integer <3>");
    fails("header \"vary\" not exists", "list <[\"a\",\"b\"]>", "nothing");
    fails("jsonpath \"$.name\" > 3", "string <Zoë>", "greater than integer <3>");
    fails("jsonpath \"$.n\" contains \"3\"", "integer <3>", "contains string <3>");
    fails("jsonpath \"$.n\" not isEmpty", "integer <3>", "not empty");
    fails("body == file,nope;", &Value::Text(String::from_utf8(response().body).unwrap()).describe(), "no file nope");
}

#[test]
fn a_wrong_status_stops_the_judging() {
    let flow = parse("GET http://h\nHTTP/2 201\n[Captures]\na: status\n").unwrap();
    let around = Surroundings { now: Timestamp::UNIX_EPOCH, read_file: &|_| Err(String::new()) };
    let judgement = judge(flow.entries[0].response.as_ref().unwrap(), &response(), &mut Variables::new(), &around);
    let conditions: Vec<&str> = judgement.failures.iter().map(|failure| failure.condition.as_str()).collect();
    assert_eq!(conditions, ["HTTP version", "status code"]);
    assert!(judgement.captured.is_empty());
}

#[test]
fn captures_are_kept_and_may_be_secret() {
    let judgement = judged("[Captures]\nname: jsonpath \"$.name\"\ntoken: cookie \"session\" redact");
    assert_eq!(judgement.captured.len(), 2);
    assert!(judgement.captured[1].secret);
}

#[test]
fn a_capture_of_nothing_ends_the_judging() {
    for capture in ["none: jsonpath \"$.x\"", "none: jsonpath \"$.n\" redact"] {
        let judgement = judged(&format!("[Captures]\nname: jsonpath \"$.name\"\n{capture}\n[Asserts]\nstatus == 1"));
        assert_eq!(judgement.captured, []);
        let conditions: Vec<&str> = judgement.failures.iter().map(|failure| failure.condition.as_str()).collect();
        assert_eq!(conditions, ["capture none"]);
    }
}

#[test]
fn bodies_are_compared_by_their_kind() {
    let spec = "GET http://h\nHTTP 200\n{\"x\": [1], \"y\": 2}\n";
    let flow = parse(spec).unwrap();
    let mut answer = response();
    answer.body = br#"{"x": [1], "y": 2}"#.to_vec();
    let around = Surroundings { now: Timestamp::UNIX_EPOCH, read_file: &|_| Err(String::new()) };
    let wanted = flow.entries[0].response.as_ref().unwrap();
    assert_eq!(judge(wanted, &answer, &mut Variables::new(), &around).failures, []);
    // Spaces and order count, as in the `hurl` program.
    answer.body = br#"{"y":2}"#.to_vec();
    assert_eq!(judge(wanted, &answer, &mut Variables::new(), &around).failures[0].condition, "body");
}
