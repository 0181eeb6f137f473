//! HTTP flows in files of their own, and flows that only the `hurl` program carries out.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use callsheet_e2e::{Answering, Desk};

const RUNBOOK: &str = "\
# Shop

## Smoke

```bash {name=edit}
echo 'no flow any more' > tests/smoke.hurl
```

```bash {name=smoke}
hurl --test --variable base=$BASE --secret key=$SHOP_KEY tests/smoke.hurl
```

```bash {name=use}
echo \"title $title\"
```

## Missing

```hurl {name=gone file=tests/gone.hurl}
```
";

const SMOKE: &str = "GET {{base}}/page\nX-Key: {{key}}\nHTTP 200\n[Captures]\ntitle: regex \"<title>(.*)</title>\"\n[Asserts]\nbody contains \"Shop\"\n";
const XPATH: &str = "GET {{base}}/page\nX-Key: {{key}}\nHTTP 200\n[Captures]\ntitle: xpath \"string(//title)\"\n[Asserts]\nbody contains \"Shop\"\n";
const PAGE: &str = "<html><head><title>Shop</title></head><body/></html>";

/// Stands in for `hurl` where none is installed: keeps how it was called, and tells what the real one would.
const STAND_IN: &str = r#"#!/bin/sh
[ "$1" = --version ] && { echo "hurl 8.0.1 (stand-in)"; exit; }
{ echo "arguments: $*"; env | grep '^HURL_VARIABLE_'; cat; } > "$(dirname "$0")/called"
echo '{"success":true,"entries":[{"index":1,"line":1,"time":4,"asserts":[{"line":3,"success":true}],"captures":[{"name":"title","value":"Shop"}],"calls":[{"request":{"method":"GET","url":"http://shop/page"},"response":{"status":200}}]}]}'
"#;

fn desk(flow: &str, service: &Answering) -> Desk {
    let desk = Desk::new(RUNBOOK);
    fs::create_dir(desk.path().join("tests")).expect("a folder can be made");
    desk.write("tests/smoke.hurl", flow);
    desk.with_variable("BASE", service.address.clone()).with_variable("SHOP_KEY", "k3y-9f2b7a1c")
}

#[test]
fn what_was_planned_runs_whatever_becomes_of_the_file() {
    let service = Answering::with("text/html", PAGE);
    let desk = desk(SMOKE, &service);
    let sheet = desk.callsheet(&["plan", "ops.md#smoke"]).expect(0).stdout;
    assert!(sheet.contains("tests/smoke.hurl, 1 request"), "{sheet}");
    let ran = desk.callsheet(&["run", "ops.md#smoke", "--yes"]).expect(0);
    let run = desk.run().expect("the run is on record");
    let logs = desk.callsheet(&["logs", &run]).expect(0).stdout;
    assert!(logs.contains("/page → HTTP 200") && logs.contains("title Shop"), "{logs}");
    assert!(service.heads()[0].contains("k3y-9f2b7a1c"), "{:?}", service.heads());
    assert!(!ran.text().contains("k3y-9f2b7a1c") && !logs.contains("k3y-9f2b7a1c"), "{logs}");
    let page = desk.callsheet(&["show", &run, "--format", "html"]).expect(0).stdout;
    assert!(page.contains("HTTP flow") && page.contains("tests/smoke.hurl"), "the page names the file");

    // Now the file is no flow: the next plan is refused, with the place in it.
    let refused = desk.callsheet(&["run", "ops.md#smoke", "--yes"]).expect(2).text();
    assert!(refused.contains("tests/smoke.hurl:1:1:"), "{refused}");
    let checked = desk.callsheet(&["check", "ops.md"]).expect(1).stdout;
    assert!(checked.contains("CS0049") && checked.contains("tests/smoke.hurl:1:1:"), "{checked}");
    assert!(checked.contains("CS0048") && checked.contains("the flow `tests/gone.hurl` is not there"), "{checked}");
    let read = desk.callsheet(&["flow", "--check", "tests/smoke.hurl"]).expect(1).stdout;
    assert!(read.starts_with("tests/smoke.hurl:1:1: error: "), "{read}");
}

#[test]
fn what_only_hurl_carries_out_is_handed_to_it() {
    let service = Answering::with("text/html", PAGE);
    let desk = desk(XPATH, &service);
    let programs = desk.path().join("programs");
    fs::create_dir(&programs).expect("a folder can be made");
    let hurl = programs.join("hurl");
    let installed = std::env::var_os("CALLSHEET_HURL").map(PathBuf::from);
    let path = std::env::var("PATH").expect("there is a search path");

    // Where there is none, the plan says so with the place.
    let without: Vec<&str> = path.split(':').filter(|folder| !PathBuf::from(folder).join("hurl").exists()).collect();
    let desk = desk.with_variable("PATH", without.join(":"));
    let refused = desk.callsheet(&["check", "ops.md"]).expect(1).stdout;
    assert!(refused.contains("CS0050") && refused.contains("tests/smoke.hurl:5:8: `xpath`"), "{refused}");

    match &installed {
        Some(real) => std::os::unix::fs::symlink(real, &hurl).expect("a link can be made"),
        None => {
            fs::write(&hurl, STAND_IN).expect("a program can be written");
            fs::set_permissions(&hurl, fs::Permissions::from_mode(0o755)).expect("it can be made to run");
        }
    }
    let desk = desk.with_variable("PATH", format!("{}:{path}", programs.display()));
    let sheet = desk.callsheet(&["plan", "ops.md#smoke"]).expect(0).stdout;
    assert!(sheet.contains("the installed hurl ") && sheet.contains("`xpath` in tests/smoke.hurl:5"), "{sheet}");
    desk.callsheet(&["run", "ops.md#smoke", "--yes"]).expect(0);
    let logs = desk.callsheet(&["logs", &desk.run().expect("the run is on record")]).expect(0).stdout;
    assert!(logs.contains("/page → HTTP 200") && logs.contains("title Shop"), "{logs}");
    if installed.is_none() {
        let called = fs::read_to_string(programs.join("called")).expect("it kept how it was called");
        let arguments = called.lines().next().expect("the arguments come first");
        assert!(arguments.contains("--json") && arguments.contains("--file-root"), "{called}");
        assert!(!arguments.contains("k3y-9f2b7a1c"), "a secret stands among the arguments: {called}");
        assert!(called.contains("HURL_VARIABLE_key=k3y-9f2b7a1c"), "{called}");
        assert!(called.contains("\ntitle: xpath \"string(//title)\"\n"), "{called}");
    } else {
        assert!(service.heads()[0].contains("k3y-9f2b7a1c"), "{:?}", service.heads());
    }
}
