//! A service's API described as OpenAPI 3.1, and the browser's view of it.
//!
//! The description stands beside the routes rather than on them, because bodies are read field by field; each service's
//! tests ask the running service for every operation that it names. The service brings a table of [`Operation`]s and its
//! schemas; the functions below help to write those.

use serde_json::{Map, Value, json};

/// One way to ask. Built with [`Operation::get`] and the like, then refined.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    signed_in: bool,
    body: Option<(&'static str, &'static str)>,
    status: &'static str,
    answer: Option<(&'static str, &'static str)>,
    query: &'static [Query],
    conditional: bool,
}

/// A parameter of the query.
#[derive(Clone, Copy, Debug)]
pub enum Query {
    /// A whole number within bounds.
    Number(&'static str, i64, i64),
    /// A text of so many characters at most.
    Text(&'static str, u32),
    /// An id.
    Id(&'static str),
    /// One of these words.
    Choice(&'static str, &'static [&'static str]),
    /// A day, as `2026-01-31`.
    Day(&'static str),
}

const JSON: &str = "application/json";

impl Operation {
    const fn new(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
        let (signed_in, body, status, answer) = (true, None, "200", None);
        Operation { method, path, id, summary, signed_in, body, status, answer, query: &[], conditional: false }
    }

    /// Reads, signed in, answered with JSON of the schema.
    pub const fn get(path: &'static str, id: &'static str, summary: &'static str, schema: &'static str) -> Operation {
        Operation::new("get", path, id, summary).answers("200", schema)
    }

    /// Makes something, signed in: JSON in, 201 with JSON.
    pub const fn post(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
        Operation::new("post", path, id, summary)
    }

    /// Puts something in its place, signed in.
    pub const fn put(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
        Operation::new("put", path, id, summary)
    }

    /// Changes something, signed in, `If-Match` allowed.
    pub const fn patch(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
        Operation { conditional: true, ..Operation::new("patch", path, id, summary) }
    }

    /// Deletes something, signed in, answered with 204.
    pub const fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
        Operation { status: "204", ..Operation::new("delete", path, id, summary) }
    }

    /// Anybody may ask.
    pub const fn open(self) -> Operation {
        Operation { signed_in: false, ..self }
    }

    /// With a JSON body of this schema.
    pub const fn takes(self, schema: &'static str) -> Operation {
        Operation { body: Some((JSON, schema)), ..self }
    }

    /// With a body of another media type.
    pub const fn takes_as(self, media_type: &'static str, schema: &'static str) -> Operation {
        Operation { body: Some((media_type, schema)), ..self }
    }

    /// Answered with JSON of this schema.
    pub const fn answers(self, status: &'static str, schema: &'static str) -> Operation {
        Operation { status, answer: Some((JSON, schema)), ..self }
    }

    /// Answered with bytes of this media type.
    pub const fn answers_as(self, media_type: &'static str) -> Operation {
        Operation { status: "200", answer: Some((media_type, "")), ..self }
    }

    /// Answered with 204.
    pub const fn answers_nothing(self) -> Operation {
        Operation { status: "204", answer: None, ..self }
    }

    /// With parameters.
    pub const fn query(self, query: &'static [Query]) -> Operation {
        Operation { query, ..self }
    }

    /// `If-Match` makes it conditional.
    pub const fn conditional(self) -> Operation {
        Operation { conditional: true, ..self }
    }

    fn described(&self) -> Value {
        let mut good = json!({"description": "Done"});
        match self.answer {
            Some((media_type, "")) => {
                good["content"] = json!({(media_type): {"schema": {"type": "string", "format": "binary"}}});
            }
            Some((media_type, schema)) => good["content"] = content(media_type, schema),
            None => {}
        }
        let problem = json!({"description": "A problem", "content": content("application/problem+json", "Problem")});
        let mut described = json!({
            "operationId": self.id,
            "summary": self.summary,
            "parameters": self.parameters(),
            "responses": {(self.status): good, "4XX": problem, "5XX": problem},
        });
        if let Some((media_type, schema)) = self.body {
            described["requestBody"] = json!({"required": true, "content": content(media_type, schema)});
        }
        described["security"] = if self.signed_in { json!([{"token": []}]) } else { json!([{}, {"token": []}]) };
        described
    }

    fn parameters(&self) -> Vec<Value> {
        let names = self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let path = names.map(|name| {
            let schema = match name {
                "id" => id(),
                name if name.ends_with("_id") => id(),
                "number" => json!({"type": "integer", "minimum": 1}),
                _ => json!({"type": "string"}),
            };
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        });
        let query = self.query.iter().map(|query| {
            let (name, schema) = match *query {
                Query::Number(name, least, most) => {
                    (name, json!({"type": "integer", "minimum": least, "maximum": most}))
                }
                Query::Text(name, most) => (name, bounded(0, most)),
                Query::Id(name) => (name, id()),
                Query::Choice(name, choices) => (name, json!({"enum": choices})),
                Query::Day(name) => (name, json!({"type": "string", "format": "date"})),
            };
            json!({"name": name, "in": "query", "required": false, "schema": schema})
        });
        let condition = self.conditional.then(|| {
            let told = "The `ETag` that reading gave; 412 if it was changed meanwhile";
            json!({"name": "If-Match", "in": "header", "required": false, "description": told, "schema": {"type": "string"}})
        });
        path.chain(query).chain(condition).collect()
    }
}

/// What stands above the operations.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The API's name.
    pub title: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Its version.
    pub version: &'a str,
}

/// The whole document; the schema `Problem` is added.
pub fn document(about: About<'_>, operations: &[Operation], schemas: Vec<(&str, Value)>) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        paths.entry(operation.path).or_insert_with(|| json!({}))[operation.method] = operation.described();
    }
    let mut all: Map<String, Value> = schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    all.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {"title": about.title, "description": about.description, "version": about.version},
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": all,
        },
    })
}

fn problem() -> Value {
    let fault = object(&["field", "code", "detail"], &[("field", text()), ("code", text()), ("detail", text())]);
    let members = [
        ("type", text()),
        ("title", text()),
        ("status", json!({"type": "integer"})),
        ("detail", text()),
        ("request_id", text()),
        ("errors", json!({"type": "array", "items": fault})),
    ];
    object(&["type", "title", "status", "detail"], &members)
}

fn content(media_type: &str, schema: &str) -> Value {
    json!({(media_type): {"schema": named(schema)}})
}

/// The schema with this name.
pub fn named(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

/// An object; members that are not named may be there, too.
pub fn object(required: &[&str], properties: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> =
        properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({"type": "object", "required": required, "properties": properties})
}

/// An object of which every member is always there.
pub fn whole(properties: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    object(&required, properties)
}

/// An object that admits no other members.
pub fn closed(required: &[&str], properties: &[(&str, Value)]) -> Value {
    let mut schema = object(required, properties);
    schema["additionalProperties"] = json!(false);
    schema
}

/// A list of the named schema.
pub fn list_of(schema: &str) -> Value {
    json!({"type": "array", "items": named(schema)})
}

/// Any text.
pub fn text() -> Value {
    json!({"type": "string"})
}

/// A text of so many characters.
pub fn bounded(least: u32, most: u32) -> Value {
    json!({"type": "string", "minLength": least, "maxLength": most})
}

/// A text or null.
pub fn nullable_text() -> Value {
    json!({"type": ["string", "null"]})
}

/// A whole number from 0.
pub fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

/// A UUID.
pub fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

/// A moment in UTC.
pub fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_described_with_what_it_takes_and_gives() {
        let operations = [
            Operation::get("/films/{id}/days/{number}", "readDay", "Read a day", "Day").query(&[Query::Id("after")]),
            Operation::delete("/films/{id}", "deleteFilm", "Delete a film").conditional(),
        ];
        let about = About { title: "Films", description: "", version: "1" };
        let document = document(about, &operations, vec![("Day", whole(&[("number", count())]))]);
        let day = &document["paths"]["/films/{id}/days/{number}"]["get"];
        let names: Vec<&str> =
            day["parameters"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(names, ["id", "number", "after"]);
        assert_eq!(day["responses"]["200"]["content"][JSON]["schema"], named("Day"));
        let delete = &document["paths"]["/films/{id}"]["delete"];
        assert!(delete["responses"]["204"]["content"].is_null() && delete["parameters"][1]["in"] == "header");
        assert_eq!(document["components"]["schemas"]["Day"]["required"], json!(["number"]));
    }
}
