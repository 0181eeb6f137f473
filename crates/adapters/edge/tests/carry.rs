//! Requests are carried: to whom, with what, how.

mod support;

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use callsheet_edge::{EdgeConfig, Route};
use callsheet_rollout::TrafficControl as _;
use support::{Instance, SERVICE, Stage, config, millis, routing};

#[test]
fn a_request_goes_to_the_service_and_back() {
    let instance = Instance::start("one", "1.0");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let mut client = stage.client();
    let reply = client.get("/");
    assert_eq!((reply.status, reply.text().as_str()), (200, "one"), "{}", stage.log());
    assert_eq!(reply.header("x-version"), Some("1.0"));
    assert_eq!(reply.header("x-request-id").map(str::len), Some(32));
    // The connection is kept, on both sides.
    for _ in 0..10 {
        assert_eq!(client.get("/again").status, 200);
    }
    assert_eq!(client.get_with("/upload", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0").text(), "3");
    assert_eq!(instance.served(), 12);
    assert_eq!(instance.connections.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn a_service_is_found_by_host_and_path() {
    let (shop, api) = (Instance::start("shop", "1"), Instance::start("api", "1"));
    let mut config = config();
    config.routes.push(Route { path: "/api".to_owned(), ..Route::all_of("api") });
    config.routes.push(Route { hosts: vec!["api.test".to_owned()], ..Route::all_of("api") });
    config.routes.push(Route { path: "/empty".to_owned(), ..Route::all_of("empty") });
    let mut stage = Stage::with(&config);
    stage.route(&[&shop]);
    stage.edge.apply(&callsheet_rollout::Routing { service: "api".to_owned(), ..routing(&[&api], &[], "0%") }).unwrap();
    let mut client = stage.client();
    assert_eq!(client.get("/").text(), "shop");
    assert_eq!(client.get("/api/x?y").text(), "api");
    client.send("GET / HTTP/1.1\r\nHost: API.test:80\r\n\r\n").unwrap();
    assert_eq!(client.reply().unwrap().text(), "api");
    let nobody = client.get("/empty");
    assert_eq!((nobody.status, nobody.header("retry-after")), (503, Some("5")));
}

#[test]
fn no_route_is_said() {
    let mut config = config();
    config.routes[0].path = "/only".to_owned();
    let mut stage = Stage::with(&config);
    let instance = Instance::start("one", "1");
    stage.route(&[&instance]);
    assert_eq!(stage.client().get("/").status, 404);
    assert_eq!(stage.client().get("/only").status, 200);
}

#[test]
fn the_instance_is_told_who_asked() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let reply = stage.client().get_with("/headers", "X-Request-Id: abc\r\nX-Forwarded-For: 1.2.3.4\r\nKeep-Alive: 5");
    assert_eq!(reply.header("x-request-id"), Some("abc"));
    let text = reply.text();
    for expected in
        ["\"x-forwarded-for\": \"127.0.0.1\"", "\"x-forwarded-proto\": \"http\"", "\"x-request-id\": \"abc\""]
    {
        assert!(text.contains(expected), "{text}");
    }
    assert!(!text.contains("1.2.3.4") && !text.contains("keep-alive"), "{text}");
}

#[test]
fn an_instance_that_closes_after_each_answer_loses_none() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let mut client = stage.client();
    for _ in 0..50 {
        let reply = client.get("/close");
        assert!(reply.status == 200 && reply.keeps(), "{reply:?}");
    }
}

#[test]
fn events_come_at_once() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let mut client = stage.client();
    client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert_eq!(client.head().unwrap().header("content-type"), Some("text/event-stream"));
    let begun = Instant::now();
    assert_eq!(client.chunk().unwrap().unwrap(), b"data: one\n\n");
    assert!(begun.elapsed() < Duration::from_secs(15));
    // It counts as begun, and is under way until the client leaves.
    stage.until("the stream is under way", |seen| seen.in_flight.get("one") == Some(&1));
    drop(client);
    stage.until("the stream has ended", |seen| seen.in_flight.get("one") == Some(&0));
}

#[test]
fn a_large_upload_goes_through_little_memory() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let resident = |pid: u32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let pid = stage.started.status.pid;
    assert_eq!(stage.client().get("/").status, 200);
    let before = resident(pid);
    let bytes = 64 << 20;
    let mut client = stage.client();
    client.send(&format!("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n")).unwrap();
    let piece = vec![7; 1 << 20];
    for _ in 0..64 {
        client.stream.get_mut().write_all(&piece).unwrap();
    }
    assert_eq!(client.reply().unwrap().text(), bytes.to_string());
    let grown = resident(pid) - before;
    assert!(grown < 8 * 1024, "{grown} KiB more for an upload of 64 MiB");
}

#[test]
fn a_chunked_upload_is_carried_and_limited() {
    let mut config = config();
    config.routes[0].limits.body_bytes = 10;
    let mut stage = Stage::with(&config);
    let instance = Instance::start("one", "1");
    stage.route(&[&instance]);
    let mut client = stage.client();
    client
        .send(
            "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n",
        )
        .unwrap();
    assert_eq!(client.reply().unwrap().text(), "8");
    client
        .send("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nabcdefghijk\r\n0\r\n\r\n")
        .unwrap();
    assert_eq!(client.reply().unwrap().status, 413);
    let mut client = stage.client();
    client.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n").unwrap();
    assert_eq!(client.reply().unwrap().status, 413, "before a byte of it is read");
    // The release is not to blame.
    let seen = stage.until("the slice is closed", |seen| !seen.slices.is_empty());
    assert_eq!(seen.slices.iter().map(|slice| slice.stable.errors).sum::<u32>(), 0, "{seen:?}");
}

#[test]
fn a_websocket_carries_both_ways() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let mut client = stage.client();
    client
        .send("GET /socket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n")
        .unwrap();
    let head = client.head().unwrap();
    assert_eq!((head.status, head.header("upgrade")), (101, Some("websocket")));
    for word in ["one", "two", "three"] {
        client.send(word).unwrap();
        let mut bytes = vec![0; word.len()];
        client.stream.read_exact(&mut bytes).unwrap();
        assert_eq!(bytes, word.as_bytes());
    }
    assert_eq!(stage.seen().in_flight.get("one"), Some(&1));
    drop(client);
    stage.until("the tunnel has ended", |seen| seen.in_flight.get("one") == Some(&0));
}

#[test]
fn an_answer_that_does_not_come_is_a_504() {
    let mut config = config();
    config.routes[0].limits.timeout = millis(50);
    let mut stage = Stage::with(&config);
    let instance = Instance::start("one", "1");
    stage.route(&[&instance]);
    assert_eq!(stage.client().get("/never").status, 504);
    let seen = stage.until("the slice is closed", |seen| !seen.slices.is_empty());
    assert_eq!(seen.slices[0].stable.errors, 1);
}

#[test]
fn requests_wait_while_a_service_is_held() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    let mut held = routing(&[&instance], &[], "0%");
    held.held = true;
    stage.edge.apply(&held).unwrap();
    let address = stage.address;
    let waiting: Vec<_> =
        (0..20).map(|_| std::thread::spawn(move || support::Client::connect(address).get("/"))).collect();
    support::eventually("they wait", || {
        stage.edge.metrics().unwrap().contains("callsheet_edge_waiting{service=\"shop\"} 20").then_some(())
    });
    assert_eq!(instance.served(), 0);
    held.held = false;
    stage.edge.apply(&held).unwrap();
    for waiter in waiting {
        assert_eq!(waiter.join().unwrap().status, 200);
    }
}

#[test]
fn waiting_has_a_limit_in_number_and_in_time() {
    let page = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(page.path(), "<h1>back soon</h1>").unwrap();
    let mut config = config();
    config.routes[0].limits.held = 1;
    config.routes[0].limits.held_timeout = millis(5000);
    config.routes[0].maintenance_page = Some(page.path().to_owned());
    let mut stage = Stage::with(&config);
    let instance = Instance::start("one", "1");
    let mut held = routing(&[&instance], &[], "0%");
    held.held = true;
    stage.edge.apply(&held).unwrap();
    let address = stage.address;
    let first = std::thread::spawn(move || (support::Client::connect(address).get("/"), Instant::now()));
    support::eventually("one waits", || {
        stage.edge.metrics().unwrap().contains("callsheet_edge_waiting{service=\"shop\"} 1").then_some(())
    });
    let second = stage.client().get("/");
    let answered = Instant::now();
    assert_eq!((second.status, second.text().as_str()), (503, "<h1>back soon</h1>"));
    let (first, later) = first.join().unwrap();
    assert_eq!((first.status, first.header("retry-after")), (503, Some("5")));
    assert!(later > answered, "the second does not wait, the first does");
}

#[test]
fn each_request_can_be_written_down() {
    let config = EdgeConfig { access_log: true, ..config() };
    let mut stage = Stage::with(&config);
    let instance = Instance::start("one", "1");
    stage.route(&[&instance]);
    stage.client().get("/path?secret=1");
    let path = stage.folder.path().join("edge-access.log");
    let line = support::eventually("the line is written", || {
        std::fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n'))
    });
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    let fields = ["method", "path", "status", "service", "instance", "host", "complete", "bytes"]
        .map(|name| line[name].to_string());
    assert_eq!(fields, ["\"GET\"", "\"/path\"", "200", "\"shop\"", "\"one\"", "\"shop.test\"", "true", "3"], "{line}");
}

#[test]
fn a_configuration_is_taken_as_a_whole_or_not() {
    let mut stage = Stage::new();
    let instance = Instance::start("one", "1");
    stage.route(&[&instance]);
    let mut client = stage.client();
    assert_eq!(client.get("/").status, 200);
    let mut faulty = config();
    faulty.routes.push(Route { path: "no".to_owned(), ..Route::all_of("x") });
    let refused = stage.edge.configure(&faulty).unwrap_err().to_string();
    assert_eq!(refused, "the edge refuses: the path `no` of `x` does not begin with `/`");
    let mut other = config();
    other.routes = vec![Route { path: "/new".to_owned(), ..Route::all_of(SERVICE) }];
    stage.edge.configure(&other).unwrap();
    assert_eq!(client.get("/").status, 404, "the connection that was open reads the new one");
    assert_eq!(client.get("/new").status, 200);
    assert_eq!(stage.edge.status().unwrap().listeners[0].address, stage.address);
}
