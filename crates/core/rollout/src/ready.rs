//! Reads the answer to a readiness check: 2xx, and the version it names.

use crate::InstanceSpec;

/// No longer answer is read, bytes.
pub const LONGEST_ANSWER: usize = 64 << 10;

impl InstanceSpec {
    /// What the bytes of an answer over HTTP/1 say of readiness: `None` as long as it is not complete, an error in words if it is not
    /// the right answer.
    pub fn judge_answer(&self, bytes: &[u8], at_end: bool) -> Option<Result<(), String>> {
        judge(bytes, at_end, self.ready.names_version.then_some(self.release.version.as_str()))
    }
}

/// With `version` the answer must name it, in the header `x-version` or in the JSON field `version`.
fn judge(bytes: &[u8], at_end: bool, version: Option<&str>) -> Option<Result<(), String>> {
    let Some(end) = find(bytes, b"\r\n\r\n") else {
        return (at_end || bytes.len() > LONGEST_ANSWER).then(|| Err("it does not answer in HTTP".into()));
    };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = head.split("\r\n");
    let Some(code) = lines.next().and_then(status_code) else {
        return Some(Err("it does not answer in HTTP".into()));
    };
    if !(200..300).contains(&code) {
        return Some(Err(format!("it answers {code}")));
    }
    let Some(version) = version else { return Some(Ok(())) };
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let header = |name: &str| {
        let found = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    };
    if let Some(named) = header("x-version") {
        return Some(compare(named, version));
    }
    let rest = &bytes[end + 4..];
    let chunked = header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    let length = header("content-length").and_then(|value| value.parse::<usize>().ok());
    let body = match (chunked, length) {
        (true, _) => unchunk(rest),
        (false, Some(length)) => rest.get(..length).map(<[u8]>::to_vec),
        (false, None) => at_end.then(|| rest.to_vec()),
    };
    match body {
        Some(body) => Some(named_in(&body).and_then(|named| compare(&named, version))),
        None if at_end => Some(Err("its answer breaks off".into())),
        None if bytes.len() > LONGEST_ANSWER => {
            Some(Err(format!("its answer is longer than {} KiB", LONGEST_ANSWER >> 10)))
        }
        None => None,
    }
}

fn status_code(line: &str) -> Option<u16> {
    line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()
}

fn named_in(body: &[u8]) -> Result<String, String> {
    let value: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let named = value.as_ref().and_then(|value| value.get("version")).and_then(|version| version.as_str());
    named.map(str::to_owned).ok_or_else(|| {
        "it answers without naming its version: a JSON field `version` or a header `x-version` is asked for".into()
    })
}

fn compare(named: &str, version: &str) -> Result<(), String> {
    if named == version {
        return Ok(());
    }
    let shown: String = named.chars().filter(|c| !c.is_control()).take(40).collect();
    Err(format!("it answers as version {shown}, not {version}"))
}

/// The body of a complete chunked answer.
fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(rest, b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok().filter(|size| *size <= LONGEST_ANSWER)?;
        if size == 0 {
            return Some(body);
        }
        let from = end + 2;
        body.extend_from_slice(rest.get(from..from + size)?);
        rest = rest.get(from + size + 2..)?;
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::judge;

    fn check(answer: &str, expected: Result<(), &str>) {
        let whole = judge(answer.as_bytes(), true, Some("2.0")).expect("complete");
        match expected {
            Ok(()) => assert_eq!(whole, Ok(()), "{answer:?}"),
            Err(part) => assert!(whole.as_ref().is_err_and(|words| words.contains(part)), "{answer:?}: {whole:?}"),
        }
        for cut in 0..answer.len() {
            let early = judge(&answer.as_bytes()[..cut], false, Some("2.0"));
            assert!(early.is_none() || early == Some(whole.clone()), "{cut} bytes of {answer:?}: {early:?}");
        }
    }

    #[test]
    fn answers_are_read_at_every_cut() {
        check("HTTP/1.1 200 OK\r\nX-Version: 2.0\r\n\r\n", Ok(()));
        check("HTTP/1.1 204 No Content\r\nx-version: 1.9\r\n\r\n", Err("as version 1.9, not 2.0"));
        check("HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{\"version\":\"2.0\"}", Ok(()));
        check("HTTP/1.0 200 OK\r\n\r\n{\"version\": \"2.0\", \"up\": true}", Ok(()));
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"version\r\n8;x=y\r\n\":\"2.0\"}\r\n0\r\n\r\n";
        check(chunked, Ok(()));
        check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", Err("without naming its version"));
        check("HTTP/1.1 503 Busy\r\n\r\n", Err("answers 503"));
        check("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", Err("answers 302"));
        check("SSH-2.0-thing\r\n\r\n", Err("not answer in HTTP"));
        check("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{", Err("breaks off"));
    }

    #[test]
    fn without_a_version_the_code_is_enough() {
        assert_eq!(judge(b"HTTP/1.1 200 OK\r\n\r\n", false, None), Some(Ok(())));
        assert_eq!(judge(b"HTTP/1.1 200", true, None), Some(Err("it does not answer in HTTP".into())));
    }
}
