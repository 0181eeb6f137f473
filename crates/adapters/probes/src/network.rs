//! Hosts, ports and pages. Only HEAD and GET, never with credentials.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use callsheet_rot::{Answer, Claimed};
use reqwest::{Client, Method, StatusCode, Url};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::OnceCell;

/// A client that trusts what the system trusts and keeps no cookies.
pub(crate) fn client(timeout: Duration) -> Result<Client, String> {
    let mut roots = rustls::RootCertStore::empty();
    // Certificates of the system that cannot be read are left out: the connection that needs one will say so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(timeout)
        .no_proxy()
        .user_agent(concat!("callsheet-probe/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
}

/// Whether a name has an address.
pub(crate) async fn host(name: &str) -> Answer {
    match addresses(name, 0).await {
        Ok(_) => Answer::There,
        Err(answer) => answer,
    }
}

/// Whether something listens.
pub(crate) async fn port(host: &str, port: u16) -> Answer {
    let addresses = match addresses(host, port).await {
        Ok(addresses) => addresses,
        Err(answer) => return answer,
    };
    match TcpStream::connect(addresses.as_slice()).await {
        Ok(_) => Answer::There,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            Answer::GoneBelow(Box::new(Claimed::Port { host: host.to_owned(), port }), Vec::new())
        }
        Err(error) => Answer::Unknown(format!("{host}:{port} cannot be reached: {error}")),
    }
}

/// Whether a page can be fetched.
pub(crate) async fn page(url: &str, client: &Result<Client, String>) -> Answer {
    let Some(url) = Url::parse(url).ok().filter(|url| url.host_str().is_some()) else {
        return Answer::Unknown("the address cannot be read".to_owned());
    };
    let (host, number) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
    match port(host, number).await {
        Answer::There => {}
        other => return other,
    }
    let client = match client {
        Ok(client) => client,
        Err(error) => return Answer::Unknown(format!("no client: {error}")),
    };
    let mut answer = Answer::There;
    for method in [Method::HEAD, Method::GET] {
        // Some servers know no HEAD, so GET decides.
        match client.request(method, url.clone()).send().await.map(|response| response.status()) {
            Ok(status @ (StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                answer = Answer::gone_seen(status.as_u16().to_string());
            }
            Ok(StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) => answer = Answer::There,
            Ok(status) if status.is_server_error() => {
                answer = Answer::Unknown(format!("{host} answers {}", status.as_u16()));
            }
            Ok(_) => return Answer::There,
            Err(error) => return Answer::Unknown(format!("{host} gives no answer: {}", error.without_url())),
        }
    }
    answer
}

/// The addresses of a name; else what that means.
async fn addresses(name: &str, port: u16) -> Result<Vec<SocketAddr>, Answer> {
    let gone = || Answer::GoneBelow(Box::new(Claimed::Host { name: name.to_owned() }), Vec::new());
    // RFC 6761: no name under `invalid` ever exists; there is nobody to ask.
    if name.to_ascii_lowercase().ends_with(".invalid") {
        return Err(gone());
    }
    match lookup_host((name, port)).await {
        Ok(addresses) => Ok(addresses.collect()),
        Err(_) if is_private(name) => Err(Answer::Unknown(format!("`{name}` is known only in its own network"))),
        // The resolver's words are all that tells "there is none" from "nobody answered".
        Err(error) if error.to_string().contains("not known") || error.to_string().contains("No address") => {
            match names_are_answered().await {
                true => Err(gone()),
                false => Err(Answer::Unknown("no name server answers".to_owned())),
            }
        }
        Err(error) => Err(Answer::Unknown(format!("`{name}` cannot be looked up: {error}"))),
    }
}

/// Without a way out, some resolvers say of every name that it does not exist. So one that surely does is asked for, once.
async fn names_are_answered() -> bool {
    static ANSWERED: OnceCell<bool> = OnceCell::const_new();
    *ANSWERED.get_or_init(async || lookup_host(("example.com", 0)).await.is_ok()).await
}

/// Names of container networks, clusters and offices.
fn is_private(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !lower.contains('.')
        || [".local", ".internal", ".lan", ".corp", ".home", ".svc", ".intra"].iter().any(|end| lower.ends_with(end))
}
