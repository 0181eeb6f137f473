//! The built front end's folder.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use callsheet_preflight::Finding;
use callsheet_preflight::front_end::{self, Built, USUAL};

use crate::files::{Folder, beneath, modified};
use crate::unreadable;

/// Looks at the named folder, or the first of the usual ones.
pub(crate) fn check(folder: &Folder, named: Option<&str>) -> Finding {
    let found = named.or_else(|| USUAL.iter().copied().find(|name| folder.at(name).join("index.html").is_file()));
    let Some(name) = found else {
        return Finding::failed(format!("there is no index.html in any of {}", USUAL.join(", ")))
            .hint("build it, and name its folder: `front-end=web/dist`");
    };
    match read(folder, name) {
        Ok(built) => front_end::judge(&built),
        Err(error) => unreadable(name, &error),
    }
}

fn read(folder: &Folder, name: &str) -> io::Result<Built> {
    let root = folder.at(name);
    if !root.is_dir() {
        return Ok(Built { folder: name.to_owned(), ..Built::default() });
    }
    let mut files = BTreeMap::new();
    for path in beneath(&root)? {
        let shown = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned();
        files.insert(shown, std::fs::metadata(&path)?.len());
    }
    let index = root.join("index.html");
    let there = index.is_file();
    Ok(Built {
        folder: name.to_owned(),
        files,
        index: there.then(|| folder.text(&format!("{name}/index.html"))).transpose()?,
        newer_source: if there { newer_source(&root, &index)? } else { None },
    })
}

/// A source beside the built folder (`src`, `public`, `package.json`, `index.html`) that is newer than the page.
fn newer_source(built: &Path, index: &Path) -> io::Result<Option<String>> {
    let Some(project) = built.parent() else { return Ok(None) };
    let written = modified(index)?;
    let mut sources = Vec::new();
    for name in ["src", "public"].map(|name| project.join(name)) {
        if name.is_dir() {
            sources.extend(beneath(&name)?);
        }
    }
    let tops = ["package.json", "package-lock.json", "index.html", "vite.config.ts", "tsconfig.json"];
    sources.extend(tops.map(|name| project.join(name)).into_iter().filter(|path| path.is_file()));
    for path in sources {
        if modified(&path)? > written {
            return Ok(Some(path.strip_prefix(project).unwrap_or(&path).display().to_string()));
        }
    }
    Ok(None)
}
