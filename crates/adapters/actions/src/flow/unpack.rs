//! Undoes a response's `Content-Encoding`.

use std::io::Read;

/// The unpacked body, at most `limit` bytes. The error is a sentence.
pub(super) fn unpack(packed: &[u8], encodings: &str, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = packed.to_vec();
    let named: Vec<&str> = encodings.split(',').map(str::trim).filter(|encoding| !encoding.is_empty()).collect();
    for encoding in named.into_iter().rev() {
        body = match encoding.to_ascii_lowercase().as_str() {
            "identity" => body,
            "gzip" | "x-gzip" => read(flate2::read::MultiGzDecoder::new(body.as_slice()), limit)?,
            "deflate" => read(flate2::read::ZlibDecoder::new(body.as_slice()), limit)
                .or_else(|_| read(flate2::read::DeflateDecoder::new(body.as_slice()), limit))?,
            other => return Err(format!("the response is packed as `{other}`, which is not supported")),
        };
    }
    Ok(body)
}

fn read(decoder: impl Read, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let taken = decoder.take(limit as u64 + 1).read_to_end(&mut body);
    match taken {
        Ok(_) if body.len() > limit => Err(format!("the unpacked body is larger than {limit} bytes")),
        Ok(_) => Ok(body),
        Err(error) => Err(format!("the packed body is damaged: {error}")),
    }
}
