//! Several people edit at once, on several instances; Redis goes and comes back.

use std::sync::Arc;
use std::time::Duration;

use callsheet_servers::Redis;
use reqwest::Method;
use serde_json::json;

use crate::member::{Member, connection, converge};
use crate::running::{Ground, Running, with_project};

const TWO: usize = 2;

/// How many people edit: 20, or as many as `$VIDEO_EDITOR_PEOPLE` says.
fn people() -> usize {
    std::env::var("VIDEO_EDITOR_PEOPLE")
        .ok()
        .map_or(20, |number| number.parse().expect("VIDEO_EDITOR_PEOPLE is a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_on_two_instances_converge_also_when_redis_was_lost() {
    let all = people();
    let redis = Redis::start();
    let mut ground = Ground::with(Arc::new(redis));
    let instances: Vec<Running> = (0..TWO).map(|_| Running::start(&ground, &[("JOB_WORKERS", "0")])).collect();
    let token = instances[0].operator().await;
    let project = instances[0].project(&token).await;
    let mut members = Vec::new();
    for number in 0..all {
        members.push(Member::join(instances[number % TWO].port, &project, &token).await);
    }
    for (number, member) in members.iter_mut().enumerate() {
        member.write(&format!("before-{number}"), number as f64).await;
    }
    converge(&mut members, all).await;

    // Without Redis each instance goes on with what it has; `/healthz` tells of it, readiness does not send people away.
    Arc::get_mut(&mut ground.redis).unwrap().halt();
    for (number, member) in members.iter_mut().enumerate() {
        member.write(&format!("without-{number}"), 100.0 + number as f64).await;
        member.hear(Duration::from_millis(2)).await;
    }
    let health = instances[0].get("/healthz").await;
    assert_eq!(health.status(), 503);
    assert!(health.text().await.unwrap().contains("\"redis\":{\"status\":\"down\""));
    assert_eq!(instances[0].get("/healthz/ready").await.status(), 200);
    // What somebody wrote is on its way for a moment.
    let own = clips_become(&instances[1], &token, &project, "without", all / TWO).await;
    assert_eq!(own, all / TWO, "an instance has what its own people wrote");

    Arc::get_mut(&mut ground.redis).unwrap().resume();
    converge(&mut members, 2 * all).await;
    assert_eq!(instances[0].figure("websockets_open").await, (all / TWO) as f64);

    // Everything is kept: an instance that starts now has it all from the database.
    let late = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    assert_eq!(clips_become(&late, &token, &project, "", 2 * all).await, 2 * all);
}

/// How many clips have a name that begins so, once they are as many as `wanted`; what there is after half a minute if they never are.
async fn clips_become(instance: &Running, token: &str, project: &str, beginning: &str, wanted: usize) -> usize {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        let timeline = instance.read(token, &format!("/api/projects/{project}/timeline")).await;
        let clips = timeline["clips"].as_array().unwrap().iter();
        let count = clips.filter(|clip| clip["id"].as_str().unwrap().starts_with(beginning)).count();
        if count == wanted || tokio::time::Instant::now() > deadline {
            return count;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presence_is_told_and_who_leaves_is_gone() {
    let ground = Ground::new();
    let instances: Vec<Running> = (0..TWO).map(|_| Running::start(&ground, &[("JOB_WORKERS", "0")])).collect();
    let token = instances[0].operator().await;
    let project = instances[0].project(&token).await;
    let mut watcher = Member::join(instances[0].port, &project, &token).await;
    let mut guest = Member::join(instances[1].port, &project, &token).await;
    guest.introduce("Guest").await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    let mut left = Some(guest);
    loop {
        watcher.hear(Duration::from_millis(50)).await;
        if watcher.heard_of.iter().any(|state| state.contains("Guest")) {
            drop(left.take());
        }
        if watcher.heard_of.last().is_some_and(|state| state == "null") {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{:?}", watcher.heard_of);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_other_sites_and_nonsense_are_refused() {
    let (_ground, service, token, project) = with_project().await;
    assert!(connection(service.port, &project, "nobody").await.is_none());
    assert!(connection(service.port, "0192b3c4-0000-7000-8000-000000000000", &token).await.is_none());
    let upgrade = |origin: &'static str| {
        let request = service.request(Method::GET, &format!("/collab/{project}")).bearer_auth(&token);
        let request = request.header("origin", origin).header("connection", "upgrade").header("upgrade", "websocket");
        request.header("sec-websocket-version", "13").header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==").send()
    };
    assert_eq!(upgrade("https://elsewhere.example").await.unwrap().status(), 403);

    for nonsense in [vec![9, 9, 9], vec![], vec![0, 2, 3, 1, 2, 3], vec![0, 2, 255, 255, 255, 255, 15]] {
        let mut member = Member::join(service.port, &project, &token).await;
        member.hear(Duration::from_millis(50)).await;
        member.say_bytes(nonsense.clone()).await;
        assert_eq!(member.hear(Duration::from_secs(5)).await, Some(1007), "{nonsense:?}");
    }
    assert!(service.figure("websocket_errors_total").await >= 4.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_says_goodbye_and_loses_no_edit() {
    let ground = Ground::new();
    let mut service = Running::start(&ground, &[("JOB_WORKERS", "0"), ("DRAIN_GRACE_SECONDS", "0.1")]);
    let token = service.operator().await;
    let project = service.project(&token).await;
    let mut member = Member::join(service.port, &project, &token).await;
    member.hear(Duration::from_millis(100)).await;
    member.write("last", 1.0).await;
    service.signal(rustix::process::Signal::TERM);
    assert_eq!(member.hear(Duration::from_secs(10)).await, Some(1001));
    drop(member);
    assert!(service.ended().success(), "{}", service.said());
    let next = Running::start(&ground, &[("JOB_WORKERS", "0")]);
    let timeline = next.read(&token, &format!("/api/projects/{project}/timeline")).await;
    assert_eq!(timeline["clips"][0]["id"], json!("last"));
}
