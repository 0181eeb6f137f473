//! A tax number and its check digit.

use std::fmt;

/// Nine digits, the last of which checks the others. No `Display` and nothing in `Debug`: it is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Afm(String);

/// Why a text is no tax number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AfmError {
    /// Not nine digits (after a leading `EL`, if there is one).
    #[error("a tax number (AFM) has nine digits")]
    Digits,
    /// The last digit does not fit the others.
    #[error("the check digit of this tax number (AFM) is wrong; compare it with the paper")]
    Check,
}

impl Afm {
    /// From what people write: spaces, and the prefix `EL` of the European form, are left out.
    pub fn read(text: &str) -> Result<Afm, AfmError> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let digits = compact.strip_prefix("EL").or_else(|| compact.strip_prefix("el")).unwrap_or(&compact);
        if digits.len() != 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AfmError::Digits);
        }
        let values: Vec<u32> = digits.bytes().map(|byte| u32::from(byte - b'0')).collect();
        let weighted: u32 = values.iter().take(8).enumerate().map(|(at, digit)| digit << (8 - at)).sum();
        // Zeros alone fit their check digit, and are nobody's.
        if weighted == 0 || weighted % 11 % 10 != values[8] {
            return Err(AfmError::Check);
        }
        Ok(Afm(digits.to_owned()))
    }

    /// The nine digits; each call is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Enough to tell two apart in a list.
    pub fn masked(&self) -> String {
        format!("••••••{}", &self.0[6..])
    }
}

impl fmt::Debug for Afm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Afm(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_decides() {
        for good in ["123456783", "090000045", "EL 123 456 783", "el094014201"] {
            assert!(Afm::read(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("123456789", AfmError::Check),
            ("000000000", AfmError::Check),
            ("12345678", AfmError::Digits),
            ("1234567830", AfmError::Digits),
            ("12345678x", AfmError::Digits),
            ("१२३४५६७८३", AfmError::Digits),
            ("", AfmError::Digits),
        ] {
            assert_eq!(Afm::read(bad).unwrap_err(), why, "{bad}");
        }
    }

    #[test]
    fn one_wrong_digit_is_found() {
        let good = "123456783";
        let swapped = (0..9).flat_map(|at| (b'0'..=b'9').map(move |digit| (at, digit)));
        let passed = swapped.filter(|(at, digit)| {
            let mut bytes = good.as_bytes().to_vec();
            let changed = bytes[*at] != *digit;
            bytes[*at] = *digit;
            changed && Afm::read(std::str::from_utf8(&bytes).unwrap()).is_ok()
        });
        // A remainder of ten counts as zero, so the rule itself lets a few through.
        assert!(passed.count() <= 2);
    }

    #[test]
    fn neither_mask_nor_debug_tells_it() {
        let afm = Afm::read("123456783").unwrap();
        assert_eq!((afm.masked().as_str(), format!("{afm:?}").as_str()), ("••••••783", "Afm(…)"));
    }
}
