//! TLS, HTTP/2, and both at once.

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use callsheet_edge::{EdgeConfig, Tls};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use support::{Instance, Stage, config};

/// A certificate for `shop.test` and its key, as files.
fn certify(folder: &Path) -> rustls::pki_types::CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["shop.test".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    made.cert.der().clone()
}

fn tls_config(folder: &Path) -> EdgeConfig {
    let mut config = config();
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    config.listeners[0].tls = Some(Tls { certificate, key, hsts: Some("1h".parse().unwrap()) });
    config
}

fn trusting(certificate: &rustls::pki_types::CertificateDer<'static>, protocol: &[u8]) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    config
}

type Spoken = rustls::StreamOwned<rustls::ClientConnection, TcpStream>;

fn speak(
    address: SocketAddr,
    certificate: &rustls::pki_types::CertificateDer<'static>,
) -> std::io::Result<BufReader<Spoken>> {
    let name = ServerName::try_from("shop.test").unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(trusting(certificate, b"http/1.1")), name).unwrap();
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut spoken = BufReader::new(rustls::StreamOwned::new(connection, stream));
    spoken.get_mut().write_all(b"GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n")?;
    spoken.fill_buf()?;
    Ok(spoken)
}

#[test]
fn a_certificate_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let first = certify(folder.path());
    let mut stage = Stage::with(&tls_config(folder.path()));
    let instance = Instance::start("one", "1");
    stage.route(&[&instance]);
    let mut text = String::new();
    speak(stage.address, &first).unwrap().read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("one"), "{text}");
    assert!(text.contains("strict-transport-security: max-age=3600"), "{text}");
    // One that cannot be used leaves the one before.
    std::fs::write(folder.path().join("certificate.pem"), "no certificate").unwrap();
    support::eventually("the fault is told", || stage.log().contains("holds no certificate").then_some(()));
    assert!(speak(stage.address, &first).is_ok());
    let second = certify(folder.path());
    support::eventually("the new one is used", || speak(stage.address, &second).ok());
    assert!(speak(stage.address, &first).is_err());
}

#[test]
fn a_certificate_that_is_not_there_refuses_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new();
    let refused = stage.edge.configure(&tls_config(folder.path())).unwrap_err().to_string();
    assert!(refused.contains("cannot speak TLS on 127.0.0.1:0: cannot read the certificate"), "{refused}");
    assert!(!stage.edge.status().unwrap().listeners[0].tls);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn http2_carries_many_requests_on_one_connection() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = certify(folder.path());
    let mut stage = Stage::with(&tls_config(folder.path()));
    let instance = Instance::start("one", "1");
    stage.route(&[&instance]);
    runtime().block_on(async {
        let connector = tokio_rustls::TlsConnector::from(Arc::new(trusting(&certificate, b"h2")));
        let stream = tokio::net::TcpStream::connect(stage.address).await.unwrap();
        let stream = connector.connect(ServerName::try_from("shop.test").unwrap(), stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (sender, connection) =
            http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let driven = tokio::spawn(connection);
        let mut asked = Vec::new();
        for index in 0..100 {
            let mut sender = sender.clone();
            let path = if index % 10 == 0 { "/slow" } else { "/upload" };
            let request = hyper::Request::post(format!("https://shop.test{path}")).body(Full::from("body")).unwrap();
            asked.push(tokio::spawn(async move { sender.send_request(request).await }));
        }
        for asked in asked {
            let response = asked.await.unwrap().unwrap();
            assert_eq!(response.status(), 200);
            assert!(response.headers().contains_key("x-request-id"));
            let text = response.into_body().collect().await.unwrap().to_bytes();
            assert!(*text == *b"4" || *text == *b"one", "{text:?}");
        }
        driven.abort();
    });
    assert_eq!(instance.served(), 100);
}

#[test]
fn http2_is_told_to_come_again_and_loses_nothing() {
    let instance = Instance::start("one", "1");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    runtime().block_on(async {
        // Without TLS, by its preface.
        let stream = tokio::net::TcpStream::connect(stage.address).await.unwrap();
        let (sender, connection) =
            http2::handshake::<_, _, Empty<Bytes>>(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let ended = tokio::spawn(connection);
        let ask = |path: &str| {
            let request = hyper::Request::get(format!("http://shop.test{path}")).body(Empty::new()).unwrap();
            let mut sender = sender.clone();
            tokio::spawn(async move { sender.send_request(request).await.map(|response| response.status()) })
        };
        assert_eq!(ask("/").await.unwrap().unwrap(), 200);
        let slow = ask("/slow");
        while instance.served() < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let folder = stage.folder.path().to_owned();
        tokio::task::spawn_blocking(move || callsheet_edge::upgrade(&folder, support::program()).unwrap())
            .await
            .unwrap();
        // What was under way is answered; then the connection ends, long before the window.
        assert_eq!(slow.await.unwrap().unwrap(), 200);
        tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap().unwrap().unwrap();
    });
    assert_eq!(stage.client().get("/").status, 200);
}

#[test]
fn a_word_before_tls_is_no_handshake() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let mut stage = Stage::with(&tls_config(folder.path()));
    let mut client = stage.client();
    client.send("GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    client.stream.read_to_end(&mut bytes).unwrap();
    assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
    support::eventually("it is counted", || {
        stage.edge.metrics().unwrap().contains("callsheet_edge_handshakes_failed_total 1").then_some(())
    });
}
