//! A running service with its servers, and the words the tests speak to it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use callsheet_servers::{Postgres, Redis};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub const OPERATOR: &str = "operator@studio.example";
pub const PASSWORD: &str = "correct-horse-battery";
pub const KEY: &str = "0123456789abcdef0123456789abcdef-one";
pub const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";

/// What instances share.
pub struct Ground {
    pub folder: tempfile::TempDir,
    pub database: String,
    pub redis: Arc<Redis>,
    _postgres: Arc<Postgres>,
}

/// The Redis that tests share, as long as one of them holds it.
static REDIS: Mutex<Weak<Redis>> = Mutex::new(Weak::new());

fn shared_redis() -> Arc<Redis> {
    let mut shared = REDIS.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let fresh = Arc::new(Redis::start());
        *shared = Arc::downgrade(&fresh);
        fresh
    })
}

impl Ground {
    pub fn new() -> Ground {
        Ground::with(shared_redis())
    }

    pub fn with(redis: Arc<Redis>) -> Ground {
        let postgres = Postgres::shared();
        let folder = tempfile::tempdir().unwrap();
        Ground { folder, database: postgres.fresh_database(), redis, _postgres: postgres }
    }

    /// A release's program with nothing inherited but what the test sets.
    pub fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(self.folder.path());
        command.env("VIDEO_EDITOR_HOME", self.folder.path()).env("DATABASE_URL", &self.database);
        command.env("REDIS_URL", self.redis.url()).env("JWT_SECRET", KEY);
        command
    }

    /// Has the database do something behind the service's back.
    pub async fn statement(&self, sql: &str) {
        let (client, connection) = tokio_postgres::connect(&self.database, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }
}

pub const SECOND: &str = env!("CARGO_BIN_EXE_video-editor");
pub const FIRST: &str = env!("CARGO_BIN_EXE_video-editor-v1");

/// One instance.
pub struct Running {
    pub port: u16,
    pub log: PathBuf,
    child: Child,
    client: Client,
}

impl Running {
    pub fn start(ground: &Ground, settings: &[(&str, &str)]) -> Running {
        Running::release(ground, SECOND, settings)
    }

    pub fn release(ground: &Ground, program: &str, settings: &[(&str, &str)]) -> Running {
        let own = tempfile::Builder::new().prefix("instance-").tempdir_in(ground.folder.path()).unwrap().keep();
        let (port_file, log) = (own.join("port"), own.join("log"));
        let file = std::fs::File::create(&log).unwrap();
        let mut command = ground.program(program);
        command.env("PORT", "0").env("PORT_FILE", &port_file);
        command.env("OPERATOR_EMAIL", OPERATOR).env("OPERATOR_PASSWORD", PASSWORD);
        command.env("FAULTS_ENABLED", "true").env("FAULTS_TOKEN", FAULTS_TOKEN).env("JOB_LEASE_SECONDS", "6");
        command.envs(settings.iter().copied());
        let mut child = command.stdout(file.try_clone().unwrap()).stderr(file).stdin(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let port: u16 = loop {
            if let Ok(text) = std::fs::read_to_string(&port_file) {
                break text.trim().parse().unwrap();
            }
            let ended = child.try_wait().unwrap();
            let said = || std::fs::read_to_string(&log).unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "did not start: {}", said());
            std::thread::sleep(Duration::from_millis(10));
        };
        // The client wants a TLS provider even for plain HTTP; that another test was first is no fault.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Running { port, log, child, client }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://127.0.0.1:{}{path}", self.port)).timeout(Duration::from_secs(60))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// Sends JSON, signed in; gives status and body (null if empty).
    pub async fn send(&self, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.request(method, path).bearer_auth(token).json(&body);
        status_and_body(request.send().await.unwrap()).await
    }

    /// POST expecting success.
    pub async fn post(&self, token: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(token, Method::POST, path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// GET as JSON expecting 200.
    pub async fn read(&self, token: &str, path: &str) -> Value {
        let answer = self.request(Method::GET, path).bearer_auth(token).send().await.unwrap();
        let (status, body) = status_and_body(answer).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// A token of the operator.
    pub async fn operator(&self) -> String {
        let body = json!({"email": OPERATOR, "password": PASSWORD});
        let answer = self.request(Method::POST, "/api/auth/login").json(&body).send().await.unwrap();
        let (status, body) = status_and_body(answer).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// A project's id.
    pub async fn project(&self, token: &str) -> String {
        let body = json!({"name": "Harbour", "width": 320, "height": 180, "fps": 25});
        id(&self.post(token, "/api/projects", body).await)
    }

    /// Sends a file; gives status and body.
    pub async fn upload(&self, token: &str, project: &str, name: &str, bytes: Vec<u8>) -> (u16, Value) {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self.request(Method::POST, &format!("/api/projects/{project}/assets")).bearer_auth(token);
        status_and_body(request.multipart(form).send().await.unwrap()).await
    }

    /// Waits until a job ends; gives it.
    pub async fn ended_job(&self, token: &str, job: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(240);
        loop {
            let job = self.read(token, &format!("/api/jobs/{job}")).await;
            if !["queued", "running"].contains(&job["state"].as_str().unwrap()) {
                return job;
            }
            assert!(Instant::now() < deadline, "the job does not end: {job}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn fault(&self, method: Method, name: &str, body: &str) {
        let request = self.request(method, &format!("/faults/{name}")).bearer_auth(FAULTS_TOKEN).body(body.to_owned());
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{name}: {}", answer.text().await.unwrap());
    }

    /// A figure's sum over its labels.
    pub async fn figure(&self, name: &str) -> f64 {
        let text = self.get("/metrics").await.text().await.unwrap();
        let lines = text
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ') || rest.starts_with('{')));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// Waits until no request is under way but the one that asks.
    pub async fn until_idle(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.figure("http_requests_in_flight").await > 1.0 {
            assert!(Instant::now() < deadline, "requests do not end: {}", self.said());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "did not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

pub fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}")).to_owned()
}

pub async fn status_and_body(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
