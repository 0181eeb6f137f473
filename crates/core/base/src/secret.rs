//! A value that can be used but not shown: no `Display`, no readable `Debug`, no `Serialize`; wiped when dropped.

use std::fmt;

use zeroize::Zeroize;

/// Wraps a value that must never reach a log, journal, screen or report.
#[derive(Clone, Default)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value in.
    pub fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The value itself. Each call is a place to review: it is the only way out.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_text_tells_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hunter2hunter2".to_owned())), "Secret(…)");
    }
}
