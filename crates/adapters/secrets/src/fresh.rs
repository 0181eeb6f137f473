//! New values, from the system's random source.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use callsheet_base::Secret;
use callsheet_secrets::{Shape, Written};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use crate::StoreError;

/// A new random value of that shape.
pub fn fresh_value(shape: Shape) -> Result<Secret<String>, StoreError> {
    let mut bytes = Zeroizing::new(vec![0; usize::from(shape.bytes)]);
    SystemRandom::new().fill(&mut bytes).map_err(|_| StoreError::NoRandom)?;
    Ok(Secret::new(match shape.written {
        Written::Hex => hex::encode(&*bytes),
        Written::Base64 => STANDARD.encode(&*bytes),
        Written::Base64Url => URL_SAFE_NO_PAD.encode(&*bytes),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_comes_twice() {
        let shape = Shape::default();
        let (one, other) = (fresh_value(shape).unwrap(), fresh_value(shape).unwrap());
        assert_eq!(one.expose().len(), 64);
        assert_ne!(one.expose(), other.expose());
    }
}
