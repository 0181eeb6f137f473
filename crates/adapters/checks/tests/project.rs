//! Checks of a real repository, made by real Git and real commands.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::Command;

use callsheet_checks::{Echo, Preflight};
use callsheet_preflight::{Finding, Verdict};

#[derive(Debug, Default)]
struct Lines(RefCell<Vec<String>>);

impl Echo for Lines {
    fn line(&self, line: &str) {
        self.0.borrow_mut().push(line.to_owned());
    }
}

struct Project {
    folder: tempfile::TempDir,
    echo: Lines,
}

impl Project {
    /// A committed and tagged project with a changelog.
    fn new() -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap(), echo: Lines::default() };
        project.git(&["init", "-q", "-b", "main"]);
        project.write("README.md", "# Shop\n\nSells.\n\n`make`\n");
        project.write("CHANGELOG.md", "## 1.2.3\n\n- sells more\n");
        project.commit();
        project.git(&["tag", "v1.2.3"]);
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) {
        let identity =
            ["-c", "user.name=release", "-c", "user.email=release@shop.example", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").args(identity).args(arguments).current_dir(self.path()).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "-m", "A change"]);
    }

    fn check(&self, check: &str) -> Finding {
        Preflight::new(self.path(), Some("1.2.3"), &self.echo).make(&check.parse().unwrap())
    }

    fn passes(&self, check: &str) -> Finding {
        let finding = self.check(check);
        assert_eq!(finding.verdict, Verdict::Passed, "{check}: {finding:?}");
        finding
    }

    fn fails(&self, check: &str, what: &str) -> Finding {
        let finding = self.check(check);
        assert_eq!((finding.verdict, finding.what.as_str()), (Verdict::Failed, what), "{finding:?}");
        finding
    }

    fn does_not_know(&self, check: &str, what: &str) -> Finding {
        let finding = self.check(check);
        assert_eq!((finding.verdict, finding.what.as_str()), (Verdict::Unknown, what), "{finding:?}");
        finding
    }
}

#[test]
fn a_clean_tagged_commit_passes_until_something_changes() {
    let project = Project::new();
    for check in ["clean-tree", "branch=main", "tag", "tag=v1.2.3", "changelog", "readme", "pinned"] {
        project.passes(check);
    }
    project.write("new.txt", "");
    assert_eq!(project.fails("clean-tree", "the working tree has 1 change").evidence[1], "?? new.txt");
    project.commit();
    project.fails("tag", "the commit does not carry the tag v1.2.3");
    project.git(&["switch", "-q", "-c", "work"]);
    project.fails("branch=main", "work is checked out, not main");
}

#[test]
fn a_branch_is_compared_with_its_upstream() {
    let project = Project::new();
    let other = tempfile::tempdir().unwrap();
    project.git(&["clone", "-q", "--bare", ".", other.path().join("bare").to_str().unwrap()]);
    project.git(&["remote", "add", "origin", other.path().join("bare").to_str().unwrap()]);
    project.git(&["fetch", "-q", "origin"]);
    project.git(&["branch", "-q", "--set-upstream-to=origin/main"]);
    project.passes("branch=main");
    project.write("a", "");
    project.commit();
    let finding = project.fails("branch=main", "main has commits that origin/main has not");
    assert_eq!(finding.evidence, ["0 behind and 1 ahead of origin/main"]);
}

#[test]
fn commands_are_run_shown_and_judged() {
    let project = Project::new();
    let finding = project.passes("tests=echo one; echo two >&2; echo all well");
    assert_eq!(finding.evidence[1], "all well");
    assert_eq!(project.echo.0.borrow()[0], "$ echo one; echo two >&2; echo all well");
    assert!(project.echo.0.borrow().contains(&"two".to_owned()));
    let finding = project.fails("tests=echo broken; exit 3", "`echo broken; exit 3` ended with exit code 3");
    assert_eq!(finding.evidence, ["broken"]);
    project.does_not_know("lint=no-such-linter", "`no-such-linter`: there is no such program here");
    project.does_not_know("tests", "no usual command for tests is known here");
    project.fails("front-end-build=echo '(!) large chunk'", "`echo '(!) large chunk'` warns, 1 times");
}

#[test]
fn a_report_older_than_the_code_is_no_evidence() {
    let project = Project::new();
    project.does_not_know("coverage=80:lcov.info", "there is none of lcov.info");
    project.write("lcov.info", "SF:src/a.py\nDA:1,1\nend_of_record\n");
    project.passes("coverage=80");
    project.write("src/a.py", "x = 1\n");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    fs::File::options().append(true).open(project.path().join("src/a.py")).unwrap().set_modified(later).unwrap();
    project.commit();
    assert_eq!(project.fails("coverage=80", "lcov.info is older than the code").evidence[0], "src/a.py is newer");
}

#[test]
fn an_audit_needs_a_report_or_its_program() {
    let project = Project::new();
    project.does_not_know("audit", "there is no lock file that an audit program reads");
    project.write("audit.json", r#"{"vulnerabilities": {"list": []}}"#);
    project.passes("audit=low:audit.json");
    project.write("audit.json", "connection refused");
    project.does_not_know("audit=low:audit.json", "the report of audit.json cannot be read");
}

#[test]
fn a_front_end_must_be_built_from_what_is_there() {
    let project = Project::new();
    project.fails("front-end=web/dist", "web/dist has no index.html");
    project.write("web/src/app.ts", "");
    project.write("web/dist/index.html", "<script src=\"/assets/app-0123abcd.js\"></script>");
    project.fails("front-end", "web/dist/index.html loads what is not there");
    project.write("web/dist/assets/app-0123abcd.js", "1");
    project.passes("front-end");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    fs::File::options().append(true).open(project.path().join("web/src/app.ts")).unwrap().set_modified(later).unwrap();
    project.fails("front-end", "web/dist is older than its sources");
}

#[test]
fn outside_a_repository_git_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let echo = Lines::default();
    let finding = Preflight::new(folder.path(), None, &echo).make(&"clean-tree".parse().unwrap());
    assert_eq!((finding.verdict, finding.what.as_str()), (Verdict::Unknown, "git does not answer"));
}
