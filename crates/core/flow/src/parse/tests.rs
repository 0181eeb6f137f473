//! Whole texts and their parts; faults and their places.

use super::parse;
use crate::model::*;

fn one(text: &str) -> Entry {
    let mut flow = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(flow.entries.len(), 1, "{text}");
    flow.entries.remove(0)
}

fn fault(text: &str, line: u32, column: u32, message: &str) {
    let error = parse(text).expect_err(text);
    assert_eq!((error.at.line, error.at.column), (line, column), "{error}");
    assert!(error.message.contains(message), "{error}");
}

#[test]
fn a_flow_of_two_requests() {
    let flow = parse(
        "# log in first\nPOST {{base}}/login # comment\nContent-Type: application/json\n{ \"name\": \"{{user}}\", \"tags\": [1, {\"a\": \"}\"}] }\n\nHTTP 200\n[Captures]\ntoken: jsonpath \"$.token\" redact\n\nGET {{base}}/me\nAuthorization: Bearer {{token}}\n[Query]\nverbose: true\nHTTP/1.1 200\nContent-Type: application/json\n[Asserts]\njsonpath \"$.name\" == \"{{user}}\"\nheader \"x-request-id\" exists\nduration < 500\n",
    )
    .unwrap();
    assert_eq!(flow.entries.len(), 2);
    let login = &flow.entries[0];
    assert!(matches!(&login.request.body, Some(Body::Json(text)) if text.variables().eq(["user"])));
    assert!(login.response.as_ref().unwrap().captures[0].redact);
    let me = flow.entries[1].response.as_ref().unwrap();
    assert_eq!((me.version, me.status, me.asserts.len()), (HttpVersion::Http11, Some(200), 3));
    assert_eq!(me.asserts[0].text, "jsonpath \"$.name\" == \"{{user}}\"");
    assert_eq!(me.asserts[2].at, Place { line: 19, column: 1 });
}

#[test]
fn bodies_of_every_kind() {
    let body = |text: &str| one(&format!("POST http://h/\n{text}\nHTTP *\n")).request.body;
    assert!(matches!(body("[1, 2]"), Some(Body::Json(_))));
    assert!(matches!(body("{{payload}}"), Some(Body::Json(_))));
    assert!(matches!(body("true"), Some(Body::Json(_))));
    assert!(matches!(body("<a><b x=\"1\"/>t</a>"), Some(Body::Xml(_))));
    assert!(matches!(body("`one {{x}}`"), Some(Body::OneLine(_))));
    assert_eq!(body("base64,aGk=;"), Some(Body::Bytes(b"hi".to_vec())));
    assert_eq!(body("hex, 6869;"), Some(Body::Bytes(b"hi".to_vec())));
    assert!(matches!(body("file,data.bin;"), Some(Body::File(_))));
    let Some(Body::Text { language, text }) = body("```json\n{\"a\": {{b}}}\n```") else { panic!() };
    assert_eq!((language.as_str(), text.source().as_str()), ("json", "{\"a\": {{b}}}\n"));
}

#[test]
fn sections_of_a_request() {
    let request = one("PUT http://h/x\n[Form]\na: b # c\n[Cookies]\ns: 1\n[Options]\nretry: 3\nretry-interval: 200ms\nvariable: id=42\nlocation: true\n[Multipart]\nf: file,a.png; image/png\nt: text\n").request;
    assert_eq!(request.form.as_ref().map(Vec::len), Some(1));
    assert_eq!(request.options.len(), 4);
    let parts = request.multipart.unwrap();
    assert!(
        matches!(&parts[0].content, PartContent::File { media_type: Some(kind), .. } if kind.source() == "image/png")
    );
}

#[test]
fn filters_and_predicates() {
    let response = one("GET http://h\nHTTP 200\n[Asserts]\nbody split \",\" nth 1 toInt >= 3\nregex /a\\/(b+)/ not isEmpty\nbytes startsWith hex,ff00;\njsonpath \"$.n\" == 1.5\nheader \"a\" matches \"^x\" # why\nstatus == 200\n").response.unwrap();
    assert_eq!(response.asserts[0].filters.len(), 3);
    assert!(response.asserts[1].negated);
    assert_eq!(response.asserts.len(), 6);
}

#[test]
fn faults_have_places() {
    fault("get http://h", 1, 1, "must begin");
    fault("GET http://h\nHTTP 20x\n", 2, 8, "line should end");
    fault("GET http://h\nHTTP 200\n[Asserts]\nxpath \"//a\" exists\n", 4, 1, "the `hurl` program only");
    fault("GET http://h\nHTTP 200\n[Asserts]\nstatus is 200\n", 4, 8, "no predicate");
    fault("GET http://h\n[Asserts]\nstatus == 200\n", 2, 2, "belongs to a response");
    fault("GET http://{{h\n", 1, 15, "close the variable");
    fault("POST http://h\n{\"a\": \n", 2, 6, "value must stand");
    fault("GET http://h\nHTTP 200\n[Nope]\n", 3, 2, "does not belong");
    fault("GET http://h\n[Options]\nproxy: x\n", 3, 1, "the `hurl` program only");
}

#[test]
fn what_only_the_program_does_is_kept_when_asked_for() {
    let text = "POST {{base}}/form\n[Options]\nproxy: {{proxy}}\nHTTP 200\n[Captures]\ntitle: xpath \"string(//title)\"\n[Asserts]\nbody xpath \"//{{tag}}\" count == 2\n";
    let flow = super::read(text).unwrap();
    let foreign: Vec<_> =
        flow.foreign().into_iter().map(|one| (one.name.as_str(), one.at.line, one.at.column)).collect();
    assert_eq!(foreign, [("proxy", 3, 1), ("xpath", 6, 8), ("xpath", 8, 6)]);
    assert_eq!(flow.variables(), ["base", "proxy", "tag"]);
    assert_eq!(flow.captures().collect::<Vec<_>>(), ["title"]);
    assert!(!flow.only_reads());
    assert!(parse(text).unwrap_err().unsupported);
}

#[test]
fn crlf_and_no_final_line_end() {
    let entry = one("GET http://h\r\nA: b\r\nHTTP 204");
    assert_eq!(entry.request.headers[0].value.source(), "b");
    assert_eq!(entry.response.unwrap().status, Some(204));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(GET|POST|HTTP|\\[Asserts\\]|[ -~\\n`{}\"é]){0,40}") {
        let _ = parse(&text);
    }
}
