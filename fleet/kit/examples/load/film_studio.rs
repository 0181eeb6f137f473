//! The film studio: a film, its scenes, a scene and its shots are read; shots are changed.

use serde_json::json;

use crate::caller::{Caller, Failure, Story, one_of, text};

const SCENES: usize = 60;

pub struct Film {
    caller: Caller,
    film: String,
    scenes: Vec<String>,
    shots: Vec<String>,
}

impl Story for Film {
    async fn prepare(caller: Caller) -> Result<Film, Failure> {
        let film = text(&caller.post("/api/projects", json!({"title": "Under load"})).await?, "id")?;
        let script: String = (0..SCENES)
            .map(|number| format!("INT. ROOM {number} - DAY\n\nThe CLOCK strikes.\n\nADA\nIt is {number} already.\n\n"))
            .collect();
        caller.put_text(&format!("/api/projects/{film}/script"), script).await?;
        let list = caller.get(&format!("/api/projects/{film}/scenes")).await?;
        let mut story = Film { caller, film, scenes: Vec::new(), shots: Vec::new() };
        for scene in list["items"].as_array().into_iter().flatten() {
            let scene = text(scene, "id")?;
            let body = json!({"size": "CU", "description": "The clock", "seconds": 2});
            let shot = story.caller.post(&format!("/api/scenes/{scene}/shots"), body).await?;
            story.shots.push(text(&shot, "id")?);
            story.scenes.push(scene);
        }
        Ok(story)
    }

    async fn read(&self, number: usize) -> Result<(), Failure> {
        let scene = one_of(&self.scenes, number);
        let path = match number % 10 {
            1 | 6 => format!("/api/projects/{}/scenes", self.film),
            2 | 7 => format!("/api/scenes/{scene}/shots"),
            3 => format!("/api/projects/{}", self.film),
            _ => format!("/api/scenes/{scene}"),
        };
        self.caller.get(&path).await.map(drop)
    }

    async fn write(&self, number: usize) -> Result<(), Failure> {
        let body = json!({"seconds": number % 100, "movement": "pan"});
        self.caller.patch(&format!("/api/shots/{}", one_of(&self.shots, number)), body).await.map(drop)
    }
}
