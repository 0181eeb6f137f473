//! Everything of a film in one ZIP file: script, tables, PDFs, storyboard pictures.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::{DocumentError, Film, call_sheet, schedule, tables, top_sheet};
use crate::film::ShotId;

/// The same film gives the same bytes: no clock is asked.
pub fn bundle(film: &Film, script: Option<String>, pictures: &[(ShotId, Vec<u8>)]) -> Result<Vec<u8>, DocumentError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    // Packed already.
    let stored = packed.compression_method(CompressionMethod::Stored);
    let mut put = |name: &str, bytes: &[u8], options| -> Result<(), DocumentError> {
        zip.start_file(name, options)?;
        Ok(zip.write_all(bytes)?)
    };
    if let Some(script) = script {
        put("script.fountain", script.as_bytes(), packed)?;
    }
    put("breakdown.csv", tables::breakdown(film).as_bytes(), packed)?;
    put("shots.csv", tables::shots(film).as_bytes(), packed)?;
    put("schedule.csv", tables::schedule(film).as_bytes(), packed)?;
    put("budget.csv", tables::budget(film).as_bytes(), packed)?;
    put("schedule.pdf", &schedule(film)?, stored)?;
    put("budget.pdf", &top_sheet(film)?, stored)?;
    for (at, day) in film.days.iter().enumerate() {
        put(&format!("call-sheets/day-{:03}.pdf", day.number), &call_sheet(film, at)?, stored)?;
    }
    for (shot, bytes) in pictures {
        put(&format!("storyboard/{shot}.png"), bytes, stored)?;
    }
    Ok(zip.finish()?.into_inner())
}
