//! Renders pages from the templates built into the binary.

use axum::response::Html;
use fleet_kit::Problem;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};

use crate::story::Viewer;

/// The templates, compiled.
pub struct Templates {
    environment: Environment<'static>,
}

const ALL: [(&str, &str); 7] = [
    ("cards.html", include_str!("../../templates/cards.html")),
    ("layout.html", include_str!("../../templates/layout.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("universes.html", include_str!("../../templates/universes.html")),
    ("universe.html", include_str!("../../templates/universe.html")),
    ("element.html", include_str!("../../templates/element.html")),
    ("sign_in.html", include_str!("../../templates/sign_in.html")),
];

impl Templates {
    /// Compiles them all, so that a wrong one is known at start.
    pub fn load() -> Result<Templates, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.add_filter("day", |timestamp: &str| timestamp.get(..10).unwrap_or(timestamp).to_owned());
        for (name, source) in ALL {
            environment.add_template(name, source)?;
        }
        Ok(Templates { environment })
    }

    /// One page; `details` are its own values beside those of the layout.
    pub fn render(&self, name: &str, viewer: &Viewer, version: &str, details: Value) -> Result<Html<String>, Problem> {
        let user = viewer.0.as_ref().map(|user| context! { name => user.name.clone(), email => user.email.clone() });
        let all = context! { user, version, ..details };
        let rendered = self.environment.get_template(name).and_then(|template| template.render(all));
        rendered.map(Html).map_err(|error| Problem::internal("rendering a page", &format!("{error:#}")))
    }
}
