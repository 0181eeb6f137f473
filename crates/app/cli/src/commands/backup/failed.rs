//! Why a backup or restore stopped, for the person: what happened, in whose words, what now.

use callsheet_backup_tools::BackupError;

use crate::exit::Exit;
use crate::failure::Failure;

pub(crate) fn failed(error: BackupError) -> Failure {
    let failure = |exit| Failure::environment(error.to_string()).because_of(&error).exit(exit);
    match &error {
        BackupError::Missing { package, .. } => {
            failure(Exit::Usage).hint(format!("install it: `apt-get install {package}`"))
        }
        BackupError::Locked(_) => failure(Exit::Locked).hint("wait for it to end; its lock ends with it"),
        BackupError::Address(_) | BackupError::Key(_) => failure(Exit::Usage),
        BackupError::NoKey(_) => failure(Exit::Usage)
            .hint("`identity` in `[databases.NAME.backup]` names the file that `new-key` wrote, or a variable with its text (`\"$NAME\"`); none is named, or what it names is not there"),
        BackupError::WrongKey(_) => failure(Exit::Failed).hint("it was encrypted for somebody else's key: `callsheet backup list --format json` tells its recipients"),
        BackupError::Damaged { .. } | BackupError::Tampered { .. } => failure(Exit::Failed)
            .hint("do not rely on it: make a new backup, and prove an older one with `callsheet backup verify ID`"),
        BackupError::Gap { .. } => failure(Exit::Failed)
            .hint("an instant behind the gap cannot be had again: make a new backup now, and restore to an instant before the gap"),
        BackupError::NoFolder(_) => failure(Exit::Usage)
            .hint("mount the disk that it lies on; if there is none yet, the first `callsheet backup create` makes it"),
        BackupError::HalfWay(_) => failure(Exit::Failed).hint("do not start the service: restore the backup that was made before, or the one that was to be restored once more"),
        BackupError::NotThere(_) => failure(Exit::Usage).hint("`callsheet backup list` tells what there is"),
        BackupError::Differs(_) => failure(Exit::Failed).hint("the database is as it was; prove the backup with `callsheet backup verify ID`"),
        BackupError::Tool { cause, .. } if cause.0.contains("before configured recovery target was reached") => failure(Exit::Failed)
            .hint("the archived log ends before that instant: name an earlier one, or take all that there is with `--latest`"),
        BackupError::Tool { cause, .. } if cause.0.contains("lock timeout") => failure(Exit::Failed)
            .hint("somebody holds the database's tables: stop the service, then run the command again"),
        BackupError::Storage { .. } if chain(&error).contains("169.254.169.254") => failure(Exit::Failed)
            .hint("no credentials were given, so the machine's role was asked for: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        BackupError::Storage { .. } | BackupError::File { .. } | BackupError::Sqlite { .. } if chain(&error).contains("No space left") => failure(Exit::Failed)
            .hint("make room there; what was begun is no backup, and `callsheet backup prune` takes it away"),
        BackupError::Tool { .. } | BackupError::Storage { .. } | BackupError::File { .. } | BackupError::Sqlite { .. } | BackupError::Refused(_) => {
            failure(Exit::Failed)
        }
    }
}

/// Its words with those of all that caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(|cause| cause.to_string())).collect::<Vec<_>>().join("\n")
}
