//! An answer that comes long after the run's keeper has left, as it does when nobody has spoken to it for ten minutes.

use callsheet_e2e::Desk;

const RUNBOOK: &str = "\
# Shop

## Deploy

```bash {name=set}
cd /; answer=kept
```

1. Look at the page.

```bash {name=use}
test \"$answer in $PWD\" = 'kept in /'
```
";

#[test]
fn it_finds_the_shell_as_it_was() {
    let desk = Desk::new(RUNBOOK);
    desk.callsheet(&["run", "ops.md#deploy", "--yes"]).expect(3);
    desk.keepers().into_iter().for_each(|keeper| keeper.kill());
    desk.until("the keeper is gone", |desk| desk.keepers().is_empty());
    desk.callsheet(&["confirm", "last", "2"]).expect(0);
    desk.callsheet(&["resume", "last"]).expect(0);
    let run = desk.run().expect("the run is on record");
    assert_eq!(desk.phase(&run), "done");
}
