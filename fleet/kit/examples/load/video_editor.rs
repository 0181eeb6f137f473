//! The video editor: a timeline, a project, the list of projects and the newest edits are read; clips are moved, as the shared document
//! keeps it for everybody.

use serde_json::json;

use crate::caller::{Caller, Failure, Story, one_of, text};

const PROJECTS: usize = 50;

pub struct Timelines {
    caller: Caller,
    /// Projects and a clip of each.
    projects: Vec<(String, String)>,
}

impl Story for Timelines {
    async fn prepare(caller: Caller) -> Result<Timelines, Failure> {
        let mut projects = Vec::new();
        for number in 0..PROJECTS {
            let body = json!({"name": format!("Film {number}"), "width": 640, "height": 360, "fps": 25});
            let project = text(&caller.post("/api/projects", body).await?, "id")?;
            let edits = format!("/api/projects/{project}/edits");
            let body = json!({"kind": "add_track", "track_kind": "text", "name": "Titles"});
            let track = text(&caller.post(&edits, body).await?, "made")?;
            let mut clip = String::new();
            for at in 0..10 {
                let body = json!({"kind": "add_clip", "track": track, "text": "Fog", "start_ms": at * 4000});
                clip = text(&caller.post(&edits, body).await?, "made")?;
            }
            projects.push((project, clip));
        }
        Ok(Timelines { caller, projects })
    }

    async fn read(&self, number: usize) -> Result<(), Failure> {
        let (project, _) = one_of(&self.projects, number);
        let path = match number % 10 {
            1 => "/api/projects?limit=20".to_owned(),
            2 => "/api/edits/recent".to_owned(),
            3 | 8 => format!("/api/projects/{project}"),
            _ => format!("/api/projects/{project}/timeline"),
        };
        self.caller.get(&path).await.map(drop)
    }

    async fn write(&self, number: usize) -> Result<(), Failure> {
        let (project, clip) = one_of(&self.projects, number);
        let body = json!({"kind": "move", "clip": clip, "start_ms": 60_000 + number % 1000});
        self.caller.post(&format!("/api/projects/{project}/edits"), body).await.map(drop)
    }
}
