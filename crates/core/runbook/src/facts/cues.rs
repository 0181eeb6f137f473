//! Which rules a line may concern, told in one pass over its bytes by how its words begin.

use std::sync::LazyLock;

/// A set of cues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cues(u16);

impl Cues {
    /// Words of undoing.
    pub const UNDO: Cues = Cues(1);
    /// Words of recurrence.
    pub const RECURRENCE: Cues = Cues(2);
    /// Words that call somebody.
    pub const CALL: Cues = Cues(4);
    /// Words for variables and secrets.
    pub const NEED: Cues = Cues(8);
    /// "escalate"
    pub const ESCALATE: Cues = Cues(16);
    /// "response", "acknowledge"
    pub const RESPOND: Cues = Cues(32);
    /// "before", "after", "during", …
    pub const OFFSET: Cues = Cues(64);
    /// A digit or a word for a number.
    pub const FIGURE: Cues = Cues(128);
    /// A colon.
    pub const COLON: Cues = Cues(256);
    /// "last"
    pub const LAST: Cues = Cues(512);
    /// A client of a database.
    pub const DATABASE: Cues = Cues(1024);
    /// What stands for the reader's own value.
    pub const SAMPLE: Cues = Cues(2048);
    /// "consecutive", "in a row"
    pub const ROW: Cues = Cues(4096);
    /// `*`
    pub const STAR: Cues = Cues(8192);

    /// Whether any of `other` is among them.
    pub fn any(self, other: Cues) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets.
    pub const fn and(self, other: Cues) -> Cues {
        Cues(self.0 | other.0)
    }
}

const WORDS: [(&str, Cues); 14] = [
    ("roll reve rest abor undo rede back", Cues::UNDO),
    (
        "hour dail nigh week bi biwe bimo fort semi mont quar half annu year ever each once twic time firs seco thir four 1st 2nd 3rd 4th mond tues wedn thur frid satu sund peri regu on at",
        Cues::RECURRENCE,
    ),
    ("aler page fire warn noti trig alar", Cues::CALL),
    ("env envi secr cred togg feat vaul pass", Cues::NEED),
    ("esca", Cues::ESCALATE),
    ("resp ackn", Cues::RESPOND),
    ("befo afte duri foll adva ahea prio late post", Cues::OFFSET),
    ("one two thre four five six seve ten twel fift twen thir half an", Cues::FIGURE),
    ("last", Cues::LAST.and(Cues::RECURRENCE)),
    ("mysq psql pg_d pg_r pg_i mari mong redi", Cues::DATABASE),
    ("your my exam chan repl x y", Cues::SAMPLE),
    ("cons row", Cues::ROW),
    ("moni", Cues::OFFSET),
    ("obse watc soak bake kept keep reta stor", Cues::OFFSET),
];

const SLOTS: usize = 1024;

static TABLE: LazyLock<[(u32, Cues); SLOTS]> = LazyLock::new(|| {
    let mut table = [(0, Cues::default()); SLOTS];
    for (words, cues) in WORDS {
        for word in words.split(' ') {
            let key = key(word.as_bytes());
            let mut at = slot(key);
            while table[at].0 != 0 && table[at].0 != key {
                at = (at + 1) % SLOTS;
            }
            table[at] = (key, table[at].1.and(cues));
        }
    }
    table
});

/// The first four bytes of a word.
fn key(word: &[u8]) -> u32 {
    word.iter().take(4).fold(0, |key, byte| key << 8 | u32::from(byte.to_ascii_lowercase()))
}

fn slot(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> 22) as usize % SLOTS
}

/// The byte is part of a word or name; no cue.
const IN_NAME: u16 = 1 << 15;

/// What each byte tells by itself.
const SIGNS: [u16; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = match at as u8 {
            b'0'..=b'9' => IN_NAME | Cues::FIGURE.0,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => IN_NAME,
            b':' => Cues::COLON.0,
            b'<' | b'{' => Cues::SAMPLE.0,
            b'*' => Cues::STAR.0,
            _ => 0,
        };
        at += 1;
    }
    table
};

/// The cues of a text.
pub(crate) fn cues_of(text: &str) -> Cues {
    let table = &*TABLE;
    let bytes = text.as_bytes();
    let mut cues = Cues::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let signs = SIGNS[usize::from(byte)];
        if signs & IN_NAME == 0 {
            cues = Cues(cues.0 | signs);
            at += 1;
            continue;
        }
        let start = at;
        let mut seen = 0;
        while let Some(&byte) = bytes.get(at) {
            let signs = SIGNS[usize::from(byte)];
            if signs & IN_NAME == 0 {
                break;
            }
            seen |= signs;
            at += 1;
        }
        cues = Cues(cues.0 | seen & Cues::FIGURE.0);
        let key = key(&bytes[start..at]);
        let mut place = slot(key);
        while table[place].0 != 0 {
            if table[place].0 == key {
                cues = cues.and(table[place].1);
                break;
            }
            place = (place + 1) % SLOTS;
        }
    }
    cues
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_give_cues() {
        let cues = cues_of("Roll back: escalate after 5 min, Daily");
        for cue in [Cues::UNDO, Cues::ESCALATE, Cues::OFFSET, Cues::FIGURE, Cues::COLON, Cues::RECURRENCE] {
            assert!(cues.any(cue), "{cue:?}");
        }
        assert_eq!(cues_of("Say hello"), Cues::default());
        assert!(cues_of("docker:v1.x.x").any(Cues::SAMPLE));
    }
}
