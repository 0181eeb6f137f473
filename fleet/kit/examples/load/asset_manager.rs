//! The asset manager: an element, its components, a list and a search are read; components are added.

use serde_json::json;

use crate::caller::{Caller, Failure, Story, one_of, text};

const ELEMENTS: usize = 100;

pub struct Elements {
    caller: Caller,
    elements: Vec<String>,
}

impl Story for Elements {
    async fn prepare(caller: Caller) -> Result<Elements, Failure> {
        let body = json!({"name": "Under load", "visibility": "public"});
        let universe = text(&caller.post("/api/universes", body).await?, "id")?;
        let mut story = Elements { caller, elements: Vec::new() };
        for number in 0..ELEMENTS {
            let body = json!({"kind": "character", "name": format!("Sailor {number}"), "summary": "Of the harbour."});
            let made = story.caller.post(&format!("/api/universes/{universe}/elements"), body).await?;
            story.elements.push(text(&made, "id")?);
            story.write(number).await?;
        }
        Ok(story)
    }

    async fn read(&self, number: usize) -> Result<(), Failure> {
        let element = one_of(&self.elements, number);
        let path = match number % 10 {
            1 | 6 => format!("/api/elements/{element}/components?limit=20"),
            2 => "/api/universes?limit=20".to_owned(),
            3 => format!("/api/search?q=sailor%20{}&limit=10", number % ELEMENTS),
            _ => format!("/api/elements/{element}"),
        };
        self.caller.get(&path).await.map(drop)
    }

    async fn write(&self, number: usize) -> Result<(), Failure> {
        let words = format!("Came with ship {number}, and stayed for the fog.");
        let body = json!({"kind": "text", "title": format!("Past {number}"), "text": words});
        let path = format!("/api/elements/{}/components", one_of(&self.elements, number));
        self.caller.post(&path, body).await.map(drop)
    }
}
