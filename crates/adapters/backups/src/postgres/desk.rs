//! Where a restored server asks for segments of the log. It runs as another user and must not have our keys: it leaves a slip with a name in a folder
//! and waits; we fetch, check and hand out.

use std::fs;
use std::path::{Path, PathBuf};

use crate::BackupError;
use crate::scratch::Owner;

/// Fetches the file with this name to this path; false: there is none.
type Fetch<'f> = Box<dyn FnMut(&str, &Path) -> Result<bool, BackupError> + 'f>;

/// The folder of slips.
pub(crate) struct Desk<'f> {
    folder: PathBuf,
    owner: Option<Owner>,
    fetch: Fetch<'f>,
}

impl<'f> Desk<'f> {
    pub(crate) fn new(folder: &Path, fetch: Fetch<'f>) -> Desk<'f> {
        Desk { folder: folder.join("w"), owner: None, fetch }
    }

    pub(super) fn open(&mut self, owner: Owner) -> Result<(), BackupError> {
        fs::create_dir_all(&self.folder).map_err(BackupError::file("cannot make the folder for segments"))?;
        owner.give(&self.folder)?;
        self.owner = Some(owner);
        Ok(())
    }

    /// What the server runs for each file. A status above 125 ends its recovery: a damaged log must never look like the end of the log.
    pub(super) fn command(&self) -> String {
        let slip = format!("{}/%f", self.folder.display());
        let us = std::process::id();
        format!(
            "s=\"{slip}\"; : > \"$s\"; while [ -d /proc/{us} ]; do \
             if [ -e \"$s.ok\" ]; then exec mv \"$s.ok\" \"%p\"; fi; \
             if [ -e \"$s.no\" ]; then rm \"$s.no\"; exit 1; fi; \
             if [ -e \"$s.bad\" ]; then exit 200; fi; sleep 0.02; done; exit 201"
        )
    }

    /// Answers the slips that lie there.
    pub(super) fn serve(&mut self) -> Result<(), BackupError> {
        let Some(owner) = self.owner else { return Ok(()) };
        let failed = || BackupError::file("cannot hand a segment to the restored server");
        for slip in fs::read_dir(&self.folder).map_err(failed())? {
            let slip = slip.map_err(failed())?;
            let name = slip.file_name().to_string_lossy().into_owned();
            if name.contains(".ok") || name.ends_with(".no") || name.ends_with(".bad") {
                continue;
            }
            fs::remove_file(slip.path()).map_err(failed())?;
            let part = self.folder.join(format!("{name}.okay-soon"));
            match (self.fetch)(&name, &part) {
                Ok(true) => {
                    owner.give(&part)?;
                    fs::rename(&part, self.folder.join(format!("{name}.ok"))).map_err(failed())?;
                }
                Ok(false) => fs::write(self.folder.join(format!("{name}.no")), "").map_err(failed())?,
                Err(error) => {
                    fs::write(self.folder.join(format!("{name}.bad")), "").map_err(failed())?;
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        // The server is where it should be; what it did not fetch it does not need.
        let _removed = fs::remove_dir_all(&self.folder);
    }
}
