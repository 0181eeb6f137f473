//! Ending: readiness says no first, no request is lost, a second signal ends at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;

use crate::running::{started, started_with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_by_a_stop_under_load() {
    let (folder, service) = started_with(&[("DRAIN_GRACE_SECONDS", "5")]);
    let token = service.admin().await;
    let service = Arc::new(service);
    // Clients behave as behind a balancer: once readiness says no, no new request is sent here.
    let closed = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let (service, token, closed, written) = (service.clone(), token.clone(), closed.clone(), written.clone());
            tokio::spawn(async move {
                let mut number = 0;
                while !closed.load(Ordering::Acquire) {
                    let body = json!({"name": format!("{client}-{number}")});
                    service.create(&token, "/api/universes", body).await;
                    written.fetch_add(1, Ordering::Relaxed);
                    number += 1;
                }
            })
        })
        .collect();
    let deadline = Instant::now() + Duration::from_secs(120);
    while written.load(Ordering::Relaxed) < 100 {
        assert!(Instant::now() < deadline, "{} written in two minutes", written.load(Ordering::Relaxed));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.signal(Signal::TERM);
    let mut answered_while_draining = 0;
    loop {
        let ready = service.get("/health/ready").await;
        if ready.status() == 503 {
            assert_eq!(ready.headers()["connection"], "close");
            break;
        }
        answered_while_draining += 1;
        assert!(answered_while_draining < 1000, "readiness goes on saying yes");
    }
    assert_eq!(service.get("/health/live").await.status(), 200);
    closed.store(true, Ordering::Release);
    for client in clients {
        client.await.unwrap();
    }
    let mut service = Arc::into_inner(service).unwrap();
    assert_eq!(service.ended().code(), Some(0));
    assert!(!folder.path().join("pid").exists());

    let kept = crate::running::Running::start(folder.path(), &[]);
    let mut count = 0;
    let mut after = String::new();
    loop {
        let part = kept.read(&token, &format!("/api/universes?limit=100{after}")).await;
        count += part["items"].as_array().unwrap().len();
        let Some(next) = part["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    assert_eq!(count, written.load(Ordering::Relaxed));
}

#[tokio::test]
async fn a_request_half_sent_at_the_signal_is_still_answered() {
    let (_folder, mut service) = started_with(&[("DRAIN_GRACE_SECONDS", "0")]);
    let body = json!({"email": "late@studio.example", "name": "Late", "password": "a-long-password"}).to_string();
    let (first, rest) = body.split_at(20);
    let mut stream = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
    let head = format!(
        "POST /api/auth/register HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The 100 tells that the handler is waiting for the body.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"));
    stream.write_all(first.as_bytes()).unwrap();
    service.signal(Signal::TERM);
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", service.port)).is_ok() {
        assert!(Instant::now() < deadline, "connections are still taken");
        std::thread::sleep(Duration::from_millis(2));
    }
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(service.ended().code(), Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let (_folder, mut service) = started_with(&[("DRAIN_GRACE_SECONDS", "60")]);
    service.signal(Signal::TERM);
    let deadline = Instant::now() + Duration::from_secs(30);
    while service.get("/health").await.status() != 503 {
        assert!(Instant::now() < deadline, "it does not say that it ends");
    }
    service.signal(Signal::INT);
    assert_eq!(service.ended().code(), Some(130));
}

#[tokio::test]
async fn requests_that_do_not_end_in_time_are_cut_and_told() {
    let (_folder, mut service) = started_with(&[("DRAIN_GRACE_SECONDS", "0"), ("DRAIN_TIMEOUT_SECONDS", "0.2")]);
    let mut stream = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
    stream
        .write_all(
            b"POST /api/auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
        )
        .unwrap();
    service.get("/health/live").await;
    assert_eq!(service.stop().code(), Some(1));
    assert!(service.log().iter().any(|line| line["cut"] == 1), "{:?}", service.log().last());
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_the_end() {
    let (_folder, mut service) = started();
    let _idle = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
    service.request(Method::GET, "/health/live").send().await.unwrap();
    let asked = Instant::now();
    assert_eq!(service.stop().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(20));
}
