//! Whoever asks: somebody who is signed in; and what a service's story must be able to do.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What people do with one service.
pub trait Story: Sized + Send + Sync + 'static {
    /// Makes what will be read and changed.
    async fn prepare(caller: Caller) -> Result<Self, Failure>;

    /// The reading request with this number; the same numbers ask for the same things.
    fn read(&self, number: usize) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The writing request with this number.
    fn write(&self, number: usize) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Somebody who is signed in.
pub struct Caller {
    client: Client,
    url: String,
    token: String,
}

impl Caller {
    /// With the account of `ACCOUNT_EMAIL` and `ACCOUNT_PASSWORD`.
    pub async fn signed_in(url: &str) -> Result<Caller, Failure> {
        let client = Client::builder().timeout(Duration::from_secs(10)).build()?;
        let mut caller = Caller { client, url: url.to_owned(), token: String::new() };
        let body = json!({"email": std::env::var("ACCOUNT_EMAIL")?, "password": std::env::var("ACCOUNT_PASSWORD")?});
        caller.token = text(&caller.post("/api/auth/login", body).await?, "access_token")?;
        Ok(caller)
    }

    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// Sends a text in the place of what is there.
    pub async fn put_text(&self, path: &str, body: String) -> Result<(), Failure> {
        let request = self.client.put(format!("{}{path}", self.url)).header("content-type", "text/plain").body(body);
        request.bearer_auth(&self.token).send().await?.error_for_status()?;
        Ok(())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}

/// A member of an answer that is a text.
pub fn text(answer: &Value, member: &str) -> Result<String, Failure> {
    Ok(answer[member].as_str().ok_or_else(|| format!("the answer has no `{member}`: {answer}"))?.to_owned())
}

/// One of so many, another for each number, in no order.
pub fn one_of<T>(all: &[T], number: usize) -> &T {
    &all[number.wrapping_mul(7919) % all.len()]
}
