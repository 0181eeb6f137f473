//! The caller's side: starting supervisors, finding them again, telling them what to do.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_base::{BootId, Secret};
use callsheet_processes::current_boot;
use callsheet_rollout::{Driver, DriverError, InstanceEnded, InstanceId, InstanceSeen, InstanceSpec, LogPart};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::environment::{check, encode};
use crate::folder::{Folder, Root, Stored};
use crate::launch::{Answer, launch};
use crate::log;
use crate::look::{Found, look, seen};
use crate::status::{Process, Status};
use crate::supervisor::group;

/// The first argument that makes a program a supervisor.
pub const SUPERVISE: &str = "supervise";

/// Instances as processes of this machine. Any number of drivers may use one folder, one after the other or at once.
#[derive(Debug)]
pub struct ProcessDriver {
    root: Root,
    supervisor: PathBuf,
    boot: BootId,
}

impl ProcessDriver {
    /// A driver whose instances live in `folder`, which is made if it is missing. `supervisor` is a program that hands the arguments
    /// after `supervise` to [`crate::supervisor_main`]; Callsheet itself does.
    pub fn new(folder: &Path, supervisor: PathBuf) -> Result<ProcessDriver, DriverError> {
        let failed = failed(|| format!("use the folder of instances `{}`", folder.display()));
        let root = Root::create(folder).map_err(&failed)?;
        let boot = current_boot().map_err(&failed)?;
        Ok(ProcessDriver { root, supervisor, boot })
    }

    /// The folder's state, after what a crash left in it was brought in order.
    fn look(&self, folder: &Folder) -> io::Result<Standing> {
        let standing = |found| match found {
            Found::Supervised(stored, status) if !status.ended => Standing::Living(Box::new((stored, status))),
            Found::Supervised(..) | Found::Over | Found::Forsaken => Standing::Ended,
            Found::Unborn => Standing::Absent,
        };
        match look(folder, &self.boot) {
            // It was put away while we looked, or never was.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Standing::Absent),
            Err(error) => Err(error),
            Ok(Found::Over) => {
                // Only if its last supervisor is gone; else that one puts it away itself.
                if let Some(_lock) = folder.try_lock()? {
                    // Without a readable specification there is no boot in which it had groups.
                    if let Ok(Some(stored)) = folder.spec() {
                        group::remove(&stored.mark);
                    }
                    self.root.put_away(folder)?;
                }
                Ok(Standing::Ended)
            }
            Ok(Found::Forsaken) => {
                let launched = launch(&self.supervisor, folder, true, b"");
                match self.after_take_over(folder) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Standing::Ended),
                    Ok(Found::Forsaken) => Err(launched.err().unwrap_or_else(|| io::ErrorKind::TimedOut.into())),
                    found => found.map(standing),
                }
            }
            Ok(found) => Ok(standing(found)),
        }
    }

    /// What is found once a supervisor has taken over. Another driver's may have been quicker than ours and be just about to say so.
    fn after_take_over(&self, folder: &Folder) -> io::Result<Found> {
        for _ in 0..100 {
            match look(folder, &self.boot)? {
                Found::Forsaken => std::thread::sleep(Duration::from_millis(10)),
                found => return Ok(found),
            }
        }
        Ok(Found::Forsaken)
    }

    fn standing(&self, id: &InstanceId) -> Result<Standing, DriverError> {
        if !id.is_usable() {
            return Ok(Standing::Absent);
        }
        let failed = failed(|| format!("look at instance {}", id.0));
        match self.look(&self.root.living(id)).map_err(failed)? {
            // In this order: what is put away meanwhile is seen at its new place.
            Standing::Absent if self.root.gone(id).path().exists() => Ok(Standing::Ended),
            standing => Ok(standing),
        }
    }

    fn tell(&self, id: &InstanceId, signal: Signal) -> Result<(), DriverError> {
        let lost = "its supervisor was killed and its secrets went with it: start another instance, then stop this one";
        match self.standing(id)? {
            Standing::Living(living) if signal == Signal::USR1 && living.1.secrets_lost => {
                Err(DriverError::Start { id: id.clone(), what: lost.into() })
            }
            Standing::Living(living) => {
                send(living.1.supervisor, signal).map_err(failed(|| format!("reach instance {}", id.0)))
            }
            Standing::Ended if signal == Signal::TERM => Ok(()),
            Standing::Ended => Err(DriverError::Used(id.clone())),
            Standing::Absent => Err(DriverError::Unknown(id.clone())),
        }
    }
}

/// An instance as a driver finds it.
enum Standing {
    Living(Box<(Stored, Status)>),
    Ended,
    /// Never started, or its folder was pruned long ago.
    Absent,
}

impl Driver for ProcessDriver {
    fn start(&mut self, spec: &InstanceSpec, secrets: &BTreeMap<String, Secret<String>>) -> Result<(), DriverError> {
        let refused = |what: String| DriverError::Start { id: spec.id.clone(), what };
        if !spec.id.is_usable() {
            return Err(refused("an instance's name has letters, digits and `._-+@~` only, at most 150".into()));
        }
        for (name, value) in &spec.environment_variables {
            check(name, value).map_err(refused)?;
        }
        let encoded = encode(secrets).map_err(refused)?;
        match self.standing(&spec.id)? {
            Standing::Living(_) => return Ok(()),
            Standing::Ended => return Err(DriverError::Used(spec.id.clone())),
            Standing::Absent => {}
        }
        let failed = failed(|| format!("start instance {}", spec.id.0));
        let folder = self.root.living(&spec.id);
        let secret_names = secrets.keys().cloned().collect();
        let stored = Stored { spec: spec.clone(), secret_names, mark: folder.mark(&spec.id) };
        folder.create().and_then(|()| folder.write_spec(&stored)).map_err(&failed)?;
        match launch(&self.supervisor, &folder, false, &encoded).map_err(&failed)? {
            Answer::Supervised => Ok(()),
            Answer::Refused(what) => {
                std::fs::remove_dir_all(folder.path()).map_err(&failed)?;
                Err(refused(what))
            }
        }
    }

    fn stop(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        self.tell(id, Signal::TERM)
    }

    fn restart(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        self.tell(id, Signal::USR1)
    }

    fn all(&mut self) -> Result<Vec<InstanceSeen>, DriverError> {
        let mut all = Vec::new();
        for folder in self.root.all_living().map_err(failed(|| "list the instances".into()))? {
            let named = || format!("look at the instance in `{}`", folder.path().display());
            if let Standing::Living(living) = self.look(&folder).map_err(failed(named))? {
                all.push(seen(living.0, living.1));
            }
        }
        Ok(all)
    }

    fn ended(&mut self) -> Result<Vec<InstanceEnded>, DriverError> {
        let failed = failed(|| "list the instances that ended".into());
        // One that ended just now is not put away yet; it is looked for first, since it may be meanwhile.
        let mut just_now = Vec::new();
        for folder in self.root.all_living().map_err(&failed)? {
            let known = ended(&folder);
            if matches!(self.look(&folder), Ok(Standing::Ended)) {
                just_now.extend(known);
            }
        }
        let mut all: Vec<InstanceEnded> = self.root.all_gone().map_err(&failed)?.iter().filter_map(ended).collect();
        just_now.retain(|one| !all.contains(one));
        all.extend(just_now);
        Ok(all)
    }

    fn log_tail(&mut self, id: &InstanceId, limit: usize) -> Result<Vec<u8>, DriverError> {
        self.log_since(id, None, limit).map(|part| part.bytes)
    }

    fn log_since(&mut self, id: &InstanceId, place: Option<u64>, limit: usize) -> Result<LogPart, DriverError> {
        // It may be put away while we look for it.
        let places = [self.root.living(id), self.root.gone(id), self.root.living(id)];
        let folder = places.iter().find(|folder| id.is_usable() && folder.path().exists());
        let folder = folder.ok_or_else(|| DriverError::Unknown(id.clone()))?;
        log::since(&folder.log(), place, limit).map_err(failed(|| format!("read the log of instance {}", id.0)))
    }
}

/// Whose folder it was; whatever cannot be read has no name to show.
fn ended(folder: &Folder) -> Option<InstanceEnded> {
    let Ok(Some(Stored { spec, .. })) = folder.spec() else { return None };
    let InstanceSpec { id, service, environment, release, .. } = spec;
    Some(InstanceEnded { id, service, environment, release })
}

/// Signals exactly this process: the descriptor is opened before its start is compared.
fn send(process: Process, signal: Signal) -> io::Result<()> {
    let Some(pid) = Pid::from_raw(process.pid as i32) else { return Ok(()) };
    let sent = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(descriptor) if process.is_running() => pidfd_send_signal(descriptor, signal),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    match sent {
        // It ended meanwhile, and then so did its instance.
        Err(rustix::io::Errno::SRCH) => Ok(()),
        other => other.map_err(io::Error::from),
    }
}

/// For `map_err`.
fn failed(operation: impl Fn() -> String) -> impl Fn(io::Error) -> DriverError {
    move |source| DriverError::Failed { operation: operation(), source: Box::new(source) }
}
