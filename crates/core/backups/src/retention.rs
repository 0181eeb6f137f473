//! Which backups are kept and which may go, and why.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{BackupId, Entry, Keep};

/// A backup and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retained {
    /// Which.
    pub id: BackupId,
    /// Why it is kept; empty: it may go.
    pub why: Vec<String>,
}

/// The day, week or month that an instant is in.
type PeriodOf = fn(Timestamp) -> String;

/// Decides for each, newest first. The newest, the newest verified one, and whatever a kept one needs always stay.
pub fn retain(entries: &[Entry], keep: &Keep) -> Vec<Retained> {
    let mut newest_first: Vec<&Entry> = entries.iter().collect();
    newest_first.sort_by(|a, b| b.manifest.id.cmp(&a.manifest.id));
    let mut all: Vec<Retained> =
        newest_first.iter().map(|entry| Retained { id: entry.manifest.id.clone(), why: Vec::new() }).collect();
    for retained in all.iter_mut().take(keep.last as usize) {
        retained.why.push(format!("one of the last {}", keep.last).replace("the last 1", "the last"));
    }
    let periods: [(u32, &str, PeriodOf); 3] =
        [(keep.daily, "day", day), (keep.weekly, "week", week), (keep.monthly, "month", month)];
    for (most, name, period_of) in periods {
        let mut seen: Vec<String> = Vec::new();
        for (entry, retained) in newest_first.iter().zip(&mut all) {
            let period = period_of(entry.manifest.started);
            if seen.len() < most as usize && !seen.contains(&period) {
                retained.why.push(format!("newest of the {name} {period}"));
                seen.push(period);
            }
        }
    }
    let verified = newest_first.iter().position(|entry| entry.is_verified());
    if let Some(retained) = verified.and_then(|at| all.get_mut(at)) {
        retained.why.push("the newest that is verified".to_owned());
    }
    if let Some(newest) = all.first_mut().filter(|newest| newest.why.is_empty()) {
        newest.why.push("the newest".to_owned());
    }
    needed(&newest_first, &mut all);
    all
}

/// What a kept one needs stays with it.
fn needed(newest_first: &[&Entry], all: &mut [Retained]) {
    for (at, entry) in newest_first.iter().enumerate() {
        let Some(parent) = entry.manifest.parent.as_ref().filter(|_| !all[at].why.is_empty()) else { continue };
        let id = all[at].id.clone();
        if let Some(retained) = all.iter_mut().find(|retained| retained.id == *parent) {
            retained.why.push(format!("{id} needs it"));
        }
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn week(at: Timestamp) -> String {
    let date = at.to_zoned(TimeZone::UTC).date().iso_week_date();
    format!("{}-W{:02}", date.year(), date.week())
}

fn month(at: Timestamp) -> String {
    at.strftime("%Y-%m").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::tests::{entry, verified};

    fn kept(entries: &[Entry], keep: Keep) -> Vec<String> {
        let kept = retain(entries, &keep).into_iter().filter(|one| !one.why.is_empty());
        kept.map(|one| one.id.as_str()[..8].to_owned()).collect()
    }

    const NONE: Keep = Keep { last: 0, daily: 0, weekly: 0, monthly: 0 };

    #[test]
    fn days_weeks_and_months_keep_their_newest() {
        // One at noon and one at midnight of each day from 1 October to 30 November.
        let start: Timestamp = "2026-10-01T00:00:00Z".parse().unwrap();
        let entries: Vec<Entry> =
            (0..122).map(|at| entry(&(start + jiff::SignedDuration::from_hours(12 * at)).to_string())).collect();
        assert_eq!(kept(&entries, Keep { last: 3, ..NONE }), ["20261130", "20261130", "20261129"]);
        assert_eq!(kept(&entries, Keep { daily: 3, ..NONE }), ["20261130", "20261129", "20261128"]);
        // 30 November 2026 is a Monday.
        assert_eq!(kept(&entries, Keep { weekly: 3, ..NONE }), ["20261130", "20261129", "20261122"]);
        assert_eq!(kept(&entries, Keep { monthly: 12, ..NONE }), ["20261130", "20261031"]);
        let both = retain(&entries, &Keep { daily: 1, monthly: 1, ..NONE });
        assert_eq!(both[0].why, ["newest of the day 2026-11-30", "newest of the month 2026-11"]);
        assert!(both[1].why.is_empty());
    }

    #[test]
    fn the_newest_and_the_newest_verified_stay_whatever_was_said() {
        let entries = [
            verified("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"),
            verified("2026-11-03T00:00:00Z", "2026-11-03T01:00:00Z"),
            entry("2026-11-05T00:00:00Z"),
        ];
        assert_eq!(kept(&entries, NONE), ["20261105", "20261103"]);
    }

    #[test]
    fn what_a_kept_one_needs_stays() {
        let base = entry("2026-11-01T00:00:00Z");
        let mut after = entry("2026-11-02T00:00:00Z");
        after.manifest.parent = Some(base.manifest.id.clone());
        assert_eq!(kept(&[base, after], Keep { last: 1, ..NONE }), ["20261102", "20261101"]);
    }
}
