//! What requests are sent with: our own connections for plain HTTP, a general client for TLS, made when it is first needed.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::Client;

use super::limits::FlowLimits;
use super::plain::{Connections, NAME};
use super::settings::Settings;
use crate::tls;

/// Connections of one runner.
#[derive(Default)]
pub(super) struct Clients {
    pub plain: Connections,
    /// For the default options; others are made when wanted. Reading the system's certificates takes a while.
    usual: OnceLock<Client>,
}

impl Clients {
    /// The client for TLS under these settings. The error is a sentence.
    pub(super) fn general(&self, settings: &Settings, limits: &FlowLimits) -> Result<Client, String> {
        if settings.insecure || settings.connect_timeout != limits.connect {
            return client(settings.connect_timeout, settings.insecure);
        }
        if let Some(usual) = self.usual.get() {
            return Ok(usual.clone());
        }
        let made = client(limits.connect, false)?;
        Ok(self.usual.get_or_init(|| made).clone())
    }
}

fn client(connect: Duration, insecure: bool) -> Result<Client, String> {
    let unable = |error: &dyn std::fmt::Display| format!("cannot make a client for TLS: {error}");
    let tls = if insecure { tls::accepting_any() } else { tls::verifying() };
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
