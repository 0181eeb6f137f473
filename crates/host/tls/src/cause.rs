//! Why a handshake failed, as a person is told.

use std::io;

use rustls::{CertificateError, Error};

/// What is wrong with the server's certificate, if that is what `error` or one of its causes is about.
pub fn cause(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<Error>() {
            return sentence(tls);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

fn sentence(error: &Error) -> Option<String> {
    let Error::InvalidCertificate(what) = error else { return None };
    Some(match what {
        CertificateError::UnknownIssuer => {
            "the server's certificate is signed by nobody who is trusted here".to_owned()
        }
        CertificateError::NotValidForName => "the server's certificate is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names = if presented.is_empty() { "no name".to_owned() } else { presented.join(", ") };
            format!("the server's certificate is not for `{}`: it names {names}", expected.to_str())
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet".to_owned()
        }
        other => format!("the server's certificate is refused: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_found_below_others() {
        let tls = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        assert_eq!(cause(&wrapped).unwrap(), "the server's certificate is signed by nobody who is trusted here");
        assert_eq!(cause(&io::Error::other("else")), None);
    }
}
