//! How the service is started, and who speaks to it.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fleet_testkit::Service;
pub use fleet_testkit::{PASSWORD, status_and_body};
use reqwest::{Client, Method};
use serde_json::{Value, json};

pub const OPERATOR: &str = "operator@studio.example";
pub const KEY: &str = "0123456789abcdef0123456789abcdef-one";
pub const OTHER_KEY: &str = "0123456789abcdef0123456789abcdef-two";

/// The program with nothing inherited but what the test sets.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_content-jumpstart"));
    command.env_clear().current_dir(folder).env("CONTENT_JUMPSTART_HOME", folder).env("SECRET_KEY", KEY);
    command
}

pub struct Running {
    service: Service,
    _database: crate::database::Held,
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
    /// Starts in `folder` with these settings beside the usual ones; waits until it listens.
    pub fn start(folder: &Path, settings: &[(&str, &str)]) -> Running {
        let (url, held) = crate::database::of(folder);
        let mut command = program(folder);
        command.env("PID_FILE", folder.join("pid")).env("DATABASE_URL", url);
        command.env("OPERATOR_EMAIL", OPERATOR).env("OPERATOR_PASSWORD", PASSWORD).envs(settings.iter().copied());
        let service = Service::start(command, &folder.join("port"), &folder.join("log"));
        Running { service, _database: held }
    }

    /// A token of the operator.
    pub async fn operator(&self) -> String {
        self.token(OPERATOR).await
    }

    /// Registers somebody and signs them in.
    pub async fn user(&self, name: &str) -> String {
        let email = format!("{}@studio.example", name.to_lowercase());
        let body = json!({"email": email, "name": name, "password": PASSWORD});
        let answer = self.request(Method::POST, "/api/auth/register").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        self.login(&email, PASSWORD).await.1["access_token"].as_str().unwrap().to_owned()
    }
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
