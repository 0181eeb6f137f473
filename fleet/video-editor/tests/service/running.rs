//! How both releases are started with their servers, and who speaks to them.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use callsheet_servers::{Postgres, Redis};
pub use fleet_testkit::PASSWORD;
use fleet_testkit::{FAULTS_TOKEN, Service, shared_redis, status_and_body};
use reqwest::Method;
use serde_json::{Value, json};

pub const OPERATOR: &str = "operator@studio.example";
pub const KEY: &str = "0123456789abcdef0123456789abcdef-one";

/// What instances share.
pub struct Ground {
    pub folder: tempfile::TempDir,
    pub database: String,
    pub redis: Arc<Redis>,
    _postgres: Arc<Postgres>,
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
    service: Service,
}

impl Deref for Running {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Service {
        &mut self.service
    }
}

impl Running {
    pub fn start(ground: &Ground, settings: &[(&str, &str)]) -> Running {
        Running::release(ground, SECOND, settings)
    }

    pub fn release(ground: &Ground, program: &str, settings: &[(&str, &str)]) -> Running {
        let own = tempfile::Builder::new().prefix("instance-").tempdir_in(ground.folder.path()).unwrap().keep();
        let mut command = ground.program(program);
        command.env("OPERATOR_EMAIL", OPERATOR).env("OPERATOR_PASSWORD", PASSWORD);
        command.env("FAULTS_ENABLED", "true").env("FAULTS_TOKEN", FAULTS_TOKEN).env("JOB_LEASE_SECONDS", "6");
        command.envs(settings.iter().copied());
        Running { service: Service::start(command, &own.join("port"), &own.join("log")) }
    }

    /// Sends JSON, signed in; gives status and body (null if empty).
    pub async fn send(&self, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.service.send(token, method, path, &body).await
    }

    /// POST expecting success.
    pub async fn post(&self, token: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(token, Method::POST, path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// A token of the operator.
    pub async fn operator(&self) -> String {
        self.token(OPERATOR).await
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
}

/// One instance without workers, the operator's token, and a project's id.
pub async fn with_project() -> (Ground, Running, String, String) {
    let ground = Ground::new();
    let service = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    let token = service.operator().await;
    let project = service.project(&token).await;
    (ground, service, token, project)
}

pub fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}")).to_owned()
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
