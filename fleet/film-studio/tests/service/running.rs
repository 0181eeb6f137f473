//! A running service, and the words the tests speak to it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use callsheet_servers::Mariadb;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub const OPERATOR: &str = "operator@studio.example";
pub const PASSWORD: &str = "correct-horse-battery";
pub const KEY: &str = "0123456789abcdef0123456789abcdef-one";
pub const OTHER_KEY: &str = "0123456789abcdef0123456789abcdef-two";

/// The program with nothing inherited but what the test sets.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_film-studio"));
    command.env_clear().current_dir(folder).env("JWT_SECRET", KEY);
    command
}

pub struct Running {
    pub url: String,
    pub port: u16,
    pub folder: PathBuf,
    child: Child,
    client: Client,
    pub database: String,
    _server: Arc<Mariadb>,
}

impl Running {
    /// Starts in `folder` with these settings beside the usual ones; waits until it listens.
    pub fn start(folder: &Path, settings: &[(&str, &str)]) -> Running {
        Running::start_program(program(folder), folder, settings)
    }

    /// The same with another program.
    pub fn start_program(mut command: Command, folder: &Path, settings: &[(&str, &str)]) -> Running {
        let port_file = folder.join("port");
        if port_file.exists() {
            std::fs::remove_file(&port_file).unwrap();
        }
        let server = Mariadb::shared();
        let note = folder.join("database-url");
        let database = std::fs::read_to_string(&note).unwrap_or_else(|_| {
            let url = server.fresh_database();
            std::fs::write(&note, &url).unwrap();
            url
        });
        let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
        command.env("PORT", "0").env("PORT_FILE", &port_file).env("PID_FILE", folder.join("pid"));
        command.env("OPERATOR_EMAIL", OPERATOR).env("OPERATOR_PASSWORD", PASSWORD).env("DATABASE_URL", &database);
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
        Running {
            url: format!("http://127.0.0.1:{port}"),
            port,
            folder: folder.to_owned(),
            child,
            client,
            database,
            _server: server,
        }
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

    /// Saves a script.
    pub async fn save(&self, token: &str, film: &str, script: &str) -> (u16, Value) {
        let request = self.request(Method::PUT, &format!("/api/projects/{film}/script")).bearer_auth(token);
        let request = request.header("content-type", "text/plain").body(script.to_owned());
        status_and_body(request.send().await.unwrap()).await
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
    pub async fn member(&self, name: &str) -> String {
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

/// A film with a script of three scenes; gives the owner's token, the film's id and the scenes' ids.
pub async fn with_film(service: &Running) -> (String, String, Vec<String>) {
    let token = service.member("Olive").await;
    let film = service.create(&token, "/api/projects", json!({"title": "The Last Ferry"})).await;
    let id = film["id"].as_str().unwrap().to_owned();
    let (status, saved) = service.save(&token, &id, SCRIPT).await;
    assert_eq!((status, saved["scene_count"].as_u64()), (200, Some(3)), "{saved}");
    let scenes = service.read(&token, &format!("/api/projects/{id}/scenes")).await;
    let ids = scenes["items"].as_array().unwrap().iter().map(|scene| scene["id"].as_str().unwrap().to_owned());
    (token, id, ids.collect())
}

pub const SCRIPT: &str = "Title: The Last Ferry\nAuthor: A test\n\nEXT. QUAY - DAY\n\n= The ferry is late.\n\nA BRASS BELL swings. [[prop: ticket]]\n\nADA\n(to herself)\nOnce more.\n\nINT. FERRY - NIGHT\n\nBO\nWho rang?\n\nADA (O.S.)\nNobody.\n\n> CUT TO:\n\nEXT. QUAY - NIGHT\n\nRain on the BRASS BELL.\n";

/// A folder and a service in it.
pub fn started() -> (tempfile::TempDir, Running) {
    started_with(&[])
}

pub fn started_with(settings: &[(&str, &str)]) -> (tempfile::TempDir, Running) {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), settings);
    (folder, running)
}
