//! Objects of the cluster that kubectl's present context names. Only `get`.

use std::process::Stdio;

use callsheet_rot::Answer;
use tokio::process::Command;

/// Whether an object exists.
pub(crate) async fn object(kind: &str, name: &str, namespace: Option<&str>) -> Answer {
    let mut command = Command::new("kubectl");
    command.args(["get", kind, name, "--output", "name", "--request-timeout", "1s"]).kill_on_drop(true);
    command.args(namespace.into_iter().flat_map(|namespace| ["--namespace", namespace])).stdin(Stdio::null());
    match command.output().await {
        Ok(output) if output.status.success() => Answer::There,
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let first = words.lines().next().unwrap_or("no answer").to_owned();
            if words.contains("(NotFound)") { Answer::gone() } else { Answer::Unknown(format!("kubectl: {first}")) }
        }
        Err(error) => Answer::Unknown(format!("kubectl cannot be started: {error}")),
    }
}
