//! A request as curl would make it, and as a flow writes it.

use serde_json::Value;

/// What one command asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Request {
    /// `-X`.
    pub(super) method: Option<String>,
    pub(super) url: Option<String>,
    /// Names and values.
    pub(super) headers: Vec<(String, String)>,
    /// `-d`, `--data-raw`, `--json`: several are joined by `&`.
    pub(super) data: Option<String>,
    /// `-F`: names and contents as a flow writes them.
    pub(super) parts: Vec<(String, String)>,
    pub(super) user: Option<(String, String)>,
    /// Lines below `[Options]`.
    pub(super) options: Vec<String>,
    /// `-f`: an error status fails.
    pub(super) fails: bool,
    /// `-I`: the answer has no body.
    pub(super) head: bool,
    /// `-i`, `-v`, `-D -`: headers are printed among the output.
    pub(super) shows_headers: bool,
    /// `-o /dev/null`: the body is not printed.
    pub(super) hides_body: bool,
    /// `-w`.
    pub(super) write_out: Option<String>,
}

impl Request {
    fn method(&self) -> &str {
        match &self.method {
            Some(method) => method,
            None if self.head => "HEAD",
            None if self.data.is_some() || !self.parts.is_empty() => "POST",
            None => "GET",
        }
    }

    /// curl takes an address without a scheme for `http://`; whether a variable holds one is known by its name alone.
    fn address(&self) -> Result<String, String> {
        let url = self.url.as_deref().ok_or("it names no address")?;
        if url.starts_with("http://") || url.starts_with("https://") {
            return Ok(url.to_owned());
        }
        if url.contains("://") {
            return Err("its address is not HTTP".to_owned());
        }
        if url.starts_with(['{', '<']) {
            let end = url.find(['}', '>']).unwrap_or(url.len());
            let name = url[..end].to_ascii_lowercase();
            let whole = ["url", "uri", "endpoint", "base"].iter().any(|word| name.contains(word));
            return if whole {
                Ok(url.to_owned())
            } else {
                Err("whether its address names a scheme is not known".to_owned())
            };
        }
        Ok(format!("http://{url}"))
    }

    fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// The request's lines. `Err` where a flow cannot say it.
    pub(super) fn lines(&self) -> Result<Vec<String>, String> {
        let url = self.address()?;
        let sign = |text: &str| text.contains(['#', '\\', '\n', '\r']);
        if sign(&url) || url.contains(char::is_whitespace) || self.headers.iter().any(|(_, value)| sign(value)) {
            return Err("its address or headers hold signs that mean something else in a flow".to_owned());
        }
        let mut lines = vec![format!("{} {url}", self.method())];
        lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if self.data.is_some() && !self.has_header("content-type") {
            lines.push("Content-Type: application/x-www-form-urlencoded".to_owned());
        }
        if !self.options.is_empty() {
            lines.push("[Options]".to_owned());
            lines.extend(self.options.iter().cloned());
        }
        if let Some((user, password)) = &self.user {
            if sign(user) || sign(password) || password.is_empty() {
                return Err("its credentials hold signs that mean something else in a flow".to_owned());
            }
            lines.extend(["[BasicAuth]".to_owned(), format!("{user}: {password}")]);
        }
        if !self.parts.is_empty() {
            lines.push("[Multipart]".to_owned());
            lines.extend(self.parts.iter().map(|(name, content)| format!("{name}: {content}")));
        }
        if let Some(data) = &self.data {
            lines.extend(body(data)?);
        }
        Ok(lines)
    }
}

/// JSON as it is, other text between backticks.
fn body(data: &str) -> Result<Vec<String>, String> {
    let is_json = data.starts_with(['{', '[']) && serde_json::from_str::<Value>(data).is_ok();
    if is_json {
        return Ok(data.lines().map(str::to_owned).collect());
    }
    if data.starts_with('@') || data.contains(['`', '\\', '\n', '\r']) || data.starts_with(['{', '[']) {
        return Err("its body cannot stand in a flow as it is".to_owned());
    }
    Ok(vec![format!("`{data}`")])
}
