//! The words of the service: users, universes, elements, components, and who may see or change them.

mod component;
mod element;
mod ids;
mod media;
mod universe;
mod user;

pub use component::{COMPONENT_KINDS, Component, ComponentChange, Content, Incoming, NewComponent, Relationship};
pub use element::{ELEMENT_KINDS, Element, ElementChange, NewElement};
pub use ids::{ComponentId, ElementId, UniverseId, UserId};
pub use media::{Found, Media};
pub use universe::{NewUniverse, Universe, UniverseChange, VISIBILITIES};
pub use user::{Actor, NewUser, Role, User, Viewer};
