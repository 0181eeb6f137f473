//! A service that runs, and the words that tests speak to it over HTTP.

use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// The password of every account that tests make.
pub const PASSWORD: &str = "correct-horse-battery";
/// Opens the fault switches.
pub const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";

/// Starting, answering and ending may take this on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A service that runs; killed when dropped.
#[derive(Debug)]
pub struct Service {
    /// Where it answers, without a slash at the end.
    pub url: String,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// The file with all that it says.
    pub log: PathBuf,
    child: Child,
    client: Client,
}

impl Service {
    /// Starts a program on a free port, with its words behind those that `log` holds already; waits until it listens. It is told by `PORT` and
    /// `PORT_FILE`.
    pub fn start(mut command: Command, port_file: &Path, log: &Path) -> Service {
        if port_file.exists() {
            std::fs::remove_file(port_file).expect("the test's own file");
        }
        let words = File::options().create(true).append(true).open(log).expect("the test's own file");
        let errors = words.try_clone().expect("a file can be held twice");
        command.env("PORT", "0").env("PORT_FILE", port_file).stdin(Stdio::null()).stdout(words).stderr(errors);
        let mut child = command.spawn().expect("the program starts");
        let deadline = Instant::now() + PATIENCE;
        let port: u16 = loop {
            // A file that is being written is empty for a moment.
            if let Some(port) = std::fs::read_to_string(port_file).ok().and_then(|text| text.trim().parse().ok()) {
                break port;
            }
            let ended = child.try_wait().expect("a child can be asked for its end");
            let said = || std::fs::read_to_string(log).unwrap_or_default();
            assert!(ended.is_none() && Instant::now() < deadline, "did not start: {}", said());
            std::thread::sleep(LOOK_EVERY);
        };
        // The client wants a TLS provider even for plain HTTP; that another test was first is no fault.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(Policy::none()).build().expect("a client of plain HTTP");
        Service { url: format!("http://127.0.0.1:{port}"), port, log: log.to_owned(), child, client }
    }

    /// A request to a path of it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).timeout(PATIENCE)
    }

    /// GET, whatever the answer.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("it answers")
    }

    /// GET as text.
    pub async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.expect("it answers to the end")
    }

    /// GET as JSON, whatever the status.
    pub async fn look(&self, path: &str) -> (u16, Value) {
        status_and_body(self.get(path).await).await
    }

    /// GET as JSON, signed in, expecting 200.
    pub async fn read(&self, token: &str, path: &str) -> Value {
        let (status, body) = self.send(token, Method::GET, path, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Sends JSON, or nothing for null, signed in; gives status and body (null if empty).
    pub async fn send(&self, token: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request(method, path).bearer_auth(token);
        let request = if body.is_null() { request } else { request.json(body) };
        status_and_body(request.send().await.expect("it answers")).await
    }

    /// POST, signed in, expecting 201.
    pub async fn create(&self, token: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(token, Method::POST, path, &body).await;
        assert_eq!(status, 201, "{path}: {answer}");
        answer
    }

    /// Tries to sign in.
    pub async fn login(&self, email: &str, password: &str) -> (u16, Value) {
        let body = json!({"email": email, "password": password});
        let request = self.request(Method::POST, "/api/auth/login").json(&body);
        status_and_body(request.send().await.expect("it answers")).await
    }

    /// The token of somebody whose password is [`PASSWORD`].
    pub async fn token(&self, email: &str) -> String {
        let (status, body) = self.login(email, PASSWORD).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().expect("a token is a text").to_owned()
    }

    /// Registers somebody, where anybody may register, and signs them in; gives their token.
    pub async fn member(&self, name: &str) -> String {
        let email = format!("{}@studio.example", name.to_lowercase());
        let body = json!({"email": email, "name": name, "password": PASSWORD});
        let answer = self.request(Method::POST, "/api/auth/register").json(&body).send().await.expect("it answers");
        assert_eq!(answer.status(), 201);
        self.token(&email).await
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends its process a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is our child");
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked for its end") {
                return status;
            }
            assert!(Instant::now() < deadline, "did not end: {}", self.said());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Asks it to end, and waits for that.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.ended()
    }

    /// All that it said.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the test's own file")
    }

    /// Its log, a JSON object per line.
    pub fn log(&self) -> Vec<Value> {
        let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        self.said().lines().map(object).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            // It may have ended between the two.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// An answer's status, and its body: null if it is empty, a text if it is no JSON.
pub async fn status_and_body(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("it answers to the end");
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}
