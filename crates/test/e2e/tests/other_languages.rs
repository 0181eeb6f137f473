//! Steps in other languages than the shell's: an HTTP flow, SQL, a condition on metrics, in one run with shell steps.

use callsheet_e2e::{Answering, Desk};
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

#[test]
fn they_run_pass_values_on_and_are_judged() {
    let prometheus = Prometheus::start();
    let desk = Desk::new(RUNBOOK);
    desk.write("shop.db", "");
    let database = format!("sqlite:{}", desk.path().join("shop.db").display());
    let desk = desk.with_variable("DATABASE_URL", database).with_variable("PROMETHEUS_URL", prometheus.url());
    let service = Answering::with("application/json", r#"{"session":"s3ss10n-5f2a9c","visits":7}"#);
    let base = format!("base={}", service.address);
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
