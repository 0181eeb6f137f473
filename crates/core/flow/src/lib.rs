//! HTTP flows in the Hurl format: parsed, filled in and judged.
//!
//! The caller does: send requests, keep cookies, read files, measure time.
//! This crate does: `parse(text)` into entries with places, `Template::fill` with variables, and judge a [`Response`]
//! by its captures and asserts. What is not supported (XPath) is refused with its place, never passed over; `read` keeps it in the
//! flow instead, for a caller that hands such a flow to an installed `hurl`.

pub mod evaluate;
mod foreign;
mod model;
mod needs;
mod parse;
mod template;
mod value;
mod version;

pub use evaluate::{Captured, Cookie, Failure, Judgement, Redirect, Response, Surroundings, header_text, judge};
pub use model::*;
pub use parse::{FlowError, parse, read};
pub use template::{FillError, Piece, Template};
pub use value::{Value, Variables};
