//! Who is at the other end, by the kernel's word.

use std::os::unix::net::UnixStream;

use callsheet_access::{Actor, ActorSource};

/// The actor at the other end of a connection.
pub(super) fn actor(stream: &UnixStream) -> std::io::Result<Actor> {
    let uid = rustix::net::sockopt::socket_peercred(stream)?.uid.as_raw();
    Ok(Actor { name: user_name(uid), source: ActorSource::OsUser { uid } })
}

/// The name of a user in `/etc/passwd`, else `uid 1000`.
pub fn user_name(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_in(&passwd, uid).unwrap_or_else(|| format!("uid {uid}"))
}

fn name_in(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_third_field() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\n# comment\nops:x:1000:1000::/home/ops:/bin/sh\n";
        assert_eq!(name_in(passwd, 1000).as_deref(), Some("ops"));
        assert_eq!(name_in(passwd, 7), None);
    }
}
