//! The video editor: a release goes out through a change of the schema under users who never stop asking; Redis and a codec are lost,
//! found by the runbook, and had again; the way back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use callsheet_e2e::{Crowd, VideoEditor, found};
use callsheet_servers::{Postgres, Redis};

use super::narrator::Narrator;
use crate::stages::run;
use crate::tree::cargo;

/// Builds the programs, then tells the story; an error is a surprise.
pub fn play(narrator: &Narrator) -> anyhow::Result<()> {
    narrator.chapter("Building callsheet and the video editor in two releases");
    if std::env::var_os("CALLSHEET_PROGRAMS_BUILT").is_none() {
        run(cargo().args(["build", "--quiet", "--package", "callsheet", "--package", "video-editor", "--bins"]))?;
    }
    narrator.chapter("A PostgreSQL, a Redis, and video-editor 1.0.0 on them: two instances behind Callsheet's edge");
    let (postgres, redis) = (Postgres::shared(), Redis::start());
    let service = VideoEditor::start(&postgres.fresh_database(), &redis.url(), 1);
    let mut stage = Stage { narrator, service, redis, _postgres: postgres };
    narrator.quote(&stage.service.desk.callsheet(&["status"]).stdout, 4);
    stage.procedure("smoke-test", &[])?;

    let address = stage.service.address().context("the edge listens nowhere")?;
    let users = Crowd::asking(address, "/", 8, Duration::from_millis(10));
    narrator.say("From here on eight users load the page without a pause.");
    narrator.chapter("Release 2.0.0: snapshot, settings and codecs checked, schema expanded, then all users at once");
    stage.procedure("deploy", &["--param", "version=2.0.0"])?;
    ensure!(stage.service.version() == "2.0.0", "another version answers: {}", stage.service.version());

    stage.lose_redis()?;
    stage.lose_a_codec()?;

    narrator.chapter("The way back: the release before, on the newer schema");
    stage.procedure("rollback", &[])?;
    ensure!(stage.service.version() == "1.0.0", "another version answers: {}", stage.service.version());
    stage.procedure("smoke-test", &[])?;
    let tally = users.leave();
    ensure!(tally.broken.is_empty(), "requests were lost: {:?}", tally.broken);
    ensure!(tally.answers.keys().all(|(status, _)| *status == 200), "users got errors: {tally:?}");
    narrator.say(&format!("{} pages, none of them lost.", tally.answers.values().sum::<u64>()));
    narrator.quote(&stage.service.desk.callsheet(&["verify", "last"]).text(), 3);
    Ok(())
}

struct Stage<'a> {
    narrator: &'a Narrator,
    service: VideoEditor,
    redis: Redis,
    _postgres: Arc<Postgres>,
}

impl Stage<'_> {
    fn lose_redis(&mut self) -> anyhow::Result<()> {
        self.narrator.chapter("Redis is ended. People edit on; the runbook finds it, and nothing else");
        self.redis.halt();
        self.finds(&["redis-lost"])?;
        self.narrator.say("Redis is started again. Nothing was in it that must last.");
        self.redis.resume();
        self.service.desk.until("Redis to be heard again", |_| {
            self.service.health().iter().all(|one| one.contains("\"status\":\"healthy\""))
        });
        self.finds(&[])
    }

    fn lose_a_codec(&self) -> anyhow::Result<()> {
        self.narrator.chapter("An encoder is gone, as after an upgrade of FFmpeg. The runbook finds it and mends it");
        self.service.fault("codec-regression", "");
        self.finds(&["ffmpeg-failure"])?;
        self.procedure("ffmpeg-failure", &[])?;
        self.finds(&[])
    }

    /// Runs `diagnose`, which must say yes to these topics alone.
    fn finds(&self, wanted: &[&str]) -> anyhow::Result<()> {
        let logs = self.procedure("diagnose", &[])?;
        let told = found(&VideoEditor::TOPICS, &logs);
        ensure!(told == wanted, "{told:?} was found instead of {wanted:?}");
        let lines: Vec<&str> = logs.lines().filter(|line| line.contains(": yes (")).collect();
        self.narrator.quote(if lines.is_empty() { "every look says no" } else { lines[0] }, 1);
        Ok(())
    }

    /// Runs a procedure, which must end well, and shows how its steps ended; gives its output.
    fn procedure(&self, heading: &str, more: &[&str]) -> anyhow::Result<String> {
        self.narrator.command(&format!("callsheet run 'runbooks/video-editor.md#{heading}' {}", more.join(" ")));
        let (run, logs) = self.service.procedure(heading, more, 0);
        let record = self.service.desk.callsheet(&["show", &run]).stdout;
        self.narrator.steps(&record)?;
        Ok(logs)
    }
}
