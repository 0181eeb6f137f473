//! System C: multi-track video projects that several people edit at once, rendered with FFmpeg.
//!
//! Read [`timeline`] first: what a project is, as arithmetic. `collab` keeps it in a shared document and lets people edit it
//! together, `render` turns it into arguments for FFmpeg, `jobs` runs that durably. Two releases are built from it:
//! `video-editor` is the second; `video-editor-v1` is the first, kept buildable so that a deploy through a change of the schema,
//! and the way back, can be rehearsed at any time. What they differ in asks [`Generation`].
#![allow(missing_docs, reason = "a program in two releases: its reader has the code before them")]

mod api;
mod cache;
mod collab;
mod commands;
mod config;
mod generation;
mod identity;
mod ids;
mod jobs;
mod media;
mod migrations;
mod render;
mod state;
mod store;
mod timeline;
mod version;
mod web;

pub use commands::run;
pub use generation::Generation;
