//! Holding a release against the schema that its service's database has, before anything starts.

use callsheet_databases::migrate::Schema;
use callsheet_migrations::compatible::{Candidate, Misfit, Needs, WayBack, after_up, misfit, way_back};
use callsheet_migrations::{Revision, current};
use callsheet_plan::{Goal, SchemaOrder};
use callsheet_releases::ReleasesError;
use callsheet_rollout::{Hook, InstanceSeen, Release};

use super::{Conductor, words};

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

impl Conductor {
    /// What the record is to say of the schema; `None`: nobody said that the service has one. A way back that needs it undoes what the
    /// release cannot do with, if nothing is lost by that. `Err`: why it cannot run.
    pub(super) fn hold_against_schema(
        &self,
        to: &Release,
        serves: Option<&Release>,
        instances: &[InstanceSeen],
        who: &str,
    ) -> Result<Option<String>, String> {
        let Some(order) = &self.site.order.schema else { return Ok(None) };
        if matches!(self.site.order.goal, Goal::Version { .. }) {
            self.store.declare_schema(&self.site.order.service, &to.version, order.needs.as_deref()).map_err(words)?;
        }
        let address = self.site.secrets.written(&order.source);
        let unknown = |why| format!("{why}, so the schema of {} is not known", order.database);
        let schema =
            address.map_err(unknown).and_then(|address| self.grounds.schema(order, &address, &self.site.directory));
        let mut schema = match (schema, &self.site.order.goal) {
            (Ok(schema), _) => schema,
            (Err(why), Goal::Version { .. }) => return Err(why),
            // A database that is away is no reason to keep a bad release: what is not known stays as it is.
            (Err(why), Goal::Back { .. }) => return Ok(Some(format!("{why}: it stays as it is"))),
        };
        let release = self.known(&to.version)?;
        match self.site.order.goal {
            Goal::Version { .. } => self.may_go_out(&release, &schema, order, serves, instances).map(Some),
            Goal::Back { .. } => self.may_come_back(&release, &mut schema, order, serves, who).map(Some),
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
        schema: &mut Schema,
        order: &SchemaOrder,
        serves: Option<&Release>,
        who: &str,
    ) -> Result<String, String> {
        let serves = serves.map(|serves| self.known(&serves.version)).transpose()?;
        let serving = serves.as_ref().map(Known::candidate);
        let engine = schema.engine();
        let way = way_back(release.candidate(), serving, &schema.set, &schema.history, engine, None);
        let cannot = |because: &Misfit| format!("{}: {because}", self.cannot(release, order));
        match way {
            WayBack::Keep => Ok(format!("the schema of {} stays at {}", order.database, at(current(&schema.history)))),
            WayBack::Downgrade { to, loses, because } if loses.is_empty() => {
                let undone = at(to.as_ref());
                schema
                    .go_down(to, who)
                    .map_err(|error| format!("{}. It could not be undone: {}", cannot(&because), words(error)))?;
                Ok(format!("the schema of {} went down to {undone} first, because {because}", order.database))
            }
            WayBack::Downgrade { to, loses, because } => Err(format!(
                "{}. Undoing that loses data ({}), so a person has to: `callsheet migrate down --to {}`, then roll back again",
                cannot(&because),
                loses.join("; "),
                to.map_or_else(|| "0".to_owned(), |to| to.to_string()),
            )),
            WayBack::Restore { taken, because, .. } => Err(format!(
                "{}, and nothing undoes it. What was written since the backup of {taken} would be lost by restoring that: a person has to",
                cannot(&because)
            )),
            WayBack::ForwardFix { because } => Err(format!(
                "{}, and no way down leads there. Mend it with a newer release, or restore a backup from before",
                cannot(&because)
            )),
        }
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
