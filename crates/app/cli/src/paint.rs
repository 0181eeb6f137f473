//! Colour on a terminal, plain text anywhere else.

/// Wraps words in terminal colours, or leaves them as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

macro_rules! colours {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])*
        pub fn $name(self, text: impl AsRef<str>) -> String {
            self.wrap($code, text.as_ref())
        })*
    };
}

impl Paint {
    /// No colour.
    #[cfg(test)]
    pub fn plain() -> Paint {
        Paint { on: false }
    }

    /// Colour if `on`.
    pub fn new(on: bool) -> Paint {
        Paint { on }
    }

    /// Whether words are coloured.
    pub fn is_on(self) -> bool {
        self.on
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    colours! {
        /// Headings and names.
        bold = "1";
        /// What matters less.
        dim = "2";
        /// Failed, dangerous.
        red = "31";
        /// Done.
        green = "32";
        /// Waiting, risky.
        yellow = "33";
        /// Running, places, commands to type.
        cyan = "36";
        /// The cursor.
        reverse = "7";
        /// The word `error`.
        bold_red = "1;31";
        /// The word `warning`; a question to the person.
        bold_yellow = "1;33";
        /// The words `hint`, `note`.
        bold_cyan = "1;36";
    }
}
