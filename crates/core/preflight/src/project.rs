//! The usual commands of a project, by the files that it has at its top.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Kind;

/// What lies at a project's top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Top {
    /// Names of files and folders.
    pub names: BTreeSet<String>,
    /// The text of `package.json`.
    pub package_json: Option<String>,
    /// The text of `pyproject.toml`.
    pub pyproject: Option<String>,
}

/// Command lines that do `kind` here, one for each kind of project; none if there is none.
pub fn commands(top: &Top, kind: Kind) -> Vec<String> {
    let mut found = Vec::new();
    if top.names.contains("Cargo.toml") {
        found.extend(rust(kind).map(str::to_owned));
    }
    found.extend(top.package_json.as_deref().and_then(|text| node(text, kind)));
    if ["pyproject.toml", "setup.py", "requirements.txt"].iter().any(|name| top.names.contains(*name)) {
        found.extend(python(top, kind).map(str::to_owned));
    }
    if top.names.contains("go.mod") {
        found.extend(go(kind).map(str::to_owned));
    }
    found
}

/// Programs that know vulnerabilities, with where they look.
pub fn audits(top: &Top) -> Vec<&'static str> {
    let known = [
        ("Cargo.lock", "cargo audit --json"),
        ("package-lock.json", "npm audit --json"),
        ("requirements.txt", "pip-audit --format json --requirement requirements.txt"),
    ];
    known.iter().filter(|(file, _)| top.names.contains(*file)).map(|(_, command)| *command).collect()
}

fn rust(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Tests => Some("cargo test --workspace --locked"),
        Kind::Lint => Some("cargo clippy --workspace --all-targets --locked -- -D warnings"),
        Kind::Types => Some("cargo check --workspace --all-targets --locked"),
        Kind::Format => Some("cargo fmt --all --check"),
        Kind::EndToEnd | Kind::FrontEndBuild | Kind::Other => None,
    }
}

/// The first script of `package.json` that has one of the usual names.
fn node(package_json: &str, kind: Kind) -> Option<String> {
    let package: Value = serde_json::from_str(package_json).ok()?;
    let scripts = package.get("scripts")?.as_object()?;
    let usual: &[&str] = match kind {
        Kind::Tests => &["test:ci", "test"],
        Kind::Lint => &["lint"],
        Kind::Types => &["typecheck", "type-check", "check-types", "types"],
        Kind::Format => &["format:check", "check-format", "fmt:check", "prettier:check"],
        Kind::EndToEnd => &["test:e2e", "e2e", "playwright"],
        Kind::FrontEndBuild => &["build"],
        Kind::Other => &[],
    };
    let placeholder = |script: &Value| script.as_str().is_some_and(|text| text.contains("no test specified"));
    let name = usual.iter().find(|name| scripts.get(**name).is_some_and(|script| !placeholder(script)))?;
    Some(format!("npm run --silent {name}"))
}

fn python(top: &Top, kind: Kind) -> Option<&'static str> {
    let configured = |tool: &str| top.pyproject.as_deref().is_some_and(|text| text.contains(&format!("[tool.{tool}")));
    match kind {
        Kind::Tests => Some("python3 -m pytest -q"),
        Kind::Lint if configured("ruff") => Some("ruff check ."),
        Kind::Format if configured("ruff") => Some("ruff format --check ."),
        Kind::Format if configured("black") => Some("black --check ."),
        Kind::Types if configured("mypy") || top.names.contains("mypy.ini") => Some("mypy ."),
        Kind::Types if configured("pyright") || top.names.contains("pyrightconfig.json") => Some("pyright"),
        _ => None,
    }
}

fn go(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Tests => Some("go test ./..."),
        Kind::Lint => Some("go vet ./..."),
        Kind::Types => Some("go build ./..."),
        Kind::Format => Some("test -z \"$(gofmt -l .)\""),
        Kind::EndToEnd | Kind::FrontEndBuild | Kind::Other => None,
    }
}

/// Lines of a build's output that warn.
pub fn warnings(output: &str) -> Vec<String> {
    let warns = |line: &&str| {
        let lower = line.to_ascii_lowercase();
        let words = ["warning:", "warn:", "(!)", "[warn]", "warning in ", "⚠"];
        // "0 warnings" boasts.
        words.iter().any(|word| lower.contains(word)) && !lower.contains("0 warning") && !lower.contains("no warning")
    };
    output.lines().filter(warns).map(|line| line.trim().chars().take(200).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(names: &[&str]) -> Top {
        Top { names: names.iter().map(|name| (*name).to_owned()).collect(), ..Top::default() }
    }

    #[test]
    fn each_kind_of_project_has_its_commands() {
        let both = Top {
            package_json: Some(
                r#"{"scripts": {"test": "vitest run", "build": "vite build", "type-check": "tsc"}}"#.to_owned(),
            ),
            ..top(&["Cargo.toml", "Cargo.lock", "package.json", "package-lock.json"])
        };
        assert_eq!(commands(&both, Kind::Tests), ["cargo test --workspace --locked", "npm run --silent test"]);
        assert_eq!(commands(&both, Kind::Types)[1], "npm run --silent type-check");
        assert_eq!(commands(&both, Kind::EndToEnd), Vec::<String>::new());
        assert_eq!(audits(&both), ["cargo audit --json", "npm audit --json"]);
        let python = Top { pyproject: Some("[tool.ruff]\n".to_owned()), ..top(&["pyproject.toml"]) };
        assert_eq!(commands(&python, Kind::Lint), ["ruff check ."]);
        assert_eq!(commands(&python, Kind::Types), Vec::<String>::new());
    }

    #[test]
    fn the_placeholder_of_npm_init_is_no_test() {
        let package_json = Some(r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#.to_owned());
        assert_eq!(commands(&Top { package_json, ..top(&[]) }, Kind::Tests), Vec::<String>::new());
    }

    #[test]
    fn warnings_are_found() {
        let output =
            "vite v8\n(!) Some chunks are larger than 500 kB\nwarning: unused\ncompiled with 0 warnings:\ndone\n";
        assert_eq!(warnings(output).len(), 2);
    }
}
