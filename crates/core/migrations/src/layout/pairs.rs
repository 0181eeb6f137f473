//! `0007_name.up.sql` and `0007_name.down.sql`.

use super::{File, Part, Read, base_name, numbered, unknown};
use crate::Script;

/// sqlx's mark of a script that stands in no transaction.
pub(super) const APART: &str = "-- no-transaction";

pub(super) fn read(file: &File) -> Read {
    let name = base_name(&file.path);
    let (stem, down) = match (name.strip_suffix(".up.sql"), name.strip_suffix(".down.sql")) {
        (Some(stem), _) => (stem, false),
        (_, Some(stem)) => (stem, true),
        _ => return Read::Wrong(unknown(file)),
    };
    let Some((revision, name)) = numbered(stem) else { return Read::Wrong(unknown(file)) };
    let apart = file.text.trim_start_matches('\u{feff}').starts_with(APART);
    let script = Script { file: file.path.clone(), line: 1, text: file.text.clone(), apart };
    Read::Parts(vec![Part { revision, name, down, script }])
}
