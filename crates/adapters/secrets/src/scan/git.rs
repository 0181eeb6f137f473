//! A Git repository: the files of its working tree, and every object of its history.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::Scan;

impl Scan {
    /// The working tree: what is committed or would be. `Err`: what Git says.
    pub fn tree(&mut self, root: &Path) -> Result<(), String> {
        let listed = git(root, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        for path in listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            let path = root.join(String::from_utf8_lossy(path).as_ref());
            if path.is_file() && !path.is_symlink() {
                self.file(root, &path);
            }
        }
        Ok(())
    }

    /// Every commit and every version of every file that any branch or tag leads to.
    pub fn history(&mut self, root: &Path) -> Result<(), String> {
        let listed = git(root, &["rev-list", "--objects", "--all"])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let objects: Vec<(&str, &str)> =
            listed.lines().map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
        let failed = |error: std::io::Error| format!("git cannot be read from: {error}");
        let mut child = Command::new("git");
        child.arg("-C").arg(root).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = child.stderr(Stdio::null()).spawn().map_err(failed)?;
        let (Some(mut asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("git has no pipes".to_owned());
        };
        let wanted: String = objects.iter().map(|(object, _)| format!("{object}\n")).collect();
        let mut answers = BufReader::new(answers);
        let mut commits: HashMap<String, String> = HashMap::new();
        let read = std::thread::scope(|scope| {
            // Both pipes are short: one side asks while the other answers.
            scope.spawn(move || drop(asks.write_all(wanted.as_bytes())));
            for (object, path) in &objects {
                let mut head = String::new();
                answers.read_line(&mut head).map_err(failed)?;
                let mut words = head.split_whitespace().skip(1);
                let (kind, length) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                let length: usize = length.parse().map_err(|_| format!("git does not know the object {object}"))?;
                let mut bytes = vec![0; length + 1];
                answers.read_exact(&mut bytes).map_err(failed)?;
                bytes.pop();
                if matches!(kind, "blob" | "commit" | "tag") {
                    self.object(root, (*object, *path, kind), &bytes, &mut commits);
                }
            }
            Ok(())
        });
        child.wait().map_err(failed)?;
        read
    }

    fn object(
        &mut self,
        root: &Path,
        (object, path, kind): (&str, &str, &str),
        bytes: &[u8],
        commits: &mut HashMap<String, String>,
    ) {
        let place =
            if path.is_empty() { format!("{kind} {}", &object[..object.len().min(10)]) } else { path.to_owned() };
        let before = self.findings.len();
        self.text(&place, bytes);
        if self.findings.len() == before || kind != "blob" {
            return;
        }
        let commit = commits.entry(object.to_owned()).or_insert_with(|| commit_of(root, object));
        for finding in &mut self.findings[before..] {
            finding.place = format!("{place} (Git's history, commit {commit})");
        }
    }
}

/// The commit that brought a version of a file.
fn commit_of(root: &Path, object: &str) -> String {
    let option = format!("--find-object={object}");
    let found = git(root, &["log", "--all", "--reverse", "--format=%h", &option]).unwrap_or_default();
    String::from_utf8_lossy(&found).lines().next().unwrap_or("unknown").to_owned()
}

fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("git cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git {} failed: {}", arguments[0], said.lines().next().unwrap_or_default()))
}
