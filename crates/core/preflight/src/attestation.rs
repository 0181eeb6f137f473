//! What a CI job says of what it built: a JSON file, judged before it is deployed without anybody looking.

use callsheet_base::{Digest, Duration, Timestamp};
use serde::{Deserialize, Deserializer};

/// The file's schema.
pub const SCHEMA: &str = "callsheet.built/1";

/// Clocks differ by no more.
const CLOCKS_DIFFER: Duration = Duration::from_mins(5);

/// What was built, from what, and how its checks ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Attestation {
    /// [`SCHEMA`].
    pub schema: String,
    /// The service.
    pub service: String,
    /// As its health answer names it.
    pub version: String,
    /// The commit it was built from.
    pub commit: String,
    /// A file or folder, relative to this file…
    #[serde(default)]
    pub artifact: Option<String>,
    /// …or an image's name, without tag.
    #[serde(default)]
    pub image: Option<String>,
    /// Of the file's bytes, or of the pushed image; with or without `sha256:`.
    #[serde(deserialize_with = "digest")]
    pub digest: Digest,
    /// When.
    pub built: Timestamp,
    /// How each check of the commit ended.
    pub checks: Vec<Attested>,
    /// Whose job.
    #[serde(default)]
    pub by: Option<Builder>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Attested {
    /// As the job names it.
    pub name: String,
    /// `passed` is green; anything else is not.
    pub result: String,
}

/// A CI job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Builder {
    /// `github`, `gitlab`, ….
    pub provider: String,
    /// The person or account it ran for.
    pub name: String,
    /// Its page.
    #[serde(default)]
    pub run: Option<String>,
}

/// What is asked of an attestation.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The service that is deployed.
    pub service: &'a str,
    /// The commit that is expected, if one is.
    pub commit: Option<&'a str>,
    /// Checks that must be there.
    pub checks: &'a [String],
    /// Built longer ago it is stale.
    pub max_age: Duration,
    /// Now.
    pub now: Timestamp,
    /// The version that runs, and since when it is registered.
    pub runs: Option<(&'a str, Timestamp)>,
    /// What went out before and was turned back: digest, when, and by which run it had gone out.
    pub turned_back: &'a [(Digest, Timestamp, String)],
}

fn digest<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(from)?;
    text.strip_prefix("sha256:").unwrap_or(&text).parse().map_err(serde::de::Error::custom)
}

impl Attestation {
    /// Reads the file's text. `Err`: why it is none.
    pub fn read(text: &str) -> Result<Attestation, String> {
        let read: Attestation = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match (read.schema == SCHEMA, &read.artifact, &read.image) {
            (false, ..) => Err(format!("its schema is `{}`, not `{SCHEMA}`", read.schema)),
            (true, Some(_), None) | (true, None, Some(_)) => Ok(read),
            (true, ..) => Err("it must name either an `artifact` or an `image`".to_owned()),
        }
    }

    /// Every reason not to deploy it; none: all is as asked.
    pub fn refusals(&self, asked: &Asked) -> Vec<String> {
        let mut refusals = Vec::new();
        if self.service != asked.service {
            refusals.push(format!("it is of `{}`, not of `{}`", self.service, asked.service));
        }
        if let Some(commit) = asked.commit.filter(|commit| !same_commit(commit, &self.commit)) {
            refusals.push(format!("it is of commit {}, not of {commit}", self.commit));
        }
        if self.checks.is_empty() {
            refusals.push("it names no check".to_owned());
        }
        for check in self.checks.iter().filter(|check| check.result != "passed") {
            refusals.push(format!("check `{}` did not pass: `{}`", check.name, check.result));
        }
        for name in asked.checks.iter().filter(|name| self.checks.iter().all(|check| check.name != **name)) {
            refusals.push(format!("check `{name}` is missing"));
        }
        if let Some((_, when, run)) = asked.turned_back.iter().find(|(digest, ..)| *digest == self.digest) {
            refusals.push(format!(
                "exactly this was turned back at {when} (run {run}): only a person brings it out again, with `callsheet deploy … --version {}`",
                self.version
            ));
        }
        refusals.extend(self.wrong_time(asked));
        refusals
    }

    fn wrong_time(&self, asked: &Asked) -> Option<String> {
        if self.built > CLOCKS_DIFFER.after(asked.now) {
            return Some(format!("it says that it was built in the future, at {}", self.built));
        }
        let age = Duration::between(self.built, asked.now);
        if age > asked.max_age {
            return Some(format!("it is stale: built {} ago, and {} are allowed", hours(age), hours(asked.max_age)));
        }
        let (version, since) = asked.runs.filter(|(version, since)| self.built < *since && *version != self.version)?;
        Some(format!(
            "it was built before version {version}, which runs, was registered ({since}): a late job takes nothing back"
        ))
    }

    /// In one line, for the change record.
    pub fn words(&self) -> String {
        let checks: Vec<String> = self.checks.iter().map(|check| format!("{} {}", check.name, check.result)).collect();
        let run = self.by.as_ref().and_then(|by| by.run.as_ref()).map(|run| format!(", {run}")).unwrap_or_default();
        format!("from CI: commit {}, built {}, {}{run}", self.commit, self.built, checks.join(", "))
    }
}

/// One may be the beginning of the other.
fn same_commit(one: &str, other: &str) -> bool {
    let shorter = one.len().min(other.len());
    shorter >= 7 && one.get(..shorter) == other.get(..shorter)
}

fn hours(age: Duration) -> String {
    match age.as_millis() / 60_000 {
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes => format!("{} h", minutes / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn read(more: &str) -> Result<Attestation, String> {
        Attestation::read(&format!(
            r#"{{"schema":"callsheet.built/1","service":"shop","version":"1.4.0","commit":"{COMMIT}","digest":"sha256:{}",
               "built":"2026-11-22T08:00:00Z","checks":[{{"name":"tests","result":"passed"}},{{"name":"lint","result":"passed"}}]{more}}}"#,
            Digest::of(b"shop")
        ))
    }

    fn asked(checks: &[String]) -> Asked<'_> {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        Asked {
            service: "shop",
            commit: None,
            checks,
            max_age: Duration::from_hours(24),
            now,
            runs: None,
            turned_back: &[],
        }
    }

    #[test]
    fn what_was_turned_back_does_not_go_out_again_by_itself() {
        let attestation = read(r#","artifact":"shop""#).unwrap();
        let names = ["tests".to_owned()];
        let when = "2026-01-01T00:00:00Z".parse().unwrap();
        let turned_back = [(attestation.digest, when, "r7".to_owned())];
        let asked = Asked { turned_back: &turned_back, ..asked(&names) };
        let refusals = attestation.refusals(&asked);
        assert!(
            refusals[0].starts_with("exactly this was turned back at 2026-01-01T00:00:00Z (run r7)"),
            "{refusals:?}"
        );
    }

    #[track_caller]
    fn check(change: impl Fn(&mut Attestation, &mut Asked), expected: &[&str]) {
        let names = ["tests".to_owned()];
        let (mut attestation, mut asked) = (read(r#","artifact":"shop""#).unwrap(), asked(&names));
        change(&mut attestation, &mut asked);
        assert_eq!(attestation.refusals(&asked), expected);
    }

    #[test]
    fn green_fresh_and_of_this_service_it_may_go() {
        check(|_, _| {}, &[]);
        check(|_, asked| asked.commit = Some("0123456"), &[]);
    }

    #[test]
    fn every_reason_against_it_is_told() {
        check(
            |attestation, asked| {
                asked.service = "api";
                asked.commit = Some("fedcba9876");
                attestation.checks[0].name = "unit".into();
                attestation.checks[1].result = "skipped".into();
                asked.max_age = Duration::from_hours(1);
            },
            &[
                "it is of `shop`, not of `api`",
                "it is of commit 0123456789abcdef0123456789abcdef01234567, not of fedcba9876",
                "check `lint` did not pass: `skipped`",
                "check `tests` is missing",
                "it is stale: built 2 h ago, and 60 min are allowed",
            ],
        );
        check(|attestation, _| attestation.checks.clear(), &["it names no check", "check `tests` is missing"]);
    }

    #[test]
    fn a_late_job_and_a_wrong_clock_are_refused() {
        let runs = Some(("1.5.0", "2026-11-22T09:00:00Z".parse().unwrap()));
        check(
            |_, asked| asked.runs = runs,
            &[
                "it was built before version 1.5.0, which runs, was registered (2026-11-22T09:00:00Z): a late job takes nothing back",
            ],
        );
        check(
            |attestation, _| attestation.built = "2026-11-22T10:06:00Z".parse().unwrap(),
            &["it says that it was built in the future, at 2026-11-22T10:06:00Z"],
        );
    }

    #[test]
    fn what_is_no_attestation_says_why() {
        assert_eq!(read("").unwrap_err(), "it must name either an `artifact` or an `image`");
        assert!(read(r#","image":"hub/shop""#).is_ok());
        assert!(Attestation::read("{}").unwrap_err().contains("missing field `schema`"));
    }
}
