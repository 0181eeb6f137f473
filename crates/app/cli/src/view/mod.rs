//! A run as people see it while it goes on: a live view on a terminal, plain lines anywhere else.

pub mod dialog;
pub mod editor;
pub mod frame;
pub mod help;
pub mod line;
pub mod live;
pub mod notice;
pub mod pager;
pub mod plain;
pub mod progress;
pub mod redraw;
pub mod region;
pub mod remark;

#[cfg(test)]
mod sizes;
#[cfg(test)]
mod tests;
