//! Where sign-in sessions are, and as whom the service signs in there.

use fleet_kit::config::{Profile, Reader, Secret};
use fleet_kit::redis::Redis;

use super::address::{Credentials, with_credentials};

/// Reads `REDIS_URL`, `REDIS_USER` and `REDIS_PASSWORD`. Sessions must outlive a deploy, and be known to every instance: without Redis they
/// are neither.
pub(super) fn read(reader: &mut Reader, profile: Profile) -> Option<Secret> {
    let url = reader.secret("REDIS_URL");
    let given = Credentials { user: reader.text("REDIS_USER"), password: reader.secret("REDIS_PASSWORD") };
    let Some(url) = url else {
        if profile.is_strict() {
            let what =
                format!("is missing: in {profile} sessions live in Redis; give `redis://user:password@host:6379/0`");
            reader.fault("REDIS_URL", what);
        }
        return None;
    };
    match whole(&url, &given) {
        Ok(url) => {
            if let Err(error) = Redis::check_address(&url) {
                reader.fault("REDIS_URL", format!("cannot be used: {error}"));
            }
            Some(url)
        }
        Err(what) => {
            reader.fault("REDIS_URL", what);
            Some(url)
        }
    }
}

fn whole(url: &Secret, given: &Credentials) -> Result<Secret, String> {
    if given.user.is_none() && given.password.is_none() {
        return Ok(url.clone());
    }
    let parsed = url::Url::parse(url.expose()).map_err(|_| "is no address; give `redis://host:6379/0`")?;
    with_credentials(parsed, given).map_err(|misfit| format!("{misfit} (`REDIS_USER`, `REDIS_PASSWORD`)"))
}
