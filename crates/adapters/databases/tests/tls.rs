//! TLS to real servers, in every mode that an address can name: what each takes, and how it refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_databases::{Address, Query, QueryError, Results, run};
use callsheet_servers::{Mariadb, Postgres};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// Two authorities; the servers' certificates are signed by the first, for `localhost` alone.
struct Authorities {
    folder: TempDir,
    certificate: String,
    key: String,
}

impl Authorities {
    fn new() -> Authorities {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let authority = |name: &str| {
            let key = KeyPair::generate().expect("a key");
            let mut params = CertificateParams::new(Vec::new()).expect("no names");
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let certificate = params.self_signed(&key).expect("it signs itself");
            fs::write(folder.path().join(format!("{name}.pem")), certificate.pem()).expect("the folder is ours");
            Issuer::new(params, key)
        };
        let (right, _wrong) = (authority("right"), authority("wrong"));
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &right).expect("it is signed").pem();
        Authorities { folder, certificate, key: key.serialize_pem() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(format!("{name}.pem")).display().to_string()
    }

    /// Certificate and key as a server wants them.
    fn put(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join("server.crt"), folder.join("server.key"));
        fs::write(&certificate, &self.certificate).expect("the folder can be written");
        fs::write(&key, &self.key).expect("the folder can be written");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("it is ours");
        (certificate, key)
    }
}

async fn ask(address: &str, sql: &str) -> Result<Results, QueryError> {
    let query = Query { sql: sql.to_owned(), write: false, timeout: Duration::from_secs(10), max_rows: 10 };
    run(&Address::parse(address).expect("an address"), &query).await
}

async fn value(address: &str, sql: &str, column: &str) -> String {
    let results = ask(address, sql).await.unwrap_or_else(|error| panic!("{error}: {address}"));
    results.sets[0].value(0, column).unwrap_or_default().to_owned()
}

async fn refusal(address: &str) -> String {
    ask(address, "SELECT 1").await.expect_err(address).to_string()
}

const PG_TLS: &str = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

#[tokio::test]
async fn postgres_takes_what_each_sslmode_asks_for() {
    let authorities = Authorities::new();
    let postgres = Postgres::start_with(&["ssl=on"], |data| {
        authorities.put(data);
    });
    let (right, wrong) = (authorities.path("right"), authorities.path("wrong"));
    let at =
        |host: &str, query: &str| format!("postgres://postgres:postgres@{host}:{}/postgres?{query}", postgres.port());

    assert_eq!(value(&at("127.0.0.1", "sslmode=disable"), PG_TLS, "ssl").await, "false");
    for query in ["", "sslmode=allow", "sslmode=prefer", "sslmode=require"] {
        assert_eq!(value(&at("127.0.0.1", query), PG_TLS, "ssl").await, "true", "{query}");
    }
    // A named authority counts, the name in the certificate only where it is asked for.
    for query in [
        format!("sslmode=require&sslrootcert={right}"),
        format!("sslmode=verify-ca&sslrootcert={right}"),
        format!("sslmode=verify-ca&sslrootcert={right}&channel_binding=require"),
    ] {
        assert_eq!(value(&at("127.0.0.1", &query), PG_TLS, "ssl").await, "true", "{query}");
    }
    assert_eq!(
        value(&at("localhost", &format!("sslmode=verify-full&sslrootcert={right}")), PG_TLS, "ssl").await,
        "true"
    );

    let nobody = "the server's certificate is signed by nobody who is trusted here";
    for query in [
        format!("sslmode=require&sslrootcert={wrong}"),
        format!("sslmode=verify-ca&sslrootcert={wrong}"),
        format!("sslmode=verify-full&sslrootcert={wrong}"),
        "sslmode=verify-full".to_owned(),
    ] {
        let refused = refusal(&at("localhost", &query)).await;
        assert!(refused.contains(nobody), "{query}: {refused}");
    }
    let refused = refusal(&at("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={right}"))).await;
    assert!(refused.contains("the server's certificate is not for `127.0.0.1`"), "{refused}");
    assert!(refused.contains("localhost"), "{refused}");
    let refused = refusal(&at("localhost", "sslmode=sometimes")).await;
    assert!(refused.contains("sslmode `sometimes` is none"), "{refused}");
    let refused = refusal(&at("localhost", "sslmode=verify-ca&sslrootcert=/nowhere.pem")).await;
    assert!(refused.contains("the certificates `/nowhere.pem` cannot be read"), "{refused}");
    let refused = refusal(&at("127.0.0.1", "sslmode=disable&channel_binding=require")).await;
    assert!(refused.contains("channel binding"), "{refused}");
}

#[tokio::test]
async fn postgres_without_tls_is_refused_where_tls_is_wanted() {
    let postgres = Postgres::shared();
    let at = |mode: &str| format!("{}?sslmode={mode}", postgres.url());
    assert_eq!(value(&at("prefer"), PG_TLS, "ssl").await, "false");
    let refused = refusal(&at("require")).await;
    assert!(refused.contains("server does not support TLS"), "{refused}");
}

#[tokio::test]
async fn postgres_that_wants_tls_says_so_to_who_does_not() {
    let authorities = Authorities::new();
    let postgres = Postgres::start_with(&["ssl=on"], |data| {
        authorities.put(data);
        let only = "hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), only).expect("the folder can be written");
    });
    let at = |mode: &str| format!("{}?sslmode={mode}", postgres.url());
    assert_eq!(value(&at("prefer"), PG_TLS, "ssl").await, "true");
    let refused = refusal(&at("disable")).await;
    assert!(refused.contains("no encryption"), "{refused}");
}

const MARIADB_TLS: &str = "SHOW STATUS LIKE 'Ssl_version'";

#[tokio::test]
async fn mariadb_takes_what_each_ssl_mode_asks_for() {
    let authorities = Authorities::new();
    let mariadb = Mariadb::start_with(|folder| {
        let (certificate, key) = authorities.put(folder);
        vec![format!("--ssl-cert={}", certificate.display()), format!("--ssl-key={}", key.display())]
    });
    let (right, wrong) = (authorities.path("right"), authorities.path("wrong"));
    let at = |host: &str, query: &str| format!("mysql://app:apppassword@{host}:{}/app?{query}", mariadb.port());

    assert_eq!(value(&at("127.0.0.1", "ssl-mode=DISABLED"), MARIADB_TLS, "Value").await, "");
    for query in ["", "ssl-mode=PREFERRED", "ssl-mode=REQUIRED", "sslmode=require", "require_ssl=true&verify_ca=false"]
    {
        let version = value(&at("127.0.0.1", query), MARIADB_TLS, "Value").await;
        assert!(version.starts_with("TLSv1."), "{query}: {version}");
    }
    for mode in ["VERIFY_CA", "VERIFY_IDENTITY", "verify-full"] {
        let version = value(&at("localhost", &format!("ssl-mode={mode}&ssl-ca={right}")), MARIADB_TLS, "Value").await;
        assert!(version.starts_with("TLSv1."), "{mode}: {version}");
        for refused in [format!("ssl-mode={mode}&ssl-ca={wrong}"), format!("ssl-mode={mode}")] {
            let said = refusal(&at("localhost", &refused)).await;
            assert!(
                said.contains("the server's certificate is signed by nobody who is trusted here"),
                "{refused}: {said}"
            );
        }
        let said = refusal(&at("127.0.0.1", &format!("ssl-mode={mode}&ssl-ca={right}"))).await;
        assert!(said.contains("the server's certificate is not for `127.0.0.1`"), "{mode}: {said}");
    }
    let said = refusal(&at("localhost", "ssl-mode=sometimes")).await;
    assert!(said.contains("ssl-mode `sometimes` is none"), "{said}");
}

#[tokio::test]
async fn mariadb_without_tls_is_refused_where_tls_is_wanted() {
    let mariadb = Mariadb::start_with(|_| vec!["--skip-ssl".to_owned()]);
    let at = |mode: &str| format!("{}?ssl-mode={mode}", mariadb.url());
    assert_eq!(value(&at("PREFERRED"), MARIADB_TLS, "Value").await, "");
    let said = refusal(&at("REQUIRED")).await;
    assert!(said.contains("the server does not offer TLS"), "{said}");
}
