//! Outputs that are tables: rows of a query, requests of a flow. Read back from the text that was recorded; any other text stays text.

mod requests;
mod rows;

pub use requests::{Request, requests};
pub use rows::{Rows, rows};
