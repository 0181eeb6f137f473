//! SQL text: tokens, and the statements of a script.

mod compound;
mod reader;
mod split;
mod token;

pub use reader::Reader;
pub use split::{Fault, Statement, statements};
pub use token::{Kind, Token, Tokens};
