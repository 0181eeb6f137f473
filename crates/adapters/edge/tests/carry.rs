//! Requests are carried: to whom, with what, how.

mod support;

use support::{Instance, Stage};

#[test]
fn a_request_goes_to_the_service_and_back() {
    let instance = Instance::start("one", "1.0");
    let mut stage = Stage::new();
    stage.route(&[&instance]);
    let mut client = stage.client();
    let reply = client.get("/");
    assert_eq!((reply.status, reply.text().as_str()), (200, "one"), "{}", stage.log());
    assert_eq!(reply.header("x-version"), Some("1.0"));
    assert_eq!(reply.header("x-request-id").map(str::len), Some(32));
    // The connection is kept, on both sides.
    for _ in 0..10 {
        assert_eq!(client.get("/again").status, 200);
    }
    assert_eq!(instance.served(), 11);
}
