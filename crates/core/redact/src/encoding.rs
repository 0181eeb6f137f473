//! The encodings under which a value is looked for: itself, base64 at each alignment, hexadecimal.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::needle::{Form, Needle};

/// All needles of one value.
pub(super) fn needles(value: &[u8], name: usize) -> Vec<Needle> {
    let mut needles =
        vec![Needle::new(value.to_vec(), name, Form::Plain), Needle::new(hex::encode(value).into(), name, Form::Hex)];
    for before in 0..3 {
        let standard = core(&STANDARD_NO_PAD, value, before);
        let url_safe = core(&URL_SAFE_NO_PAD, value, before);
        if url_safe != standard {
            needles.push(Needle::new(url_safe, name, Form::Base64));
        }
        needles.push(Needle::new(standard, name, Form::Base64));
    }
    needles
}

/// The characters that only the value decides when `before` bytes precede it in its group of three: those that it shares
/// with neighbours, on either side, are left out.
fn core(engine: &impl base64::Engine, value: &[u8], before: usize) -> Vec<u8> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(value);
    let text = engine.encode(&bytes);
    let shared_first = [0, 2, 3][before];
    let whole = bytes.len() * 8 / 6;
    text.as_bytes()[shared_first..whole].to_vec()
}
