//! `[databases.NAME.backup]`: where backups go, who can read them, how often, how long they are kept, what was promised.

use callsheet_backups::{Every, Keep, Kind, Policy, Query};

use super::DURATION_HINT;
use super::keys::Keys;

const EVERY_HINT: &str = "write `hourly`, `daily`, `weekly`, `monthly`, `quarterly`, or a span like `6h`";

pub(super) fn read_backup(keys: &mut Keys) -> Policy {
    let usual = Policy::default();
    let (storage_at, recipients_at) = (keys.span("storage"), keys.span("recipients"));
    let storage = keys.text("storage");
    let recipients = keys.texts("recipients").unwrap_or_default();
    if let Some(wrong) = recipients.iter().find(|text| !text.starts_with("age1")) {
        let hint =
            Some("write the public part of an age key, `age1…`: `callsheet backup new-key` makes one".to_owned());
        let message = match wrong.starts_with("AGE-SECRET-KEY") {
            true => format!("`{}.recipients` holds a secret key", keys.path()),
            false => format!("`{}.recipients` cannot hold `{wrong}`", keys.path()),
        };
        keys.fault(recipients_at, message, hint);
    }
    if storage.as_ref().is_some_and(|storage| storage.starts_with("s3://")) && recipients.is_empty() {
        let message = format!("`{}` sends backups to a bucket unencrypted", keys.path());
        let hint = Some("write `recipients = [\"age1…\"]`: `callsheet backup new-key` makes a key".to_owned());
        keys.fault(storage_at, message, hint);
    }
    let (rpo, rto) = (keys.parsed("rpo", DURATION_HINT), keys.parsed("rto", DURATION_HINT));
    let every = keys.parsed::<Every>("every", EVERY_HINT).map(|every| every.0);
    let drill = keys.parsed::<Every>("drill", EVERY_HINT).map(|every| every.0);
    let keep = keys.table("keep").map_or(usual.keep, |mut table| {
        let keep = read_keep(&mut table);
        table.finish();
        keep
    });
    let mut queries: Vec<Query> =
        keys.texts("queries").unwrap_or_default().into_iter().map(|text| Query { text, expect: None }).collect();
    let expected = keys.named_texts("expect");
    queries.extend(expected.into_iter().map(|(text, expect)| Query { text, expect: Some(expect) }));
    Policy {
        storage,
        endpoint: keys.text("endpoint"),
        region: keys.text("region"),
        kind: read_kind(keys),
        recipients,
        identity: secret(keys, "identity"),
        seal_key: secret(keys, "seal_key"),
        every,
        drill,
        keep,
        objectives: callsheet_backups::Objectives { rpo, rto },
        queries,
        before_migrations: keys.flag("before_migrations").unwrap_or(usual.before_migrations),
    }
}

fn read_kind(keys: &mut Keys) -> Kind {
    let at = keys.span("kind");
    match keys.text("kind").as_deref() {
        None | Some("logical") => Kind::Logical,
        Some("physical") => Kind::Physical,
        Some(other) => {
            let hint = Some("write `logical` (rows) or `physical` (PostgreSQL's files, for any instant)".to_owned());
            keys.fault(at, format!("`{}.kind` cannot be `{other}`", keys.path()), hint);
            Kind::Logical
        }
    }
}

fn read_keep(keys: &mut Keys) -> Keep {
    let at = keys.span("last");
    let mut count = |key| keys.count(key).map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX));
    let keep = Keep { last: count("last"), daily: count("daily"), weekly: count("weekly"), monthly: count("monthly") };
    if keep.is_nothing() {
        let hint = Some("write how many, like `keep = { last = 7, daily = 14, weekly = 8, monthly = 12 }`".to_owned());
        keys.fault(at, format!("`{}` keeps nothing", keys.path()), hint);
    }
    keep
}

/// Where a secret is, never the secret itself.
fn secret(keys: &mut Keys, key: &'static str) -> Option<String> {
    let at = keys.span(key);
    let text = keys.text(key)?;
    if text.contains("AGE-SECRET-KEY") {
        let hint = Some(format!("write `{key} = \"$NAME\"` and set that environment variable, or name a file"));
        keys.fault(at, format!("`{}.{key}` must not hold the key itself", keys.path()), hint);
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use callsheet_base::Duration;
    use callsheet_diag::SourceText;

    use super::*;
    use crate::Config;

    fn read(backup: &str) -> Result<Policy, Vec<String>> {
        let text = format!("[databases.main]\nurl = \"$DATABASE_URL\"\n[databases.main.backup]\n{backup}");
        let config = Config::read(&SourceText::new("callsheet.toml", &text));
        let read = config.map(|mut config| config.databases.remove("main").and_then(|database| database.backup));
        read.map(Option::unwrap_or_default).map_err(|faults| faults.into_iter().map(|fault| fault.message).collect())
    }

    #[test]
    fn everything_has_a_default() {
        assert_eq!(read(""), Ok(Policy::default()));
    }

    #[test]
    fn all_of_it_is_read() {
        let policy = read(
            "storage = \"s3://backups/shop\"\nendpoint = \"https://s3.example\"\nkind = \"physical\"\nrecipients = [\"age1x\"]\n\
             identity = \"$IDENTITY\"\nseal_key = \"keys/seal\"\nevery = \"daily\"\ndrill = \"quarterly\"\nrpo = \"5m\"\nrto = \"1h\"\n\
             keep = { last = 3, monthly = 2 }\nqueries = [\"SELECT 1\"]\nexpect = { \"SELECT 2\" = \"2\" }\nbefore_migrations = true\n",
        )
        .unwrap();
        assert_eq!((policy.kind, policy.every), (Kind::Physical, Some(Duration::from_hours(24))));
        assert_eq!(policy.keep, Keep { last: 3, daily: 0, weekly: 0, monthly: 2 });
        assert_eq!(policy.objectives.rpo, Some(Duration::from_mins(5)));
        assert_eq!(policy.queries[1], Query { text: "SELECT 2".to_owned(), expect: Some("2".to_owned()) });
        assert!(policy.before_migrations);
    }

    #[test]
    fn what_would_give_secrets_or_backups_away_is_refused() {
        let check = |text: &str, expected: &str| assert_eq!(read(text), Err(vec![expected.to_owned()]), "{text}");
        check("storage = \"s3://b/p\"", "`databases.main.backup` sends backups to a bucket unencrypted");
        check("identity = \"AGE-SECRET-KEY-1\"", "`databases.main.backup.identity` must not hold the key itself");
        check("recipients = [\"AGE-SECRET-KEY-1\"]", "`databases.main.backup.recipients` holds a secret key");
        check("keep = {}", "`databases.main.backup.keep` keeps nothing");
        check("kind = \"both\"", "`databases.main.backup.kind` cannot be `both`");
        check("every = \"often\"", "`databases.main.backup.every` cannot be `often`");
    }
}
