//! Texts in languages other than the shell's: a value stands only where it cannot be taken for anything but itself.

use super::{Place, Stand, Unsafe, is_plain, place_at};

/// Fills `text`, or says which values cannot stand in it. Only plain values can, and no secret.
pub(crate) fn fill_plain(text: &str, places: &[Place]) -> Result<String, Vec<Unsafe>> {
    let mut filled = String::with_capacity(text.len());
    let mut refused = Vec::new();
    let (mut at, mut line) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        let Some(place) = place_at(text, at, places) else {
            line += u32::from(c == '\n');
            filled.push(c);
            at += c.len_utf8();
            continue;
        };
        let why = match &place.stand {
            Stand::Value(value) if is_plain(value) => {
                filled.push_str(value);
                None
            }
            Stand::Value(_) => Some("here only letters, digits and `_ - . / : @ % + , =` can stand"),
            Stand::Secret(_) => Some("a secret cannot stand in this text; use a variable of the environment"),
        };
        refused.extend(why.map(|why| Unsafe { name: place.name.to_owned(), line, why }));
        at += place.text.len();
    }
    if refused.is_empty() { Ok(filled) } else { Err(refused) }
}
