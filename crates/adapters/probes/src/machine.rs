//! Programs and units of this machine.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use callsheet_rot::Answer;

use crate::Surroundings;
use crate::repository::Repository;

/// Folders of programs that root has and others often do not.
const FOR_ROOT: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
const UNITS: [&str; 6] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator",
];

/// Whether a program can be started by its name.
pub(crate) fn program(name: &str, surroundings: &Surroundings) -> Answer {
    if name.starts_with('/') {
        return match Path::new(name).exists() {
            true => Answer::There,
            false => Answer::Unknown("it is a path of the machine that the runbook operates".to_owned()),
        };
    }
    if is_known(name, surroundings) {
        return Answer::There;
    }
    Answer::gone_near(names(surroundings))
}

/// Whether some folder of programs holds it.
pub(crate) fn is_known(name: &str, surroundings: &Surroundings) -> bool {
    let for_root = FOR_ROOT.iter().map(PathBuf::from);
    surroundings.path.iter().cloned().chain(for_root).any(|folder| starts(&folder.join(name)))
}

fn starts(path: &Path) -> bool {
    path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// Names of all programs: only looked up for the hint.
fn names(surroundings: &Surroundings) -> Vec<String> {
    let entries = surroundings.path.iter().filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Whether systemd here, or a file of the repository, has a unit.
pub(crate) fn unit(name: &str, repository: &Repository) -> Answer {
    let file = if name.contains('.') { name.to_owned() } else { format!("{name}.service") };
    // `web@1.service` comes of `web@.service`.
    let template = file
        .split_once('@')
        .map(|(start, end)| format!("{start}@.{}", end.rsplit_once('.').map_or("service", |(_, kind)| kind)));
    let is_it = |name: &str| name == file || Some(name) == template.as_deref();
    let of_repository = |path: &String| path.rsplit('/').next().is_some_and(is_it);
    if repository.files().iter().any(of_repository) {
        return Answer::There;
    }
    if !Path::new("/run/systemd/system").is_dir() {
        return Answer::Unknown("systemd does not run here".to_owned());
    }
    let names = [Some(&file), template.as_ref()];
    let on_machine =
        names.into_iter().flatten().any(|name| UNITS.iter().any(|folder| Path::new(folder).join(name).exists()));
    Answer::there_if(on_machine, Vec::<String>::new())
}
