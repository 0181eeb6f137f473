//! Who sits at the keyboard: the user of the operating system, or the person that a CI job runs for. The second is a claim: it stands
//! in variables, and is recorded as one, with the user who makes it.

use std::fs;
use std::process::{Command, Stdio};

use callsheet_access::{Actor, ActorSource};

/// A CI system: its name, the variable that tells it, the variables that may name the person, best first.
const CI_SYSTEMS: [(&str, &str, &[&str]); 9] = [
    ("github", "GITHUB_ACTIONS", &["GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"]),
    ("gitlab", "GITLAB_CI", &["GITLAB_USER_LOGIN"]),
    ("circleci", "CIRCLECI", &["CIRCLE_USERNAME"]),
    ("buildkite", "BUILDKITE", &["BUILDKITE_UNBLOCKER_ID", "BUILDKITE_BUILD_CREATOR"]),
    ("azure", "TF_BUILD", &["BUILD_REQUESTEDFOREMAIL", "BUILD_REQUESTEDFOR"]),
    ("drone", "DRONE", &["DRONE_BUILD_TRIGGER", "DRONE_COMMIT_AUTHOR"]),
    ("bitbucket", "BITBUCKET_BUILD_NUMBER", &["BITBUCKET_STEP_TRIGGERER_UUID"]),
    ("teamcity", "TEAMCITY_VERSION", &["TEAMCITY_BUILD_TRIGGEREDBY_USERNAME"]),
    ("jenkins", "JENKINS_URL", &["BUILD_USER_ID", "BUILD_USER"]),
];

/// Who acts in this process.
pub fn current() -> Actor {
    from_ci(|name| std::env::var(name).ok()).unwrap_or_else(os_user)
}

fn from_ci(variable: impl Fn(&str) -> Option<String>) -> Option<Actor> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty() && value != "false");
    let (provider, _, names) = CI_SYSTEMS.iter().find(|(_, sign, _)| set(sign).is_some())?;
    let name = names.iter().find_map(|name| set(name))?;
    let uid = Some(rustix::process::getuid().as_raw());
    Some(Actor { name, source: ActorSource::Ci { provider: (*provider).to_owned(), uid } })
}

/// The user by the process's real user id; variables like `USER` prove nothing.
fn os_user() -> Actor {
    let uid = rustix::process::getuid().as_raw();
    let listed = fs::read_to_string("/etc/passwd").ok().and_then(|passwd| name_in(&passwd, uid));
    let name = listed.or_else(asked_name).unwrap_or_else(|| format!("uid-{uid}"));
    Actor { name, source: ActorSource::OsUser { uid } }
}

fn name_in(passwd: &str, uid: u32) -> Option<String> {
    let uid = uid.to_string();
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    })
}

/// Users of a directory service are in no file; `id` knows them.
fn asked_name() -> Option<String> {
    let output = Command::new("id").arg("-un").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ci_job_acts_for_the_person_who_started_it() {
        let variable = |name: &str| match name {
            "GITHUB_ACTIONS" => Some("true".to_owned()),
            "GITHUB_ACTOR" => Some("octo".to_owned()),
            _ => None,
        };
        let actor = from_ci(variable).unwrap();
        assert_eq!((actor.name.as_str(), actor.claimed_through()), ("octo", Some("github")));
        assert_eq!(from_ci(|name| (name == "GITHUB_ACTOR").then(|| "octo".to_owned())), None);
    }

    #[test]
    fn a_user_is_found_by_id() {
        let passwd = "root:x:0:0::/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\n";
        assert_eq!(name_in(passwd, 1000).as_deref(), Some("ops"));
        assert_eq!(name_in(passwd, 7), None);
    }
}
