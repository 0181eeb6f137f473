//! HTTP flows: requests in order, judged by what their response must be; captures become variables.
//!
//! The caller does: parse the flow, give variables and secrets, journal the outcome.
//! This module does: send each request with its options, follow redirects, keep cookies, try again while told to.

mod clients;
mod cookies;
mod exchange;
mod limits;
mod multipart;
mod outgoing;
mod plain;
mod program;
mod report;
mod runner;
mod settings;
mod unpack;

pub use limits::FlowLimits;
pub use program::{HurlProgram, HurlProgramError};
pub use report::{EntryReport, FlowReport, Problem};
pub use runner::FlowRunner;
