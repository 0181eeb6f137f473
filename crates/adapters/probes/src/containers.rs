//! Containers of this machine, listed over Docker's socket.

use std::path::PathBuf;

use callsheet_rot::Answer;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::OnceCell;

/// Names of all containers, asked for once.
#[derive(Default)]
pub(crate) struct Containers(OnceCell<Result<Vec<String>, String>>);

impl Containers {
    /// Whether there is one of that name or id.
    pub(crate) async fn has(&self, name: &str) -> Answer {
        match self.0.get_or_init(list).await {
            Ok(names) => Answer::there_if(names.iter().any(|one| one == name || is_id(name, one)), names),
            Err(why) => Answer::Unknown(format!("Docker cannot be asked: {why}")),
        }
    }
}

/// A long id that begins with a short one.
fn is_id(short: &str, id: &str) -> bool {
    id.len() == 64 && short.len() >= 4 && id.starts_with(short)
}

async fn list() -> Result<Vec<String>, String> {
    let named = std::env::var("DOCKER_HOST").ok();
    let socket = match named.as_deref() {
        None => PathBuf::from("/var/run/docker.sock"),
        Some(host) => PathBuf::from(host.strip_prefix("unix://").ok_or("DOCKER_HOST is no socket of this machine")?),
    };
    let unable = |error: std::io::Error| error.to_string();
    let mut stream = UnixStream::connect(socket).await.map_err(unable)?;
    // HTTP/1.0: the answer ends with the connection and comes in one piece.
    stream.write_all(b"GET /containers/json?all=1 HTTP/1.0\r\nHost: docker\r\n\r\n").await.map_err(unable)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.map_err(unable)?;
    let text = String::from_utf8_lossy(&answer);
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body).ok_or("its answer cannot be read")?;
    let listed: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let names = |one: &Value| {
        let names = one["Names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let names = names.map(|name| name.trim_start_matches('/').to_owned());
        names.chain(one["Id"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    Ok(listed.as_array().ok_or("its answer is no list")?.iter().flat_map(names).collect())
}
