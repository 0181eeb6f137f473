//! The page's template. Every value passes through one place on its way into the page, and is harmless from there on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callsheet_base::Digest;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, Output, State, UndefinedBehavior, Value, context};

use crate::page::Page;
use crate::visible;

const STYLE: &str = include_str!("../page/style.css");
const SCRIPT: &str = include_str!("../page/script.js");
const PAGE: &str = include_str!("../page/page.html");

/// Writes the page.
pub fn render(page: &Page) -> Result<String, Error> {
    let mut templates = Environment::new();
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_formatter(harmless);
    templates.add_filter("attr", |text: String| Value::from_safe_string(visible::attribute(&text)));
    templates.add_template("page.html", PAGE)?;
    let script_hash = STANDARD.encode(Digest::of(SCRIPT.as_bytes()).as_bytes());
    templates.get_template("page.html")?.render(context! {
        page => Serde(page),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        script_hash => script_hash,
    })
}

/// What is not marked as HTML is text.
fn harmless(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(Error::new(minijinja::ErrorKind::UndefinedError, "a value of the page is missing"));
    }
    let text = value.to_string();
    let written = if value.is_safe() { out.write_str(&text) } else { out.write_str(&visible::html(&text)) };
    written.map_err(Error::from)
}
