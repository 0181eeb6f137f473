//! A day sheet: who is needed where and when on one day of shooting, and what comes the day after.

use fleet_kit::pdf::{Pdf, Table};

use super::{DocumentError, Film, light, pages, texts};
use crate::film::{Day, Item, SceneBrief};

/// Actors come so much earlier than the camera turns.
const MAKE_UP_MINUTES: u32 = 60;
/// Time that an eighth of a page takes to shoot.
const MINUTES_PER_EIGHTH: u32 = 15;

/// The sheet of the day at this place of the schedule.
pub fn call_sheet(film: &Film, at: usize) -> Result<Vec<u8>, DocumentError> {
    let Some(day) = film.days.get(at) else { return Ok(Vec::new()) };
    let title = format!("{} · Call sheet, day {} of {}", film.project.title, day.number, film.days.len());
    let mut pdf = Pdf::new(&title, "en", &film.footer());
    pdf.facts(facts(film, day));
    pdf.heading("Scenes");
    let scenes: Vec<(&SceneBrief, &[Item])> = film.of_day(day).collect();
    pdf.table(Table {
        widths: vec![1.2, 1.1, 5.6, 0.9, 1.9, 1.2],
        right: vec![false, false, false, false, false, true],
        head: texts(["Start", "Scene", "Set and what happens", "D/N", "Cast", "Pages"]),
        rows: rows(film, day, &scenes),
    });
    pdf.heading("Cast");
    pdf.table(Table {
        widths: vec![0.6, 4.0, 2.0, 2.0],
        right: vec![false, false, false, false],
        head: texts(["No.", "Character", "Make-up", "On set"]),
        rows: cast(film, day, &scenes),
    });
    let props = named(&scenes, "prop");
    pdf.heading("Props");
    pdf.paragraph(if props.is_empty() { "None." } else { &props });
    if !day.notes.is_empty() {
        pdf.heading("Notes");
        pdf.paragraph(&day.notes);
    }
    pdf.heading("Unit");
    let member = |member: &crate::film::Member| {
        let job = if member.job.is_empty() { member.role.as_str().to_owned() } else { member.job.clone() };
        vec![job, member.name.clone(), member.email.clone()]
    };
    pdf.table(Table {
        widths: vec![2.0, 3.0, 4.0],
        right: vec![false, false, false],
        head: texts(["Job", "Name", "Reach"]),
        rows: film.team.iter().map(member).collect(),
    });
    if let Some(next) = film.days.get(at + 1) {
        pdf.heading("Advance");
        let scenes: Vec<&str> = film.of_day(next).map(|(scene, _)| scene.number.as_str()).collect();
        let set = film.of_day(next).next().map_or_else(String::new, |(scene, _)| scene.heading.clone());
        pdf.paragraph(&format!(
            "Day {}, {}, call {}: scenes {}, first {set}.",
            next.number,
            next.date,
            next.call_time,
            scenes.join(", ")
        ));
    }
    Ok(pdf.render()?)
}

fn facts(film: &Film, day: &Day) -> Vec<(String, String)> {
    let eighths: u32 = film.of_day(day).map(|(scene, _)| scene.eighths).sum();
    let mut places: Vec<&str> = Vec::new();
    for (scene, _) in film.of_day(day) {
        if !places.contains(&scene.place.as_str()) {
            places.push(&scene.place);
        }
    }
    let base = if day.unit_base.is_empty() { "to be told" } else { &day.unit_base };
    let facts = [
        ("Date", day.date.as_str()),
        ("Crew call", &day.call_time),
        ("Unit base", base),
        ("Places", &places.join(" · ")),
        ("Pages", &pages(eighths)),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Minutes since midnight at which each scene begins: an hour after the call, one after the other.
fn starts(day: &Day, scenes: &[(&SceneBrief, &[Item])]) -> Vec<u32> {
    let mut minute = minutes(&day.call_time) + 60;
    let mut starts = Vec::new();
    for (scene, _) in scenes {
        starts.push(minute);
        minute += scene.eighths * MINUTES_PER_EIGHTH;
    }
    starts
}

fn rows(film: &Film, day: &Day, scenes: &[(&SceneBrief, &[Item])]) -> Vec<Vec<String>> {
    let row = |((scene, items), start): (&(&SceneBrief, &[Item]), u32)| {
        let what = if scene.synopsis.is_empty() { String::new() } else { format!(" · {}", scene.synopsis) };
        vec![
            clock(start),
            scene.number.clone(),
            format!("{}{what}", scene.heading),
            light(scene).to_owned(),
            film.cast_numbers(items),
            pages(scene.eighths),
        ]
    };
    scenes.iter().zip(starts(day, scenes)).map(row).collect()
}

/// Each character of the day, called an hour before their first scene.
fn cast(film: &Film, day: &Day, scenes: &[(&SceneBrief, &[Item])]) -> Vec<Vec<String>> {
    let mut called: Vec<(usize, String, u32)> = Vec::new();
    for ((_, items), start) in scenes.iter().zip(starts(day, scenes)) {
        for item in items.iter().filter(|item| item.kind == "cast") {
            if !called.iter().any(|(_, name, _)| *name == item.name) {
                called.push((film.cast_number(&item.name), item.name.clone(), start));
            }
        }
    }
    called.sort();
    let row = |(number, name, start): (usize, String, u32)| {
        vec![number.to_string(), name, clock(start.saturating_sub(MAKE_UP_MINUTES)), clock(start)]
    };
    called.into_iter().map(row).collect()
}

/// What the scenes need of one kind, each once.
fn named(scenes: &[(&SceneBrief, &[Item])], kind: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for item in scenes.iter().flat_map(|(_, items)| *items).filter(|item| item.kind == kind) {
        if !names.contains(&item.name.as_str()) {
            names.push(&item.name);
        }
    }
    names.join(", ")
}

fn minutes(time: &str) -> u32 {
    let (hours, minutes) = time.split_once(':').unwrap_or(("0", "0"));
    hours.parse().unwrap_or(0) * 60 + minutes.parse().unwrap_or(0)
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_run_past_midnight() {
        assert_eq!((minutes("23:30"), clock(23 * 60 + 90)), (1410, "00:30".to_owned()));
    }
}
