//! Sizes in bytes: `512MiB`, `2GiB`, `64KiB`, `100B`.

use std::str::FromStr;

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size(pub u64);

/// Not a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoSize;

impl FromStr for Size {
    type Err = NoSize;

    fn from_str(text: &str) -> Result<Size, NoSize> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let shift = match unit.trim() {
            "B" => 0,
            "KiB" | "K" => 10,
            "MiB" | "M" => 20,
            "GiB" | "G" => 30,
            _ => return Err(NoSize),
        };
        let number: u64 = number.parse().map_err(|_| NoSize)?;
        number.checked_mul(1 << shift).filter(|&bytes| bytes > 0).map(Size).ok_or(NoSize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let read = |text: &str| text.parse::<Size>().ok().map(|size| size.0);
        assert_eq!(read("512MiB"), Some(512 << 20));
        assert_eq!(read("2 GiB"), Some(2 << 30));
        assert_eq!(read("100B"), Some(100));
        for wrong in ["", "12", "MiB", "1.5GiB", "0B", "99999999999999GiB"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
