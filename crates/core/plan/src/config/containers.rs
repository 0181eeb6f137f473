//! `driver`, `image` and `docker` of `[services.NAME]`: a service that runs in containers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::keys::Keys;

/// How a service runs in containers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Containers {
    /// The image of a release that names none itself; `{version}` stands for the version.
    pub image: String,
    /// The Engine's socket on this machine.
    pub socket: PathBuf,
    /// How secrets reach a container.
    pub secrets: SecretsReach,
    /// Where the configuration says so: `callsheet.toml:4`. For whoever reads that there is no Engine.
    pub place: String,
}

/// How secrets reach a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretsReach {
    /// As files in memory, under `/run/secrets`; `NAME_FILE` says where.
    Files,
    /// As variables of the environment, which whoever may talk to the Engine sees.
    Environment,
}

impl Containers {
    /// The image of a version, where the deploy names none.
    pub fn image_of(&self, version: &str) -> String {
        self.image.replace("{version}", version)
    }
}

/// What a service's keys say of containers; `None`: it runs as processes.
pub(super) fn read_containers(table: &mut Keys, base: Option<&Containers>) -> Option<Containers> {
    let (driver_at, image_at) = (table.span("driver"), table.span("image"));
    let driver = table.text("driver");
    let image = table.text("image");
    let kept = match driver.as_deref() {
        None => base.cloned(),
        Some("process") => None,
        Some("docker") => Some(base.cloned().unwrap_or_else(|| Containers {
            image: String::new(),
            socket: PathBuf::from("/var/run/docker.sock"),
            secrets: SecretsReach::Files,
            place: table.place(&driver_at),
        })),
        Some(other) => {
            let hint = "write `process` or `docker`".to_owned();
            table.fault(driver_at.clone(), format!("`{}.driver` cannot be `{other}`", table.path()), Some(hint));
            base.cloned()
        }
    };
    let docker_at = table.span("docker");
    let docker = table.table("docker");
    let Some(mut containers) = kept else {
        let hint = || Some("write `driver = \"docker\"` to run it in containers".to_owned());
        if image.is_some() {
            table.fault(image_at, format!("`{}.image` says nothing of a process", table.path()), hint());
        }
        if let Some(docker) = docker {
            table.fault(docker_at, format!("`{}` says nothing of a process", docker.path()), hint());
        }
        return None;
    };
    containers.image = image.unwrap_or(containers.image);
    if containers.image.is_empty() {
        let hint = "write `image = \"registry.example.org/shop:{version}\"`".to_owned();
        table.fault(driver_at, format!("`{}` has no `image`", table.path()), Some(hint));
    } else if containers.image.contains(char::is_whitespace) {
        table.fault(image_at, format!("`{}.image` cannot be `{}`", table.path(), containers.image), None);
    }
    if let Some(mut keys) = docker {
        read_engine(&mut keys, &mut containers);
        keys.finish();
    }
    Some(containers)
}

fn read_engine(keys: &mut Keys, containers: &mut Containers) {
    let at = keys.span("socket");
    if let Some(socket) = keys.text("socket") {
        let path = socket.strip_prefix("unix://").unwrap_or(&socket);
        if !path.starts_with('/') {
            let hint = "an Engine of this machine is needed: write the path of its socket, `/var/run/docker.sock`";
            keys.fault(at, format!("`{}.socket` cannot be `{socket}`", keys.path()), Some(hint.to_owned()));
        }
        containers.socket = PathBuf::from(path);
    }
    let at = keys.span("secrets");
    containers.secrets = match keys.text("secrets").as_deref() {
        None => containers.secrets,
        Some("files") => SecretsReach::Files,
        Some("environment") => SecretsReach::Environment,
        Some(other) => {
            let hint = "write `files` or `environment`".to_owned();
            keys.fault(at, format!("`{}.secrets` cannot be `{other}`", keys.path()), Some(hint));
            containers.secrets
        }
    };
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use crate::Config;

    fn faults(text: &str) -> Vec<String> {
        let read = Config::read(&SourceText::new("callsheet.toml", text));
        let faults = read.err().unwrap_or_default();
        faults.iter().map(|fault| format!("{fault} | {}", fault.hint.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn an_environment_may_run_in_containers_what_runs_as_processes_elsewhere() {
        let text = "[services.shop]\ncommand = [\"./shop\"]\n[environments.production.services.shop]\ndriver = \"docker\"\n\
                    image = \"shop:{version}\"\ndocker = { socket = \"unix:///run/d.sock\", secrets = \"environment\" }\n";
        let config = Config::read(&SourceText::new("callsheet.toml", text)).unwrap();
        assert_eq!(config.service_in("shop", "dev").unwrap().containers, None);
        let there = config.service_in("shop", "production").unwrap().containers.as_ref().unwrap();
        assert_eq!((there.image_of("1.4").as_str(), there.place.as_str()), ("shop:1.4", "callsheet.toml:4"));
        assert_eq!(there.socket.to_str(), Some("/run/d.sock"));
        assert_eq!(
            faults("[services.shop]\ndriver = \"docker\"\nimage = \"shop:{version}\"\n"),
            [""; 0],
            "no command is needed"
        );
    }

    #[test]
    fn what_makes_no_sense_in_a_container_is_refused_with_its_place() {
        let expected = [
            "callsheet.toml:2:10: `services.a` has no `image` | write `image = \"registry.example.org/shop:{version}\"`",
            "callsheet.toml:4:10: `services.b.driver` cannot be `podman` | write `process` or `docker`",
            "callsheet.toml:8:9: `services.c.image` says nothing of a process | write `driver = \"docker\"` to run it in containers",
            "callsheet.toml:12:11: `{release}/x` of `services.d` means a file of this machine | a container has its image's files: name them as they lie in the image",
            "callsheet.toml:13:10: `services.d.folder` cannot be `work` | name a folder of the image, beginning with `/`, or none",
            "callsheet.toml:14:21: `services.d.docker.socket` cannot be `tcp://x` | an Engine of this machine is needed: write the path of its socket, `/var/run/docker.sock`",
        ];
        let text = "[services.a]\ndriver = \"docker\"\n[services.b]\ndriver = \"podman\"\ncommand = [\"x\"]\n[services.c]\n\
                    command = [\"x\"]\nimage = \"c\"\n[services.d]\ndriver = \"docker\"\nimage = \"d\"\ncommand = [\"{release}/x\"]\n\
                    folder = \"work\"\ndocker = { socket = \"tcp://x\" }\n";
        assert_eq!(faults(text), expected);
    }
}
