//! What an approval needs, and whether an actor may give it.

use std::fmt;
use std::str::FromStr;

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

use crate::{Actor, Level, People};

/// Who may approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approver {
    /// Anybody.
    Anyone,
    /// This level or above.
    Level(Level),
    /// Whoever holds the role.
    Role(String),
}

/// An approval's rule: how many of whom, and for how long it may be waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// How many different people, at least 1.
    pub needed: u8,
    /// Who.
    pub who: Approver,
    /// Whether the one who asked may be among them. False wherever `callsheet.toml` names people.
    pub requester_may: bool,
    /// After this the request expires and counts as denied.
    pub expires: Option<Duration>,
}

/// Why an approval's words are not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no approval rule: write `any`, a level (`L3`), a role (`dba`), or a count before it (`2:L2`)")]
pub struct RuleError(String);

/// Why an actor may not approve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The requester approves their own change.
    #[error("{0} asked for this, so somebody else must approve it")]
    Requester(String),
    /// Too low a level, or not listed.
    #[error("{name} has {has}, but {needs} is needed")]
    Authority {
        /// The actor.
        name: String,
        /// `level L1` or `no level`.
        has: String,
        /// `level L3` or `the role dba`.
        needs: String,
    },
    /// Their name stands in environment variables, which anybody can set.
    #[error("{name} is only claimed, through {provider}'s environment variables; an approval needs a known person")]
    Claimed {
        /// The name.
        name: String,
        /// The CI system.
        provider: String,
    },
    /// Has approved already.
    #[error("{0} has approved already; another person is needed")]
    Twice(String),
}

impl fmt::Display for Approver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Approver::Anyone => f.write_str("anyone"),
            Approver::Level(level) => write!(f, "level {level}"),
            Approver::Role(role) => write!(f, "the role {role}"),
        }
    }
}

impl FromStr for ApprovalRule {
    type Err = RuleError;

    /// `any`, `L3`, `dba`, `2:L2`.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let wrong = || RuleError(text.to_owned());
        let (count, who) = text.trim().split_once(':').unwrap_or(("1", text.trim()));
        let needed: u8 = count.trim().parse().map_err(|_| wrong())?;
        let who = who.trim();
        let is_word = !who.is_empty() && who.chars().all(|c| c.is_alphanumeric() || "-_.@".contains(c));
        if needed == 0 || !is_word {
            return Err(wrong());
        }
        let who = match (who, who.parse()) {
            ("any" | "anyone" | "yes" | "true", _) => Approver::Anyone,
            (_, Ok(level)) => Approver::Level(level),
            (role, Err(())) => Approver::Role(role.to_owned()),
        };
        Ok(ApprovalRule { needed, who, requester_may: false, expires: None })
    }
}

impl ApprovalRule {
    /// Whether `actor` may approve what `requester` asked for, given who `approved` before.
    pub fn admits(&self, actor: &Actor, requester: &Actor, approved: &[Actor], people: &People) -> Result<(), Refusal> {
        if let Some(provider) = people.mere_claim(actor) {
            return Err(Refusal::Claimed { name: actor.name.clone(), provider: provider.to_owned() });
        }
        if approved.iter().any(|before| people.same(before, actor)) {
            return Err(Refusal::Twice(actor.name.clone()));
        }
        if !self.requester_may && people.same(actor, requester) {
            return Err(Refusal::Requester(actor.name.clone()));
        }
        let level = people.level_of(actor);
        let admitted = match &self.who {
            Approver::Anyone => true,
            Approver::Level(least) => level.is_some_and(|level| level >= *least),
            Approver::Role(role) => people.has_role(actor, role),
        };
        if admitted {
            return Ok(());
        }
        let has = level.map_or("no level in callsheet.toml".to_owned(), |level| format!("level {level}"));
        Err(Refusal::Authority { name: actor.name.clone(), has, needs: self.who.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ActorSource, Person};

    fn actor(name: &str) -> Actor {
        Actor { name: name.to_owned(), source: ActorSource::Login }
    }

    fn people() -> People {
        let listed =
            |level, roles: &[&str]| Person { level: Some(level), roles: roles.iter().map(|&r| r.to_owned()).collect() };
        let named = [("on-call", listed(Level::L1, &[])), ("lead", listed(Level::L3, &["dba"]))];
        People { named: named.map(|(n, p)| (n.to_owned(), p)).into(), trusted_ci: Vec::new() }
    }

    fn by(name: &str, source: ActorSource) -> Actor {
        Actor { name: name.to_owned(), source }
    }

    fn github(uid: u32) -> ActorSource {
        ActorSource::Ci { provider: "github".to_owned(), uid: Some(uid) }
    }

    #[test]
    fn rules_are_read() {
        let rule: ApprovalRule = "2:L2".parse().unwrap();
        assert_eq!((rule.needed, rule.who), (2, Approver::Level(Level::L2)));
        assert_eq!("dba".parse::<ApprovalRule>().unwrap().who, Approver::Role("dba".to_owned()));
        for wrong in ["", "0:L1", "x:L1", "two words"] {
            assert!(wrong.parse::<ApprovalRule>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn authority_is_checked() {
        let rule: ApprovalRule = "L3".parse().unwrap();
        assert_eq!(rule.admits(&actor("lead"), &actor("on-call"), &[], &people()), Ok(()));
        let refusal = rule.admits(&actor("on-call"), &actor("lead"), &[], &people()).unwrap_err();
        assert_eq!(refusal.to_string(), "on-call has level L1, but level L3 is needed");
        let stranger = rule.admits(&actor("stranger"), &actor("lead"), &[], &people()).unwrap_err();
        assert_eq!(stranger.to_string(), "stranger has no level in callsheet.toml, but level L3 is needed");
    }

    #[test]
    fn a_claimed_name_has_no_authority_unless_its_source_is_trusted() {
        let mut people = people();
        let claims_to_be_lead = by("lead", github(1000));
        for rule in ["any", "L3", "dba"] {
            let rule: ApprovalRule = rule.parse().unwrap();
            let refusal = rule.admits(&claims_to_be_lead, &actor("on-call"), &[], &people).unwrap_err();
            assert!(refusal.to_string().contains("only claimed, through github's"), "{refusal}");
        }
        people.trusted_ci.push("github".to_owned());
        let rule: ApprovalRule = "L3".parse().unwrap();
        assert_eq!(rule.admits(&claims_to_be_lead, &actor("on-call"), &[], &people), Ok(()));
        // A team of one, where names carry no authority, stays as it is.
        assert_eq!(rule.admits(&claims_to_be_lead, &actor("on-call"), &[], &People::default()), Ok(()));
    }

    #[test]
    fn one_user_under_two_names_is_one_person() {
        let rule: ApprovalRule = "any".parse().unwrap();
        let lead = by("lead", ActorSource::OsUser { uid: 1000 });
        let refused = |requester: Actor, approved: &[Actor], people: &People| {
            rule.admits(&lead, &requester, approved, people).err()
        };
        // Asked for under a claimed name, then approved under one's own.
        let own = Some(Refusal::Requester("lead".to_owned()));
        assert_eq!(refused(by("octo", github(1000)), &[], &people()), own);
        assert_eq!(refused(by("lead", github(4)), &[], &people()), own);
        assert_eq!(refused(by("octo", github(4)), &[], &people()), None);
        // A trusted CI system runs everybody's jobs as one user.
        let trusting = People { trusted_ci: vec!["github".to_owned()], ..people() };
        assert_eq!(refused(by("octo", github(1000)), &[], &trusting), None);
        let twice = Some(Refusal::Twice("lead".to_owned()));
        assert_eq!(refused(actor("on-call"), &[by("lead", ActorSource::Login)], &people()), twice);
    }

    #[test]
    fn nobody_approves_their_own_change_or_twice() {
        let rule: ApprovalRule = "any".parse().unwrap();
        let refusal = rule.admits(&actor("lead"), &actor("lead"), &[], &people()).unwrap_err();
        assert_eq!(refusal, Refusal::Requester("lead".to_owned()));
        let refusal = rule.admits(&actor("lead"), &actor("on-call"), &[actor("lead")], &people()).unwrap_err();
        assert_eq!(refusal, Refusal::Twice("lead".to_owned()));
    }
}
