//! Colours of a scene, chosen by the prompt's words, else by its hash.

/// Red, green, blue, 0 to 1.
pub(crate) type Colour = [f32; 3];

/// What a scene is painted with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Palette {
    pub(crate) sky_top: Colour,
    pub(crate) sky_low: Colour,
    pub(crate) light: Colour,
    pub(crate) far: Colour,
    pub(crate) near: Colour,
    /// Whether stars are seen.
    pub(crate) night: bool,
    /// Whether the ground is water.
    pub(crate) water: bool,
}

const fn colours(sky_top: u32, sky_low: u32, light: u32, far: u32, near: u32) -> [u32; 5] {
    [sky_top, sky_low, light, far, near]
}

const DAY: [u32; 5] = colours(0x3f7cc4, 0xcfe5f2, 0xfff4cf, 0x8fb0bd, 0x2f4d3e);
const DUSK: [u32; 5] = colours(0x2b2a5a, 0xf0905a, 0xffe0a0, 0x8a5a78, 0x241a30);
const NIGHT: [u32; 5] = colours(0x060a1e, 0x27365f, 0xe8ecff, 0x1d2a4a, 0x05070f);
const FIRE: [u32; 5] = colours(0x2a0d12, 0xd0401c, 0xffd070, 0x6a2018, 0x160808);
const DESERT: [u32; 5] = colours(0x5aa0c8, 0xf6dfb0, 0xfff2d8, 0xd8a868, 0x8a5028);
const FOREST: [u32; 5] = colours(0x7fb0a0, 0xe0ecc8, 0xfbf6d8, 0x6f9c78, 0x16341f);
const ICE: [u32; 5] = colours(0x86b4d8, 0xf2f8fc, 0xffffff, 0xb8d2e4, 0x5f8098);
const DREAM: [u32; 5] = colours(0x5a2f8a, 0xf0a8d0, 0xfff0fa, 0x9a70c0, 0x2c1848);

const BY_WORD: [(&[&str], [u32; 5]); 7] = [
    (&["night", "moon", "star", "dark", "midnight", "space"], NIGHT),
    (&["fire", "lava", "war", "burning", "volcano", "dragon"], FIRE),
    (&["desert", "sand", "dune", "gold"], DESERT),
    (&["forest", "wood", "tree", "jungle", "garden"], FOREST),
    (&["ice", "snow", "winter", "frozen", "cold"], ICE),
    (&["dusk", "sunset", "dawn", "evening", "harbour", "harbor"], DUSK),
    (&["dream", "magic", "spirit", "fairy", "ghost"], DREAM),
];
const BY_CHANCE: [[u32; 5]; 5] = [DAY, DUSK, FOREST, DREAM, DESERT];
const WATER: [&str; 10] =
    ["sea", "ocean", "lake", "harbour", "harbor", "river", "island", "ship", "coast", "lighthouse"];

impl Palette {
    /// For the words of a prompt; `chance` decides where no word does.
    pub(crate) fn of(prompt: &str, chance: u8) -> Palette {
        let words: Vec<String> = prompt.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
        let holds = |wanted: &[&str]| {
            words
                .iter()
                .any(|word| wanted.iter().any(|one| word.strip_suffix('s').unwrap_or(word) == *one || word == one))
        };
        let found = BY_WORD.iter().find(|(wanted, _)| holds(wanted)).map(|(_, colours)| *colours);
        let chosen = found.unwrap_or(BY_CHANCE[usize::from(chance) % BY_CHANCE.len()]);
        let [sky_top, sky_low, light, far, near] = chosen.map(colour);
        Palette { sky_top, sky_low, light, far, near, night: chosen == NIGHT, water: holds(&WATER) }
    }
}

fn colour(hex: u32) -> Colour {
    [16, 8, 0].map(|shift| ((hex >> shift) & 0xff) as f32 / 255.0)
}

/// From `a` to `b`.
pub(crate) fn mix(a: Colour, b: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * share)
}
