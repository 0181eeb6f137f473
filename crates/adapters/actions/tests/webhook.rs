//! Messages posted to a real listener on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use callsheet_actions::notify::{Destination, Limits, Message, Messenger, NotifyError};

/// Answers one connection per status, in order, and hands over each request: header lines and body.
fn listener(statuses: &'static [&'static str]) -> (String, Receiver<(Vec<String>, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?token=abc", listener.local_addr().unwrap());
    let (requests, seen) = channel();
    thread::spawn(move || {
        for status in statuses {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut headers = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                headers.push(line.trim().to_ascii_lowercase());
            }
            let length = headers.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            requests.send((headers, String::from_utf8(body).unwrap())).unwrap();
        }
    });
    (url, seen)
}

fn message() -> Message {
    Message {
        key: "run/3.0.1".into(),
        text: "deploy begins".into(),
        run: "0123".into(),
        procedure: "a.md#deploy".into(),
        step: "tell".into(),
        service: "a".into(),
        environment: "staging".into(),
    }
}

fn send(destination: Destination) -> Result<(), NotifyError> {
    let limits = Limits { timeout: Duration::from_secs(5), tries: 3, pause: Duration::from_millis(1) };
    let mut messenger = Messenger::new(limits);
    let (done, result) = channel();
    messenger.send(destination, message(), Box::new(move |result| done.send(result).unwrap()));
    result.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn a_busy_receiver_is_tried_again_under_the_same_key() {
    let (url, seen) = listener(&["503 Busy", "429 Slow Down", "200 OK"]);
    send(Destination::Webhook { url }).unwrap();
    for _ in 0..3 {
        let (headers, body) = seen.recv().unwrap();
        assert!(headers.contains(&"idempotency-key: run/3.0.1".to_owned()), "{headers:?}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((body["text"].as_str(), body["key"].as_str()), (Some("deploy begins"), Some("run/3.0.1")));
    }
}

#[test]
fn a_refusal_is_final_and_tells_no_credential() {
    let (url, seen) = listener(&["404 Not Found"]);
    let error = send(Destination::Slack { url }).unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 refused the message: HTTP 404 Not Found");
    assert!(seen.recv().unwrap().1.contains("deploy begins"));
}

#[test]
fn nobody_there_is_said_with_the_number_of_tries() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = send(Destination::Webhook { url: format!("http://{unused}/?token=abc") }).unwrap_err();
    let NotifyError::NotTaken { tries: 3, .. } = &error else { panic!("{error:?}") };
    assert!(!error.to_string().contains("abc"), "{error}");
}

#[test]
fn addresses_come_from_the_environment_when_asked() {
    let lookup = |name: &str| (name == "HOOK").then(|| "http://127.0.0.1/x".to_owned());
    assert_eq!(Destination::address("$HOOK", lookup).unwrap(), "http://127.0.0.1/x");
    assert_eq!(Destination::address("http://127.0.0.1/y", lookup).unwrap(), "http://127.0.0.1/y");
    assert_eq!(Destination::address("$OTHER", lookup), Err(NotifyError::NoVariable("OTHER".into())));
    assert_eq!(send(Destination::Webhook { url: "no address".into() }), Err(NotifyError::Address));
    assert_eq!(send(Destination::Terminal), Ok(()));
}
