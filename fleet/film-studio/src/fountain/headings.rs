//! Scene headings: `INT. BOATHOUSE - NIGHT #12A#`.

/// A heading taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Inside or outside.
    pub setting: Setting,
    /// Where it plays; in capitals.
    pub place: String,
    /// When (`NIGHT`, `LATER`); empty if it is not said. In capitals.
    pub time: String,
}

/// Inside or outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `INT.`
    Interior,
    /// `EXT.` and `EST.`
    Exterior,
    /// `INT./EXT.`, `I/E`
    Both,
    /// A forced heading that does not say.
    Unsaid,
}

impl Setting {
    /// As call sheets write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Setting::Interior => "INT",
            Setting::Exterior => "EXT",
            Setting::Both => "INT/EXT",
            Setting::Unsaid => "",
        }
    }
}

/// Longer ones first, because some begin with others.
const BEGINNINGS: [(&str, Setting); 9] = [
    ("INT./EXT", Setting::Both),
    ("INT/EXT", Setting::Both),
    ("EXT./INT", Setting::Both),
    ("EXT/INT", Setting::Both),
    ("I/E", Setting::Both),
    ("E/I", Setting::Both),
    ("INT", Setting::Interior),
    ("EXT", Setting::Exterior),
    ("EST", Setting::Exterior),
];

/// Whether a line begins as scene headings do: the letters, then a dot or a space.
pub(super) fn begins_one(text: &str) -> bool {
    beginning(text).is_some()
}

/// The setting and the rest behind it.
fn beginning(text: &str) -> Option<(Setting, &str)> {
    let text = text.trim_start();
    BEGINNINGS.iter().find_map(|(word, setting)| {
        let (head, rest) = text.split_at_checked(word.len())?;
        let fits = head.eq_ignore_ascii_case(word) && rest.starts_with(['.', ' ']);
        fits.then(|| (*setting, rest.trim_start_matches(['.', ' '])))
    })
}

/// A heading's text without its number, and the number between `#`s if there is one.
pub(super) fn numbered(text: &str) -> (String, Option<String>) {
    let trimmed = text.trim();
    let found = trimmed.strip_suffix('#').and_then(|rest| rest.rsplit_once('#'));
    match found {
        Some((heading, number)) if is_number(number) && !heading.trim().is_empty() => {
            (heading.trim().to_owned(), Some(number.trim().to_owned()))
        }
        _ => (trimmed.to_owned(), None),
    }
}

fn is_number(text: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '.');
    (1..=16).contains(&text.trim().chars().count()) && text.trim().chars().all(plain)
}

impl Heading {
    /// Takes a heading apart. The time is what stands behind the last dash.
    pub fn of(text: &str) -> Heading {
        let text = super::plain(text).to_uppercase();
        let (setting, rest) = beginning(&text).unwrap_or((Setting::Unsaid, text.trim()));
        let dash = [" - ", " – ", " — "].iter().filter_map(|dash| rest.rfind(dash).map(|at| (at, dash.len()))).max();
        let (place, time) = match dash {
            Some((at, length)) => (&rest[..at], &rest[at + length..]),
            None => (rest, ""),
        };
        Heading { setting, place: place.trim().to_owned(), time: time.trim().to_owned() }
    }

    /// Whether it plays when it is dark.
    pub fn is_night(&self) -> bool {
        ["NIGHT", "DUSK", "EVENING", "MIDNIGHT"].iter().any(|word| self.time.contains(word))
    }
}
