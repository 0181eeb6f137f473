//! What `cargo xtask bench edge` loads proxies with: a server that costs little, and clients that count every failure.
//!
//! `edge_bench certify FOLDER` writes a certificate. `edge_bench serve` prints the address of a server on stdout and serves until its input ends. `edge_bench load KIND ADDRESS COUNT` sends so
//! many requests (round trips, handshakes) over 32 connections and prints a line of JSON. `edge_bench pace ADDRESS RATE SECONDS` sends at a
//! steady rate, whatever comes back.

mod load;
mod pace;
mod serve;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("the runtime starts");
    let done = match words.as_slice() {
        ["serve"] => runtime.block_on(serve::serve()),
        ["certify", folder] => certify(std::path::Path::new(folder)),
        ["load", kind, address, count] => match (load::Kind::named(kind), address.parse(), count.parse()) {
            (Some(kind), Ok(address), Ok(count)) => runtime.block_on(load::load(kind, address, count)),
            _ => return usage(),
        },
        ["pace", address, rate, seconds] => match (address.parse(), rate.parse(), seconds.parse()) {
            (Ok(address), Ok(rate), Ok(seconds)) => runtime.block_on(pace::pace(address, rate, seconds)),
            _ => return usage(),
        },
        _ => return usage(),
    };
    match done {
        Ok(line) => {
            use std::io::Write as _;
            match writeln!(std::io::stdout(), "{line}") {
                Ok(()) => ExitCode::SUCCESS,
                // Nobody reads the server's last word.
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a certificate for `shop.test`, its key, and both in one file.
fn certify(folder: &std::path::Path) -> std::io::Result<String> {
    let made = rcgen::generate_simple_self_signed(vec!["shop.test".to_owned()]).map_err(std::io::Error::other)?;
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    std::fs::write(folder.join("certificate.pem"), &certificate)?;
    std::fs::write(folder.join("key.pem"), &key)?;
    std::fs::write(folder.join("both.pem"), certificate + &key)?;
    Ok("{}".to_owned())
}

fn usage() -> ExitCode {
    eprintln!(
        "usage: edge_bench serve | certify FOLDER | load small|large|tls-small|tls-large|socket|handshake ADDRESS COUNT | pace ADDRESS RATE SECONDS"
    );
    ExitCode::from(2)
}
