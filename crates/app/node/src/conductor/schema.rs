//! Holding a release against the schema that its service's database has, before anything starts; and bringing the schema back for one that comes
//! back, as the rollout's plan has it on record.

use callsheet_base::{Duration, Timestamp};
use callsheet_databases::migrate::Schema;
use callsheet_migrations::compatible::{Candidate, Misfit, Needs, Snapshot, WayBack, after_up, misfit, way_back};
use callsheet_migrations::{Applied, Revision, current};
use callsheet_plan::{Goal, SchemaOrder};
use callsheet_releases::ReleasesError;
use callsheet_rollout::{Event, Hook, InstanceSeen, Reason, Release, Rollout, Undo};

use super::look::Look;
use super::{Backup, Conductor, words};

/// A release with what it said it needs.
struct Known {
    version: String,
    needs: Option<Needs>,
}

impl Known {
    fn candidate(&self) -> Candidate<'_> {
        Candidate { version: &self.version, needs: self.needs.as_ref() }
    }
}

/// What was found of a schema.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What the record is to say; `None`: nobody said that the service has one.
    pub(super) words: Option<String>,
    /// What is to be done to it first.
    pub(super) undo: Option<Undo>,
}

impl Conductor {
    /// What the record is to say of the schema, and what a way back needs done to it first, if nothing is lost by that or somebody agreed to it.
    /// Changes nothing. `Err`: why it cannot run.
    pub(super) fn hold_against_schema(
        &self,
        to: &Release,
        serves: Option<&Release>,
        instances: &[InstanceSeen],
        (who, now): (&str, Timestamp),
    ) -> Result<Found, String> {
        let Some(order) = &self.site.order.schema else { return Ok(Found::default()) };
        if matches!(self.site.order.goal, Goal::Version { .. }) {
            self.store.declare_schema(&self.site.order.service, &to.version, order.needs.as_deref()).map_err(words)?;
        }
        let said = |words| Found { words: Some(words), undo: None };
        let schema = match (self.schema(order), &self.site.order.goal) {
            (Ok(schema), _) => schema,
            (Err(why), Goal::Version { .. }) => return Err(why),
            // A database that is away is no reason to keep a bad release: what is not known stays as it is.
            (Err(why), Goal::Back { .. }) => return Ok(said(format!("{why}: it stays as it is"))),
        };
        let release = self.known(&to.version)?;
        match self.site.order.goal {
            Goal::Version { .. } => self.may_go_out(&release, &schema, order, serves, instances).map(said),
            Goal::Back { .. } => self.may_come_back(&release, &schema, order, serves, (who, now)),
        }
    }

    fn may_go_out(
        &self,
        release: &Known,
        schema: &Schema,
        order: &SchemaOrder,
        serves: Option<&Release>,
        instances: &[InstanceSeen],
    ) -> Result<String, String> {
        let mut running = Vec::new();
        let versions = instances.iter().map(|one| &one.release.version).chain(serves.map(|serves| &serves.version));
        for version in versions.filter(|version| **version != release.version) {
            running.push(self.known(version)?);
        }
        let running: Vec<Candidate> = running.iter().map(Known::candidate).collect();
        let migrates = self.site.order.hook(Hook::Migrate).is_some();
        let history = if migrates { after_up(&schema.set, &schema.history, &running) } else { schema.history.clone() };
        let Some(why) = misfit(release.candidate(), &schema.set, &history) else {
            return Ok(format!("it runs on {} at {}", order.database, at(current(&history))));
        };
        let what_then = match &why {
            Misfit::Missing(_) if migrates => {
                "the migration would not bring it: what takes something away waits for an older release to be gone"
            }
            Misfit::Missing(_) => "apply it first: `callsheet migrate up`, or `migrate = \"callsheet migrate up\"`",
            Misfit::Contracted { .. } | Misfit::Unknown(_) => {
                "bring out a release that does without it, or undo it first: `callsheet migrate down`"
            }
        };
        Err(format!("{}: {why}. {what_then}", self.cannot(release, order)))
    }

    fn may_come_back(
        &self,
        release: &Known,
        schema: &Schema,
        order: &SchemaOrder,
        serves: Option<&Release>,
        (who, now): (&str, Timestamp),
    ) -> Result<Found, String> {
        let serves = serves.map(|serves| self.known(&serves.version)).transpose()?;
        let serving = serves.as_ref().map(Known::candidate);
        let way = |snapshot: Option<&Snapshot>| {
            way_back(release.candidate(), serving, &schema.set, &schema.history, schema.engine(), snapshot)
        };
        let cannot = |because: &Misfit| format!("{}: {because}", self.cannot(release, order));
        let agreed = self.site.order.accepts_loss;
        let agree = format!(
            "`callsheet rollback {} --data-loss-accepted` asks whether that is agreed to",
            self.site.order.service
        );
        let (words, undo) = match way(None) {
            WayBack::Keep => {
                let words = format!("the schema of {} stays at {}", order.database, at(current(&schema.history)));
                return Ok(Found { words: Some(words), undo: None });
            }
            WayBack::Downgrade { loses, because, .. } if !loses.is_empty() && !agreed => {
                return Err(format!("{}. Undoing that loses data ({}): {agree}", cannot(&because), loses.join("; ")));
            }
            WayBack::Downgrade { to, loses, because } => {
                let lost = if loses.is_empty() { String::new() } else { format!("; {} is lost", loses.join("; ")) };
                let words = format!(
                    "the schema of {} goes down to {} first, because {because}{lost}",
                    order.database,
                    at(to.as_ref())
                );
                (words, Undo::Downgrade { to: to.map(|to| to.to_string()), loses, by: who.to_owned() })
            }
            WayBack::Restore { because, .. } | WayBack::ForwardFix { because } => {
                let backups = self.grounds.backups(order, &self.site.environment, &self.site.directory);
                let (backups, unknown) = match backups {
                    Ok(backups) => (backups, None),
                    Err(why) => (Vec::new(), Some(why)),
                };
                let fits = |backup: &&Backup| {
                    let snapshot = snapshot(backup, &schema.history);
                    matches!(way(Some(&snapshot)), WayBack::Restore { .. })
                };
                let why = cannot(&because);
                return Err(match (backups.iter().find(fits), unknown) {
                    (Some(backup), _) => format!(
                        "{why}, and no way down leads there. The backup {0} from before has {1} rows and was taken {2} ago, at {3} by the times of the migrations: \
                         `callsheet restore {0}` brings it back, and what was written since is lost. Go back after it, or mend it with a newer release",
                        backup.id,
                        backup.rows,
                        Duration::between(backup.taken, now),
                        at(snapshot(backup, &schema.history).revision.as_ref())
                    ),
                    (None, Some(unknown)) => format!(
                        "{why}, and no way down leads there; which backups there are is not known: {unknown}. Mend it with a newer release"
                    ),
                    (None, None) => format!(
                        "{why}, and no way down leads there, nor is there a backup from before. Mend it with a newer release"
                    ),
                });
            }
        };
        Ok(Found { words: Some(words), undo: Some(undo) })
    }

    /// Does to the schema what the plan, which is on record, says. Looked at anew, because time has passed, and another may have done it. `None`: it is
    /// not to be done, or not yet. `Err`: the database is away; the next turn tries again.
    pub(super) fn undo(&self, rollout: &Rollout, look: &Look) -> Result<Option<Event>, String> {
        let plan = rollout.plan();
        let (true, Some(undo), Some(order)) = (rollout.may_undo(&look.world), &plan.undo, &self.site.order.schema)
        else {
            return Ok(None);
        };
        let mut schema = self.schema(order)?;
        let release = self.known(&plan.to.version)?;
        let serves = plan.from.as_ref().map(|from| self.known(&from.version)).transpose()?;
        let serving = serves.as_ref().map(Known::candidate).filter(|_| !plan.exclusive);
        let database = &order.database;
        let now = way_back(release.candidate(), serving, &schema.set, &schema.history, schema.engine(), None);
        let Undo::Downgrade { to: planned, loses: agreed, by } = undo;
        let done = match now {
            WayBack::Keep => Ok(format!("the schema of {database} is at {}", at(current(&schema.history)))),
            // After a crash some of what is lost is lost already.
            WayBack::Downgrade { to, loses, because }
                if to.as_ref().map(ToString::to_string) == *planned && loses.iter().all(|one| agreed.contains(one)) =>
            {
                let undone = at(to.as_ref());
                match schema.go_down(to, by) {
                    Ok(()) => Ok(format!("the schema of {database} went down to {undone} first, because {because}")),
                    Err(error) if error.passes() => return Err(words(error)),
                    Err(error) => Err(format!("it could not be undone: {}", words(error))),
                }
            }
            _ => Err(format!("the schema of {database} is not what it was when the way back began")),
        };
        Ok(Some(match done {
            Ok(said) => Event::Undone { said },
            Err(why) => Event::TurnedBack { reason: Reason::Condition(why), evidence: None, wrote: Vec::new() },
        }))
    }

    fn schema(&self, order: &SchemaOrder) -> Result<Schema, String> {
        let address = self.site.secrets.written(&order.source);
        let address = address.map_err(|why| format!("{why}, so the schema of {} is not known", order.database))?;
        self.grounds.schema(order, &address, &self.site.directory)
    }

    fn cannot(&self, release: &Known, order: &SchemaOrder) -> String {
        format!("version {} of {} cannot run on {} as it is", release.version, self.site.order.service, order.database)
    }

    fn known(&self, version: &str) -> Result<Known, String> {
        let said = match self.store.find(&self.site.order.service, version) {
            Ok(manifest) => manifest.schema,
            // A release from before there was anything kept of releases said nothing.
            Err(ReleasesError::Unknown { .. }) => None,
            Err(error) => return Err(words(error)),
        };
        let needs = said.map(|text| text.parse::<Needs>()).transpose()?;
        Ok(Known { version: version.to_owned(), needs })
    }
}

fn at(revision: Option<&Revision>) -> String {
    revision.map_or_else(|| "no revision".to_owned(), |revision| format!("revision {revision}"))
}

/// What a backup has: the revisions that were applied before it was taken, by the clock of whoever applied them. A backup's own record knows no revisions.
fn snapshot(backup: &Backup, history: &[Applied]) -> Snapshot {
    let before = |applied: &&Applied| applied.at.parse::<Timestamp>().is_ok_and(|at| at < backup.taken);
    let revision = history.iter().take_while(before).last().map(|applied| applied.revision.clone());
    // Whether anybody wrote since is not known from here.
    Snapshot { revision, taken: backup.taken.to_string(), writes_locked: false }
}
