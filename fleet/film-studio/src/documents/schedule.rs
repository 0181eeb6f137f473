//! The shooting schedule as a PDF.

use fleet_kit::pdf::{Pdf, Table};

use super::{DocumentError, Film, light, pages, texts};

/// Every day with its scenes, cast and pages.
pub fn schedule(film: &Film) -> Result<Vec<u8>, DocumentError> {
    let title = format!("Shooting schedule: {}", film.project.title);
    let mut pdf = Pdf::new(&title, "en", &film.footer());
    let eighths: u32 = film.days.iter().flat_map(|day| film.of_day(day)).map(|(scene, _)| scene.eighths).sum();
    pdf.facts(vec![
        ("Shooting days".to_owned(), film.days.len().to_string()),
        ("Pages".to_owned(), pages(eighths)),
        ("Cast".to_owned(), film.breakdown.cast.len().to_string()),
    ]);
    if film.days.is_empty() {
        pdf.paragraph("No schedule was made yet.");
    }
    for day in &film.days {
        let of_day: u32 = film.of_day(day).map(|(scene, _)| scene.eighths).sum();
        pdf.heading(&format!("Day {} · {} · {} pages", day.number, day.date, pages(of_day)));
        let row = |(scene, items): (&crate::film::SceneBrief, &[crate::film::Item])| {
            vec![
                scene.number.clone(),
                scene.heading.clone(),
                light(scene).to_owned(),
                film.cast_numbers(items),
                pages(scene.eighths),
            ]
        };
        pdf.table(Table {
            widths: vec![1.0, 6.5, 0.8, 2.0, 1.2],
            right: vec![false, false, false, false, true],
            head: texts(["Scene", "Set", "D/N", "Cast", "Pages"]),
            rows: film.of_day(day).map(row).collect(),
        });
    }
    pdf.heading("Cast");
    let cast = film.breakdown.cast.iter().enumerate();
    pdf.table(Table {
        widths: vec![0.6, 5.0, 1.2],
        right: vec![false, false, true],
        head: texts(["No.", "Character", "Scenes"]),
        rows: cast.map(|(at, (name, scenes))| vec![(at + 1).to_string(), name.clone(), scenes.to_string()]).collect(),
    });
    Ok(pdf.render()?)
}
