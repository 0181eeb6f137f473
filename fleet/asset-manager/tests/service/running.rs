//! How the service is started, and who speaks to it.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::Command;

use fleet_testkit::Service;
pub use fleet_testkit::{PASSWORD, status_and_body};

pub const ADMIN: &str = "admin@studio.example";
pub const KEY: &str = "0123456789abcdef0123456789abcdef-one";
pub const OTHER_KEY: &str = "0123456789abcdef0123456789abcdef-two";

/// The program with nothing inherited but what the test sets.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asset-manager"));
    command.env_clear().current_dir(folder).env("ASSET_MANAGER_HOME", folder).env("JWT_SECRET", KEY);
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
        command.env("ADMIN_EMAIL", ADMIN).env("ADMIN_PASSWORD", PASSWORD).envs(settings.iter().copied());
        let service = Service::start(command, &folder.join("port"), &folder.join("log"));
        Running { service, _database: held }
    }

    /// A token of the admin.
    pub async fn admin(&self) -> String {
        self.token(ADMIN).await
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
