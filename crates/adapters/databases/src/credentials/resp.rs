//! Redis' protocol, as much of it as administration needs: one command, one reply.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use callsheet_base::Secret;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use url::Url;

const PATIENCE: Duration = Duration::from_secs(10);

/// Longer replies are none of an honest server's.
const LONGEST: usize = 64 << 20;

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

pub(super) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
}

/// What a server answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Text(String),
    /// Several values, which nobody here needs.
    Many,
    Nothing,
}

impl Connection {
    /// Connects and logs in. The error is a sentence without the address.
    pub(super) fn open(url: &Secret<String>) -> Result<Connection, String> {
        let url = Url::parse(url.expose()).map_err(|_| "its address is no URL".to_owned())?;
        let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("127.0.0.1").to_owned();
        let port = url.port().unwrap_or(6379);
        let failed = |error: std::io::Error| error.to_string();
        let bare = host.trim_matches(['[', ']']);
        let mut addresses = (bare, port).to_socket_addrs().map_err(failed)?;
        let address = addresses.next().ok_or("its name has no address")?;
        let plain = TcpStream::connect_timeout(&address, PATIENCE).map_err(failed)?;
        plain.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        plain.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
        let stream: Box<dyn Stream> = match url.scheme() {
            "redis" | "valkey" => Box::new(plain),
            "rediss" | "valkeys" => {
                let config = callsheet_tls::verifying_by_system().map_err(|error| error.to_string())?;
                let name = ServerName::try_from(bare.to_owned()).map_err(|error| error.to_string())?;
                let tls = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
                Box::new(StreamOwned::new(tls, plain))
            }
            other => return Err(format!("`{other}` is no kind of Redis: write `redis://` or `rediss://`")),
        };
        let mut connection = Connection { stream: BufReader::new(stream) };
        let plain = |text: &str| percent_decoded(text).map(Secret::new);
        let user = plain(url.username()).ok_or("its user is not understood")?;
        if let Some(password) = url.password() {
            let password = plain(password).ok_or("its password is not understood")?;
            match user.expose().as_str() {
                "" => connection.ask(&["AUTH", password.expose()])?,
                user => connection.ask(&["AUTH", user, password.expose()])?,
            };
        }
        Ok(connection)
    }

    /// One command and its reply. The error is the server's.
    pub(super) fn ask(&mut self, words: &[&str]) -> Result<Reply, String> {
        let failed = |error: std::io::Error| error.to_string();
        let mut request = Secret::new(format!("*{}\r\n", words.len()));
        for word in words {
            request = Secret::new(format!("{}${}\r\n{word}\r\n", request.expose(), word.len()));
        }
        let stream = self.stream.get_mut();
        stream.write_all(request.expose().as_bytes()).and_then(|()| stream.flush()).map_err(failed)?;
        self.reply(0)
    }

    fn reply(&mut self, depth: u8) -> Result<Reply, String> {
        let mut line = String::new();
        let read = (&mut self.stream).take(1 << 16).read_line(&mut line).map_err(|error| error.to_string())?;
        let not = || "its answer is not Redis'".to_owned();
        if read == 0 {
            return Err("it ended the connection".to_owned());
        }
        let (kind, rest) = line.trim_end().split_at_checked(1).ok_or_else(not)?;
        let length = || rest.parse::<i64>().map_err(|_| not());
        match kind {
            "+" | ":" => Ok(Reply::Text(rest.to_owned())),
            "-" => Err(rest.to_owned()),
            "$" => match usize::try_from(length()?) {
                Err(_) => Ok(Reply::Nothing),
                Ok(length) if length > LONGEST => Err(not()),
                Ok(length) => {
                    let mut bytes = vec![0; length + 2];
                    self.stream.read_exact(&mut bytes).map_err(|error| error.to_string())?;
                    bytes.truncate(length);
                    Ok(Reply::Text(String::from_utf8_lossy(&bytes).into_owned()))
                }
            },
            "*" => match usize::try_from(length()?) {
                Err(_) => Ok(Reply::Nothing),
                Ok(_) if depth > 8 => Err(not()),
                Ok(count) => {
                    for _ in 0..count {
                        self.reply(depth + 1)?;
                    }
                    Ok(Reply::Many)
                }
            },
            _ => Err(not()),
        }
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(bytes: &'static [u8]) -> Result<Reply, String> {
        let stream: Box<dyn Stream> = Box::new(std::io::Cursor::new(bytes.to_vec()));
        Connection { stream: BufReader::new(stream) }.reply(0)
    }

    #[test]
    fn replies_are_read() {
        assert_eq!(reply(b"+OK\r\n"), Ok(Reply::Text("OK".to_owned())));
        assert_eq!(reply(b"$-1\r\n"), Ok(Reply::Nothing));
        assert_eq!(reply(b"$3\r\na\nb\r\n"), Ok(Reply::Text("a\nb".to_owned())));
        assert_eq!(reply(b"*2\r\n$1\r\na\r\n*1\r\n:1\r\n"), Ok(Reply::Many));
        assert_eq!(reply(b"-WRONGPASS no\r\n"), Err("WRONGPASS no".to_owned()));
        assert_eq!(reply(b"?\r\n"), Err("its answer is not Redis'".to_owned()));
        assert_eq!(reply(b""), Err("it ended the connection".to_owned()));
        assert_eq!(percent_decoded("a%2Fb").as_deref(), Some("a/b"));
    }
}
