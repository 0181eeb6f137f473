//! The target guard: is this machine the one that the environment names? Looks, changes nothing.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callsheet_plan::Target;

/// A command that tells where we are may take this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was looked for and found. `Err` says in words what differs, or what could not be found out.
pub fn verify(target: &Target, environment: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    if let Some(wanted) = &target.host {
        let host = hostname().map_err(|error| format!("cannot read this machine's host name: {error}"))?;
        if !same_host(&host, wanted) {
            return Err(format!("{environment} is the host `{wanted}`, but this is `{host}`"));
        }
        found.push(format!("host {host}"));
    }
    if let Some(wanted) = &target.kube_context {
        let context = ask("kubectl", &["config", "current-context"])?;
        if context != *wanted {
            return Err(format!("{environment} is the kube context `{wanted}`, but `{context}` is selected"));
        }
        found.push(format!("kube context {context}"));
    }
    if let Some(wanted) = &target.account {
        let account = account()?;
        if account != *wanted {
            return Err(format!("{environment} is the account `{wanted}`, but `{account}` is signed in"));
        }
        found.push(format!("account {account}"));
    }
    Ok(found)
}

fn hostname() -> io::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/hostname")?.trim().to_owned())
}

/// `db1` names `db1.example.net` too; a wanted name with dots must match whole.
fn same_host(host: &str, wanted: &str) -> bool {
    let short = host.split('.').next().unwrap_or(host);
    host.eq_ignore_ascii_case(wanted) || (!wanted.contains('.') && short.eq_ignore_ascii_case(wanted))
}

/// The account of the first cloud's tool that is there.
fn account() -> Result<String, String> {
    const TOOLS: &[(&str, &[&str])] = &[
        ("aws", &["sts", "get-caller-identity", "--query", "Account", "--output", "text"]),
        ("gcloud", &["config", "get-value", "project"]),
        ("az", &["account", "show", "--query", "id", "--output", "tsv"]),
    ];
    for (program, arguments) in TOOLS {
        if is_installed(program) {
            return ask(program, arguments);
        }
    }
    Err("the environment names an account, but neither `aws`, `gcloud` nor `az` is installed to ask for it".to_owned())
}

fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn ask(program: &str, arguments: &[&str]) -> Result<String, String> {
    let asked = format!("`{program} {}`", arguments.join(" "));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot run {asked}: {error}"))?;
    let started = Instant::now();
    // The answer is one line, far smaller than a pipe: the child never waits for us to read it.
    while child.try_wait().map_err(|error| format!("cannot wait for {asked}: {error}"))?.is_none() {
        if started.elapsed() > PATIENCE {
            // Killed and reaped; that it had ended meanwhile is fine too.
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{asked} did not answer within {} s", PATIENCE.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().map_err(|error| format!("cannot read {asked}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{asked} failed: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_stands_for_the_long_one_but_not_the_other_way_round() {
        assert!(same_host("db1.example.net", "db1"));
        assert!(same_host("DB1", "db1"));
        assert!(!same_host("db1", "db1.example.net"));
        assert!(!same_host("db10.example.net", "db1"));
    }

    #[test]
    fn this_host_is_this_host_and_no_other() {
        let here = Target { host: Some(hostname().unwrap()), ..Target::default() };
        assert_eq!(verify(&here, "dev").unwrap().len(), 1);
        let there = Target { host: Some("not-this-machine".into()), ..Target::default() };
        let error = verify(&there, "production").unwrap_err();
        assert!(error.starts_with("production is the host `not-this-machine`, but this is"), "{error}");
    }
}
