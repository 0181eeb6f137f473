//! Programs and aliases of Cargo.

use std::collections::BTreeSet;

/// What a Cargo.toml says about programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The package's name.
    pub package: Option<String>,
    /// Names of `[[bin]]`.
    pub programs: BTreeSet<String>,
    /// Members of the workspace, as written.
    pub members: Vec<String>,
}

/// Reads a Cargo.toml; `None`: it cannot be read.
pub fn manifest(text: &str) -> Option<Manifest> {
    let document: toml::Table = text.parse().ok()?;
    let texts = |value: Option<&toml::Value>| -> Vec<String> {
        value
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect()
    };
    let package = document.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let programs = document.get("bin").and_then(toml::Value::as_array);
    Some(Manifest {
        package: package.map(str::to_owned),
        programs: programs
            .into_iter()
            .flatten()
            .filter_map(|one| Some(one.get("name")?.as_str()?.to_owned()))
            .collect(),
        members: texts(document.get("workspace").and_then(|workspace| workspace.get("members"))),
    })
}

/// Names under `[alias]` of a .cargo/config.toml.
pub fn aliases(text: &str) -> Option<BTreeSet<String>> {
    let document: toml::Table = text.parse().ok()?;
    Some(
        document
            .get("alias")
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(toml::Table::keys)
            .cloned()
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::{aliases, manifest};

    #[test]
    fn programs_members_and_aliases_are_listed() {
        let found =
            manifest("[workspace]\nmembers = [\"a/*\"]\n[package]\nname = \"p\"\n[[bin]]\nname = \"q\"\n").unwrap();
        assert_eq!((found.package.as_deref(), found.members.as_slice()), (Some("p"), ["a/*".to_owned()].as_slice()));
        assert!(found.programs.contains("q"));
        assert!(aliases("[alias]\nxtask = \"run -p xtask --\"\n").unwrap().contains("xtask"));
    }
}
