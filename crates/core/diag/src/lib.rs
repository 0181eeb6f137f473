//! Source text, spans and diagnostics with stable codes.
//!
//! The caller does: read the file, print the diagnostic.
//! This crate does: turn byte offsets into lines and columns, and say what is wrong, where, and what to do.

mod diagnostic;
mod page;
mod source;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use page::{Page, pages};
pub use source::{Position, SourceText, Span};
