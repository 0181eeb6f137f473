//! Environments: what an instance and its supervisor get of ours, and secrets on their way through a pipe.

use std::collections::BTreeMap;
use std::ffi::OsString;

use callsheet_base::Secret;
use zeroize::Zeroizing;

/// Values of secrets, by variable.
pub(crate) type Secrets = BTreeMap<String, Secret<String>>;

/// The part of our environment that an instance may see: nothing that could hold a secret of ours.
pub(crate) fn inherited() -> Vec<(OsString, OsString)> {
    let passed = |name: &str| matches!(name, "PATH" | "HOME" | "USER" | "LOGNAME" | "LANG" | "TZ" | "TMPDIR");
    std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| passed(name) || name.starts_with("LC_")))
        .collect()
}

/// As a process's environment writes them: `NAME=value`, each ended by a zero byte. An error names what cannot be written so.
pub(crate) fn encode(secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut text = Zeroizing::new(Vec::new());
    for (name, value) in secrets {
        check(name, value.expose())?;
        text.extend_from_slice(name.as_bytes());
        text.push(b'=');
        text.extend_from_slice(value.expose().as_bytes());
        text.push(0);
    }
    Ok(text)
}

/// The other way.
pub(crate) fn decode(text: &[u8]) -> Option<Secrets> {
    let mut secrets = Secrets::new();
    for entry in text.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
        let (name, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
        secrets.insert(name.to_owned(), Secret::new(value.to_owned()));
    }
    Some(secrets)
}

/// What no environment can hold.
pub(crate) fn check(name: &str, value: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(format!("`{}` cannot be the name of an environment variable", name.escape_default()));
    }
    if value.contains('\0') {
        return Err(format!("the value of `{name}` holds a zero byte, which no environment variable can"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_through_whole() {
        let secrets = Secrets::from([
            ("A".to_owned(), Secret::new("a=b\nc \"é\"".to_owned())),
            ("EMPTY".to_owned(), Secret::new(String::new())),
        ]);
        let again = decode(&encode(&secrets).unwrap()).unwrap();
        let plain = |secrets: &Secrets| -> Vec<(String, String)> {
            secrets.iter().map(|(name, value)| (name.clone(), value.expose().clone())).collect()
        };
        assert_eq!(plain(&again), plain(&secrets));
    }

    #[test]
    fn what_no_environment_can_hold_is_refused() {
        let one = |name: &str, value: &str| Secrets::from([(name.to_owned(), Secret::new(value.to_owned()))]);
        assert!(encode(&one("A=B", "x")).is_err());
        let error = encode(&one("A", "hush\0hush")).unwrap_err();
        assert!(error.contains("`A`") && !error.contains("hush"), "{error}");
    }
}
