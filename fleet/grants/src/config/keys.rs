//! A key and its neighbours in time. A rotation goes in steps, with all instances restarted after each, so that no instance ever
//! meets what it cannot read: the new key is made known (`…_NEXT`), then becomes the one that writes while the old one stays known
//! (`…_PREVIOUS`), and at last the old one is taken away.

use fleet_kit::config::{Profile, Reader, Secret};

/// The names of one key's settings, and what it is for.
#[derive(Clone, Copy)]
pub(super) struct Names {
    current: &'static str,
    next: &'static str,
    previous: &'static str,
    purpose: &'static str,
    /// In dev; not one made up at each start, which would leave rows that nobody can read.
    in_dev: &'static str,
}

pub(super) const SESSION: Names = Names {
    current: "SESSION_SECRET",
    next: "SESSION_SECRET_NEXT",
    previous: "SESSION_SECRET_PREVIOUS",
    purpose: "it signs sessions",
    in_dev: "a-session-secret-for-development-alone",
};

pub(super) const AFM: Names = Names {
    current: "AFM_KEY",
    next: "AFM_KEY_NEXT",
    previous: "AFM_KEY_PREVIOUS",
    purpose: "it seals tax numbers",
    in_dev: "a-tax-number-key-for-development-alone",
};

/// One key and those that are good beside it.
pub struct KeySet {
    /// Writes and reads.
    pub current: Secret,
    /// Will write after the next step of a rotation; reads.
    pub next: Vec<Secret>,
    /// Wrote before; reads.
    pub previous: Vec<Secret>,
}

impl KeySet {
    /// Reads and checks the three settings.
    pub(super) fn read(reader: &mut Reader, profile: Profile, names: Names) -> KeySet {
        let current = reader.key(names.current);
        let next = reader.key(names.next);
        let previous = reader.key(names.previous);
        if current.is_none() && (profile.is_strict() || next.is_some() || previous.is_some()) {
            let what = format!("is missing: {}; `openssl rand -hex 32` makes one", names.purpose);
            reader.fault(names.current, what);
        }
        let current = current.unwrap_or_else(|| Secret::new(names.in_dev.to_owned()));
        for (name, other) in [(names.next, &next), (names.previous, &previous)] {
            if other.as_ref().is_some_and(|other| other.expose() == current.expose()) {
                reader.fault(name, format!("is the same as `{}`; remove it, or rotate", names.current));
            }
        }
        if next.is_some() && previous.is_some() {
            let what = format!("is set beside `{}`: one rotation ends before the next begins", names.previous);
            reader.fault(names.next, what);
        }
        KeySet { current, next: next.into_iter().collect(), previous: previous.into_iter().collect() }
    }

    /// Those that read but do not write.
    pub fn others(&self) -> Vec<Secret> {
        self.next.iter().chain(&self.previous).cloned().collect()
    }
}
