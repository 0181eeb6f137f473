//! One file for each command: its arguments, then what it calls and prints.

pub mod abandon;
pub mod adopt;
pub mod answer;
pub mod attach;
pub mod called;
pub mod cancel;
pub mod check;
pub mod completions;
pub mod explain;
pub mod export;
pub mod flow;
pub mod init;
pub mod logs;
pub mod man;
pub mod plan;
pub mod promql;
pub mod reference;
pub mod rehearse;
pub mod resume;
pub mod run;
pub mod runs;
pub mod serve;
pub mod show;
pub mod sql;
pub mod state;
pub mod verify;
