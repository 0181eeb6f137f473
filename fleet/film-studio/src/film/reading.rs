//! A script saved anew: which of its scenes are which of those that are there, so that shots stay with their scene.

use super::breakdown::BrokenDown;
use super::ids::SceneId;
use super::scene::SceneBrief;
use crate::fountain;

/// A scene of the new script, and the one it was.
#[derive(Clone, Debug)]
pub struct Matched {
    /// The scene it continues; `None`: it is new.
    pub was: Option<SceneId>,
    /// As read, with what it needs.
    pub new: BrokenDown,
}

/// Matches by the script's own numbers where the heading begins alike, then by equal headings in their order, then by equal numbers.
/// What is left of the old ones is no longer in the script.
pub fn reread(old: &[SceneBrief], new: Vec<BrokenDown>) -> (Vec<Matched>, Vec<SceneId>) {
    let mut free: Vec<&SceneBrief> = old.iter().collect();
    let mut matched: Vec<Matched> = new.into_iter().map(|new| Matched { was: None, new }).collect();
    let rules: [fn(&SceneBrief, &fountain::Scene) -> bool; 3] = [
        |old, new| old.number == new.number && old.heading == new.title,
        |old, new| old.heading == new.title,
        |old, new| old.number == new.number && old.place == new.heading.place,
    ];
    for rule in rules {
        for one in matched.iter_mut().filter(|one| one.was.is_none()) {
            if let Some(at) = free.iter().position(|old| rule(old, &one.new.scene)) {
                one.was = Some(free.remove(at).id);
            }
        }
    }
    (matched, free.into_iter().map(|scene| scene.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fountain::{parse, scenes};

    fn read(text: &str) -> Vec<BrokenDown> {
        BrokenDown::all(scenes(&parse(text)))
    }

    fn kept(text: &str) -> Vec<SceneBrief> {
        let brief = |(at, scene): (usize, fountain::Scene)| SceneBrief {
            id: SceneId::fresh(),
            position: at as u32 + 1,
            number: scene.number,
            heading: scene.title,
            setting: String::new(),
            place: scene.heading.place,
            time: scene.heading.time,
            synopsis: String::new(),
            eighths: 1,
            omitted: false,
            shot_count: 0,
        };
        scenes(&parse(text)).into_iter().enumerate().map(brief).collect()
    }

    #[test]
    fn scenes_keep_their_identity_when_others_come_and_go() {
        let old = kept("INT. A - DAY\n\nx\n\nINT. B - DAY\n\nx\n\nINT. A - DAY\n\nx");
        let new = read("EXT. NEW - DAY\n\nx\n\nINT. A - DAY\n\nx\n\nINT. A - DAY\n\nx\n\nINT. C - DAY\n\nx");
        let (matched, gone) = reread(&old, new);
        let was: Vec<Option<SceneId>> = matched.iter().map(|one| one.was).collect();
        assert_eq!(was, [None, Some(old[0].id), Some(old[2].id), None]);
        assert_eq!(gone, [old[1].id]);
    }

    #[test]
    fn a_scene_that_moves_to_the_night_is_still_the_same() {
        let old = kept("INT. A - DAY #5#\n\nx");
        let (matched, gone) = reread(&old, read("INT. A - NIGHT #5#\n\nx"));
        assert!(matched[0].was == Some(old[0].id) && gone.is_empty());
    }
}
