//! Tables for others' programs: CSV as RFC 4180 has it. A cell that a spreadsheet would take for a formula begins with an apostrophe.

use super::{Film, money, pages};

/// Every scene with what it needs.
pub(super) fn breakdown(film: &Film) -> String {
    let mut table = row(&["scene", "heading", "pages", "synopsis", "cast", "place", "props"]);
    for sheet in &film.breakdown.sheets {
        let named = |kind: &str| {
            let names = sheet.items.iter().filter(|item| item.kind == kind).map(|item| item.name.as_str());
            names.collect::<Vec<_>>().join("; ")
        };
        let scene = &sheet.scene;
        let length = pages(scene.eighths);
        let (cast, place, props) = (named("cast"), named("place"), named("prop"));
        table += &row(&[&scene.number, &scene.heading, &length, &scene.synopsis, &cast, &place, &props]);
    }
    table
}

/// The shot list.
pub(super) fn shots(film: &Film) -> String {
    let mut table = row(&["scene", "shot", "size", "angle", "movement", "seconds", "description", "picture"]);
    for shot in &film.shots {
        let scene = film.sheet(shot.scene_id).map_or("omitted", |(scene, _)| scene.number.as_str());
        let seconds = shot.seconds.map_or_else(String::new, |seconds| seconds.to_string());
        let picture = shot.board.as_ref().map_or_else(String::new, |_| format!("storyboard/{}.png", shot.id));
        let number = shot.position.to_string();
        table +=
            &row(&[scene, &number, &shot.size, &shot.angle, &shot.movement, &seconds, &shot.description, &picture]);
    }
    table
}

/// The schedule, a row for each scene.
pub(super) fn schedule(film: &Film) -> String {
    let mut table = row(&["day", "date", "call", "unit base", "scene", "heading", "pages"]);
    for day in &film.days {
        for (scene, _) in film.of_day(day) {
            let (number, length) = (day.number.to_string(), pages(scene.eighths));
            table +=
                &row(&[&number, &day.date, &day.call_time, &day.unit_base, &scene.number, &scene.heading, &length]);
        }
    }
    table
}

/// The budget's lines.
pub(super) fn budget(film: &Film) -> String {
    let mut table = row(&["account", "description", "amount", "currency"]);
    for line in &film.budget {
        let amount = money(line.amount_cents).replace('\u{a0}', "");
        table += &row(&[&line.account, &line.description, &amount, &film.project.currency]);
    }
    table
}

fn row(cells: &[&str]) -> String {
    format!("{}\r\n", cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","))
}

fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
    if cell.contains(['"', ',', '\n', '\r']) || !guard.is_empty() {
        return format!("\"{guard}{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        assert_eq!(row(&["a", "b,c", "d\"e\"", "=1+1"]), "a,\"b,c\",\"d\"\"e\"\"\",\"'=1+1\"\r\n");
    }
}
