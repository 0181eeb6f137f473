//! Steps in other languages than the shell's: an HTTP flow, SQL, a condition on metrics, in one run with shell steps.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use callsheet_e2e::Desk;
use callsheet_servers::Prometheus;

const RUNBOOK: &str = "\
# Shop

## Look

1. Sign in:

   ```hurl {name=sign-in}
   GET {{base}}/session
   HTTP 200
   [Captures]
   session: jsonpath \"$.session\" redact
   visits: jsonpath \"$.visits\"
   ```

2. Use what came:

   ```bash {name=use}
   echo \"visits $visits session $session\"
   ```

3. Fill and count:

   ```sql {name=fill write=true}
   create table orders (id integer);
   insert into orders values (1), (2);
   ```

   ```sql {name=count}
   select count(*) as orders from orders;
   -- Expected: 2
   ```

4. The metrics' store answers:

   ```promql {name=up within=30s every=100ms}
   up == 1
   ```

## Change

1. Try to change by a query that may not:

   ```sql {name=change}
   insert into orders values (3);
   ```
";

/// Answers every request with the same session until the test's process ends.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client connects");
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            let body = r#"{"session":"s3ss10n-5f2a9c","visits":7}"#;
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).expect("the client takes the answer");
        }
    });
    address
}

#[test]
fn they_run_pass_values_on_and_are_judged() {
    let prometheus = Prometheus::start();
    let desk = Desk::new(RUNBOOK);
    desk.write("shop.db", "");
    let database = format!("sqlite:{}", desk.path().join("shop.db").display());
    let desk = desk.with_variable("DATABASE_URL", database).with_variable("PROMETHEUS_URL", prometheus.url());
    let base = format!("base={}", serve());
    let ran = desk.callsheet(&["run", "ops.md#look", "--yes", "--param", &base]).expect(0);
    let run = desk.run().expect("the run is on record");
    let logs = desk.callsheet(&["logs", &run]).expect(0).stdout;
    assert!(logs.contains("/session → HTTP 200"), "{logs}");
    assert!(logs.contains("visits 7 session [redacted"), "{logs}");
    assert!(logs.contains("orders\n"), "{logs}");
    assert!(logs.contains("holds: up{"), "{logs}");
    assert!(!ran.text().contains("s3ss10n-5f2a9c") && !logs.contains("s3ss10n-5f2a9c"), "{}", ran.text());

    let refused = desk.callsheet(&["run", "ops.md#change", "--yes"]).expect(1);
    assert!(refused.text().contains("write=true"), "{}", refused.text());
}
