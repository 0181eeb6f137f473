//! Renders pages from the templates built into the binary.

use axum::response::Html;
use fleet_kit::Problem;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};

use crate::documents::{money, pages};
use crate::film::User;

/// The templates, compiled.
pub struct Templates {
    environment: Environment<'static>,
}

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

const ALL: [(&str, &str); 10] = templates![
    "layout.html",
    "film_layout.html",
    "home.html",
    "sign_in.html",
    "films.html",
    "script.html",
    "breakdown.html",
    "storyboard.html",
    "schedule.html",
    "budget.html",
];

impl Templates {
    /// Compiles them all, so that a wrong one is known at start.
    pub fn load() -> Result<Templates, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.add_filter("day", |timestamp: &str| timestamp.get(..10).unwrap_or(timestamp).to_owned());
        environment.add_filter("pages", pages);
        environment.add_filter("money", money);
        environment.add_filter("plain", |text: &str| crate::fountain::plain(text));
        for (name, source) in ALL {
            environment.add_template(name, source)?;
        }
        Ok(Templates { environment })
    }

    /// One page; `details` are its own values beside those of the layout.
    pub fn render(
        &self,
        name: &str,
        user: Option<&User>,
        version: &str,
        details: Value,
    ) -> Result<Html<String>, Problem> {
        let user = user.map(|user| context! { name => user.name.clone(), email => user.email.clone() });
        let all = context! { user, version, ..details };
        let rendered = self.environment.get_template(name).and_then(|template| template.render(all));
        rendered.map(Html).map_err(|error| Problem::internal("rendering a page", &format!("{error:#}")))
    }
}
