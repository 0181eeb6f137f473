//! The video editor's runbook against the real service on PostgreSQL, Redis and FFmpeg: its users' flows pass, a release goes out through a
//! change of the schema and comes back, every trouble is found by its own diagnosis and by no other, and cleared by its fix.

use std::time::Duration;

use callsheet_e2e::{Crowd, VideoEditor, found};
use callsheet_servers::{Postgres, Redis};

/// The service and its servers, which end with it.
struct Stage {
    service: VideoEditor,
    redis: Redis,
    _postgres: std::sync::Arc<Postgres>,
}

fn stage(release: u8) -> Stage {
    let (postgres, redis) = (Postgres::shared(), Redis::start());
    let service = VideoEditor::start(&postgres.fresh_database(), &redis.url(), release);
    Stage { service, redis, _postgres: postgres }
}

impl Stage {
    /// The troubles that the runbook's looks find now.
    #[track_caller]
    fn troubles(&self) -> Vec<&'static str> {
        let (_, logs) = self.service.procedure("diagnose", &[], 0);
        found(&VideoEditor::TOPICS, &logs)
    }

    /// One fault: found by its own look alone, mended by its topic's procedure, and gone.
    #[track_caller]
    fn drill(&self, topic: &'static str, fault: &str, body: &str) {
        self.service.fault(fault, body);
        self.found_and_cleared(topic);
    }

    #[track_caller]
    fn found_and_cleared(&self, topic: &'static str) {
        assert_eq!(self.troubles(), [topic]);
        // Its last step looks again and demands that the trouble is gone.
        let (run, _) = self.service.procedure(topic, &[], 0);
        assert_eq!(self.service.desk.phase(&run), "done");
    }
}

impl Stage {
    /// Another topic's procedure looks, sees that it is something else, and touches nothing.
    #[track_caller]
    fn left_alone_by(&self, other: &str) {
        let (run, _) = self.service.procedure(other, &[], 1);
        let record = self.service.desk.record(&run);
        let steps = record["steps"].as_array().into_iter().flatten();
        let reached: Vec<&str> = steps.filter_map(|step| step["id"].as_str()).collect();
        assert_eq!(reached, ["find"], "a fix ran for another trouble: {record:#}");
    }

    /// Waits until every instance's health says this.
    #[track_caller]
    fn until_health(&self, words: &str) {
        self.service.desk.until(words, |_| self.service.health().iter().all(|one| one.contains(words)));
    }

    /// Waits until every instance heard itself through Redis so many seconds ago.
    #[track_caller]
    fn until_echoes_are(&self, wanted: impl Fn(f64) -> bool) {
        self.service.desk.until("the instances' echoes", |_| {
            let ages = self.service.figures("collaboration_echo_age_seconds");
            ages.len() == 2 && ages.into_iter().all(&wanted)
        });
    }
}

#[test]
fn troubles_of_its_servers_are_found_and_cleared() {
    let mut stage = stage(2);
    stage.service.fault("dependency", r#"{"name":"database"}"#);
    stage.left_alone_by("performance-degradation");
    stage.found_and_cleared("database-failed");
    stage.service.fault("pool-exhausted", "");
    stage.until_health(r#""database":{"status":"down""#);
    stage.found_and_cleared("database-failed");
    stage.drill("performance-degradation", "slow-query", r#"{"delay_ms":400}"#);
    stage.drill("redis-lost", "dependency", r#"{"name":"redis"}"#);
    // Deploys begin with a snapshot, and the fix goes back to the newest.
    stage.service.shell("runbooks/video-editor/service.sh backup first");
    stage.drill("data-integrity", "data-loss", r#"{"share":0.5}"#);

    // The server itself is gone: it is found, people edit on, and with the server back nothing is left to mend.
    stage.redis.halt();
    stage.until_health(r#""redis":{"status":"down""#);
    assert_eq!(stage.troubles(), ["redis-lost"]);
    assert!(stage.service.shell(EDIT).contains("\"made\""));
    stage.redis.resume();
    stage.until_health(r#""status":"healthy""#);
    stage.until_echoes_are(|age| age < 4.0);
    assert!(stage.troubles().is_empty());
}

#[test]
fn troubles_of_media_page_messages_and_release_are_found_and_cleared() {
    let stage = stage(2);
    stage.service.fault("codec-regression", "");
    stage.left_alone_by("storage-full");
    stage.found_and_cleared("ffmpeg-failure");
    stage.drill("storage-full", "full-disk", "");
    stage.drill("page-not-loading", "missing-asset", "");
    stage.drill("regression-after-deploy", "errors", r#"{"share":0.2}"#);
    stage.service.fault("broadcast-failure", "");
    stage.until_echoes_are(|age| age > 6.5);
    stage.found_and_cleared("websocket-failure");
}

#[test]
fn a_release_goes_out_through_a_change_of_the_schema_and_comes_back() {
    let stage = stage(1);
    let service = &stage.service;
    assert_eq!(service.version(), "1.0.0");
    service.procedure("daily-checks", &["--param", "version=1.0.0"], 0);
    let users = Crowd::asking(service.address().expect("it runs"), "/", 4, Duration::from_millis(20));
    let (run, logs) = service.procedure("deploy", &["--param", "version=2.0.0"], 0);
    assert!(logs.contains("is whole") && logs.contains("every codec works"), "{logs}");
    assert_eq!(service.version(), "2.0.0");
    let record = service.desk.callsheet(&["show", &run]).expect(0).stdout;
    assert!(record.contains("rollout video-editor 1.0.0 → 2.0.0: promoted"), "{record}");
    assert!(record.contains("page.jpg"), "the picture of the page is not in the record: {record}");
    let sound = service.shell("runbooks/video-editor/service.sh integrity");
    assert!(sound.contains("the data is sound"), "{sound}");

    service.procedure("rollback", &[], 0);
    assert_eq!(service.version(), "1.0.0");
    // The release before works on the newer schema.
    service.procedure("smoke-test", &[], 0);
    service.procedure("secret-rotation", &[], 0);
    assert_eq!(service.shell("grep -c ^jwt_secret .video-editor/settings.toml").trim(), "2");
    service.procedure("end-of-a-secret-rotation", &[], 0);
    assert_eq!(service.shell("grep -c ^jwt_secret .video-editor/settings.toml").trim(), "1");
    let tally = users.leave();
    assert!(tally.broken.is_empty() && tally.answers.keys().all(|(status, _)| *status == 200), "{tally:?}");
}

/// An edit of the first project.
const EDIT: &str = r#"
access=$(curl -fsS "$base_url/api/auth/login" -H 'content-type: application/json' \
  -d "{\"email\":\"operator@studio.example\",\"password\":\"$OPERATOR_PASSWORD\"}" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
project=$(curl -fsS "$base_url/api/projects" -H "authorization: Bearer $access" | grep -o '"id":"[^"]*"' | head -n 1 | cut -d'"' -f4)
curl -fsS "$base_url/api/projects/$project/edits" -H 'content-type: application/json' -H "authorization: Bearer $access" \
  -d '{"kind":"add_track","track_kind":"text","name":"Titles"}'
"#;
