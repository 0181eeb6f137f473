//! Which names and values are secret without being declared so.

/// Whether a variable of this name is taken for a secret: `*_KEY`, `*_SECRET`, `*_TOKEN`, `*PASSWORD*`, and their like.
pub fn is_secret_name(name: &str) -> bool {
    let name: String = name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let ends = ["_KEY", "_SECRET", "_TOKEN", "_PASS", "_PWD", "_CREDENTIALS", "_CREDENTIAL"];
    let whole = ["SECRET", "TOKEN", "PASS", "PWD", "APIKEY", "CREDENTIALS"];
    ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET_"].iter().any(|part| name.contains(part))
        || ends.iter().any(|end| name.ends_with(end))
        || whole.contains(&name.as_str())
}

/// The environment variable that carries a secret parameter: its name in capitals, other characters as `_`.
pub fn secret_variable(name: &str) -> String {
    let is_variable = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_variable && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    let variable: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if variable.starts_with(|c: char| c.is_ascii_digit()) { format!("_{variable}") } else { variable }
}

/// Whether a value is a URL with a password in it.
pub(crate) fn holds_credentials(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.split_once(':').is_some_and(|(_, word)| !word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_are_known() {
        for name in ["API_KEY", "stripe-secret", "GITHUB_TOKEN", "DB_PASSWORD", "PGPASSWORD", "password", "token"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["KEYBOARD", "DATABASE_URL", "tokens_per_minute", "passenger", "REGION"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn urls_with_passwords_are_secret() {
        assert!(holds_credentials("postgres://app:s3cret@db/app"));
        for value in ["postgres://app@db/app", "postgres://db:5432/app", "a:b@c", "http://h/a:b@c"] {
            assert!(!holds_credentials(value), "{value}");
        }
    }

    #[test]
    fn a_secret_has_a_variable() {
        assert_eq!(secret_variable("new-password"), "NEW_PASSWORD");
        assert_eq!(secret_variable("api_key"), "api_key");
        assert_eq!(secret_variable("2fa token"), "_2FA_TOKEN");
    }
}
