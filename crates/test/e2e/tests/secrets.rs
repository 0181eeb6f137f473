//! A run prints a secret in every way we promise to find; then the whole state folder and all output are searched.

use std::path::Path;

use callsheet_e2e::Desk;

const SECRET: &str = "s3cr3t/Pa'ss+word&42";

const RUNBOOK: &str = "\
---
secrets: [SHOP_LOGIN]
---

# Shop

## Leak

1. Print it plainly, split and quoted

   ```bash {name=plain}
   echo \"plain $SHOP_LOGIN\"
   echo \"to stderr $SHOP_LOGIN\" >&2
   printf '%s' \"${SHOP_LOGIN:0:7}\"; sleep 0.02; printf '%s\\n' \"${SHOP_LOGIN:7}\"
   printf 'quoted %q\\n' \"$SHOP_LOGIN\"
   ```

2. Print it encoded

   ```bash {name=encoded}
   printf '%s' \"$SHOP_LOGIN\" | base64 -w0; echo
   printf 'a%s' \"$SHOP_LOGIN\" | base64 -w0; echo
   printf 'ab%s' \"$SHOP_LOGIN\" | base64 -w0; echo
   printf '%s' \"$SHOP_LOGIN\" | od -An -v -tx1 | tr -d ' \\n'; echo
   printf '%s' \"$SHOP_LOGIN\" | sed -e 's,/,%2F,' -e \"s,',%27,\" -e 's,+,%2B,' -e 's,&,%26,'; echo
   ```

3. Keep it in a variable, undeclared ones too

   ```bash {name=keep}
   copy=\"$SHOP_LOGIN\"
   echo \"url $SHOP_DATABASE_URL token $SHOP_TOKEN\"
   ```

4. Use the copy

   ```bash {name=copy}
   echo \"copy $copy\"
   false
   ```
";

/// Every way in which the value must not be found.
fn traces() -> Vec<Vec<u8>> {
    let mut traces: Vec<Vec<u8>> = [SECRET, "s3cr3t%2FPa%27ss%2Bword%2642", "dbpass-9f8e7d6c", "tok-1234567890"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    traces.push(SECRET.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes());
    // Base64 at the three alignments, without the characters that its neighbours share.
    for inner in ["czNjcjN0L1BhJ3NzK3dvcmQm", "MzY3IzdC9QYSdzcyt3b3JkJjQ", "zM2NyM3QvUGEnc3Mrd29yZCY0"] {
        traces.push(inner.as_bytes().to_vec());
    }
    traces
}

fn scan(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            scan(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            look(&path.display().to_string(), &bytes, found);
        }
    }
}

fn look(place: &str, bytes: &[u8], found: &mut Vec<String>) {
    for trace in traces() {
        if bytes.windows(trace.len()).any(|window| window == trace) {
            found.push(format!("{place}: {}", String::from_utf8_lossy(&trace)));
        }
    }
}

#[test]
fn no_trace_of_it_is_left() {
    let desk = Desk::new(RUNBOOK)
        .with_variable("SHOP_LOGIN", SECRET)
        .with_variable("SHOP_TOKEN", "tok-1234567890")
        .with_variable("SHOP_DATABASE_URL", "postgres://app:dbpass-9f8e7d6c@db/shop");
    let ran = desk.callsheet(&["run", "ops.md#leak", "--yes"]).expect(1);
    let run = desk.run().expect("the run is on record");
    let mut found = Vec::new();
    look("output of `run`", ran.text().as_bytes(), &mut found);
    for arguments in [
        vec!["logs", &run],
        vec!["show", &run],
        vec!["show", &run, "--format", "json"],
        vec!["show", &run, "--format", "md"],
    ] {
        let ending = desk.callsheet(&arguments).expect(0);
        look(&format!("`callsheet {}`", arguments.join(" ")), ending.text().as_bytes(), &mut found);
    }
    scan(&desk.state(), &mut found);
    assert_eq!(found, Vec::<String>::new());
    // The steps did print: what is not there was redacted, not lost.
    let logs = desk.callsheet(&["logs", &run]).expect(0).stdout;
    assert!(logs.contains("plain [redacted") && logs.contains("copy [redacted"), "{logs}");
}
