//! The tables that `callsheet sql` prints: a header, a rule, rows, and how many.

use serde::Serialize;

/// One result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Column names.
    pub columns: Vec<String>,
    /// Values, as many in each row as there are columns.
    pub rows: Vec<Vec<String>>,
    /// `3 rows`, `1 row changed`.
    pub count: String,
    /// Columns whose values are all numbers.
    pub numeric: Vec<bool>,
}

/// The results in a text; `None` if it is anything else, even in part.
pub fn rows(text: &str) -> Option<Vec<Rows>> {
    let mut lines = text.lines().peekable();
    let mut found = Vec::new();
    while let Some(first) = lines.next() {
        // Results are parted by an empty line.
        if first.is_empty() {
            continue;
        }
        if let Some(count) = counted(first) {
            found.push(Rows { count, ..Rows::default() });
            continue;
        }
        let widths = rule(lines.next()?)?;
        let columns = cells(first, &widths)?;
        let mut rows = Vec::new();
        let count = loop {
            let line = lines.next()?;
            let end = counted(line).filter(|count| count.starts_with(&format!("{} row", rows.len())));
            match end.filter(|_| lines.peek().is_none_or(|next| next.is_empty())) {
                Some(count) => break count,
                None => rows.push(cells(line, &widths)?),
            }
        };
        let numeric = (0..columns.len()).map(|at| is_numeric(&rows, at)).collect();
        found.push(Rows { columns, rows, count, numeric });
    }
    (!found.is_empty()).then_some(found)
}

fn is_numeric(rows: &[Vec<String>], at: usize) -> bool {
    let number = |cell: &str| cell == "NULL" || cell.parse::<f64>().is_ok();
    !rows.is_empty() && rows.iter().all(|row| number(&row[at]))
}

/// `(3 rows)`.
fn counted(line: &str) -> Option<String> {
    let words = line.strip_prefix('(')?.strip_suffix(')')?;
    let (number, rest) = words.split_once(' ')?;
    (number.parse::<u64>().is_ok() && rest.starts_with("row")).then(|| words.to_owned())
}

/// `---+-----` as widths.
fn rule(line: &str) -> Option<Vec<usize>> {
    let dashes = |part: &str| part.chars().all(|c| c == '-').then_some(part.len());
    line.split("-+-").map(dashes).collect()
}

/// The cells by the columns' widths; trailing blanks may be missing.
fn cells(line: &str, widths: &[usize]) -> Option<Vec<String>> {
    let chars: Vec<char> = line.chars().collect();
    let mut from = 0;
    let mut cells = Vec::new();
    for (at, width) in widths.iter().enumerate() {
        let last = at + 1 == widths.len();
        let end = from + width;
        let cell: String = chars.iter().skip(from).take(*width).collect();
        cells.push(cell.trim_end().to_owned());
        let between: String = chars.iter().skip(end).take(3).collect();
        if (last && chars.len() > end) || (!last && chars.len() >= end && !" | ".starts_with(&between)) {
            return None;
        }
        from = end + 3;
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_back() {
        let text =
            "id | text\n---+-----------\n1  | two\\nlines\n10 | NULL\n(2 rows, more were cut)\n\n(1 row changed)\n";
        let found = rows(text).unwrap();
        assert_eq!(found[0].columns, ["id", "text"]);
        assert_eq!(found[0].rows, [["1", "two\\nlines"], ["10", "NULL"]]);
        assert_eq!((found[0].count.as_str(), found[1].count.as_str()), ("2 rows, more were cut", "1 row changed"));
        assert_eq!(found[0].numeric, [true, false]);
    }

    #[test]
    fn a_result_without_rows_and_values_that_look_like_the_end() {
        assert_eq!(rows("n\n-\n(0 rows)\n").unwrap()[0].count, "0 rows");
        let tricky = "what    \n--------\n(0 rows)\n(1 row)\n";
        assert_eq!(rows(tricky).unwrap()[0].rows, [["(0 rows)"]]);
    }

    #[test]
    fn other_text_is_no_table() {
        for text in ["", "hello\nworld\n", "id | text\n---+-----\n1 | 2 | 3 is more than fits\n(1 row)\n", "a\n-\n1\n"]
        {
            assert_eq!(rows(text), None, "{text:?}");
        }
    }
}
