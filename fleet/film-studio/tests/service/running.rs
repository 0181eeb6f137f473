//! How the service is started, and who speaks to it.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use callsheet_servers::Mariadb;
use fleet_testkit::Service;
pub use fleet_testkit::{PASSWORD, status_and_body};
use reqwest::Method;
use serde_json::{Value, json};

pub const OPERATOR: &str = "operator@studio.example";
pub const KEY: &str = "0123456789abcdef0123456789abcdef-one";
pub const OTHER_KEY: &str = "0123456789abcdef0123456789abcdef-two";

/// The program with nothing inherited but what the test sets.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_film-studio"));
    command.env_clear().current_dir(folder).env("JWT_SECRET", KEY);
    command
}

pub struct Running {
    pub folder: PathBuf,
    pub database: String,
    service: Service,
    _server: Arc<Mariadb>,
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
        Running::start_program(program(folder), folder, settings)
    }

    /// The same with another program.
    pub fn start_program(mut command: Command, folder: &Path, settings: &[(&str, &str)]) -> Running {
        let server = Mariadb::shared();
        let note = folder.join("database-url");
        let database = std::fs::read_to_string(&note).unwrap_or_else(|_| {
            let url = server.fresh_database();
            std::fs::write(&note, &url).unwrap();
            url
        });
        command.env("PID_FILE", folder.join("pid")).env("DATABASE_URL", &database);
        command.env("OPERATOR_EMAIL", OPERATOR).env("OPERATOR_PASSWORD", PASSWORD).envs(settings.iter().copied());
        let service = Service::start(command, &folder.join("port"), &folder.join("log"));
        Running { folder: folder.to_owned(), database, service, _server: server }
    }

    /// Saves a script.
    pub async fn save(&self, token: &str, film: &str, script: &str) -> (u16, Value) {
        let request = self.request(Method::PUT, &format!("/api/projects/{film}/script")).bearer_auth(token);
        let request = request.header("content-type", "text/plain").body(script.to_owned());
        status_and_body(request.send().await.unwrap()).await
    }

    /// A token of the operator.
    pub async fn operator(&self) -> String {
        self.token(OPERATOR).await
    }
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
