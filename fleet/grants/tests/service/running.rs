//! A running service, and the words the tests speak to it.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use callsheet_servers::{Postgres, Redis};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const ADMIN: &str = "admin@grants.example";
pub const PASSWORD: &str = "correct-horse-battery";
pub const SESSION_KEY: &str = "0123456789abcdef0123456789abcdef-session";
pub const AFM_KEY: &str = "0123456789abcdef0123456789abcdef-afm";
pub const FAULTS_TOKEN: &str = "a-token-for-drills-of-forty-characters-xx";
pub const SECOND: &str = env!("CARGO_BIN_EXE_grants");
pub const FIRST: &str = env!("CARGO_BIN_EXE_grants-v1");

/// The Redis that tests share, as long as one of them holds it.
static REDIS: Mutex<Weak<Redis>> = Mutex::new(Weak::new());

/// A database of its own, on servers that tests share, and a folder for what a service leaves behind.
pub struct Place {
    /// Hold the servers as long as the place.
    pub servers: (Arc<Postgres>, Arc<Redis>),
    pub database: String,
    pub folder: TempDir,
}

impl Place {
    /// With an empty database.
    pub fn empty() -> Place {
        let postgres = Postgres::shared();
        let mut shared = REDIS.lock().unwrap_or_else(PoisonError::into_inner);
        let redis = shared.upgrade().unwrap_or_else(|| {
            let fresh = Arc::new(Redis::start());
            *shared = Arc::downgrade(&fresh);
            fresh
        });
        let database = postgres.fresh_database();
        Place { servers: (postgres, redis), database, folder: tempfile::tempdir().unwrap() }
    }

    /// With the second release's schema.
    pub fn migrated() -> Place {
        let place = Place::empty();
        place.run(SECOND, &["migrate", "up"], &[]);
        place
    }

    /// A program with nothing inherited but what the place has.
    pub fn program(&self, program: &str, settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.folder.path());
        command.env("APP_ENV", "staging").env("DATABASE_URL", &self.database).env("REDIS_URL", self.servers.1.url());
        command.env("SESSION_SECRET", SESSION_KEY).env("AFM_KEY", AFM_KEY).env("DRAIN_GRACE_SECONDS", "0.1");
        command.env("STAGING_FOLDER", self.folder.path().join("staging"));
        command.envs(settings.iter().copied());
        command
    }

    /// Runs a command to its end, which must be good.
    #[track_caller]
    pub fn run(&self, program: &str, arguments: &[&str], settings: &[(&str, &str)]) -> String {
        let output = self.output(program, arguments, settings);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    pub fn output(&self, program: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        self.program(program, settings).args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Starts the second release.
    pub fn start(&self, settings: &[(&str, &str)]) -> Running {
        self.start_release(SECOND, settings)
    }

    pub fn start_release(&self, program: &str, settings: &[(&str, &str)]) -> Running {
        Running::start(self, program, settings)
    }

    /// Files of the place that hold this text.
    pub fn holding(&self, needle: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().filter_map(|entry| Some(entry.ok()?.path()));
        let holds = |path: &std::path::PathBuf| {
            std::fs::read(path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
        };
        files.filter(holds).map(|path| path.display().to_string()).collect()
    }
}

pub struct Running {
    pub url: String,
    pub port: u16,
    log: std::path::PathBuf,
    child: Child,
    client: Client,
}

impl Running {
    fn start(place: &Place, program: &str, settings: &[(&str, &str)]) -> Running {
        let name = uuid::Uuid::now_v7();
        let (port_file, log) =
            (place.folder.path().join(format!("{name}.port")), place.folder.path().join(format!("{name}.log")));
        let out = std::fs::File::create(&log).unwrap();
        let mut command = place.program(program, &[]);
        command.env("PORT", "0").env("PORT_FILE", &port_file).env("ADMIN_EMAIL", ADMIN).env("ADMIN_PASSWORD", PASSWORD);
        command.env("FAULTS_ENABLED", "true").env("FAULTS_TOKEN", FAULTS_TOKEN).env("SIGN_INS_PER_MINUTE", "1000");
        command.envs(settings.iter().copied());
        let mut child = command.stdout(out.try_clone().unwrap()).stderr(out).stdin(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let port: u16 = loop {
            if let Some(port) = read_port(&port_file) {
                break port;
            }
            let ended = child.try_wait().unwrap();
            let said = || std::fs::read_to_string(&log).unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "did not start: {}", said());
            std::thread::sleep(Duration::from_millis(5));
        };
        // The client wants a TLS provider even for plain HTTP; that another test was first is no fault.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Running { url: format!("http://127.0.0.1:{port}"), port, log, child, client }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).timeout(Duration::from_secs(20))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
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

    /// Sends JSON, signed in; gives status and body (null if empty).
    pub async fn send(&self, token: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request(method, path).bearer_auth(token);
        let request = if body.is_null() { request } else { request.json(body) };
        status_and_body(request.send().await.unwrap()).await
    }

    /// POST expecting 201.
    pub async fn create(&self, token: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(token, Method::POST, path, &body).await;
        assert_eq!(status, 201, "{path}: {answer}");
        answer
    }

    pub async fn login(&self, email: &str, password: &str) -> (u16, Value) {
        let body = json!({"email": email, "password": password});
        status_and_body(self.request(Method::POST, "/api/auth/login").json(&body).send().await.unwrap()).await
    }

    /// Tries a wrong password, as the proxy before us would pass it on; gives the status.
    pub async fn guess_from(&self, client: &str, email: &str) -> u16 {
        let body = json!({"email": email, "password": "wrong-password"});
        let request = self.request(Method::POST, "/api/auth/login").header("x-forwarded-for", client).json(&body);
        request.send().await.unwrap().status().as_u16()
    }

    /// A token of the admin.
    pub async fn admin(&self) -> String {
        let (status, body) = self.login(ADMIN, PASSWORD).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// Makes somebody with a role and signs them in.
    pub async fn somebody(&self, admin: &str, role: &str) -> String {
        let email = format!("{role}@grants.example");
        let new = json!({"email": email, "name": role, "role": role, "password": PASSWORD});
        self.create(admin, "/api/users", new).await;
        self.login(&email, PASSWORD).await.1["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn fault(&self, name: &str, body: Value) {
        let request = self.request(Method::PUT, &format!("/faults/{name}")).bearer_auth(FAULTS_TOKEN).json(&body);
        let (status, answer) = status_and_body(request.send().await.unwrap()).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub async fn clear_faults(&self) {
        let answer = self.request(Method::DELETE, "/faults").bearer_auth(FAULTS_TOKEN).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "did not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to end and waits.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        self.ended()
    }

    pub fn log(&self) -> String {
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

fn read_port(path: &Path) -> Option<u16> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

pub async fn status_and_body(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}

/// A place and the second release in it.
pub fn started() -> (Place, Running) {
    let place = Place::migrated();
    let running = place.start(&[]);
    (place, running)
}

/// A valid tax number, another for each `number`.
pub fn afm(number: u32) -> String {
    let digits = format!("{number:08}");
    let weighted: u32 = digits.bytes().enumerate().map(|(at, byte)| u32::from(byte - b'0') << (8 - at)).sum();
    format!("{digits}{}", weighted % 11 % 10)
}
