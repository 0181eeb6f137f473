//! The budget's top sheet as a PDF, with its lines.

use fleet_kit::pdf::{Pdf, Table};

use super::{DocumentError, Film, money, texts};

/// Sums first, lines after.
pub fn top_sheet(film: &Film) -> Result<Vec<u8>, DocumentError> {
    let sheet = crate::film::top_sheet(&film.budget);
    let currency = &film.project.currency;
    let mut pdf = Pdf::new(&format!("Budget: {}", film.project.title), "en", &film.footer());
    pdf.facts(vec![("Currency".to_owned(), currency.clone()), ("Total".to_owned(), money(sheet.total_cents))]);
    pdf.heading("Top sheet");
    let mut rows: Vec<Vec<String>> =
        sheet.groups.iter().map(|group| vec![group.name.to_owned(), money(group.amount_cents)]).collect();
    rows.push(vec!["Subtotal".to_owned(), money(sheet.subtotal_cents)]);
    rows.push(vec![format!("Contingency {} %", sheet.contingency_percent), money(sheet.contingency_cents)]);
    rows.push(vec!["Total".to_owned(), money(sheet.total_cents)]);
    let head = vec!["Accounts".to_owned(), currency.clone()];
    pdf.table(Table { widths: vec![5.0, 2.0], right: vec![false, true], head, rows });
    pdf.heading("Lines");
    let line =
        |line: &crate::film::BudgetLine| vec![line.account.clone(), line.description.clone(), money(line.amount_cents)];
    pdf.table(Table {
        widths: vec![1.0, 5.0, 2.0],
        right: vec![false, false, true],
        head: texts(["Account", "What for", "Amount"]),
        rows: film.budget.iter().map(line).collect(),
    });
    Ok(pdf.render()?)
}
