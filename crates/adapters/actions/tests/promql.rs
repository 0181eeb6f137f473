//! Conditions on metrics against a real Prometheus.

use std::time::Duration;

use callsheet_actions::promql::{Asker, Condition, Holding, PromqlError, hold};
use callsheet_servers::Prometheus;

fn condition(expression: &str) -> Condition {
    Condition {
        expression: expression.to_owned(),
        hold: Duration::ZERO,
        every: Duration::from_millis(50),
        within: Duration::ZERO,
    }
}

async fn ask(server: &Prometheus, condition: &Condition) -> Result<usize, PromqlError> {
    let mut looks = 0;
    hold(&server.url(), condition, &mut |_| looks += 1).await.map(|()| looks)
}

#[tokio::test]
async fn conditions_hold_or_say_what_was_seen() {
    let server = Prometheus::start();
    let settling = Condition { within: Duration::from_secs(30), ..condition("up{job=\"self\"} == 1") };
    ask(&server, &settling).await.unwrap();
    // One answer of a minute is enough: on a busy machine a later look at itself may come too late.
    let up = "max_over_time(up[1m])";

    assert_eq!(ask(&server, &condition(&format!("{up} == 1"))).await, Ok(1));
    assert_eq!(ask(&server, &condition("vector(2) > 1")).await, Ok(1));
    assert_eq!(ask(&server, &condition(&format!("scalar({up}) == bool 1"))).await, Ok(1));

    let held = Condition { hold: Duration::from_secs(1), ..condition(&format!("{up} == 1")) };
    assert!(ask(&server, &held).await.unwrap() >= 2);

    let never = ask(&server, &condition("up > 5")).await.unwrap_err();
    assert!(matches!(&never, PromqlError::Fails { held: false, seen, .. } if seen == "no series"), "{never}");
    let zero = ask(&server, &condition("scalar(up) > bool 5")).await.unwrap_err();
    assert!(matches!(&zero, PromqlError::Fails { seen, .. } if seen == "0"), "{zero}");

    let wrong = ask(&server, &condition("up ==")).await.unwrap_err();
    assert!(matches!(&wrong, PromqlError::Refused { cause, .. } if cause.contains("parse error")), "{wrong}");
    let range = ask(&server, &condition("up[1m]")).await.unwrap_err();
    assert!(matches!(&range, PromqlError::Refused { .. }), "{range}");
}

#[tokio::test]
async fn no_store_is_no_success() {
    let error = hold("http://127.0.0.1:1", &condition("up"), &mut |_| {}).await.unwrap_err();
    assert!(error.to_string().starts_with("no answer from 127.0.0.1:1: "), "{error}");
}

#[test]
fn whoever_asks_hears_the_value_that_fails_and_what_is_not_known() {
    let server = Prometheus::start();
    let asker = Asker::new(&server.url(), Duration::from_secs(10)).unwrap();
    assert_eq!(asker.look("vector(7) > 5"), Ok(Holding::Holds("7".to_owned())));
    assert_eq!(asker.look("vector(7) < 5"), Ok(Holding::Fails("7".to_owned())));
    assert_eq!(asker.look("scalar(vector(7)) < bool 5"), Ok(Holding::Fails("0".to_owned())));
    let missing = asker.look("no_such_metric < 5").unwrap();
    assert_eq!(missing, Holding::NoData("there is no series `no_such_metric`".to_owned()));
    assert!(matches!(asker.look("up =="), Err(PromqlError::Refused { .. })));

    let nobody = Asker::new("http://127.0.0.1:1", Duration::from_secs(10)).unwrap();
    assert!(matches!(nobody.look("up"), Err(PromqlError::NoAnswer { .. })));
}
