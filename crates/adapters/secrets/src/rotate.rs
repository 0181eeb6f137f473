//! Carries a rotation out, stage by stage. Before each stage the book says that it is about to happen, after it that it did, so whoever
//! comes after a crash goes on where it stood: at worst one stage is done twice, and each may be.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration as Span, Instant};

use callsheet_base::{Duration, Secret, Timestamp};
use callsheet_secrets::rotation::{Ended, Event, Illegal, Next, Rotation, Stage};
use callsheet_secrets::{Entry, SecretName};
use rustix::fs::{FlockOperation, flock};

use crate::{Keyring, StoreError, fresh_value};

/// What reaches servers, instances and people. Each act may be asked for twice and must do no harm then.
pub trait World {
    /// Brings a stage about; those that are writes of the book alone are never asked for.
    fn act(&mut self, act: &Act) -> Result<Acted, String>;

    /// The new value, where only a person has it; `None`: it is drawn.
    fn new_value(&mut self, rotation: &Rotation) -> Result<Option<Secret<String>>, String>;

    /// Hears what is done.
    fn tell(&mut self, told: Told);
}

/// One stage to be brought about.
#[derive(Debug)]
pub struct Act<'a> {
    /// Which.
    pub stage: Stage,
    /// Reads values.
    pub keyring: &'a Keyring,
    /// Which secret.
    pub name: &'a SecretName,
    /// Its versions.
    pub entry: &'a Entry,
    /// Its rotation.
    pub rotation: &'a Rotation,
    /// Whether it was begun before and may be half done.
    pub again: bool,
}

/// How an act went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acted {
    /// It is brought about.
    Done,
    /// What is waited for has not happened: look again after a while.
    NotYet {
        /// What is waited for.
        why: String,
        /// When to look again.
        again_in: Span,
    },
}

/// What is told meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The book says that the stage is about to happen.
    Begins(Stage),
    /// The stage is brought about; the book does not say so yet.
    Acted(Stage),
    /// The book says that it happened.
    Ends(Stage),
    /// Something is waited for.
    Waits(String),
}

/// How far and how long.
#[derive(Clone, Debug)]
pub struct Course {
    /// How long the other version stays valid.
    pub overlap: Duration,
    /// Stop when this stage is done.
    pub until: Option<Stage>,
    /// How long to wait at a time, for the overlap or for a last use.
    pub patience: Span,
    /// Where the locks of rotations are.
    pub locks: PathBuf,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Driven {
    /// It came to its end.
    Over(Ended),
    /// As far as was wanted.
    Reached(Stage),
    /// The other version stays valid until then.
    Waits {
        /// Then somebody has to go on.
        until: Timestamp,
    },
    /// Something did not happen in time.
    NotYet {
        /// The stage.
        stage: Stage,
        /// What is waited for.
        why: String,
    },
}

/// Why it did not go on.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stage failed. The book says so; going on tries it again.
    #[error("could not {}: {why}", stage.words())]
    Stage {
        /// Which.
        stage: Stage,
        /// Why.
        why: String,
    },
    /// Somebody else drives it.
    #[error("another process carries out this rotation now")]
    Busy,
    /// No rotation is under way.
    #[error("no rotation of {0} is under way")]
    Nothing(SecretName),
    /// An event that cannot be.
    #[error(transparent)]
    Illegal(#[from] Illegal),
}

/// Goes on with the rotation under way until it is over, waits for long, or fails.
pub fn drive(
    keyring: &Keyring,
    name: &SecretName,
    course: &Course,
    world: &mut dyn World,
) -> Result<Driven, DriveError> {
    let _lock = lock(&course.locks, keyring.book().environment(), name)?;
    let began = Instant::now();
    loop {
        let entry = keyring.entry(name)?.unwrap_or_default();
        let Some(rotation) = entry.rotation.clone() else {
            return entry.last.map_or(Err(DriveError::Nothing(name.clone())), |ended| Ok(Driven::Over(ended)));
        };
        if let Some(until) = course.until.filter(|until| rotation.finished().contains(until)) {
            return Ok(Driven::Reached(until));
        }
        let left = course.patience.saturating_sub(began.elapsed());
        let stage = match entry.decide(Timestamp::now(), course.overlap) {
            Next::Nothing => return Err(DriveError::Nothing(name.clone())),
            Next::Wait { until } => {
                let wait = Duration::between(Timestamp::now(), until).to_std();
                if wait > left {
                    return Ok(Driven::Waits { until });
                }
                world.tell(Told::Waits(format!("the other version stays valid until {}", until.strftime("%H:%M:%SZ"))));
                std::thread::sleep(wait);
                continue;
            }
            Next::Do(stage) => stage,
        };
        let again = rotation.is_open(stage);
        apply(keyring, name, &Event::Intended(stage, Timestamp::now()))?;
        world.tell(Told::Begins(stage));
        // What a promise depends on is read after the intent was written: the entry says so now.
        let entry = keyring.entry(name)?.unwrap_or_default();
        let rotation = entry.rotation.clone().unwrap_or(rotation);
        let act = Act { stage, keyring, name, entry: &entry, rotation: &rotation, again };
        match bring_about(&act, world) {
            Ok(Acted::Done) => {
                world.tell(Told::Acted(stage));
                apply(keyring, name, &Event::Finished(stage, Timestamp::now()))?;
                world.tell(Told::Ends(stage));
            }
            Ok(Acted::NotYet { why, again_in }) => {
                if again_in > left {
                    return Ok(Driven::NotYet { stage, why });
                }
                world.tell(Told::Waits(why));
                std::thread::sleep(again_in);
            }
            Err(why) => {
                apply(keyring, name, &Event::Failed(stage, why.clone()))?;
                return Err(DriveError::Stage { stage, why });
            }
        }
    }
}

/// Takes an event into the book, durably.
pub fn apply(keyring: &Keyring, name: &SecretName, event: &Event) -> Result<(), DriveError> {
    keyring.book().edit(|page| {
        let entry = page.secrets.get_mut(name).ok_or_else(|| DriveError::Nothing(name.clone()))?;
        entry.apply(event).map_err(DriveError::from)
    })
}

fn bring_about(act: &Act, world: &mut dyn World) -> Result<Acted, String> {
    let words = |error: StoreError| words(&error);
    match act.stage {
        Stage::Store => {
            let number = act.rotation.to();
            if !act.keyring.has_value(act.name, number).map_err(words)? {
                let drawn = || fresh_value(act.keyring.settings(act.name).shape).map_err(words);
                let value = world.new_value(act.rotation)?.map_or_else(drawn, Ok)?;
                act.keyring.keep(act.name, number, &value).map_err(words)?;
            }
            Ok(Acted::Done)
        }
        Stage::Destroy => {
            act.keyring.destroy(act.name, act.rotation.doomed()).map_err(words)?;
            Ok(Acted::Done)
        }
        Stage::Promote | Stage::Restore => Ok(Acted::Done),
        Stage::Admit
        | Stage::Try
        | Stage::Announce
        | Stage::Roll
        | Stage::Verify
        | Stage::Quiet
        | Stage::Retire
        | Stage::Forget => world.act(act),
    }
}

/// An error with its causes, on one line.
pub fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}

/// One process changes which version of a secret is in use at a time: by a rotation, or by hand. The lock ends with it.
pub fn lock(folder: &Path, environment: &str, name: &SecretName) -> Result<File, DriveError> {
    fs::create_dir_all(folder).map_err(StoreError::file("make", folder))?;
    let path = folder.join(format!("{environment}.{name}"));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(StoreError::file("write", &path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(DriveError::Busy),
        Err(error) => Err(StoreError::file("lock", &path)(error.into()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_secrets::Which;
    use callsheet_secrets::rotation::{Beginning, Kind, Way};

    use crate::{FOLDER, Ground, Identity};

    /// Notes what it is asked for, and fails once where it is told to.
    #[derive(Default)]
    struct Notes {
        asked: Vec<Stage>,
        fails_at: Option<Stage>,
    }

    impl World for Notes {
        fn act(&mut self, act: &Act) -> Result<Acted, String> {
            self.asked.push(act.stage);
            if self.fails_at == Some(act.stage) {
                self.fails_at = None;
                return Err("no".to_owned());
            }
            Ok(Acted::Done)
        }

        fn new_value(&mut self, _: &Rotation) -> Result<Option<Secret<String>>, String> {
            Ok(None)
        }

        fn tell(&mut self, _: Told) {}
    }

    struct Desk {
        _folder: tempfile::TempDir,
        keyring: Keyring,
        name: SecretName,
        course: Course,
    }

    impl Desk {
        fn new() -> Desk {
            let folder = tempfile::tempdir().unwrap();
            // The book is opened by whoever has the variable: each test process has its own.
            let made = Identity::make(&folder.path().join("identity.txt")).unwrap();
            let keyring = Keyring::new(folder.path(), "dev", Ground::default());
            keyring.book().make(&[made.recipient]).unwrap();
            assert!(keyring.book().path().starts_with(folder.path().join(FOLDER)));
            let course = Course {
                overlap: Duration::ZERO,
                until: None,
                patience: Span::from_secs(5),
                locks: folder.path().join("locks"),
            };
            Desk { name: "PIN".parse().unwrap(), keyring, course, _folder: folder }
        }

        fn begin(&self) {
            let at = Timestamp::now();
            let (by, why) = ("ops".to_owned(), String::new());
            let (user, window, staging, emergency, run) = (None, None, None, None, None);
            let begin = Beginning { kind: Kind::Keys, at, by, why, user, window, staging, emergency, run };
            self.keyring
                .book()
                .edit(|page| -> Result<(), StoreError> {
                    let entry = page.secrets.entry(self.name.clone()).or_default();
                    entry.set(at, "ops", None);
                    entry.begin(begin).unwrap();
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn nobody_drives_what_is_not_under_way() {
        let desk = Desk::new();
        let nothing = drive(&desk.keyring, &desk.name, &desk.course, &mut Notes::default());
        assert!(matches!(nothing, Err(DriveError::Nothing(_))), "{nothing:?}");
    }

    #[test]
    fn two_do_not_drive_at_once() {
        let desk = Desk::new();
        desk.begin();
        let _held = lock(&desk.course.locks, "dev", &desk.name).unwrap();
        let second = drive(&desk.keyring, &desk.name, &desk.course, &mut Notes::default());
        assert!(matches!(second, Err(DriveError::Busy)), "{second:?}");
    }

    #[test]
    fn a_failed_stage_is_told_and_tried_again_and_can_be_turned_back_from() {
        let desk = Desk::new();
        desk.begin();
        // Drawing a value needs the identity; the rest of the machine does not.
        apply(&desk.keyring, &desk.name, &Event::Finished(Stage::Store, Timestamp::now())).unwrap();
        let mut world = Notes { fails_at: Some(Stage::Roll), ..Notes::default() };
        let failed = drive(&desk.keyring, &desk.name, &desk.course, &mut world).unwrap_err();
        assert_eq!(failed.to_string(), "could not start the instances anew: no");
        let entry = desk.keyring.entry(&desk.name).unwrap().unwrap();
        assert_eq!(entry.rotation.as_ref().and_then(Rotation::trouble), Some("no"));
        apply(&desk.keyring, &desk.name, &Event::Aborted(Timestamp::now())).unwrap();
        let over = drive(&desk.keyring, &desk.name, &desk.course, &mut world).unwrap();
        assert!(matches!(over, Driven::Over(Ended { way: Way::Back, .. })), "{over:?}");
        let entry = desk.keyring.entry(&desk.name).unwrap().unwrap();
        assert_eq!(entry.pick(Which::Current).unwrap().map(|version| version.number), Some(1));
        let asked =
            [Stage::Announce, Stage::Roll, Stage::Roll, Stage::Verify, Stage::Quiet, Stage::Retire, Stage::Forget];
        assert_eq!(world.asked, asked);
    }
}
