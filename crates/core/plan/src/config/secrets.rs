//! `[secrets.NAME]` and `[secret_stores.NAME]`: how secrets are kept, read and rotated. Values stand in no configuration.

use std::collections::BTreeMap;
use std::ops::Range;

use callsheet_access::{ApprovalRule, Approver};
use callsheet_secrets::{Engine, Ground, How, LOCAL, Reference, SecretName, Settings, Shape, StoreSettings, Window};

use super::DURATION_HINT;
use super::keys::Keys;

/// What `callsheet.toml` says of secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretsConfig {
    /// `[secrets.NAME]`.
    pub declared: BTreeMap<SecretName, DeclaredSecret>,
    /// `[secret_stores.NAME]`.
    pub stores: BTreeMap<String, StoreSettings>,
}

/// `[secrets.NAME]`: one secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredSecret {
    /// How it is kept and rotated.
    pub settings: Settings,
    /// Who may see and change its value: any of them. Empty: anyone who has an identity.
    pub readers: Vec<Approver>,
}

impl SecretsConfig {
    /// What stores and rotations must know.
    pub fn ground(&self) -> Ground {
        let secrets = self.declared.iter().map(|(name, declared)| (name.clone(), declared.settings.clone()));
        Ground { secrets: secrets.collect(), stores: self.stores.clone() }
    }
}

const KINDS: &str = "write `keys`, `postgres`, `mariadb`, `redis` or `manual`";

pub(super) fn read_secrets(keys: &mut Keys) -> SecretsConfig {
    let stores = keys.tables("secret_stores", store);
    let known = |name: &str| name == LOCAL || stores.contains_key(name);
    let read = keys.tables("secrets", |table| {
        let at = table.span("kind");
        let name = table.path().rsplit('.').next().unwrap_or_default().parse::<SecretName>();
        let declared = secret(table, &known);
        match name {
            Ok(name) => Some((name, declared)),
            Err(error) => {
                table.fault(at, error.to_string(), None);
                None
            }
        }
    });
    SecretsConfig { declared: read.into_values().collect(), stores }
}

fn secret(table: &mut Keys, known: &dyn Fn(&str) -> bool) -> DeclaredSecret {
    let mut settings = Settings { how: how(table), ..Settings::default() };
    let store_at = table.span("store");
    if let Some(store) = table.text("store") {
        if !known(&store) {
            let hint = Some(format!("describe it: `[secret_stores.{store}]` with `kind = \"vault\"` and the like"));
            table.fault(store_at, format!("there is no store `{store}`"), hint);
        }
        settings.store = store;
    }
    settings.services = table.texts("services").unwrap_or_default();
    settings.max_age = table.parsed("max_age", DURATION_HINT);
    settings.window = table
        .parsed::<Window>("window", "write `Sun 02:00-04:00`, `second Sun 02:00-04:00` or `daily 03:00-04:00` (UTC)");
    settings.overlap = table.parsed("overlap", DURATION_HINT).unwrap_or(settings.overlap);
    let url_at = table.span("url");
    settings.url = table.text("url");
    if settings.url.as_ref().is_some_and(|url| !url.contains("{password}")) {
        let hint = Some("write `url = \"postgres://{user}:{password}@db:5432/shop\"`".to_owned());
        table.fault(url_at, format!("`{}.url` has no place for the value", table.path()), hint);
    }
    settings.verify = table.texts("verify").unwrap_or_default();
    settings.roll = table.text("roll");
    settings.shape = shape(table);
    let readers_at = table.span("readers");
    let mut readers = Vec::new();
    for text in table.texts("readers").unwrap_or_default() {
        match text.parse::<ApprovalRule>() {
            Ok(rule) if rule.needed == 1 => readers.push(rule.who),
            Ok(_) | Err(_) => {
                let hint = Some("write levels and roles: `readers = [\"L2\", \"dba\"]`".to_owned());
                table.fault(readers_at.clone(), format!("`{}.readers` cannot hold `{text}`", table.path()), hint);
            }
        }
    }
    DeclaredSecret { settings, readers }
}

fn how(table: &mut Keys) -> How {
    let (kind_at, users_at, admin_at) = (table.span("kind"), table.span("users"), table.span("admin"));
    let (kind, users, admin) = (table.text("kind"), table.texts("users"), table.text("admin"));
    let (accepted, refused) = (table.texts("accepted"), table.texts("refused"));
    let engine = match kind.as_deref() {
        None | Some("keys") => return How::Keys,
        Some("manual") => {
            return How::Manual { accepted: accepted.unwrap_or_default(), refused: refused.unwrap_or_default() };
        }
        Some("postgres" | "postgresql") => Engine::Postgres,
        Some("mariadb" | "mysql") => Engine::Mariadb,
        Some("redis" | "valkey") => Engine::Redis,
        Some(other) => {
            table.fault(kind_at, format!("`{}.kind` cannot be `{other}`", table.path()), Some(KINDS.to_owned()));
            return How::Keys;
        }
    };
    let path = table.path().to_owned();
    let users: Option<[String; 2]> = users.and_then(|users| users.try_into().ok());
    let users = users.filter(|[one, other]| one != other && [one, other].iter().all(|user| is_user(user)));
    if users.is_none() {
        let hint = "write the two users that take turns: `users = [\"shop_a\", \"shop_b\"]`; letters, digits and `_`";
        table.fault(users_at, format!("`{path}.users` must name two users"), Some(hint.to_owned()));
    }
    let good = admin.as_deref().is_some_and(|admin| admin.starts_with('$') || admin.parse::<Reference>().is_ok());
    if !good {
        let hint = "write `admin = \"secret://DB_ADMIN\"` or `admin = \"$DB_ADMIN_URL\"`: the address of a user who may change the two";
        table.fault(admin_at, format!("`{path}.admin` must refer to an address"), Some(hint.to_owned()));
    }
    How::Users { engine, admin: admin.unwrap_or_default(), users: users.unwrap_or_default() }
}

/// Names that need no quoting in any of the three servers.
fn is_user(text: &str) -> bool {
    let wanted = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.len() <= 60 && text.chars().all(wanted)
}

fn shape(table: &mut Keys) -> Shape {
    let mut shape = Shape::default();
    let at = table.span("bytes");
    if let Some(bytes) = table.count("bytes") {
        match u16::try_from(bytes) {
            Ok(bytes) if (16..=512).contains(&bytes) => shape.bytes = bytes,
            _ => table.fault(
                at,
                format!("`{}.bytes` cannot be {bytes}", table.path()),
                Some("write how many random bytes it has, from 16 to 512".to_owned()),
            ),
        }
    }
    shape.written = table.parsed("written", "write `hex`, `base64` or `base64url`").unwrap_or(shape.written);
    shape
}

fn store(table: &mut Keys) -> Option<StoreSettings> {
    let (kind_at, token_at) = (table.span("kind"), table.span("token"));
    let path = table.path().to_owned();
    let missing = |table: &Keys, key: &str, hint: &str| {
        table.fault(kind_at.clone(), format!("`{path}` has no `{key}`"), Some(hint.to_owned()));
    };
    match table.text("kind").as_deref() {
        Some("local") => Some(StoreSettings::Local),
        Some("environment") => Some(StoreSettings::Environment),
        Some("files") => {
            let folder = table.text("folder");
            if folder.is_none() {
                missing(table, "folder", "write `folder = \"/run/secrets\"`");
            }
            Some(StoreSettings::Files { folder: folder?.into() })
        }
        Some("vault") => {
            let (address, token) = (table.text("address"), table.text("token"));
            let mount = table.text("mount").unwrap_or_else(|| "secret".to_owned());
            let below = table.text("path").unwrap_or_else(|| "{environment}".to_owned());
            let token = token.unwrap_or_else(|| "$VAULT_TOKEN".to_owned());
            if !token.starts_with('$') {
                let hint = Some("write `token = \"$VAULT_TOKEN\"` and set that environment variable".to_owned());
                table.fault(token_at, format!("`{path}.token` must name an environment variable"), hint);
            }
            if address.is_none() {
                missing(table, "address", "write `address = \"https://vault:8200\"`");
            }
            Some(StoreSettings::Vault { address: address?, mount, path: below, token })
        }
        Some("command") => {
            let (get, set) = (table.texts("get").unwrap_or_default(), table.texts("set").unwrap_or_default());
            let destroy = table.texts("destroy").unwrap_or_default();
            if get.is_empty() {
                missing(
                    table,
                    "get",
                    "write the command that prints the value: `get = [\"aws\", \"secretsmanager\", …]`",
                );
            }
            if set.iter().any(|word| word.contains("{value}")) {
                let hint = "values go in by standard input, because arguments can be seen by every process";
                missing(table, "set without `{value}`", hint);
            }
            Some(StoreSettings::Command { get, set, destroy })
        }
        Some(other) => {
            let hint = "write `vault`, `command`, `files`, `environment` or `local`".to_owned();
            table.fault(kind_at, format!("`{path}.kind` cannot be `{other}`"), Some(hint));
            None
        }
        None => {
            missing(table, "kind", "write `vault`, `command`, `files`, `environment` or `local`");
            None
        }
    }
}

/// A value that means to be a reference must be one, and nothing else.
pub(super) fn check_reference(table: &Keys, at: Range<usize>, text: &str) {
    if !text.contains("secret://") {
        return;
    }
    if let Err(error) = text.parse::<Reference>() {
        let hint = "a reference stands alone: how an address is made of it, `[secrets.NAME] url` says".to_owned();
        table.fault(at, error.to_string(), Some(hint));
    }
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use super::*;
    use crate::Config;

    fn read(text: &str) -> Result<SecretsConfig, Vec<String>> {
        Config::read(&SourceText::new("callsheet.toml", text))
            .map(|config| config.secrets)
            .map_err(|faults| faults.iter().map(|f| format!("{f} | {}", f.hint.as_deref().unwrap_or("-"))).collect())
    }

    #[test]
    fn everything_it_can_say() {
        let read = read(
            r#"
[secrets.JWT_SECRET]
services = ["shop"]
max_age = "90d"
window = "Sun 02:00-04:00"
overlap = "12h"
readers = ["L2", "dba"]
bytes = 48
written = "base64url"
verify = ["runbooks/login.hurl"]
[secrets.SHOP_DB]
kind = "postgres"
users = ["shop_a", "shop_b"]
admin = "secret://DB_ADMIN"
url = "postgres://{user}:{password}@db/shop"
[secrets.STRIPE]
kind = "manual"
accepted = ["curl -fsS https://pay.example"]
store = "vault"
roll = "true"
[secret_stores.vault]
kind = "vault"
address = "https://vault:8200"
[secret_stores.aws]
kind = "command"
get = ["aws", "secretsmanager", "get-secret-value"]
[secret_stores.mounted]
kind = "files"
folder = "/run/secrets"
"#,
        )
        .unwrap();
        let of = |name: &str| &read.declared[&name.parse::<SecretName>().unwrap()];
        let jwt = of("JWT_SECRET");
        assert_eq!((jwt.readers.len(), jwt.settings.shape.bytes, jwt.settings.how.word()), (2, 48, "keys"));
        assert_eq!(of("SHOP_DB").settings.how.other_user(Some("shop_a")).as_deref(), Some("shop_b"));
        assert_eq!(of("STRIPE").settings.store, "vault");
        assert_eq!(read.ground().stores.len(), 3);
    }

    #[test]
    fn every_fault_is_found_with_its_place() {
        let faults = read(
            r#"
[secrets.A]
kind = "postgres"
users = ["same", "same"]
[secrets.B]
store = "nowhere"
url = "postgres://db"
[secrets."c.d"]
bytes = 4
[secret_stores.v]
kind = "vault"
token = "hvs.abc"
[services.s]
command = ["s"]
environment = { URL = "postgres://u:secret://B@db" }
"#,
        );
        let found = faults.unwrap_err();
        let starts = [
            "callsheet.toml:3:1: `secrets.A.admin` must refer to an address",
            "callsheet.toml:4:9: `secrets.A.users` must name two users",
            "callsheet.toml:6:9: there is no store `nowhere`",
            "callsheet.toml:7:7: `secrets.B.url` has no place for the value",
            "callsheet.toml:9:9: `secrets.c.d.bytes` cannot be 4",
            "callsheet.toml:11:8: `secret_stores.v` has no `address`",
            "callsheet.toml:12:9: `secret_stores.v.token` must name an environment variable",
            "callsheet.toml:15:15: `postgres://u:secret://B@db` is no reference to a secret",
        ];
        assert!(starts.iter().zip(&found).all(|(start, fault)| fault.starts_with(start)), "{found:#?}");
    }
}
