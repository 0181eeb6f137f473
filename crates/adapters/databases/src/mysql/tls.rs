//! TLS as MySQL's and MariaDB's own clients name it: `ssl-mode` and `ssl-ca`, or by libpq's names `sslmode` and `sslrootcert`.

use mysql_async::{Conn, DriverError, Error, Opts, OptsBuilder, SslOpts};

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Disabled,
    /// TLS where the server offers it.
    Preferred,
    Required,
    /// The chain and the name are verified: the driver cannot do the one without the other.
    Verified,
}

/// What a connection is made with; its `Debug` shows nothing, because addresses hold passwords.
#[derive(Clone)]
pub struct Options {
    mode: Mode,
    plain: OptsBuilder,
    secure: OptsBuilder,
}

/// The driver's options for the address; the error is a sentence without it. Without a mode TLS is preferred, as their clients do.
pub fn options(url: &str) -> Result<Options, String> {
    let mut parsed = url::Url::parse(url).map_err(|_| "its address is no URL".to_owned())?;
    let (mut mode, mut authority) = (None, None);
    let mut kept = Vec::new();
    for (name, value) in parsed.query_pairs() {
        match name.as_ref() {
            "ssl-mode" | "ssl_mode" | "sslmode" => mode = Some(value.into_owned()),
            "ssl-ca" | "ssl_ca" | "sslrootcert" => authority = Some(value.into_owned()),
            _ => kept.push((name.into_owned(), value.into_owned())),
        }
    }
    parsed.set_query(None);
    if !kept.is_empty() {
        parsed.query_pairs_mut().extend_pairs(kept);
    }
    // The library's error for a bad address may hold the address.
    let driver = Opts::from_url(parsed.as_str()).map_err(|_| "its address is not understood".to_owned())?;
    let asked_by_driver = driver.ssl_opts().cloned();
    let plain = OptsBuilder::from_opts(driver).prefer_socket(false);
    if let Some(tls) = asked_by_driver.filter(|_| mode.is_none()) {
        return Ok(Options { mode: Mode::Required, secure: plain.clone().ssl_opts(tls), plain });
    }
    let mode = known(mode.as_deref())?;
    let secure = plain.clone().ssl_opts(tls(mode, authority.as_deref())?);
    Ok(Options { mode, plain: plain.ssl_opts(None::<SslOpts>), secure })
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Options(…)")
    }
}

impl Options {
    /// Has every connection run these statements before it is used, and stay open for so many prepared statements.
    pub fn with_setup(self, setup: &[String], statements: usize) -> Options {
        let with = |builder: OptsBuilder| builder.setup(setup.to_vec()).stmt_cache_size(statements);
        Options { mode: self.mode, plain: with(self.plain), secure: with(self.secure) }
    }
}

/// Connects; a server without TLS is taken as it is where TLS is only preferred.
pub async fn connect(options: Options) -> Result<Conn, Error> {
    if options.mode == Mode::Disabled {
        return Conn::new(options.plain).await;
    }
    match Conn::new(options.secure).await {
        Err(Error::Driver(DriverError::NoClientSslFlagFromServer)) if options.mode == Mode::Preferred => {
            Conn::new(options.plain).await
        }
        connected => connected,
    }
}

fn known(mode: Option<&str>) -> Result<Mode, String> {
    let Some(mode) = mode else { return Ok(Mode::Preferred) };
    match mode.to_ascii_lowercase().replace('_', "-").as_str() {
        "disabled" | "disable" => Ok(Mode::Disabled),
        "preferred" | "prefer" => Ok(Mode::Preferred),
        "required" | "require" => Ok(Mode::Required),
        "verify-ca" | "verify-identity" | "verify-full" => Ok(Mode::Verified),
        _ => Err(format!("ssl-mode `{mode}` is none: use disabled, preferred, required, verify-ca or verify-identity")),
    }
}

fn tls(mode: Mode, authority: Option<&str>) -> Result<SslOpts, String> {
    let usual = SslOpts::default();
    if mode != Mode::Verified {
        return Ok(usual.with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true));
    }
    let authorities = match authority {
        Some(path) => {
            callsheet_tls::roots_of(std::path::Path::new(path))?;
            vec![std::path::PathBuf::from(path).into()]
        }
        None => {
            callsheet_tls::system_certificates().into_iter().map(|certificate| certificate.to_vec().into()).collect()
        }
    };
    Ok(usual.with_root_certs(authorities).with_disable_built_in_roots(true))
}
