//! Where secrets come from when nobody deploys: this process's environment, or files that it names.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use callsheet_base::Secret;

/// What was found of the secrets that were asked for.
#[derive(Debug, Default)]
pub struct Resolved {
    /// By name.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// Files that are named and cannot be read, in words.
    pub faults: Vec<String>,
}

/// Looks for each: the variable `NAME`, the file that `NAME_FILE` names, the file `NAME` in `$CREDENTIALS_DIRECTORY` (systemd's). A file's
/// last line end does not count.
pub fn resolve<'n>(names: impl IntoIterator<Item = &'n String>, variable: impl Fn(&str) -> Option<String>) -> Resolved {
    let mut resolved = Resolved::default();
    for name in names {
        if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
            resolved.secrets.insert(name.clone(), Secret::new(value));
            continue;
        }
        let named = variable(&format!("{name}_FILE")).map(PathBuf::from);
        let credential = || variable("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(name));
        let (path, must) = match (named, credential()) {
            (Some(path), _) => (path, true),
            (None, Some(path)) => (path, false),
            (None, None) => continue,
        };
        match std::fs::read_to_string(&path) {
            Ok(mut value) => {
                let end = value.strip_suffix("\r\n").or(value.strip_suffix('\n')).map_or(value.len(), str::len);
                value.truncate(end);
                resolved.secrets.insert(name.clone(), Secret::new(value));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !must => {}
            Err(error) => resolved.faults.push(format!("cannot read {name} from `{}`: {error}", path.display())),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_goes_before_a_file_before_a_credential() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("A", "of-credential");
        write("B", "of-credential\n");
        write("file", "of-file\n");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let variable = |name: &str| match name {
            "A" => Some("of-variable".to_owned()),
            "CREDENTIALS_DIRECTORY" => Some(folder.path().display().to_string()),
            "C_FILE" => Some(at("file")),
            "D_FILE" => Some(at("missing")),
            _ => None,
        };
        let names = ["A", "B", "C", "D", "E"].map(str::to_owned);
        let Resolved { secrets, faults } = resolve(&names, variable);
        let found: Vec<(&str, &str)> =
            secrets.iter().map(|(name, value)| (name.as_str(), value.expose().as_str())).collect();
        assert_eq!(found, [("A", "of-variable"), ("B", "of-credential"), ("C", "of-file")]);
        assert!(faults.len() == 1 && faults[0].starts_with("cannot read D from"), "{faults:?}");
    }
}
