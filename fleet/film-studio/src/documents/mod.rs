//! Files made of a film: PDFs for the set, tables for others' programs, and a bundle of it all. Synchronous: the caller gives them a
//! thread of their own.

mod bundle;
mod call_sheet;
mod schedule;
mod tables;
mod top_sheet;

use fleet_kit::pdf::PdfError;

use crate::film::{Breakdown, BudgetLine, Day, Item, Member, Project, SceneBrief, SceneId, Shot};

pub use bundle::bundle;
pub use call_sheet::call_sheet;
pub use schedule::schedule;
pub use top_sheet::top_sheet;

/// All that files are made of.
pub struct Film {
    pub project: Project,
    pub team: Vec<Member>,
    pub breakdown: Breakdown,
    pub shots: Vec<Shot>,
    pub days: Vec<Day>,
    pub budget: Vec<BudgetLine>,
}

/// Why a file was not made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error("packing the bundle: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("packing the bundle: {0}")]
    Write(#[from] std::io::Error),
}

impl Film {
    /// A scene with what it needs.
    fn sheet(&self, scene: SceneId) -> Option<(&SceneBrief, &[Item])> {
        let sheet = self.breakdown.sheets.iter().find(|sheet| sheet.scene.id == scene)?;
        Some((&sheet.scene, &sheet.items))
    }

    /// The scenes of a day with what they need, in order.
    fn of_day<'a>(&'a self, day: &'a Day) -> impl Iterator<Item = (&'a SceneBrief, &'a [Item])> {
        day.scenes.iter().filter_map(|scene| self.sheet(*scene))
    }

    /// The number that call sheets give a character: their place in the cast list, from 1.
    fn cast_number(&self, name: &str) -> usize {
        self.breakdown.cast.iter().position(|(one, _)| one == name).map_or(0, |at| at + 1)
    }

    /// The numbers of those who play in a scene, `1, 3`.
    fn cast_numbers(&self, items: &[Item]) -> String {
        let mut numbers: Vec<usize> =
            items.iter().filter(|item| item.kind == "cast").map(|item| self.cast_number(&item.name)).collect();
        numbers.sort_unstable();
        numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    fn footer(&self) -> String {
        format!("{} · script revision {}", self.project.title, self.project.script_revision)
    }
}

/// Pages as people on set say them: `2 3/8`.
pub fn pages(eighths: u32) -> String {
    match (eighths / 8, eighths % 8) {
        (0, rest) => format!("{rest}/8"),
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole} {rest}/8"),
    }
}

/// An amount with thousands apart: `1 234 567.50`.
pub fn money(cents: i64) -> String {
    let whole = (cents / 100).unsigned_abs().to_string();
    let mut apart = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            apart.push('\u{a0}');
        }
        apart.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{apart}.{:02}", (cents % 100).abs())
}

/// Day or night, as schedules mark it.
fn light(scene: &SceneBrief) -> &'static str {
    if crate::fountain::Heading::of(&scene.heading).is_night() { "N" } else { "D" }
}

fn texts<const N: usize>(row: [&str; N]) -> Vec<String> {
    row.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_money_are_written_as_people_do() {
        assert_eq!([1, 8, 19].map(pages), ["1/8", "1", "2 3/8"]);
        assert_eq!([0, 5, 123_456_750].map(money), ["0.00", "0.05", "1\u{a0}234\u{a0}567.50"]);
    }
}
