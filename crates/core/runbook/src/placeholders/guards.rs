//! Cheap looks at a text before the patterns: most lines hold no placeholder, and a pattern is dear.

use crate::words::phrases;

/// A cheap look before all that is found by its words alone: most lines hold none of them.
pub(super) fn may_be_named(text: &str) -> bool {
    phrases![
        "YOUR",
        "Your",
        "your",
        "dein",
        "tu-",
        "tu_",
        "votre",
        "CHANGE",
        "changeme",
        "REPLACE",
        "replace",
        "xxx",
        "XXX",
        "YYYY",
        "path/to",
        "INSERT_",
        "example.",
        "abc",
        "def",
        "xyz",
        "ghi",
        "deadbeef",
        "a1b2c3d",
        "sha-previous",
        "user:pass",
        "//domain",
        "//host",
        "//server",
        "//your",
        "//my",
        "//deine",
        "_name",
        "_id",
        "####",
        "my-",
        "some-",
        "x.x.x.x",
        "..."
    ]
    .stand_in(text)
}

/// A cheap look before `SHOUT`: each of its matches holds one of these.
pub(super) fn may_shout(text: &str) -> bool {
    phrases![
        "YOUR", "Your", "your", "dein", "tu-", "tu_", "votre", "CHANGE", "changeme", "REPLACE", "replace", "xxx",
        "XXX", "YYYY", "path/to", "INSERT_"
    ]
    .stand_in(text)
}

/// A cheap look before `VERSION`: each of its matches has an `x` beside a dot.
pub(super) fn may_be_version(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_x = |byte: Option<&u8>| matches!(byte, Some(b'x' | b'X'));
    memchr::memchr_iter(b'.', bytes).any(|at| is_x(bytes.get(at + 1)) || at > 0 && is_x(bytes.get(at - 1)))
}

/// A cheap look before `EXAMPLE`: each of its matches holds one of these.
pub(super) fn may_be_example(text: &str) -> bool {
    phrases![
        "example.",
        "abc",
        "def",
        "xyz",
        "ghi",
        "deadbeef",
        "a1b2c3d",
        "sha-previous",
        "user:pass",
        "//domain",
        "//host",
        "//server",
        "//your",
        "//my",
        "//deine",
        "_name",
        "_id",
        "####",
        "my-",
        "some-",
        "x.x.x.x",
        "..."
    ]
    .stand_in(text)
}

/// A cheap look before `SHOUT_WORD`: each of its matches has two such letters side by side.
pub(super) fn may_shout_a_word(text: &str) -> bool {
    // Without leaving the loop early it takes many bytes at once.
    text.as_bytes().windows(2).fold(false, |found, pair| {
        let goes_on = pair[1].is_ascii_uppercase() | pair[1].is_ascii_digit() | (pair[1] == b'_');
        found | pair[0].is_ascii_uppercase() & goes_on
    })
}
