//! A response as it came.

use crate::model::HttpVersion;

/// A response with everything that queries ask about.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Its version.
    pub version: HttpVersion,
    /// Its status.
    pub status: u16,
    /// The address that answered, after redirects.
    pub url: String,
    /// Addresses that redirects led to, in order.
    pub redirects: Vec<String>,
    /// Headers in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// Body, unpacked.
    pub body: Vec<u8>,
    /// Body as it came; equal to `body` when nothing was packed.
    pub raw_body: Vec<u8>,
    /// From sending to the last byte, ms.
    pub duration_ms: u64,
    /// The server's address, without port.
    pub ip: String,
}

impl Response {
    /// Values of the header `name`, in any case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text, by the charset of its media type, else UTF-8. Fails with the charset's name or a reason.
    pub fn text(&self) -> Result<String, String> {
        let media_type = self.header("content-type").next().unwrap_or_default();
        let charset = media_type
            .split(';')
            .filter_map(|part| part.trim().split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map_or("utf-8", |(_, charset)| charset.trim().trim_matches('"'));
        decode(&self.body, charset)
    }
}

/// Bytes as text of that charset.
pub(super) fn decode(bytes: &[u8], charset: &str) -> Result<String, String> {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes())
        .ok_or_else(|| format!("the charset `{charset}` is not known"))?;
    let (text, _, had_errors) = encoding.decode(bytes);
    if had_errors { Err(format!("the bytes are no {charset} text")) } else { Ok(text.into_owned()) }
}
