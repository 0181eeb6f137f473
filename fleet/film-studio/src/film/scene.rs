//! Scenes as kept, and the script they come from.

use serde::Serialize;

use super::ids::SceneId;
use crate::fountain::Element;

/// A film's script.
#[derive(Clone, Debug, Serialize)]
pub struct Script {
    /// Rises with every save.
    pub revision: u32,
    /// As it was saved.
    pub fountain: String,
    pub updated_at: String,
}

/// A scene in a list.
#[derive(Clone, Debug, Serialize)]
pub struct SceneBrief {
    pub id: SceneId,
    /// Its place in the script, from 1.
    pub position: u32,
    /// As people call it ("12A").
    pub number: String,
    /// As written ("INT. BOATHOUSE - NIGHT").
    pub heading: String,
    /// `INT`, `EXT`, `INT/EXT` or nothing.
    pub setting: String,
    pub place: String,
    /// `NIGHT`, `LATER`, or nothing.
    pub time: String,
    pub synopsis: String,
    /// Length in eighths of a page.
    pub eighths: u32,
    /// It is no longer in the script, but shots were planned for it.
    pub omitted: bool,
    pub shot_count: u32,
}

/// A scene with what happens in it.
#[derive(Clone, Debug, Serialize)]
pub struct Scene {
    #[serde(flatten)]
    pub brief: SceneBrief,
    /// Everything behind the heading.
    pub elements: Vec<Element>,
}
