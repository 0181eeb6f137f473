//! People who sign in and stay signed in, again and again, while something is done to the service.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

/// People at work.
#[derive(Debug)]
pub struct SignIns {
    gone: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    people: Vec<JoinHandle<Vec<String>>>,
}

/// Whose account, and where one signs in.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where the service answers.
    pub address: SocketAddr,
    /// The account's e-mail address.
    pub email: &'static str,
    /// Its password.
    pub password: &'static str,
}

impl Account {
    /// Signs in; gives the session's token, or what came instead.
    pub fn sign_in(&self) -> Result<String, String> {
        let body = json!({"email": self.email, "password": self.password}).to_string();
        let (status, _, answer) = ask(self.address, "POST", "/api/auth/login", "", &body)?;
        let token = serde_json::from_str::<Value>(&answer)
            .ok()
            .and_then(|answer| answer["access_token"].as_str().map(str::to_owned));
        token.filter(|_| status == 200).ok_or_else(|| format!("a sign-in was answered with {status}: {answer}"))
    }

    /// Asks who the token's owner is; gives the token to go on with.
    pub fn stays_signed_in(&self, token: &str) -> Result<String, String> {
        let (status, head, answer) =
            ask(self.address, "GET", "/api/auth/me", &format!("Authorization: Bearer {token}\r\n"), "")?;
        if status != 200 {
            return Err(format!("a session was answered with {status}: {answer}"));
        }
        let renewed = head.lines().find_map(|line| line.strip_prefix("x-renewed-token: "));
        Ok(renewed.map_or_else(|| token.to_owned(), |token| token.trim().to_owned()))
    }
}

impl SignIns {
    /// So many people, each with a session that it keeps, who sign in anew all the time beside it.
    pub fn begin(account: &Account, people: usize, pause: Duration) -> SignIns {
        let (gone, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let person = |_| {
            let (account, gone, count) = (account.clone(), Arc::clone(&gone), Arc::clone(&count));
            std::thread::spawn(move || work(&account, pause, &gone, &count))
        };
        let people = (0..people).map(person).collect();
        SignIns { gone, count, people }
    }

    /// They leave: how often somebody was let in, and every time somebody was not.
    pub fn leave(self) -> (u64, Vec<String>) {
        self.gone.store(true, Ordering::Relaxed);
        let refused =
            self.people.into_iter().flat_map(|person| person.join().expect("a person does not panic")).collect();
        (self.count.load(Ordering::Relaxed), refused)
    }
}

fn work(account: &Account, pause: Duration, gone: &AtomicBool, count: &AtomicU64) -> Vec<String> {
    let mut refused = Vec::new();
    let mut kept: Option<String> = None;
    while !gone.load(Ordering::Relaxed) {
        let token = kept.take();
        let stays = token.map_or_else(|| account.sign_in(), |token| account.stays_signed_in(&token));
        let fresh = account.sign_in().and_then(|token| account.stays_signed_in(&token));
        for outcome in [stays.as_ref().err(), fresh.as_ref().err()] {
            match outcome {
                Some(why) => refused.push(why.clone()),
                None => drop(count.fetch_add(1, Ordering::Relaxed)),
            }
        }
        kept = stays.ok();
        std::thread::sleep(pause);
    }
    refused
}

/// One request on a connection of its own; status, head and body of the answer.
fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Result<(u16, String, String), String> {
    let sent = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: grants.test\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<String, std::io::Error>(answer)
    };
    let answer = sent().map_err(|error| format!("no answer to {method} {path}: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok((status, head.to_owned(), body.to_owned()))
}
