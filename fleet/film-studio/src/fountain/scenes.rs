//! Scenes: what stands between one heading and the next, with how long it is on the page.

use super::{Element, Heading, Kind, Script, plain};

/// A page of a screenplay has so many lines.
const LINES_ON_PAGE: usize = 55;
const ACTION_WIDTH: usize = 61;
const SPEECH_WIDTH: usize = 35;

/// A scene as the script has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The number in the script, else its place in the order.
    pub number: String,
    /// As written, without number and emphasis.
    pub title: String,
    /// The heading taken apart.
    pub heading: Heading,
    /// What its synopses say.
    pub synopsis: String,
    /// Everything behind the heading.
    pub elements: Vec<Element>,
    /// Length in eighths of a page, at least 1.
    pub eighths: u32,
}

/// The scenes in order. What stands before the first heading belongs to none.
pub fn scenes(script: &Script) -> Vec<Scene> {
    let mut scenes: Vec<Scene> = Vec::new();
    for element in &script.elements {
        if let Kind::Heading { number } = &element.kind {
            let number = number.clone().unwrap_or_else(|| (scenes.len() + 1).to_string());
            scenes.push(Scene {
                number,
                title: plain(&element.text),
                heading: Heading::of(&element.text),
                synopsis: String::new(),
                elements: Vec::new(),
                eighths: 1,
            });
        } else if let Some(scene) = scenes.last_mut() {
            if element.kind == Kind::Synopsis {
                let joint = if scene.synopsis.is_empty() { "" } else { " " };
                scene.synopsis.push_str(joint);
                scene.synopsis.push_str(&plain(&element.text));
            }
            scene.elements.push(element.clone());
        }
    }
    for scene in &mut scenes {
        let lines: usize = 2 + scene.elements.iter().map(lines_of).sum::<usize>();
        scene.eighths = u32::try_from((lines * 8).div_ceil(LINES_ON_PAGE)).unwrap_or(u32::MAX).max(1);
    }
    scenes
}

/// How many lines of the page it takes, the empty one behind it included.
fn lines_of(element: &Element) -> usize {
    let wrapped = |width: usize| element.text.lines().map(|line| line.chars().count().div_ceil(width).max(1)).sum();
    let length: usize = match element.kind {
        Kind::Action | Kind::Centered | Kind::Lyric => wrapped(ACTION_WIDTH),
        Kind::Dialogue => return wrapped(SPEECH_WIDTH) + 1,
        Kind::Parenthetical | Kind::Character { .. } => return 1,
        Kind::Transition => 1,
        Kind::Heading { .. } | Kind::Section { .. } | Kind::Synopsis | Kind::Note | Kind::PageBreak => return 0,
    };
    length + 1
}
