//! Services of a compose file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a compose file defines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compose {
    /// Names of services.
    pub services: Vec<String>,
    /// It takes in other files, so that not all services can be seen.
    pub open: bool,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    services: BTreeMap<String, serde::de::IgnoredAny>,
    #[serde(default)]
    include: Option<serde::de::IgnoredAny>,
}

/// Reads a compose file; `None`: it is none.
pub fn compose(text: &str) -> Option<Compose> {
    let file: File = serde_saphyr::from_str(text).ok()?;
    Some(Compose { services: file.services.into_keys().collect(), open: file.include.is_some() })
}

#[cfg(test)]
mod tests {
    use super::compose;

    #[test]
    fn services_are_listed() {
        let found = compose("services:\n  web: {image: a}\n  db:\n    image: b\nvolumes:\n  c:\n").unwrap();
        assert_eq!((found.services, found.open), (vec!["db".to_owned(), "web".to_owned()], false));
        assert!(compose("include: [a.yaml]\n").unwrap().open);
        assert_eq!(compose("- a\n"), None);
    }
}
