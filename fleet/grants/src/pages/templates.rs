//! Renders pages from the templates built into the binary.

use axum::response::Html;
use fleet_kit::Problem;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context};

use crate::grant::euros;
use crate::identity::PageActor;

/// The templates, compiled.
pub struct Templates {
    environment: Environment<'static>,
}

const ALL: [(&str, &str); 10] = [
    ("layout.html", include_str!("../../templates/layout.html")),
    ("sign_in.html", include_str!("../../templates/sign_in.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("documents.html", include_str!("../../templates/documents.html")),
    ("document.html", include_str!("../../templates/document.html")),
    ("document_form.html", include_str!("../../templates/document_form.html")),
    ("beneficiaries.html", include_str!("../../templates/beneficiaries.html")),
    ("beneficiary_form.html", include_str!("../../templates/beneficiary_form.html")),
    ("budgets.html", include_str!("../../templates/budgets.html")),
    ("budget.html", include_str!("../../templates/budget.html")),
];

impl Templates {
    /// Compiles them all, so that a wrong one is known at start.
    pub fn load() -> Result<Templates, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.add_filter("day", |timestamp: &str| timestamp.get(..10).unwrap_or(timestamp).to_owned());
        environment.add_filter("euros", euros);
        environment.add_filter("share", |part: i64, whole: i64| if whole > 0 { part * 100 / whole } else { 0 });
        environment.add_filter("bytes", |bytes: i64| match bytes {
            0..1_000 => format!("{bytes} B"),
            1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
            _ => format!("{:.1} MB", bytes as f64 / 1e6),
        });
        for (name, source) in ALL {
            environment.add_template(name, source)?;
        }
        Ok(Templates { environment })
    }

    /// One page; `details` are its own values beside those of the layout.
    pub fn render(
        &self,
        name: &str,
        actor: Option<&PageActor>,
        version: &str,
        details: Value,
    ) -> Result<Html<String>, Problem> {
        let user = actor.map(|actor| {
            let role = actor.user.role;
            context! {
                name => actor.user.name.clone(), email => actor.user.email.clone(), role => role.as_str(),
                csrf => actor.csrf.clone(),
                writes => role.writes_documents(), pays => role.writes_budgets(),
            }
        });
        let all = context! { user, version, ..details };
        let rendered = self.environment.get_template(name).and_then(|template| template.render(all));
        rendered.map(Html).map_err(|error| Problem::internal("rendering a page", &format!("{error:#}")))
    }
}
