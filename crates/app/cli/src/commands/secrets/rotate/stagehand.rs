//! Brings a rotation's stages about: on servers, on instances, by the configuration's commands.

use std::time::Duration;

use callsheet_base::Secret;
use callsheet_databases::credentials::{Admin, Server, log_in};
use callsheet_secret_stores::rotate::{Act, Acted, Told, World, words};
use callsheet_secret_stores::written;
use callsheet_secrets::rotation::{Rotation, Stage};
use callsheet_secrets::{Engine, How, Part, Settings, Version};

use super::super::desk::Desk;
use super::Args;
use super::commands::{self, Given};
use crate::context::Context;
use crate::standing::At;

/// Between two looks for sessions of the other user.
const LOOK: Duration = Duration::from_millis(500);

/// Between two tries whether a provider still accepts a key.
const PROVIDER: Duration = Duration::from_secs(5);

/// Longer than anybody waits: a person has to come back.
const NEVER: Duration = Duration::from_secs(u64::MAX);

/// How long an instance may take to be ready.
const READY: Duration = Duration::from_secs(300);

pub(super) struct Stagehand<'a> {
    args: &'a Args,
    desk: &'a Desk,
    settings: &'a Settings,
    context: &'a Context,
    /// What is waited for was said.
    waiting: String,
}

impl<'a> Stagehand<'a> {
    pub(super) fn new(args: &'a Args, desk: &'a Desk, settings: &'a Settings, context: &'a Context) -> Stagehand<'a> {
        Stagehand { args, desk, settings, context, waiting: String::new() }
    }

    fn say(&self, text: &str) {
        // Whoever read us may be gone; the rotation goes on.
        drop(self.context.screen.talk(&format!("{text}\n")));
    }

    fn value(&self, version: &Version) -> Result<Secret<String>, String> {
        self.desk.keyring.value(&self.args.name, version.number).map_err(|error| words(&error))
    }

    fn commands(&self, list: &[String], version: &Version, stage: Stage) -> Result<(), String> {
        let value = self.value(version)?;
        let given =
            Given { name: self.args.name.as_str(), value: &value, version: version.number, stage: stage.word() };
        commands::all(list, &given, self.desk)
    }

    fn server(&self, engine: Engine) -> Server {
        match engine {
            Engine::Postgres => Server::Postgres,
            Engine::Mariadb => Server::Mysql,
            Engine::Redis => Server::Redis,
        }
    }

    fn admin(&self, engine: Engine, admin: &str) -> Result<Admin, String> {
        let url = written(admin, |name| std::env::var(name).ok(), || self.desk.keyring.clone())
            .map_err(|error| format!("the administrator's address is not known: {}", words(&error)))?;
        Ok(Admin::new(self.server(engine), url))
    }

    /// Logs in as a version's user, as services do.
    fn log_in(&self, engine: Engine, admin: &str, version: &Version) -> Result<(), String> {
        let address = if self.settings.url.is_some() {
            self.desk.keyring.part(&self.args.name, version, Part::Whole).map_err(|error| words(&error))?
        } else {
            let user = user_of(version)?;
            let admin = self.admin(engine, admin)?;
            admin.address_for(user, &self.value(version)?).map_err(|error| error.to_string())?
        };
        log_in(self.server(engine), &address).map_err(|error| error.to_string())
    }

    /// Everything that uses the secret gets it as the book says now.
    fn roll(&mut self, act: &Act) -> Result<(), String> {
        if let Some(command) = &self.settings.roll {
            let current = act.entry.current().ok_or("nothing is in use")?;
            self.commands(std::slice::from_ref(command), current, act.stage)?;
        }
        for service in &self.settings.services {
            self.renew(service, act)?;
        }
        Ok(())
    }

    fn renew(&mut self, service: &str, act: &Act) -> Result<(), String> {
        let environment = self.desk.environment.as_str();
        let settings = &self.desk.settings;
        let spec = settings.config.service_in(service, environment);
        let spec = spec.ok_or_else(|| format!("callsheet.toml does not say how `{service}` runs"))?;
        let at = At { settings, service, environment, spec };
        let running = at.store().running(service, environment).map_err(|error| words(&error))?;
        if running.current().is_none() {
            self.say(&format!("  nothing of {service} runs in {environment}"));
            return Ok(());
        }
        let mut standing = at.open().map_err(|failure| failure.causes.first().unwrap_or(&failure.message).clone())?;
        let screen = self.context.screen;
        let mut tell = |text: &str| drop(screen.talk(&format!("  {text}\n")));
        standing.renew(act.rotation.intended(), READY, &mut tell).map(drop)
    }

    /// Whoever must not be used any more is not: no session is open.
    fn quiet(&self, act: &Act, engine: Engine, admin: &str) -> Result<Acted, String> {
        let Some(version) = act.entry.version(act.rotation.doomed()) else { return Ok(Acted::Done) };
        let user = user_of(version)?;
        let open = self.admin(engine, admin)?.sessions(user).map_err(|error| error.to_string())?;
        if open == 0 || self.args.at_once {
            return Ok(Acted::Done);
        }
        let sessions = crate::report::plural(usize::try_from(open).unwrap_or(usize::MAX), "session");
        Ok(Acted::NotYet { why: format!("{sessions} of `{user}` still open (`--at-once` ends them)"), again_in: LOOK })
    }

    /// The version that stays or comes, in the act's direction.
    fn users(&self, act: &Act, engine: Engine, admin: &str) -> Result<Acted, String> {
        let kept = act.entry.version(act.rotation.kept());
        let kept = || kept.ok_or_else(|| "the new version is not stored".to_owned());
        match act.stage {
            Stage::Admit => {
                let version = kept()?;
                let admin = self.admin(engine, admin)?;
                admin.admit(user_of(version)?, &self.value(version)?).map_err(|error| error.to_string())?;
            }
            Stage::Try | Stage::Verify => self.log_in(engine, admin, kept()?)?,
            Stage::Quiet => return self.quiet(act, engine, admin),
            Stage::Retire => {
                if let Some(version) = act.entry.version(act.rotation.doomed()) {
                    let admin = self.admin(engine, admin)?;
                    admin.retire(user_of(version)?).map_err(|error| error.to_string())?;
                }
            }
            _ => {}
        }
        Ok(Acted::Done)
    }

    fn manual(&self, act: &Act, accepted: &[String], refused: &[String]) -> Result<Acted, String> {
        match act.stage {
            Stage::Try => {
                let version = act.entry.version(act.rotation.to()).ok_or("the new value is not stored")?;
                self.commands(accepted, version, act.stage)?;
            }
            // As long as the provider takes the old one, it can be had back.
            Stage::Quiet | Stage::Retire => {
                let Some(version) = act.entry.version(act.rotation.doomed()) else { return Ok(Acted::Done) };
                let number = version.number;
                if refused.is_empty() && !self.args.revoked {
                    let why =
                        format!("version {number} is to be revoked at the provider; then say so with `--revoked`");
                    return Ok(Acted::NotYet { why, again_in: NEVER });
                }
                if let Err(why) = self.commands(refused, version, act.stage) {
                    let why = format!("the provider still accepts version {number}: {why}");
                    return Ok(Acted::NotYet { why, again_in: PROVIDER });
                }
            }
            _ => {}
        }
        Ok(Acted::Done)
    }
}

fn user_of(version: &Version) -> Result<&str, String> {
    let missing = || format!("nobody knows whose password version {} is", version.number);
    version.user.as_deref().ok_or_else(missing)
}

impl World for Stagehand<'_> {
    fn act(&mut self, act: &Act) -> Result<Acted, String> {
        if matches!(act.stage, Stage::Announce | Stage::Roll | Stage::Forget) {
            self.roll(act)?;
            return Ok(Acted::Done);
        }
        let acted = match &self.settings.how {
            How::Keys => Acted::Done,
            How::Users { engine, admin, .. } => self.users(act, *engine, admin)?,
            How::Manual { accepted, refused } => self.manual(act, accepted, refused)?,
        };
        if act.stage == Stage::Verify {
            let current = act.entry.current().ok_or("nothing is in use")?;
            self.commands(&self.settings.verify, current, act.stage)?;
        }
        Ok(acted)
    }

    fn new_value(&mut self, _: &Rotation) -> Result<Option<Secret<String>>, String> {
        match self.settings.how {
            How::Keys | How::Users { .. } => Ok(None),
            How::Manual { .. } => Err(format!(
                "only a person has the new value: type `callsheet secrets rotate {} --env {}` on a terminal",
                self.args.name, self.desk.environment
            )),
        }
    }

    fn tell(&mut self, told: Told) {
        match told {
            Told::Begins(stage) => {
                die("begins", stage);
                if self.waiting.is_empty() {
                    self.say(&format!("{}: {}", self.args.name, stage.words()));
                }
            }
            Told::Acted(stage) => die("acted", stage),
            Told::Ends(stage) => {
                die("ends", stage);
                self.waiting.clear();
            }
            Told::Waits(why) => {
                if why != self.waiting {
                    self.say(&format!("  waiting: {why}"));
                    self.waiting = why;
                }
            }
        }
    }
}

/// Dies here as `kill -9` would, where a test says so. Not in release builds.
fn die(place: &str, stage: Stage) {
    let wanted = || std::env::var("CALLSHEET_ROTATION_DIES").is_ok_and(|named| named == format!("{place}:{stage}"));
    if cfg!(debug_assertions) && wanted() {
        let me = rustix::process::getpid();
        // Should the signal not come at once, waiting for it is all that is left to do.
        while rustix::process::kill_process(me, rustix::process::Signal::KILL).is_ok() {}
    }
}
