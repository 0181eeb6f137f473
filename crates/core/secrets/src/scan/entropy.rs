//! Text that looks random: long words of mixed letters and digits whose letters hardly repeat.

/// Shorter words are ordinary too often.
const SHORTEST: usize = 20;

/// Longer ones are data (pictures, certificates), not a key.
const LONGEST: usize = 256;

/// Bits for each byte from which a word counts as random.
const BITS: f64 = 3.9;

/// Offset and length of each word that looks random. Plain hexadecimal is left out: digests and ids are written so everywhere.
pub(super) fn random(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
        let word = &bytes[at..at + length];
        if (SHORTEST..=LONGEST).contains(&length) && looks_random(word) && !is_checksum(bytes, at) {
            found.push((at, length));
        }
        at += length;
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/' || byte == b'=' || byte == b'_' || byte == b'-'
}

fn looks_random(word: &[u8]) -> bool {
    let count = |wanted: fn(&u8) -> bool| word.iter().filter(|byte| wanted(byte)).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let digits = count(u8::is_ascii_digit);
    let mixed = upper >= 3 && lower >= 3 && digits >= 2;
    // Names in code and paths change between letters and other signs only at the borders of words.
    let borders = word.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    mixed && borders * 3 >= word.len() && bits(word) >= BITS
}

fn class(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// Shannon's entropy of the word's bytes, bits for each.
fn bits(word: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in word {
        counts[usize::from(*byte)] += 1;
    }
    let length = word.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

/// `sha512-…` and `age1…`, `ssh-… AAAA…`: public by design.
fn is_checksum(bytes: &[u8], at: usize) -> bool {
    let word = &bytes[at..];
    ["sha256-", "sha384-", "sha512-", "age1", "AAAA"].iter().any(|start| word.starts_with(start.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::random;

    fn check(text: &str, count: usize) {
        assert_eq!(random(text.as_bytes()).len(), count, "{text}");
    }

    #[test]
    fn keys_look_random_and_names_do_not() {
        check("wJalrXUtnFEMI0K7MDENG1bPxRfiCY9EXAMPLEKEY", 1);
        check("q7Lk2Vx9TzR4mWc8YbNs1HdJ", 1);
        check("AuthenticationFailedException2023Handler", 0);
        check("crates/adapters/databases/src/migrate/postgres", 0);
        check("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0);
        check("sha512-q7Lk2Vx9TzR4mWc8YbNs1HdJq7Lk2Vx9TzR4mWc8YbNs1HdJ==", 0);
        check("a lot of ordinary words in a row, 2026-11-22T12:00:00Z", 0);
    }
}
