//! One line of JSON for each request, written by a thread of its own so that no request waits for the disk.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use serde::Serialize;

/// Lines that may wait for the disk.
const WAITING: usize = 8192;

/// Where lines go.
#[derive(Clone, Debug)]
pub(crate) struct AccessLog {
    lines: SyncSender<Line>,
}

/// One request.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// When it came, UTC.
    pub(crate) time: jiff::Timestamp,
    pub(crate) id: String,
    pub(crate) client: String,
    pub(crate) method: String,
    pub(crate) host: String,
    /// Without query: what is asked for may be secret, where is not.
    pub(crate) path: String,
    pub(crate) status: u16,
    /// Of the answer's body, as sent.
    pub(crate) bytes: u64,
    pub(crate) duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
    /// Whether the answer reached its end.
    pub(crate) complete: bool,
}

impl AccessLog {
    /// Appends to a file, readable for its owner alone.
    pub(crate) fn open(path: &Path) -> std::io::Result<AccessLog> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        let (lines, waiting) = sync_channel(WAITING);
        std::thread::Builder::new().name("access-log".to_owned()).spawn(move || write(&waiting, file))?;
        Ok(AccessLog { lines })
    }

    /// Adds a line; `false`: it is lost because the disk does not keep up.
    pub(crate) fn add(&self, line: Line) -> bool {
        !matches!(self.lines.try_send(line), Err(TrySendError::Full(_) | TrySendError::Disconnected(_)))
    }
}

/// Ends with the last sender.
fn write(lines: &Receiver<Line>, file: File) {
    let mut out = BufWriter::with_capacity(64 * 1024, file);
    loop {
        let done = match lines.recv_timeout(Duration::from_millis(500)) {
            Ok(line) => {
                serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from).and_then(|()| out.write_all(b"\n"))
            }
            Err(RecvTimeoutError::Timeout) => out.flush(),
            Err(RecvTimeoutError::Disconnected) => {
                if let Err(error) = out.flush() {
                    eprintln!("the access log's last lines were not written: {error}");
                }
                return;
            }
        };
        if let Err(error) = done {
            // Without a log users are still served; the edge's own log says since when.
            eprintln!("the access log cannot be written and ends: {error}");
            return;
        }
    }
}
