//! Starts a step's shell: one `posix_spawn`, nothing between it and us.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use callsheet_processes::find_program;
use rustix::fs::{MemfdFlags, memfd_create};

use super::terminal;
use crate::protocol::{Mode, SaveState, StartStep, Stream};
use crate::redact::{RedactionSet, redact_text};
use crate::shell::{Prologue, ShellState, is_bash};

/// A shell that was started.
pub(super) struct Spawned {
    pub(super) child: Child,
    /// The streams to read, in order.
    pub(super) streams: Vec<(Stream, OwnedFd)>,
    /// Where it writes its state.
    pub(super) dump: Option<File>,
    /// Files it reads by path.
    pub(super) read_by_shell: Vec<File>,
}

/// A script this long does not fit on a command line (the kernel's limit is 128 KiB).
const LONGEST_ARGUMENT: usize = 100 << 10;

/// Starts the shell of a step. The error is a sentence for the operator.
pub(super) fn spawn(
    step: &StartStep,
    state: Option<&ShellState>,
    set: &RedactionSet,
    mark: &str,
    prefix: &[OsString],
) -> Result<Spawned, String> {
    let Some((program, options)) = step.shell.split_first() else { return Err("the step names no shell".into()) };
    let directory = match state {
        Some(state) => PathBuf::from(OsStr::from_bytes(&state.directory.0)),
        None => step.directory.clone(),
    };
    if !directory.is_dir() {
        return Err(format!("the working directory `{}` does not exist", directory.display()));
    }
    let side = BashSide::prepare(step, state, program)
        .map_err(|error| format!("cannot prepare the shell's state: {error}"))?;
    let mut environment = side.environment;
    environment.insert(b"PWD".to_vec(), directory.as_os_str().as_bytes().to_vec());
    environment.insert(b"CALLSHEET_CLAIM".to_vec(), mark.as_bytes().to_vec());
    let path = environment.get(&b"PATH"[..]).map(Vec::as_slice);
    let found = find_program(program, path, &directory)
        .ok_or_else(|| format!("there is no program `{program}` on the step's PATH"))?;

    let mut arguments: Vec<OsString> = options.iter().map(OsString::from).collect();
    let mut read_by_shell: Vec<File> = side.prologue.into_iter().collect();
    if step.script.len() > LONGEST_ARGUMENT || redact_text(set, &step.script) != step.script {
        // Command lines can be seen by every user of the machine.
        let script = in_memory("script", step.script.as_bytes())
            .map_err(|error| format!("cannot pass the script on: {error}"))?;
        arguments.push(path_of(&script).into());
        read_by_shell.push(script);
    } else {
        arguments.extend(["-c".into(), OsString::from(&step.script), OsString::from(&step.name)]);
    }
    let mut command = Shell { program: found, arguments, environment, directory };
    let started = match step.mode {
        Mode::Piped => command.on_pipes(),
        Mode::Terminal { size } => command.on_terminal(size, prefix),
    };
    let (child, streams) = started.map_err(|error| format!("cannot start `{}`: {error}", command.program.display()))?;
    Ok(Spawned { child, streams, dump: side.dump, read_by_shell })
}

/// What only bash gets: a prologue, and a place for its state.
struct BashSide {
    environment: BTreeMap<Vec<u8>, Vec<u8>>,
    prologue: Option<File>,
    dump: Option<File>,
}

impl BashSide {
    fn prepare(step: &StartStep, state: Option<&ShellState>, program: &str) -> io::Result<BashSide> {
        let dump = if is_bash(program) { Some(in_memory("state", b"")?) } else { None };
        let dump_path = dump.as_ref().map(path_of).unwrap_or_default();
        let prologue = Prologue {
            script: &step.script,
            state,
            env: &step.env,
            secrets: &step.secrets,
            dump_path: &dump_path,
            save: step.state_to != SaveState::Discard,
        };
        let mut environment = prologue.environment();
        let mut file = None;
        if dump.is_some() {
            let text = in_memory("prologue", &prologue.text())?;
            environment.insert(b"BASH_ENV".to_vec(), path_of(&text).into_bytes());
            file = Some(text);
        }
        Ok(BashSide { environment, prologue: file, dump })
    }
}

struct Shell {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: BTreeMap<Vec<u8>, Vec<u8>>,
    directory: PathBuf,
}

impl Shell {
    fn on_pipes(&mut self) -> io::Result<(Child, Vec<(Stream, OwnedFd)>)> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.spawn(command)?;
        let mut streams = Vec::with_capacity(2);
        if let Some(out) = child.stdout.take() {
            streams.push((Stream::Stdout, OwnedFd::from(out)));
        }
        if let Some(err) = child.stderr.take() {
            streams.push((Stream::Stderr, OwnedFd::from(err)));
        }
        for (_, descriptor) in &streams {
            rustix::io::ioctl_fionbio(descriptor, true)?;
        }
        Ok((child, streams))
    }

    /// By way of our own program, which makes the terminal the controlling one before it becomes the shell.
    fn on_terminal(
        &mut self,
        size: crate::protocol::WindowSize,
        prefix: &[OsString],
    ) -> io::Result<(Child, Vec<(Stream, OwnedFd)>)> {
        let (keepers, steps) = terminal::open(size)?;
        self.environment.entry(b"TERM".to_vec()).or_insert_with(|| b"xterm-256color".to_vec());
        let mut command = Command::new("/proc/self/exe");
        command.args(prefix).arg(terminal::ON_TERMINAL).arg(&self.program).args(&self.arguments);
        command.stdin(steps.try_clone()?).stdout(steps.try_clone()?).stderr(steps);
        let child = self.spawn(command)?;
        rustix::io::ioctl_fionbio(&keepers, true)?;
        Ok((child, vec![(Stream::Terminal, keepers)]))
    }

    fn spawn(&self, mut command: Command) -> io::Result<Child> {
        let environment =
            self.environment.iter().map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value)));
        command.env_clear().envs(environment).current_dir(&self.directory).spawn()
    }
}

/// A file in memory that no disk ever sees.
fn in_memory(name: &str, text: &[u8]) -> io::Result<File> {
    let mut file = File::from(memfd_create(format!("callsheet-{name}"), MemfdFlags::CLOEXEC)?);
    file.write_all(text)?;
    Ok(file)
}

/// How another process of this user opens it.
fn path_of(file: &File) -> String {
    format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd())
}
