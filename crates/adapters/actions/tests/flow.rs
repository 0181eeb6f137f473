//! Flows against a real server on loopback.

use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::extract::{Multipart, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use callsheet_actions::flow::{FlowLimits, FlowReport, FlowRunner, Problem};
use callsheet_flow::{Value, Variables, parse};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

async fn serve() -> SocketAddr {
    let flaky = Arc::new(AtomicUsize::new(0));
    let app = Router::new()
        .route("/json", get(|| async { ([("content-type", "application/json")], r#"{"id": 7, "items": [1, 2]}"#) }))
        .route("/echo", post(echo).get(echo))
        .route("/query", get(|Query(query): Query<HashMap<String, String>>| async move { axum::Json(query) }))
        .route("/login", post(|| async { ([(header::SET_COOKIE, "sid=s3; Path=/; HttpOnly")], "in") }))
        .route("/hop", get(|| async { Redirect::to("/hop2") }).post(|| async { Redirect::to("/echo") }))
        .route("/hop2", get(|| async { Redirect::permanent("/json") }))
        .route("/round", get(|| async { Redirect::to("/round") }))
        .route("/flaky", get(third_time))
        .route("/upload", post(upload))
        .route("/slow", get(|| async { tokio::time::sleep(std::time::Duration::from_secs(20)).await }))
        .route("/large", get(|| async { "x".repeat(70_000) }))
        .route("/packed", get(packed))
        .with_state(flaky);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    // A flow waits on its own thread, so the service has another.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await })
    });
    address
}

async fn echo(headers: HeaderMap, method: axum::http::Method, body: String) -> impl IntoResponse {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let json = format!(
        "{{\"method\":{:?},\"body\":{:?},\"type\":{:?},\"cookie\":{:?},\"authorization\":{:?}}}",
        method.as_str(),
        body,
        header("content-type").unwrap_or_default(),
        header("cookie").unwrap_or_default(),
        header("authorization").unwrap_or_default(),
    );
    ([("content-type", "application/json")], json)
}

async fn third_time(State(count): State<Arc<AtomicUsize>>) -> StatusCode {
    if count.fetch_add(1, Ordering::SeqCst) < 2 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

async fn upload(mut multipart: Multipart) -> String {
    let mut lines = Vec::new();
    while let Some(field) = multipart.next_field().await.unwrap() {
        let (name, file) = (field.name().unwrap().to_owned(), field.file_name().map(str::to_owned));
        let media_type = field.content_type().map(str::to_owned);
        let bytes = field.bytes().await.unwrap();
        lines.push(format!("{name} {file:?} {media_type:?} {}", bytes.len()));
    }
    lines.join("\n")
}

async fn packed() -> impl IntoResponse {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"unpacked").unwrap();
    ([(header::CONTENT_ENCODING, "gzip")], encoder.finish().unwrap())
}

async fn run_in(folder: &Path, text: &str) -> FlowReport {
    let address = serve().await;
    let limits = FlowLimits { body: 65_536, ..FlowLimits::default() };
    let runner = FlowRunner::new(limits);
    let flow = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let variables = Variables::from([
        ("base".to_owned(), Value::Text(format!("http://{address}"))),
        ("user".to_owned(), Value::Text("someone".to_owned())),
    ]);
    let now = || "2026-01-01T00:00:00Z".parse().unwrap();
    runner.run(&flow, variables, folder, &now, &mut |_| {}).await
}

async fn succeeds(text: &str) -> FlowReport {
    let report = run_in(Path::new("."), text).await;
    assert!(report.succeeded(), "{}", report.text(None));
    report
}

#[tokio::test]
async fn captures_flow_into_later_requests() {
    let report = succeeds(
        "GET {{base}}/json\nHTTP 200\n[Captures]\nid: jsonpath \"$.id\"\n[Asserts]\njsonpath \"$.items\" count == 2\n\nPOST {{base}}/echo\n{\"id\": {{id}}, \"by\": \"{{user}}\"}\nHTTP/1.1 200\n[Asserts]\njsonpath \"$.body\" == \"{\\\"id\\\": 7, \\\"by\\\": \\\"someone\\\"}\"\njsonpath \"$.type\" == \"application/json\"\n",
    )
    .await;
    assert_eq!(report.captured[0].value, Value::Integer(7));
    assert_eq!(report.entries.len(), 2);
}

#[tokio::test]
async fn sections_become_the_request() {
    succeeds(
        "GET {{base}}/query?a=1\n[Query]\nb: two words\nHTTP 200\n[Asserts]\njsonpath \"$.b\" == \"two words\"\njsonpath \"$.a\" == \"1\"\n\nPOST {{base}}/echo\n[Form]\nx: a b\ny: ü\n[BasicAuth]\nme: pass\n[Cookies]\nc: 1\nHTTP 200\n[Asserts]\njsonpath \"$.body\" == \"x=a%20b&y=%C3%BC\"\njsonpath \"$.authorization\" == \"Basic bWU6cGFzcw==\"\njsonpath \"$.cookie\" == \"c=1\"\n",
    )
    .await;
}

#[tokio::test]
async fn cookies_are_kept() {
    succeeds(
        "POST {{base}}/login\nHTTP 200\n[Asserts]\ncookie \"sid\" == \"s3\"\n\nGET {{base}}/echo\nHTTP 200\n[Asserts]\njsonpath \"$.cookie\" == \"sid=s3\"\n",
    )
    .await;
}

#[tokio::test]
async fn redirects_are_followed_only_when_told() {
    succeeds("GET {{base}}/hop\nHTTP 303\n").await;
    let followed = "GET {{base}}/hop\n[Options]\nlocation: true\nHTTP 200\n[Asserts]\nredirects count == 2\nurl endsWith \"/json\"\n\nPOST {{base}}/hop\n[Options]\nlocation: true\n`data`\nHTTP 200\n[Asserts]\njsonpath \"$.method\" == \"GET\"\njsonpath \"$.body\" == \"\"\n";
    succeeds(followed).await;
    let round = run_in(Path::new("."), "GET {{base}}/round\n[Options]\nlocation: true\nmax-redirs: 3\n").await;
    assert!(round.text(None).contains("more than 3 redirects"), "{}", round.text(None));
}

#[tokio::test]
async fn tries_again_until_it_is_as_wanted() {
    let report = succeeds("GET {{base}}/flaky\n[Options]\nretry: 5\nretry-interval: 1ms\nHTTP 200\n").await;
    assert_eq!(report.entries[0].tries, 3);
}

#[tokio::test]
async fn the_first_failure_ends_the_flow() {
    let report = run_in(Path::new("."), "GET {{base}}/json\nHTTP 201\n\nPOST {{base}}/echo\n").await;
    assert_eq!((report.entries.len(), report.not_tried), (1, Some(4)));
    let expected = Problem::Condition {
        line: 2,
        condition: "status code".to_owned(),
        actual: "200".to_owned(),
        expected: "201".to_owned(),
    };
    assert_eq!(report.entries[0].problems, [expected]);
}

#[tokio::test]
async fn what_cannot_be_sent_or_answered_is_told() {
    for (text, words) in [
        ("GET http://127.0.0.1:1/\n", "cannot connect to 127.0.0.1:1: Connection refused"),
        ("GET {{base}}/slow\n[Options]\nmax-time: 30ms\n", "within 30ms"),
        ("GET {{base}}/large\n", "larger than 65536 bytes"),
        ("GET ftp://h/\n", "no address that HTTP reaches"),
        ("GET {{nope}}/\n", "`nope` has no value"),
        ("POST {{base}}/echo\nfile,/etc/hostname;\n", "outside of the runbook's folder"),
        ("GET {{base}}/json\n[Options]\nretry: {{user}}\n", "`someone` is no count"),
    ] {
        let report = run_in(Path::new("."), text).await;
        assert!(!report.succeeded() && report.text(None).contains(words), "{text}: {}", report.text(None));
    }
}

#[tokio::test]
async fn files_are_uploaded_in_parts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = "POST {{base}}/upload\n[Multipart]\nnote: hello\nfile: file,Cargo.toml; text/x-toml\nguess: file,src/lib.rs;\nHTTP 200\n[Asserts]\nbody contains \"note None None 5\"\nbody contains \"file Some(\\\"Cargo.toml\\\") Some(\\\"text/x-toml\\\")\"\nbody contains \"application/octet-stream\"\n";
    let report = run_in(folder, text).await;
    assert!(report.succeeded(), "{}", report.text(None));
}

#[tokio::test]
async fn packed_responses_are_unpacked() {
    succeeds("GET {{base}}/packed\n[Options]\ncompressed: true\nHTTP 200\n[Asserts]\nbody == \"unpacked\"\nrawbytes startsWith hex,1f8b;\n").await;
}

#[tokio::test]
async fn options_repeat_skip_and_set_variables() {
    let report = succeeds(
        "GET {{base}}/json\n[Options]\nskip: true\nHTTP 500\n\nGET {{base}}/query\n[Options]\nrepeat: 3\nvariable: n=5\n[Query]\nn: {{n}}\nHTTP 200\n[Asserts]\nvariable \"n\" == 5\n",
    )
    .await;
    assert_eq!(report.entries.len(), 3);
}

/// Answers one request on each connection and closes it without a word. Counts requests.
fn serve_and_close() -> (SocketAddr, Arc<AtomicUsize>) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            if stream.read(&mut request).unwrap() > 0 {
                counted.fetch_add(1, Ordering::SeqCst);
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
            }
        }
    });
    (address, seen)
}

#[tokio::test]
async fn a_server_that_closes_after_each_answer_loses_no_request() {
    let (address, seen) = serve_and_close();
    let ask = |method: &str| format!("{method} http://{address}/\nHTTP 200\n\n");
    let text = format!("{}{}{}", ask("GET").repeat(20), ask("HEAD").repeat(3), ask("GET").repeat(20));
    let flow = parse(&text).unwrap();
    let folder = Path::new(".");
    let now = callsheet_base::Timestamp::now;
    let report = FlowRunner::new(FlowLimits::default()).run(&flow, Variables::new(), folder, &now, &mut |_| {}).await;
    assert!(report.succeeded(), "{report:?}");
    assert_eq!(seen.load(Ordering::SeqCst), 43);
}
