//! Users of real servers are let in, seen and turned away.

use std::time::{Duration, Instant};

use callsheet_base::Secret;
use callsheet_databases::credentials::{Admin, CredentialError, Server, log_in};
use callsheet_servers::{Mariadb, Postgres, Redis};

/// With an idle user `shop_b`; `open` begins a session of it that stays.
fn check(server: Server, url: String, open: impl FnOnce() -> Box<dyn std::any::Any>) {
    let admin = Admin::new(server, Secret::new(url));
    let (first, second) =
        (Secret::new("seven-times-seven'\\%".to_owned()), Secret::new("eight-times-eight".to_owned()));
    let missing = admin.admit("shop_c", &first).unwrap_err();
    assert!(matches!(missing, CredentialError::NoUser { .. }), "{missing}");
    // Twice, as after a crash.
    admin.admit("shop_b", &first).unwrap();
    admin.admit("shop_b", &first).unwrap();
    let address = admin.address_for("shop_b", &first).unwrap();
    log_in(server, &address).unwrap();
    let wrong = log_in(server, &admin.address_for("shop_b", &second).unwrap()).unwrap_err();
    assert!(matches!(wrong, CredentialError::LogIn { .. }) && !wrong.to_string().contains("eight"), "{wrong}");
    // A session that stays is seen, and ended with the user.
    let session = open();
    until("the session is seen", || admin.sessions("shop_b").unwrap() >= 1);
    admin.retire("shop_b").unwrap();
    admin.retire("shop_b").unwrap();
    until("the session is ended", || admin.sessions("shop_b").unwrap() == 0);
    drop(session);
    assert!(log_in(server, &address).is_err());
    admin.admit("shop_b", &second).unwrap();
    log_in(server, &admin.address_for("shop_b", &second).unwrap()).unwrap();
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within 20 s");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn client(program: &str, arguments: &[&str], variable: (&str, &str)) -> Box<dyn std::any::Any> {
    struct Ends(std::process::Child);
    impl Drop for Ends {
        fn drop(&mut self) {
            // Its session may have been ended by the server.
            drop(self.0.kill());
            drop(self.0.wait());
        }
    }
    let mut child = std::process::Command::new(program);
    child.args(arguments).env(variable.0, variable.1).stdin(std::process::Stdio::piped());
    child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    Box::new(Ends(child.spawn().expect("the client can be started")))
}

const PASSWORD: &str = "seven-times-seven'\\%";

#[test]
fn roles_of_postgres() {
    let server = Postgres::start(&["log_statement=all"]);
    let port = server.port().to_string();
    let made = std::process::Command::new("psql")
        .args(["--host=127.0.0.1", "--port", &port, "--username=postgres", "--command", "CREATE ROLE shop_b"])
        .env("PGPASSWORD", "postgres")
        .output()
        .unwrap();
    assert!(made.status.success());
    check(Server::Postgres, server.url(), || {
        let arguments = ["--host=127.0.0.1", "--port", &port, "--username=shop_b", "--dbname=postgres"];
        client("psql", &arguments, ("PGPASSWORD", PASSWORD))
    });
}

#[test]
fn accounts_of_mariadb() {
    let server = Mariadb::start();
    let port = format!("--port={}", server.port());
    let made = std::process::Command::new("mariadb")
        .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", &port, "--user=admin"])
        .args([
            "--execute",
            "CREATE USER shop_b@'%' ACCOUNT LOCK; CREATE USER shop_b@'10.0.0.0/255.0.0.0' ACCOUNT LOCK",
        ])
        .env("MYSQL_PWD", "adminpassword")
        .output()
        .unwrap();
    assert!(made.status.success());
    check(Server::Mysql, server.admin_url().trim_end_matches("app").to_owned(), || {
        let arguments = ["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", &port, "--user=shop_b"];
        client("mariadb", &arguments, ("MYSQL_PWD", PASSWORD))
    });
}

#[test]
fn users_of_redis() {
    let server = Redis::start();
    server.command(&["ACL", "SETUSER", "shop_b", "reset", "+ping"]);
    let port = server.port().to_string();
    check(Server::Redis, server.url(), || {
        let arguments = ["-h", "127.0.0.1", "-p", &port, "--user", "shop_b"];
        client("redis-cli", &arguments, ("REDISCLI_AUTH", PASSWORD))
    });
    // It outlives the server's restart.
    let mut server = server;
    server.halt();
    server.resume();
    assert!(server.command(&["ACL", "GETUSER", "shop_b"]).contains("on"));
}
