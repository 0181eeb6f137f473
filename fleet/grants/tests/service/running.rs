//! How both releases are started, and who speaks to them.

use std::ops::{Deref, DerefMut};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use callsheet_servers::{Postgres, Redis};
pub use fleet_testkit::{FAULTS_TOKEN, PASSWORD, status_and_body};
use fleet_testkit::{Service, shared_redis};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const ADMIN: &str = "admin@grants.example";
pub const SESSION_KEY: &str = "0123456789abcdef0123456789abcdef-session";
pub const AFM_KEY: &str = "0123456789abcdef0123456789abcdef-afm";
pub const SECOND: &str = env!("CARGO_BIN_EXE_grants");
pub const FIRST: &str = env!("CARGO_BIN_EXE_grants-v1");

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
        let database = postgres.fresh_database();
        Place { servers: (postgres, shared_redis()), database, folder: tempfile::tempdir().unwrap() }
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
    fn start(place: &Place, program: &str, settings: &[(&str, &str)]) -> Running {
        let name = uuid::Uuid::now_v7();
        let file = |ending| place.folder.path().join(format!("{name}.{ending}"));
        let mut command = place.program(program, &[]);
        command.env("ADMIN_EMAIL", ADMIN).env("ADMIN_PASSWORD", PASSWORD).env("SIGN_INS_PER_MINUTE", "1000");
        command.env("FAULTS_ENABLED", "true").env("FAULTS_TOKEN", FAULTS_TOKEN).envs(settings.iter().copied());
        Running { service: Service::start(command, &file("port"), &file("log")) }
    }

    /// Tries a wrong password, as the proxy before us would pass it on; gives the status.
    pub async fn guess_from(&self, client: &str, email: &str) -> u16 {
        let body = json!({"email": email, "password": "wrong-password"});
        let request = self.request(Method::POST, "/api/auth/login").header("x-forwarded-for", client).json(&body);
        request.send().await.unwrap().status().as_u16()
    }

    /// A token of the admin.
    pub async fn admin(&self) -> String {
        self.token(ADMIN).await
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
