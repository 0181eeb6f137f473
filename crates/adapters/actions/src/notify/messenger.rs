//! The thread that posts messages: started with the first message that must be posted, never before.

use std::thread;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Destination, Message, NotifyError};

/// How long and how often a message is tried.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one try, from connecting to the answer's end.
    pub timeout: Duration,
    /// Tries altogether, at least 1.
    pub tries: u32,
    /// Before the second try; doubles each time.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { timeout: Duration::from_secs(10), tries: 4, pause: Duration::from_secs(1) }
    }
}

/// Called once, on the messenger's thread, when the message was taken or given up.
type Done = Box<dyn FnOnce(Result<(), NotifyError>) + Send>;

struct Order {
    destination: Destination,
    message: Message,
    done: Done,
}

/// Posts messages in the background.
#[derive(Debug, Default)]
pub struct Messenger {
    limits: Limits,
    thread: Option<UnboundedSender<Order>>,
}

// === impl Messenger ===

impl Messenger {
    /// With limits of the caller's choice.
    pub fn new(limits: Limits) -> Messenger {
        Messenger { limits, thread: None }
    }

    /// Sends `message`; `done` is called when it was taken or given up. At once for a destination that posts nothing.
    pub fn send(&mut self, destination: Destination, message: Message, done: Done) {
        if destination.is_immediate() {
            return done(Ok(()));
        }
        let order = Order { destination, message, done };
        let order = match &self.thread {
            Some(thread) => match thread.send(order) {
                Ok(()) => return,
                // The thread has ended, which it does only when it could not start: try anew.
                Err(unsent) => unsent.0,
            },
            None => order,
        };
        match start(self.limits) {
            Ok(thread) => {
                if let Err(unsent) = thread.send(order) {
                    (unsent.0.done)(Err(NotifyError::Unable("its thread has ended".to_owned())));
                }
                self.thread = Some(thread);
            }
            Err(error) => (order.done)(Err(error)),
        }
    }
}

fn start(limits: Limits) -> Result<UnboundedSender<Order>, NotifyError> {
    let unable = |error: &dyn std::fmt::Display| NotifyError::Unable(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| unable(&error))?;
    let client = client(limits)?;
    let (orders, incoming) = unbounded_channel();
    thread::Builder::new()
        .name("messenger".to_owned())
        .spawn(move || runtime.block_on(serve(client, limits, incoming)))
        .map_err(|error| unable(&error))?;
    Ok(orders)
}

fn client(limits: Limits) -> Result<Client, NotifyError> {
    let unable = |error: &dyn std::fmt::Display| NotifyError::Unable(error.to_string());
    Client::builder()
        .tls_backend_preconfigured(callsheet_tls::verifying_by_system().map_err(|error| unable(&error))?)
        .timeout(limits.timeout)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("callsheet/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| unable(&error))
}

async fn serve(client: Client, limits: Limits, mut incoming: UnboundedReceiver<Order>) {
    let mut sending = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            order = incoming.recv() => match order {
                Some(order) => {
                    let client = client.clone();
                    sending.spawn(async move {
                        let result = deliver(&client, limits, &order.destination, &order.message).await;
                        (order.done)(result);
                    });
                }
                None => break,
            },
            Some(_) = sending.join_next(), if !sending.is_empty() => {}
        }
    }
    while sending.join_next().await.is_some() {}
}

/// What one try came to.
enum Try {
    Taken,
    Again(String),
    Never(String),
}

async fn deliver(
    client: &Client,
    limits: Limits,
    destination: &Destination,
    message: &Message,
) -> Result<(), NotifyError> {
    let Some((address, body)) = destination.post(message) else { return Ok(()) };
    let url = Url::parse(address).map_err(|_| NotifyError::Address)?;
    let host = url.host_str().ok_or(NotifyError::Address)?.to_owned();
    let mut pause = limits.pause;
    let mut why = String::new();
    for attempt in 1..=limits.tries {
        match post(client, url.clone(), &message.key, body.clone()).await {
            Try::Taken => return Ok(()),
            Try::Never(why) => return Err(NotifyError::Refused { host, why }),
            Try::Again(cause) => why = cause,
        }
        if attempt < limits.tries {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
    Err(NotifyError::NotTaken { host, tries: limits.tries, why })
}

async fn post(client: &Client, url: Url, key: &str, body: String) -> Try {
    let request = client.post(url).header("content-type", "application/json").header("idempotency-key", key).body(body);
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Try::Taken,
        Ok(answer) => {
            let status = answer.status();
            let may_change = status.is_server_error()
                || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
            if may_change { Try::Again(format!("HTTP {status}")) } else { Try::Never(format!("HTTP {status}")) }
        }
        // The address may hold a credential: the error is told without it.
        Err(error) => Try::Again(causes(&error.without_url())),
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
