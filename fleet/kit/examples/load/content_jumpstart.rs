//! Content Jumpstart: a client, a project, both lists and the dashboard are read; clients are changed.

use serde_json::json;

use crate::caller::{Caller, Failure, Story, one_of, text};

const CLIENTS: usize = 100;

pub struct Clients {
    caller: Caller,
    clients: Vec<String>,
    projects: Vec<String>,
}

impl Story for Clients {
    async fn prepare(caller: Caller) -> Result<Clients, Failure> {
        let mut story = Clients { caller, clients: Vec::new(), projects: Vec::new() };
        for number in 0..CLIENTS {
            let body =
                json!({"name": format!("Shop {number}"), "industry": "Lamps", "voice_samples": ["Short words."]});
            let client = text(&story.caller.post("/api/clients", body).await?, "id")?;
            let body = json!({"name": format!("Spring {number}"), "client_id": client});
            story.projects.push(text(&story.caller.post("/api/projects", body).await?, "id")?);
            story.clients.push(client);
        }
        Ok(story)
    }

    async fn read(&self, number: usize) -> Result<(), Failure> {
        let path = match number % 10 {
            1 => "/api/clients?limit=20".to_owned(),
            2 => "/api/projects?limit=20".to_owned(),
            3 => "/api/dashboard".to_owned(),
            4 | 6 => format!("/api/clients/{}", one_of(&self.clients, number)),
            _ => format!("/api/projects/{}", one_of(&self.projects, number)),
        };
        self.caller.get(&path).await.map(drop)
    }

    async fn write(&self, number: usize) -> Result<(), Failure> {
        let body = json!({"tone": format!("warm, as in draft {number}")});
        self.caller.patch(&format!("/api/clients/{}", one_of(&self.clients, number)), body).await.map(drop)
    }
}
