//! Columns as values; a column of another type is an error, never a panic.

use mysql_async::prelude::FromValue;
use mysql_async::{Row, Value};

/// A column that is not what the statement promised.
#[derive(Debug)]
pub(super) struct BadColumn(pub(super) usize);

/// The value of a column.
pub(super) fn get<T: FromValue>(row: &mut Row, column: usize) -> Result<T, BadColumn> {
    row.take_opt(column).and_then(Result::ok).ok_or(BadColumn(column))
}

/// A column with text.
pub(super) fn text(row: &mut Row, column: usize) -> Result<String, BadColumn> {
    get(row, column)
}

/// A column with an id.
pub(super) fn id<Id: std::str::FromStr>(row: &mut Row, column: usize) -> Result<Id, BadColumn> {
    text(row, column)?.parse().map_err(|_| BadColumn(column))
}

/// A column with a moment, as shown: RFC 3339 in UTC with milliseconds.
pub(super) fn moment(row: &mut Row, column: usize) -> Result<String, BadColumn> {
    match get::<Value>(row, column)? {
        Value::Date(year, month, day, hour, minute, second, micros) => {
            Ok(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", micros / 1000))
        }
        _ => Err(BadColumn(column)),
    }
}

/// A column with a day, as `2026-05-07`.
pub(super) fn day(row: &mut Row, column: usize) -> Result<String, BadColumn> {
    match get::<Value>(row, column)? {
        Value::Date(year, month, day, ..) => Ok(format!("{year:04}-{month:02}-{day:02}")),
        _ => Err(BadColumn(column)),
    }
}
