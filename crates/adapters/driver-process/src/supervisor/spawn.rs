//! Starts the instance's process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callsheet_processes::find_program;

use super::event_loop::Supervisor;
use super::family::MARK;
use super::life::Main;
use super::port;
use crate::environment::inherited;
use crate::log;

impl Supervisor {
    /// Starts it once. The error is a sentence for the operator.
    pub(super) fn spawn(&mut self) -> Result<Main, String> {
        let address = port::choose(self.keep_port.then_some(self.status.address).flatten(), port::chance())
            .map_err(|error| format!("there is no free port: {error}"))?;
        let spec = &self.stored.spec;
        if !spec.folder.is_dir() {
            return Err(format!("the working folder `{}` is not there", spec.folder.display()));
        }
        let environment = self.environment(address);
        let mut words = spec.command.iter().map(|word| filled(word, address));
        let program = words.next().filter(|program| !program.is_empty()).ok_or("its command is empty")?;
        let path = environment.get(&OsString::from("PATH")).map(|path| path.as_bytes());
        let found = locate(&program, path, &spec.folder)?;
        let cannot = |what: &str, error: std::io::Error| format!("cannot {what}: {error}");
        let out = log::open(&self.folder.log()).map_err(|error| cannot("open its log", error))?;
        let err = out.try_clone().map_err(|error| cannot("open its log", error))?;
        let mut command = Command::new(&found);
        command
            .args(words)
            .env_clear()
            .envs(environment)
            .current_dir(&spec.folder)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        let child = self.group.within(|| command.spawn());
        let child = child.map_err(|error| cannot(&format!("start `{}`", found.display()), error))?;
        if let Err(error) = self.group.limit_process(child.id()) {
            self.add_note(format!("memory is not limited: {error}"));
        }
        self.status.address = Some(address);
        Ok(Main::started(child))
    }

    fn environment(&self, address: SocketAddr) -> BTreeMap<OsString, OsString> {
        let mut environment: BTreeMap<OsString, OsString> = inherited().into_iter().collect();
        environment.insert("PORT".into(), address.port().to_string().into());
        let spec = &self.stored.spec;
        for (name, value) in &spec.environment_variables {
            environment.insert(name.into(), filled(value, address).into());
        }
        for (name, value) in &self.secrets {
            environment.insert(name.into(), value.expose().into());
        }
        environment.insert(MARK.into(), self.stored.mark.clone().into());
        environment
    }
}

fn filled(text: &str, address: SocketAddr) -> String {
    text.replace("{port}", &address.port().to_string())
}

fn locate(program: &str, path: Option<&[u8]>, folder: &Path) -> Result<PathBuf, String> {
    let found = find_program(program, path, folder).ok_or_else(|| {
        let path = path.map(String::from_utf8_lossy).unwrap_or_default();
        format!("there is no program `{program}` on the path `{path}`")
    })?;
    match std::fs::metadata(&found) {
        Ok(metadata) if !metadata.is_file() => Err(format!("`{}` is no program", found.display())),
        Ok(metadata) if metadata.permissions().mode() & 0o111 == 0 => {
            Err(format!("`{}` may not be executed", found.display()))
        }
        Ok(_) => Ok(found),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(format!("`{}` is not there", found.display()))
        }
        Err(error) => Err(format!("`{}` cannot be looked at: {error}", found.display())),
    }
}
