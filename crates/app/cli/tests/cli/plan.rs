//! `callsheet plan`: what would run, what a person does, what is risky.

use serde_json::Value;

use crate::desk::Desk;

const RUNBOOK: &str = "\
---
service: shop
parameters:
  replicas:
    type: int
    default: 2
---
# Shop

## Deploy

1. Fetch the release.

   ```bash {name=fetch timeout=5m retry=2}
   ./fetch <version>
   ```

2. Clear what was cached.

   ```bash {name=clear approve=L2}
   redis-cli FLUSHALL
   ```

3. Tell the support desk.

4. Start it with $replicas instances.

   ```bash {name=start rollback=#go-back}
   ./start --replicas \"$replicas\"
   ```

## Go back

1. Start the release before.

   ```bash {name=before}
   ./start --previous
   ```
";

fn desk() -> Desk {
    Desk::new().with("shop.md", RUNBOOK)
}

#[test]
fn a_file_is_shown_in_short() {
    insta::assert_snapshot!(desk().callsheet(&["plan", "shop.md"]).expect(0).screen());
}

#[test]
fn a_procedure_is_shown_in_full_also_where_values_are_missing() {
    insta::assert_snapshot!(desk().callsheet(&["plan", "shop.md#deploy"]).expect(0).screen());
}

#[test]
fn with_all_values_the_gates_and_ways_back_are_known() {
    insta::assert_snapshot!(
        desk().callsheet(&["plan", "shop.md#deploy", "--param", "version=v1.4"]).expect(0).screen()
    );
}

const RELEASE: &str = "\
---
service: shop
---
# Shop

## Deploy

```bash {name=ship migrate=\"make migrate\" warm=\"/ /search\" smoke=#smoke later=\"T+15m #smoke\" soak=24h}
callsheet deploy --version 1.4.0 --artifact build/shop
```

## Smoke

```hurl {name=front}
GET {{base_url}}/
HTTP 200
```
";

fn release_desk() -> Desk {
    Desk::new().with("shop.md", RELEASE).with("callsheet.toml", "[services.shop]\ncommand = [\"./shop\"]\n")
}

#[test]
fn a_release_shows_its_course_and_what_it_has_run() {
    insta::assert_snapshot!(release_desk().callsheet(&["plan", "shop.md#deploy"]).expect(0).screen());
}

#[test]
fn a_release_says_where_there_is_no_way_back() {
    let deploy = ["deploy", "shop", "--version", "1.4.0", "--artifact", "shop.md", "--dry-run"];
    let with =
        |code, more: &[&str]| release_desk().callsheet(&[&deploy[..], more].concat()).expect(code).screen().to_string();
    let one_way = with(0, &["--one-way", "drops a column"]);
    assert!(one_way.contains("one way   there is no way back: drops a column"), "{one_way}");
    let urgent = with(0, &["--emergency", "the checkout is down"]);
    assert!(urgent.contains("emergency no soak: the checkout is down"), "{urgent}");
    let both = with(2, &["--one-way", "drops a column", "--emergency", "the checkout is down"]);
    assert!(both.contains("an emergency needs a way back, and there is none: drops a column"), "{both}");
}

#[test]
fn a_soak_that_nobody_asked_for_here_is_not_one_of_the_first_release() {
    let toml = "[services.shop]\ncommand = [\"./shop\"]\n[services.shop.release]\nsoak = \"2h\"\n";
    let desk = Desk::new().with("shop.md", "").with("callsheet.toml", toml);
    let deploy = ["deploy", "shop", "--version", "1.4.0", "--artifact", "shop.md", "--dry-run"];
    let shown = |more: &[&str]| desk.callsheet(&[&deploy[..], more].concat()).expect(0).screen().to_string();
    assert!(shown(&[]).contains("2h, judged all the time; a first release does without\n"), "{}", shown(&[]));
    assert!(shown(&["--soak", "1h"]).contains("1h, judged all the time\n"), "{}", shown(&["--soak", "1h"]));
}

#[test]
fn lines_fit_into_80_columns() {
    let ending = desk().callsheet(&["plan", "shop.md#deploy", "--param", "version=v1.4"]);
    for line in ending.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn what_is_wrong_is_said_with_a_way_out() {
    let desk = desk();
    insta::assert_snapshot!(desk.callsheet(&["plan", "shop.md#deplyo"]).expect(2).screen());
    let wrong = ["plan", "shop.md#deploy", "--param", "version=v1", "--param", "replicas=many", "--param", "typo=1"];
    insta::assert_snapshot!(desk.callsheet(&wrong).expect(2).screen());
}

#[test]
fn json_has_every_documented_field() {
    let ending = desk().callsheet(&["plan", "shop.md", "--format", "json"]).expect(0);
    let report: Value = serde_json::from_str(&ending.stdout).expect("it is JSON");
    assert_eq!(report["schema"], "callsheet.plan/1");
    let slugs: Vec<_> = report["procedures"].as_array().expect("a list").iter().map(|one| &one["slug"]).collect();
    assert_eq!(slugs, ["deploy", "go-back"]);
    let page = include_str!("../../src/reference/plan-json.md");
    let documented = |value: &Value| {
        for key in value.as_object().expect("an object").keys() {
            assert!(page.contains(&format!("`{key}`")) || page.contains(&format!("\"{key}\"")), "{key} is documented");
        }
    };
    let step = &report["procedures"][0]["steps"][0];
    documented(&report);
    documented(&report["procedures"][0]);
    documented(step);
    documented(&step["acts"][0]);
    assert_eq!((step["kind"].as_str(), step["runs"].as_str()), (Some("command"), Some("shell")));
    assert_eq!((step["timeout"].as_str(), step["retry"].as_u64()), (Some("5m"), Some(2)));
}
