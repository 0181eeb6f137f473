//! The words of the studio: people, projects, teams, scenes and what is needed for them, shots, days, money.

mod breakdown;
mod budget;
mod day;
mod ids;
mod person;
mod project;
mod reading;
mod scene;
mod scheduling;
mod shot;

pub use breakdown::{Breakdown, BrokenDown, ITEM_KINDS, Item, Sheet};
pub use budget::{ACCOUNT_GROUPS, BudgetLine, NewBudgetLine, top_sheet};
pub use day::{Day, DayChange, PlannedDay};
pub use ids::{BudgetLineId, DayId, ProjectId, SceneId, ShotId, UserId};
pub use person::{Actor, NewUser, Role, User};
pub use project::{CURRENCIES, Member, NewProject, Project, ProjectChange, Seat, TEAM_ROLES};
pub use reading::{Matched, reread};
pub use scene::{Scene, SceneBrief, Script};
pub use scheduling::{Wanted, schedule};
pub use shot::{ANGLES, Board, MOVEMENTS, NewShot, SIZES, Shot, ShotChange};
