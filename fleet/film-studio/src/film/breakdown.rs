//! What a scene needs: who plays in it, where, and with which things. Read from the script, completed by people.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::scene::{Scene, SceneBrief};
use crate::fountain::{self, Element, Kind, plain, speaker};

/// What an item can be.
pub const ITEM_KINDS: [&str; 3] = ["cast", "place", "prop"];
const NAME_MOST: usize = 80;
/// A scene names no more things; what a script names beyond them is left out.
pub const ITEMS_OF_SCENE_MOST: usize = 200;
/// Words in capitals that are no things.
const CAMERA: [&str; 34] = [
    "ANGLE",
    "CAMERA",
    "CLOSE",
    "CLOSER",
    "CONTINUED",
    "CONTINUOUS",
    "CUT",
    "DAY",
    "DISSOLVE",
    "ECU",
    "END",
    "ESTABLISHING",
    "EXT",
    "FADE",
    "FLASHBACK",
    "INSERT",
    "INT",
    "INTERCUT",
    "LATER",
    "MATCH",
    "MONTAGE",
    "NIGHT",
    "ON",
    "OVER",
    "PAN",
    "POV",
    "SFX",
    "SLOW",
    "SMASH",
    "SUPER",
    "TITLE",
    "TO",
    "VO",
    "WIDE",
];

/// One thing that a scene needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize)]
pub struct Item {
    /// Of [`ITEM_KINDS`].
    pub kind: String,
    pub name: String,
    /// `script` or `person`: people's items stay when the script is read anew.
    pub source: String,
}

/// A film's breakdown.
#[derive(Clone, Debug, Serialize)]
pub struct Breakdown {
    pub sheets: Vec<Sheet>,
    /// Names with the scenes they are in, most scenes first.
    pub cast: Vec<(String, u32)>,
    pub places: Vec<(String, u32)>,
    pub props: Vec<(String, u32)>,
}

/// The breakdown sheet of one scene.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    pub scene: SceneBrief,
    pub items: Vec<Item>,
}

impl Breakdown {
    /// Of the scenes with their items, in order.
    pub fn of(sheets: Vec<Sheet>) -> Breakdown {
        let count = |kind: &str| {
            let mut scenes: BTreeMap<&str, u32> = BTreeMap::new();
            for item in sheets.iter().flat_map(|sheet| &sheet.items).filter(|item| item.kind == kind) {
                *scenes.entry(&item.name).or_default() += 1;
            }
            let mut all: Vec<(String, u32)> =
                scenes.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
            all.sort_by(|(a, more), (b, fewer)| fewer.cmp(more).then(a.cmp(b)));
            all
        };
        let (cast, places, props) = (count("cast"), count("place"), count("prop"));
        Breakdown { cast, places, props, sheets }
    }
}

impl Scene {
    /// The names of those who speak, in the order of their first word.
    pub fn speakers(&self) -> Vec<String> {
        speakers(&self.elements)
    }
}

/// A scene as read, with what it needs.
#[derive(Clone, Debug)]
pub struct BrokenDown {
    /// As read.
    pub scene: fountain::Scene,
    /// At most [`ITEMS_OF_SCENE_MOST`], each once.
    pub items: Vec<Item>,
}

impl BrokenDown {
    /// A script's scenes, in order; takes time that grows with the script's length alone.
    pub fn all(scenes: Vec<fountain::Scene>) -> Vec<BrokenDown> {
        let known = all_speakers(&scenes);
        let one = |scene: fountain::Scene| {
            let items = break_down(&scene.heading.place, &scene.elements, &known);
            BrokenDown { scene, items }
        };
        scenes.into_iter().map(one).collect()
    }
}

fn all_speakers(scenes: &[fountain::Scene]) -> HashSet<String> {
    let elements = scenes.iter().flat_map(|scene| &scene.elements);
    let speakers = elements.filter(|element| matches!(element.kind, Kind::Character { .. }));
    speakers.map(|element| speaker(&element.text)).collect()
}

fn speakers(elements: &[Element]) -> Vec<String> {
    let mut seen: HashSet<String> = HashSet::new();
    let characters = elements.iter().filter(|element| matches!(element.kind, Kind::Character { .. }));
    let names = characters.map(|element| cut(&speaker(&element.text))).filter(|name| !name.is_empty());
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// What the script says a scene needs: whoever speaks, its place, and things that action writes in capitals or a note
/// names (`[[prop: lantern, rope]]`). `known` are the film's speakers, who are no things.
fn break_down(place: &str, elements: &[Element], known: &HashSet<String>) -> Vec<Item> {
    let item = |kind: &str, name: String| Item { kind: kind.to_owned(), name, source: "script".to_owned() };
    let mut items = Items::default();
    items.add(speakers(elements).into_iter().map(|name| item("cast", name)));
    items.add((!place.is_empty()).then(|| item("place", cut(place))));
    for element in elements {
        match element.kind {
            Kind::Action => items.add(capitals(&plain(&element.text)).map(|name| {
                let is_known = known.contains(&name);
                item(if is_known { "cast" } else { "prop" }, name)
            })),
            Kind::Note => {
                let named = element.text.split_once(':').filter(|(key, _)| ["prop", "props"].contains(&key.trim()));
                let names = named.iter().flat_map(|(_, names)| names.split(','));
                items.add(names.map(|name| item("prop", cut(&name.trim().to_uppercase()))));
            }
            _ => {}
        }
    }
    items.kept
}

/// A scene's items, each once, in the order in which they were met.
#[derive(Default)]
struct Items {
    kept: Vec<Item>,
    seen: HashSet<Item>,
}

impl Items {
    fn add(&mut self, items: impl IntoIterator<Item = Item>) {
        let mut items = items.into_iter().filter(|item| !item.name.is_empty());
        while self.kept.len() < ITEMS_OF_SCENE_MOST {
            let Some(item) = items.next() else { return };
            if self.seen.insert(item.clone()) {
                self.kept.push(item);
            }
        }
    }
}

/// Runs of words in capitals, each of two letters or more.
fn capitals(text: &str) -> impl Iterator<Item = String> {
    let mut runs: Vec<Vec<&str>> = vec![Vec::new()];
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let letters = bare.chars().filter(|letter| letter.is_alphabetic()).count();
        let is_one = letters >= 2 && !bare.chars().any(char::is_lowercase) && !CAMERA.contains(&bare);
        if is_one {
            runs.last_mut().into_iter().for_each(|run| run.push(bare));
        }
        if !is_one || word.ends_with(|letter: char| !letter.is_alphanumeric()) {
            runs.push(Vec::new());
        }
    }
    runs.into_iter().filter(|run| !run.is_empty()).map(|run| cut(&run.join(" ")))
}

fn cut(name: &str) -> String {
    name.trim().chars().take(NAME_MOST).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fountain::{parse, scenes};

    #[test]
    fn a_scene_needs_who_speaks_where_and_what_stands_in_capitals() {
        let text = "INT. BOATHOUSE - NIGHT\n\nCLOSE ON a BRASS LANTERN, then a ROPE. BO enters. [[props: map, oar]]\n\nADA (V.O.)\nWho's there?\n\nADA\nBo?";
        let scene = BrokenDown::all(scenes(&parse(&format!("{text}\n\nINT. QUAY - DAY\n\nBO\nAda?")))).remove(0);
        let told: Vec<String> = scene.items.iter().map(|item| format!("{} {}", item.kind, item.name)).collect();
        let expected =
            ["cast ADA", "place BOATHOUSE", "prop BRASS LANTERN", "prop ROPE", "cast BO", "prop MAP", "prop OAR"];
        assert_eq!(told, expected);
    }

    #[test]
    fn long_and_empty_names_do_no_harm() {
        assert_eq!(capitals(&"A".repeat(500)).collect::<Vec<_>>(), ["A".repeat(NAME_MOST)]);
        assert_eq!(capitals("-- !! 12 x Y").count(), 0);
    }

    #[test]
    fn a_scene_of_countless_things_keeps_the_first_ones() {
        let letters =
            |number: usize| number.to_string().bytes().map(|digit| char::from(digit + 17)).collect::<String>();
        let words: Vec<String> = (0..200_000).map(|number| format!("THING{}. ", letters(number))).collect();
        let scenes = BrokenDown::all(scenes(&parse(&format!("INT. ATTIC - DAY\n\n{}", words.concat()))));
        let items = &scenes[0].items;
        assert_eq!((items.len(), items[0].kind.as_str()), (ITEMS_OF_SCENE_MOST, "place"));
        assert_eq!(items[1].name, "THINGA");
    }
}
