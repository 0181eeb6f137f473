//! The Docker driver passes the suite, on an Engine of the test's own. It needs root and `dockerd`; where none may run it says so, and
//! `cargo xtask test` shows it in its closing table.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use callsheet_contract::docker::{self, Engine};
use callsheet_contract::driver::{Stage, play_all, ready, spec, start};
use callsheet_contract::service;
use callsheet_driver_docker::{DockerDriver, SecretWay, Settings};
use callsheet_rollout::{Driver, DriverError, Release};

/// A driver with an owner of its own on the common Engine.
struct Containers<'a> {
    engine: &'a Engine,
    settings: Settings,
    driver: DockerDriver,
}

impl<'a> Containers<'a> {
    fn new(engine: &'a Engine, secrets: SecretWay) -> Containers<'a> {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        let owner = format!("stage-{}", STAGES.fetch_add(1, Ordering::Relaxed));
        let settings = Settings { socket: engine.socket(), owner, secrets };
        let driver = DockerDriver::new(settings.clone()).unwrap();
        Containers { engine, settings, driver }
    }
}

/// On a file system in memory.
fn secrets_folder() -> PathBuf {
    format!("/dev/shm/callsheet-contract-{}", std::process::id()).into()
}

impl Stage for Containers<'_> {
    fn driver(&mut self) -> &mut dyn Driver {
        &mut self.driver
    }

    fn reopen(&mut self) {
        self.driver = DockerDriver::new(self.settings.clone()).unwrap();
    }

    fn command(&self) -> (Vec<String>, PathBuf) {
        (vec!["/service".into(), "--port={port}".into(), "--host=0.0.0.0".into()], "/".into())
    }

    fn image(&self) -> Option<String> {
        Some("shop".into())
    }

    fn release(&self, version: &str) -> Release {
        Release { version: version.to_owned(), digest: self.engine.image, one_way: None }
    }

    fn path_of_secret(&self, name: &str) -> String {
        match self.settings.secrets {
            SecretWay::Files(_) => format!("/file-of/{name}"),
            SecretWay::Environment => format!("/env/{name}"),
        }
    }

    fn exposed(&mut self) -> Vec<(String, Vec<u8>)> {
        let mut found = self.engine.descriptions(&self.settings.owner);
        files(&self.engine.folder.path().join("data/containers"), &mut found);
        for process in std::fs::read_dir("/proc").unwrap().flatten() {
            let path = process.path().join("cmdline");
            found.extend(std::fs::read(&path).ok().map(|line| (path.display().to_string(), line)));
        }
        found
    }

    fn limits_memory(&self) -> bool {
        true
    }
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    // Containers of other stages come and go.
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(content) = std::fs::read(&path) {
            found.push((path.display().to_string(), content));
        }
    }
}

#[test]
fn the_docker_driver_keeps_every_promise() {
    let engine = match Engine::start(&service::program()) {
        Ok(engine) => engine,
        Err(reason) => return docker::skip("the Docker driver's promises", &reason),
    };
    let _swept = Swept;
    play_all(5, &|_| Box::new(Containers::new(&engine, SecretWay::Files(secrets_folder()))));
    secrets_in_the_environment_are_an_explicit_choice(&engine);
    an_image_that_is_not_there_is_told(&engine);
}

/// Removes the folder of secrets, however the test ends.
struct Swept;

impl Drop for Swept {
    fn drop(&mut self) {
        // Not there if no stage got so far.
        drop(std::fs::remove_dir_all(secrets_folder()));
    }
}

fn secrets_in_the_environment_are_an_explicit_choice(engine: &Engine) {
    let mut stage = Containers::new(engine, SecretWay::Environment);
    let spec = spec(&stage, "shop.1", &[]);
    let secrets = [("TOKEN".to_owned(), callsheet_base::Secret::new("seen-by-inspect".to_owned()))].into();
    stage.driver.start(&spec, &secrets).unwrap();
    let address = ready(&mut stage, &spec.id);
    assert_eq!(callsheet_contract::driver::get(address, "/env/TOKEN").unwrap().1, "seen-by-inspect");
    // What the documentation warns of.
    let shown = engine.descriptions(&stage.settings.owner);
    assert!(shown.iter().any(|(_, text)| String::from_utf8_lossy(text).contains("seen-by-inspect")));
}

fn an_image_that_is_not_there_is_told(engine: &Engine) {
    let mut stage = Containers::new(engine, SecretWay::Environment);
    let mut spec = spec(&stage, "shop.1", &[]);
    spec.release.digest = callsheet_base::Digest::of(b"no such image");
    spec.image = None;
    let error = stage.driver.start(&spec, &Default::default()).unwrap_err();
    assert!(matches!(&error, DriverError::Start { what, .. } if what.contains("No such image")), "{error:?}");
    spec.release = stage.release("1.0.0");
    start(&mut stage, &spec);
}
