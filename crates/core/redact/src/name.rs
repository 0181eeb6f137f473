//! Which environment variables are secrets although nobody declared them: by their name, or as a URL's credentials.

/// True for names like `API_KEY`, `CLIENT_SECRET`, `GITHUB_TOKEN`, `PGPASSWORD`, `DB_PASSWD`, `AWS_CREDENTIALS`.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    // These name where a secret is, or which one, not the secret.
    if ["_FILE", "_PATH", "_DIR", "_SOCK", "_NAME", "_ID"].iter().any(|end| name.ends_with(end)) {
        return false;
    }
    let within = [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "CREDENTIAL",
        "SECRET",
        "APIKEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
        "CONNECTION_STRING",
    ];
    let whole = ["KEY", "TOKEN", "PASS", "JWT"];
    within.iter().any(|word| name.contains(word))
        || name.split('_').next_back().is_some_and(|last| whole.contains(&last))
        || name.split('_').any(|part| part == "TOKEN")
}

/// The secrets among environment variables, as name and value: those with secret names, and the password and the whole of
/// URLs with credentials.
pub fn secrets_of_environment<'a>(
    environment: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(&'a str, &'a str)> {
    let mut secrets = Vec::new();
    for (name, value) in environment {
        // A path says where a credential is kept; hiding it would only make messages unreadable.
        let is_path =
            value.starts_with('/') && value.len() < 256 && !value.contains(['=', '+']) && value[1..].contains('/');
        if is_secret_name(name) && !is_path {
            secrets.push((name, value));
        }
        if let Some(password) = url_password(value) {
            secrets.push((name, value));
            secrets.push((name, password));
        }
    }
    secrets
}

/// The password in `scheme://user:password@host…`.
fn url_password(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once("://")?;
    if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b)) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    // A password may hold an unescaped `/`; then the last `@` is further on.
    let user_info = authority.rsplit_once('@').or_else(|| rest.rsplit_once('@'))?.0;
    let (_, password) = user_info.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "API_KEY",
            "CLIENT_SECRET",
            "GITHUB_TOKEN",
            "TOKEN",
            "PGPASSWORD",
            "db_passwd",
            "AWS_CREDENTIALS",
            "SECRET_KEY_BASE",
            "STRIPE_KEY",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "PATH",
            "KEYBOARD",
            "MONKEY",
            "SSH_AUTH_SOCK",
            "API_KEY_FILE",
            "TOKENIZERS_PARALLELISM",
            "SECRET_NAME",
            "PWD",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn credentials_in_urls() {
        assert_eq!(url_password("postgres://app:s3cr3t/word@db:5432/x"), Some("s3cr3t/word"));
        assert_eq!(url_password("redis://:longpassword@cache:6379/0"), Some("longpassword"));
        for plain in ["https://example.org/a:b@c", "postgres://app@db/x", "not a url", "http://host:8080/"] {
            let found = url_password(plain);
            assert!(found.is_none() || plain.contains("a:b@c"), "{plain}: {found:?}");
        }
    }

    #[test]
    fn environment_secrets_are_named_by_their_variable() {
        let env = [
            ("API_TOKEN", "abcdefgh1"),
            ("DATABASE_URL", "mysql://u:p4ssw0rd99@h/d"),
            ("HOME", "/root"),
            ("TLS_KEY", "/etc/tls/key.pem"),
        ];
        let found = secrets_of_environment(env);
        assert_eq!(found, [env[0], env[1], ("DATABASE_URL", "p4ssw0rd99")]);
    }
}
