//! A running service, and the words the tests speak to it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub const OPERATOR: &str = "operator@studio.example";
pub const PASSWORD: &str = "correct-horse-battery";
pub const KEY: &str = "0123456789abcdef0123456789abcdef-one";
pub const OTHER_KEY: &str = "0123456789abcdef0123456789abcdef-two";

/// The program with nothing inherited but what the test sets.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_content-jumpstart"));
    command.env_clear().current_dir(folder).env("CONTENT_JUMPSTART_HOME", folder).env("SECRET_KEY", KEY);
    command
}

pub struct Running {
    pub url: String,
    pub folder: PathBuf,
    child: Child,
    client: Client,
    _database: crate::database::Held,
}

impl Running {
    /// Starts in `folder` with these settings beside the usual ones; waits until it listens.
    pub fn start(folder: &Path, settings: &[(&str, &str)]) -> Running {
        let port_file = folder.join("port");
        if port_file.exists() {
            std::fs::remove_file(&port_file).unwrap();
        }
        let (url, held) = crate::database::of(folder);
        let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
        let mut command = program(folder);
        command.env("PORT", "0").env("PORT_FILE", &port_file).env("PID_FILE", folder.join("pid"));
        command.env("OPERATOR_EMAIL", OPERATOR).env("OPERATOR_PASSWORD", PASSWORD).env("DATABASE_URL", url);
        command.envs(settings.iter().copied());
        let mut child = command.stdout(log.try_clone().unwrap()).stderr(log).stdin(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let port: u16 = loop {
            if let Ok(text) = std::fs::read_to_string(&port_file) {
                break text.trim().parse().unwrap();
            }
            let ended = child.try_wait().unwrap();
            let log = || std::fs::read_to_string(folder.join("log")).unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "did not start: {}", log());
            std::thread::sleep(Duration::from_millis(5));
        };
        // The client wants a TLS provider even for plain HTTP; that another test was first is no fault.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Running { url: format!("http://127.0.0.1:{port}"), folder: folder.to_owned(), child, client, _database: held }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).timeout(Duration::from_secs(20))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// GET as text.
    pub async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.unwrap()
    }

    /// GET as JSON, signed in, expecting 200.
    pub async fn read(&self, token: &str, path: &str) -> Value {
        let answer = self.request(Method::GET, path).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// Sends JSON, signed in; gives status and body (null if empty).
    pub async fn send(&self, token: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request(method, path).bearer_auth(token).json(body);
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

    /// A token of the operator.
    pub async fn operator(&self) -> String {
        let (status, body) = self.login(OPERATOR, PASSWORD).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// Registers somebody and signs them in.
    pub async fn user(&self, name: &str) -> String {
        let email = format!("{}@studio.example", name.to_lowercase());
        let body = json!({"email": email, "name": name, "password": PASSWORD});
        let answer = self.request(Method::POST, "/api/auth/register").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        self.login(&email, PASSWORD).await.1["access_token"].as_str().unwrap().to_owned()
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
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to end and waits.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        self.ended()
    }

    /// Its log, a JSON object per line.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
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

pub async fn status_and_body(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}

/// A folder and a service in it.
pub fn started() -> (tempfile::TempDir, Running) {
    started_with(&[])
}

pub fn started_with(settings: &[(&str, &str)]) -> (tempfile::TempDir, Running) {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), settings);
    (folder, running)
}

/// A brief with everything in it.
pub fn brief() -> Value {
    json!({
        "title": "Spring",
        "offer": "Ledgerly, bookkeeping by subscription",
        "audience": "owners of small craft businesses",
        "pains": ["invoices that are paid late", "evenings lost to receipts", "letters from the tax office"],
        "benefits": ["getting paid within a week", "free evenings", "books that are right every month"],
        "proof": ["a joiner in our town saved six hours a week", "nine in ten of our clients file on time"],
        "keywords": ["bookkeeping", "cash flow"],
        "call_to_action": "Book a free call",
    })
}

impl Running {
    /// A client, a brief, and a project that is ready; the client's id and the project's.
    pub async fn ready_project(&self, token: &str) -> (String, String) {
        let client = self.create(token, "/api/clients", json!({"name": "Ledgerly", "tone": "plain"})).await;
        let client = client["id"].as_str().unwrap().to_owned();
        let brief = self.create(token, &format!("/api/clients/{client}/briefs"), brief()).await;
        let body = json!({"name": "Spring launch", "client_id": client, "brief_id": brief["id"]});
        let project = self.create(token, "/api/projects", body).await;
        assert_eq!(project["status"], "ready", "{project}");
        (client, project["id"].as_str().unwrap().to_owned())
    }

    /// Begins to write a project's posts; gives the run's id.
    pub async fn generate(&self, token: &str, client: &str, project: &str) -> String {
        let body = json!({"project_id": project, "client_id": client});
        let (status, run) = self.send(token, Method::POST, "/api/generator/generate-all", &body).await;
        assert_eq!((status, run["total"].as_u64()), (202, Some(30)), "{run}");
        run["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a run is over; gives it.
    pub async fn over(&self, token: &str, run: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let run = self.read(token, &format!("/api/generator/runs/{run}")).await;
            if run["status"] != "running" {
                return run;
            }
            assert!(Instant::now() < deadline, "the run does not end: {run}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A project with thirty written posts.
    pub async fn written_project(&self, token: &str) -> String {
        let (client, project) = self.ready_project(token).await;
        let run = self.generate(token, &client, &project).await;
        assert_eq!(self.over(token, &run).await["status"], "done");
        project
    }
}

/// The provider to rehearse with; ends with this value.
pub struct Provider {
    pub url: String,
    child: Child,
}

impl Provider {
    pub fn start(folder: &Path) -> Provider {
        let file = folder.join("provider-port");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pretend-provider"));
        let child = command.arg(&file).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while !file.exists() {
            assert!(Instant::now() < deadline, "the provider does not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        let port = std::fs::read_to_string(&file).unwrap();
        Provider { url: format!("http://127.0.0.1:{}", port.trim()), child }
    }

    fn client() -> Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder().timeout(Duration::from_secs(10)).build().unwrap()
    }

    pub async fn mode(&self, mode: Value) {
        let answer = Provider::client().put(format!("{}/mode", self.url)).json(&mode).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    pub async fn counted(&self) -> Value {
        let answer = Provider::client().get(format!("{}/mode", self.url)).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["counted"].take()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
