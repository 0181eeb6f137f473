//! How a Docker driver is set up.

use std::path::PathBuf;

/// Which Engine, and how its containers are told from others'.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Engine's socket: `/var/run/docker.sock`.
    pub socket: PathBuf,
    /// Begins the names of containers and networks, so that several installations share an Engine; letters, digits and `-`.
    pub owner: String,
    /// How secrets reach an instance.
    pub secrets: SecretWay,
}

/// How secrets reach an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretWay {
    /// As files under `/run/secrets`, named by `NAME_FILE` in the environment, in this folder of the machine, which must be in memory
    /// (tmpfs) and is entered by its owner alone. They are on no disk, and `docker inspect` shows their names only.
    Files(PathBuf),
    /// As variables of the environment. Whoever may talk to the Engine sees them (`docker inspect`), and the Engine writes them to its
    /// disk until the container is removed: for images that can read nothing else.
    Environment,
}

impl Settings {
    /// The machine's own Engine; secrets as files in `/dev/shm`.
    pub fn local() -> Settings {
        let user = rustix::process::geteuid().as_raw();
        Settings {
            socket: "/var/run/docker.sock".into(),
            owner: "callsheet".into(),
            secrets: SecretWay::Files(format!("/dev/shm/callsheet-secrets-{user}").into()),
        }
    }
}
