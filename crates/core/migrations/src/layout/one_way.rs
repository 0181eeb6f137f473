//! `0007_name.sql`, which only goes up.

use super::pairs::APART;
use super::{File, Part, Read, base_name, numbered, unknown};
use crate::Script;

pub(super) fn read(file: &File) -> Read {
    let Some((revision, name)) = base_name(&file.path).strip_suffix(".sql").and_then(numbered) else {
        return Read::Wrong(unknown(file));
    };
    let apart = file.text.trim_start_matches('\u{feff}').starts_with(APART);
    let script = Script { file: file.path.clone(), line: 1, text: file.text.clone(), apart };
    Read::Parts(vec![Part { revision, name, down: false, script }])
}
