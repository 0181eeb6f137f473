//! What a release has run at moments of its own: keys of `[services.NAME.release]`, and attributes of a `callsheet deploy` step.

use std::fmt;
use std::str::FromStr;

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

use super::keys::Keys;

/// What a release has run, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct HookSettings {
    /// The variable that tells steps where the release answers.
    pub address: String,
    /// Before the first new instance starts.
    pub migrate: Option<Work>,
    /// A front end's files: what was built, and the folder that is served.
    pub assets: Option<(String, String)>,
    /// Routes that are asked before the first user.
    pub warm: Vec<String>,
    /// The user's flows.
    pub smoke: Option<Work>,
    /// Later verifications, the earliest first.
    pub later: Vec<LaterWork>,
}

/// Something to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// A procedure of the runbook, by its slug.
    Procedure(String),
    /// A command for the shell.
    Command(String),
}

/// A later verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LaterWork {
    /// How long after all traffic moved.
    pub after: Duration,
    /// What.
    pub work: Work,
}

/// Every key, also as an attribute.
pub(crate) const HOOK_KEYS: [&str; 6] = ["address", "migrate", "assets", "warm", "smoke", "later"];

impl Default for HookSettings {
    fn default() -> HookSettings {
        HookSettings {
            address: "base_url".to_owned(),
            migrate: None,
            assets: None,
            warm: Vec::new(),
            smoke: None,
            later: Vec::new(),
        }
    }
}

// === impl HookSettings ===

impl HookSettings {
    /// Says one key anew. `Err`: what it must be.
    pub(crate) fn set(&mut self, key: &str, text: &str) -> Result<(), String> {
        let none = text.trim() == "none";
        let work = || if none { Ok(None) } else { text.parse::<Work>().map(Some) };
        match key {
            "address" => {
                let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
                if text.is_empty() || !text.chars().all(fits) || text.starts_with(|c: char| c.is_ascii_digit()) {
                    return Err("it must be a variable's name, like `base_url`".to_owned());
                }
                self.address = text.to_owned();
            }
            "migrate" => self.migrate = work()?,
            "smoke" => self.smoke = work()?,
            "assets" if none => self.assets = None,
            "assets" => {
                let (built, served) = text.trim().split_once(char::is_whitespace).ok_or(ASSETS)?;
                let served = served.trim();
                if served.contains(char::is_whitespace) {
                    return Err(ASSETS.to_owned());
                }
                self.assets = Some((built.to_owned(), served.to_owned()));
            }
            "warm" if none => self.warm.clear(),
            "warm" => {
                let routes: Vec<String> = words(text).map(str::to_owned).collect();
                if let Some(wrong) = routes.iter().find(|route| !route.starts_with('/')) {
                    return Err(format!("`{wrong}` must be a path that begins with `/`"));
                }
                self.warm = routes;
            }
            "later" if none => self.later.clear(),
            "later" => {
                let all = text.split(',').filter(|one| !one.trim().is_empty());
                self.later = all.map(str::parse).collect::<Result<_, String>>()?;
                self.later.sort_by_key(|one| one.after);
            }
            _ => return Err("no hook has this name".to_owned()),
        }
        Ok(())
    }
}

const ASSETS: &str = "it must name what was built and the folder that is served, like `dist public`";

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
}

// === impl Work ===

impl FromStr for Work {
    type Err = String;

    /// `#slug` is a procedure, anything else a command.
    fn from_str(text: &str) -> Result<Work, String> {
        match text.trim() {
            "" => Err("it must be a procedure of the runbook, like `#smoke`, or a command".to_owned()),
            text => Ok(match text.strip_prefix('#').filter(|slug| !slug.contains(char::is_whitespace)) {
                Some(slug) => Work::Procedure(slug.to_owned()),
                None => Work::Command(text.to_owned()),
            }),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Work::Procedure(slug) => write!(f, "#{slug}"),
            Work::Command(command) => f.write_str(command),
        }
    }
}

// === impl LaterWork ===

impl FromStr for LaterWork {
    type Err = String;

    /// `T+15m #verify`.
    fn from_str(text: &str) -> Result<LaterWork, String> {
        let wrong = || format!("`{}` must be a time and what is run then, like `T+15m #verify`", text.trim());
        let (after, work) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let after = after.parse().map_err(|_| wrong())?;
        Ok(LaterWork { after, work: work.parse()? })
    }
}

/// The keys of `[services.NAME.release]`.
pub(super) fn read_hooks(keys: &mut Keys, hooks: &mut HookSettings) {
    for key in HOOK_KEYS {
        let at = keys.span(key);
        let text = match key {
            "warm" | "later" => keys.texts(key).map(|texts| texts.join(", ")),
            _ => keys.text(key),
        };
        if let Some(text) = text
            && let Err(why) = hooks.set(key, &text)
        {
            keys.fault(at, format!("`{}.{key}` cannot be `{text}`", keys.path()), Some(why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, text: &str, expected: Result<&str, &str>) {
        let mut hooks = HookSettings::default();
        let set = hooks.set(key, text);
        match expected {
            Ok(part) => {
                assert_eq!(set, Ok(()), "{key}={text}");
                assert!(format!("{hooks:?}").contains(part), "{hooks:?}");
            }
            Err(part) => assert!(set.as_ref().is_err_and(|why| why.contains(part)), "{key}={text}: {set:?}"),
        }
    }

    #[test]
    fn keys_are_read() {
        check("smoke", "#smoke-test", Ok("Procedure(\"smoke-test\")"));
        check("migrate", "alembic upgrade head", Ok("Command(\"alembic upgrade head\")"));
        check("migrate", " ", Err("a procedure of the runbook"));
        check("smoke", "none", Ok("smoke: None"));
        check("later", "T+1h #b, T+15m #a", Ok("900000 }, work: Procedure(\"a\") }, LaterWork"));
        check("later", "soon #a", Err("`soon #a` must be a time"));
        check("later", "T+15m", Err("`T+15m` must be a time"));
        check("warm", "/ /search?q=a", Ok("[\"/\", \"/search?q=a\"]"));
        check("warm", "search", Err("`search` must be a path"));
        check("assets", "dist public", Ok("(\"dist\", \"public\")"));
        check("assets", "dist", Err("what was built"));
        check("address", "BASE_URL", Ok("BASE_URL"));
        check("address", "base-url", Err("a variable's name"));
    }
}
