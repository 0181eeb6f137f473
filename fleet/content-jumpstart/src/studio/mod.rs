//! The words of the service: users, clients, briefs, projects, posts, deliverables.

mod brief;
mod client;
mod deliverable;
mod ids;
mod platform;
mod post;
mod project;
mod user;

pub use brief::{Brief, BriefContent, NewBrief};
pub use client::{Client, ClientChange, NewClient, VoiceSample};
pub use deliverable::{Deliverable, FORMATS, Format, NewDeliverable};
pub use ids::{BriefId, ClientId, DeliverableId, PostId, ProjectId, RunId, UserId};
pub use platform::{PLATFORMS, Platform};
pub use post::{Flag, FlagKind, Post, PostChange, Severity};
pub use project::{Project, ProjectChange, Run, STATUSES, STEPS};
pub use user::{Actor, NewUser, Role, User};
