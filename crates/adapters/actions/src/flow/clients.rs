//! What requests are sent with: our own connections for plain HTTP, a general client for TLS, made when it is first needed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;

use super::plain::{Connections, NAME};
use super::settings::Settings;

/// Connections of one runner.
#[derive(Default)]
pub(super) struct Clients {
    pub plain: Connections,
    /// By how long connecting may take, and whether any certificate will do. Reading the system's certificates takes a while.
    made: Mutex<HashMap<(Duration, bool), Client>>,
}

impl Clients {
    /// The client for TLS under these settings. The error is a sentence.
    pub(super) fn general(&self, settings: &Settings) -> Result<Client, String> {
        // Whoever panicked while holding it had changed nothing by halves.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match made.entry((settings.connect_timeout, settings.insecure)) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(free) => Ok(free.insert(client(settings.connect_timeout, settings.insecure)?).clone()),
        }
    }
}

fn client(connect: Duration, insecure: bool) -> Result<Client, String> {
    let unable = |error: &dyn std::fmt::Display| format!("cannot make a client for TLS: {error}");
    let tls = if insecure { callsheet_tls::accepting_any() } else { callsheet_tls::verifying_by_system() };
    Client::builder()
        .tls_backend_preconfigured(tls.map_err(|error| unable(&error))?)
        .connect_timeout(connect)
        .redirect(reqwest::redirect::Policy::none())
        .no_gzip()
        .no_proxy()
        .user_agent(NAME)
        .build()
        .map_err(|error| unable(&error))
}
