//! The options of curl that a flow can say; any other leaves the command as it is.

use super::request::Request;

/// Reads the words of a `curl` command.
pub(super) fn read(words: &[String]) -> Result<Request, String> {
    let mut request = Request::default();
    let mut rest = words.iter().skip(1).map(String::as_str);
    while let Some(word) = rest.next() {
        if let Some(name) = word.strip_prefix("--") {
            long(&mut request, name, &mut rest)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            short(&mut request, letters, &mut rest)?;
        } else if request.url.replace(word.to_owned()).is_some() {
            return Err("it names several addresses".to_owned());
        }
    }
    Ok(request)
}

fn long<'w>(request: &mut Request, name: &str, rest: &mut impl Iterator<Item = &'w str>) -> Result<(), String> {
    let letter = match name {
        "silent" | "show-error" | "no-progress-meter" | "no-buffer" | "globoff" => return Ok(()),
        "fail" | "fail-with-body" => 'f',
        "include" => 'i',
        "head" => 'I',
        "verbose" => 'v',
        "location" => 'L',
        "insecure" => 'k',
        "request" => 'X',
        "header" => 'H',
        "data" | "data-ascii" => 'd',
        "form" => 'F',
        "user" => 'u',
        "user-agent" => 'A',
        "referer" => 'e',
        "max-time" => 'm',
        "output" => 'o',
        "write-out" => 'w',
        "cookie" => 'b',
        "connect-timeout" => {
            let time = seconds(value(rest)?)?;
            request.options.push(format!("connect-timeout: {time}"));
            return Ok(());
        }
        "compressed" => {
            request.options.push("compressed: true".to_owned());
            return Ok(());
        }
        "url" => {
            request.url = Some(value(rest)?.to_owned());
            return Ok(());
        }
        "data-raw" => return data(request, value(rest)?),
        "json" => {
            data(request, value(rest)?)?;
            for name in ["Content-Type", "Accept"] {
                request.headers.push((name.to_owned(), "application/json".to_owned()));
            }
            return Ok(());
        }
        _ => return Err(format!("`--{name}` has no equal in a flow")),
    };
    if TAKES_VALUE.contains(letter) { with_value(request, letter, value(rest)?) } else { alone(request, letter) }
}

/// Letters that take the next word, or what follows them in their own.
const TAKES_VALUE: &str = "XHdFuAemowb";

fn short<'w>(request: &mut Request, letters: &str, rest: &mut impl Iterator<Item = &'w str>) -> Result<(), String> {
    for (at, letter) in letters.char_indices() {
        if TAKES_VALUE.contains(letter) {
            let own = &letters[at + letter.len_utf8()..];
            return with_value(request, letter, if own.is_empty() { value(rest)? } else { own });
        }
        alone(request, letter)?;
    }
    Ok(())
}

fn alone(request: &mut Request, letter: char) -> Result<(), String> {
    match letter {
        's' | 'S' | 'N' | 'g' => {}
        'f' => request.fails = true,
        'i' | 'v' => request.shows_headers = true,
        'I' => request.head = true,
        'L' => request.options.push("location: true".to_owned()),
        'k' => request.options.push("insecure: true".to_owned()),
        _ => return Err(format!("`-{letter}` has no equal in a flow")),
    }
    Ok(())
}

fn with_value(request: &mut Request, letter: char, value: &str) -> Result<(), String> {
    match letter {
        'X' => request.method = Some(method(value)?),
        'H' => header(request, value)?,
        'd' => data(request, value)?,
        'F' => part(request, value)?,
        'u' => {
            let (user, password) = value.split_once(':').ok_or("curl would ask for the password")?;
            request.user = Some((user.to_owned(), password.to_owned()));
        }
        'A' => request.headers.push(("User-Agent".to_owned(), value.to_owned())),
        'e' => request.headers.push(("Referer".to_owned(), value.to_owned())),
        'b' if value.contains('=') => request.headers.push(("Cookie".to_owned(), value.to_owned())),
        'm' => request.options.push(format!("max-time: {}", seconds(value)?)),
        'o' if value == "/dev/null" => request.hides_body = true,
        'w' => request.write_out = Some(value.to_owned()),
        _ => return Err(format!("`-{letter} {value}` has no equal in a flow")),
    }
    Ok(())
}

fn value<'w>(rest: &mut impl Iterator<Item = &'w str>) -> Result<&'w str, String> {
    rest.next().ok_or_else(|| "an option lacks its value".to_owned())
}

fn method(value: &str) -> Result<String, String> {
    let known = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_uppercase());
    known.then(|| value.to_owned()).ok_or_else(|| format!("`{value}` is no method"))
}

fn header(request: &mut Request, value: &str) -> Result<(), String> {
    let (name, value) = value.split_once(':').ok_or("a header lacks its value")?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(word) || value.trim().is_empty() {
        return Err("a header takes a default away or has no plain name".to_owned());
    }
    request.headers.push((name.to_owned(), value.trim().to_owned()));
    Ok(())
}

fn data(request: &mut Request, value: &str) -> Result<(), String> {
    if value.starts_with('@') {
        return Err("its body is read from a file".to_owned());
    }
    request.data = Some(match request.data.take() {
        Some(before) => format!("{before}&{value}"),
        None => value.to_owned(),
    });
    Ok(())
}

/// `name=text`, `name=@file`, `name=@file;type=image/png`.
fn part(request: &mut Request, value: &str) -> Result<(), String> {
    let (name, content) = value.split_once('=').ok_or("a form field lacks its value")?;
    let plain = |text: &str| !text.is_empty() && !text.contains(['#', '\\', ';', ',', '"', '<', '\n']);
    let content = match content.strip_prefix('@') {
        None => content.to_owned(),
        Some(file) => {
            let (path, kind) = file.split_once(";type=").map_or((file, None), |(path, kind)| (path, Some(kind)));
            if !plain(path) || kind.is_some_and(|kind| !plain(kind)) {
                return Err("a form file's name cannot stand in a flow".to_owned());
            }
            let kind = kind.map_or_else(String::new, |kind| format!(" {kind}"));
            request.parts.push((name.to_owned(), format!("file,{path};{kind}")));
            return Ok(());
        }
    };
    if !plain(&content) || !plain(name) || name.contains([':', ' ']) {
        return Err("a form field cannot stand in a flow as it is".to_owned());
    }
    request.parts.push((name.to_owned(), content));
    Ok(())
}

/// Seconds, perhaps with a fraction, as a flow writes a time.
fn seconds(value: &str) -> Result<String, String> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        return Ok(format!("{value}s"));
    }
    let wrong = || format!("`{value}` is no time in seconds");
    let seconds: f64 = value.parse().map_err(|_| wrong())?;
    if seconds.is_finite() && seconds > 0.0 { Ok(format!("{}ms", (seconds * 1000.0).round())) } else { Err(wrong()) }
}
