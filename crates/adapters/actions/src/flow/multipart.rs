//! The `multipart/form-data` body of a request.

/// A part, filled in.
pub(super) struct FilledPart {
    pub name: String,
    /// File name and media type, for a file.
    pub file: Option<(String, String)>,
    pub bytes: Vec<u8>,
}

/// Body bytes for `parts`, separated by `boundary`.
pub(super) fn encode(parts: &[FilledPart], boundary: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escape(&part.name));
        if let Some((file, media_type)) = &part.file {
            head.push_str(&format!("; filename=\"{}\"\r\nContent-Type: {media_type}", escape(file)));
        }
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(&part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

/// A boundary that no part holds.
pub(super) fn boundary(parts: &[FilledPart]) -> String {
    (0u64..)
        .map(|number| format!("callsheet-{number:024}"))
        .find(|boundary| parts.iter().all(|part| !holds(&part.bytes, boundary.as_bytes())))
        .expect("one of all numbers is free")
}

/// By the name's ending, as the `hurl` program guesses it.
pub(super) fn media_type(file: &str) -> &'static str {
    match file.rsplit('/').next().unwrap_or_default().rsplit_once('.').map(|(_, ending)| ending) {
        Some("gif") => "image/gif",
        Some("htm" | "html") => "text/html",
        Some("jpeg" | "jpg") => "image/jpeg",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}

fn escape(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
