//! The service's own figures by day: what was done, how many requests failed or were late.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::rows::{day as date, get, text};
use super::{Store, StoreError};
use crate::values;

/// Amounts by name of one day.
pub type DayFigures = (String, BTreeMap<String, i64>);

impl Store {
    /// Adds amounts to a day's.
    pub async fn add_figures(&self, day: Date, amounts: &[(&'static str, i64)]) -> Result<(), StoreError> {
        let mut work = self.begin("adding to the day's figures").await?;
        let rows = amounts.iter().map(|(name, amount)| values![day.to_string(), *name, *amount]).collect();
        let sql = "INSERT INTO daily_figures (day, name, amount) VALUES (?, ?, ?)
                   ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount)";
        work.execute_each(sql, rows).await?;
        work.keep().await
    }

    /// The days from `first` to `last` that have any, in order.
    pub async fn figures(&self, first: Date, last: Date) -> Result<Vec<DayFigures>, StoreError> {
        let sql = "SELECT day, name, amount FROM daily_figures WHERE day BETWEEN ? AND ? ORDER BY day, name";
        let rows: Vec<(String, String, i64)> = self
            .read("reading the days' figures", sql, (first.to_string(), last.to_string()), |row| {
                Ok((date(row, 0)?, text(row, 1)?, get(row, 2)?))
            })
            .await?;
        let mut days: Vec<DayFigures> = Vec::new();
        for (day, name, amount) in rows {
            if days.last().is_none_or(|(last, _)| *last != day) {
                days.push((day, BTreeMap::new()));
            }
            if let Some((_, amounts)) = days.last_mut() {
                amounts.insert(name, amount);
            }
        }
        Ok(days)
    }
}
