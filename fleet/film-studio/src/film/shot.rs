//! Shots, and the storyboard pictures of them.

use serde::Serialize;

use super::ids::{SceneId, ShotId};

/// How much is seen: extreme wide to extreme close-up, over the shoulder, insert.
pub const SIZES: [&str; 9] = ["EWS", "WS", "FS", "MS", "MCU", "CU", "ECU", "OTS", "INSERT"];
/// From where.
pub const ANGLES: [&str; 6] = ["eye level", "high", "low", "overhead", "dutch", "pov"];
/// What the camera does.
pub const MOVEMENTS: [&str; 8] = ["static", "pan", "tilt", "dolly", "tracking", "crane", "handheld", "zoom"];

/// One shot of a scene.
#[derive(Clone, Debug, Serialize)]
pub struct Shot {
    pub id: ShotId,
    pub scene_id: SceneId,
    /// Its place in the scene, from 1.
    pub position: u32,
    /// Of [`SIZES`].
    pub size: String,
    /// Of [`ANGLES`].
    pub angle: String,
    /// Of [`MOVEMENTS`].
    pub movement: String,
    pub description: String,
    /// How long it is meant to be on screen; release 1 knows whole seconds, release 2 milliseconds.
    pub seconds: Option<f64>,
    /// Its storyboard picture, if one was made.
    pub board: Option<Board>,
    /// Rises with every change.
    pub version: i64,
}

/// A storyboard picture, without its bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Board {
    /// The words it was made from.
    pub prompt: String,
    pub width: u32,
    pub height: u32,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
}

/// A shot to be added at the end of its scene.
#[derive(Clone, Debug)]
pub struct NewShot {
    pub size: &'static str,
    pub angle: &'static str,
    pub movement: &'static str,
    pub description: String,
    pub milliseconds: Option<u32>,
}

/// What is to be changed.
#[derive(Clone, Debug, Default)]
pub struct ShotChange {
    pub size: Option<&'static str>,
    pub angle: Option<&'static str>,
    pub movement: Option<&'static str>,
    pub description: Option<String>,
    /// `Some(None)` takes the length away.
    pub milliseconds: Option<Option<u32>>,
}

impl Shot {
    /// Words for a picture: what is seen, else where it plays.
    pub fn prompt(&self, heading: &str) -> String {
        let what = if self.description.is_empty() { heading } else { &self.description };
        format!("{}, {}, {heading}", self.size, what)
    }
}
