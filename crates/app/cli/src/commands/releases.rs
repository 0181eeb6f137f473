//! `callsheet releases [SERVICE]`: what is kept for starting and going back, and what runs where.

use callsheet_releases::{Manifest, Store};
use serde_json::{Value, json};

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// List the releases that are kept, and what runs where
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this service
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    /// How to print the list: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// Prints the list.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let store = Store::new(&settings.state);
    let failed = |error: callsheet_releases::ReleasesError| Failure::environment(error.to_string()).because_of(&error);
    let services = match args.service {
        Some(service) => vec![service],
        None => store.services().map_err(failed)?,
    };
    let mut text = String::new();
    let mut list: Vec<Value> = Vec::new();
    for service in &services {
        let environments = store.environments(service).map_err(failed)?;
        for manifest in store.list(service).map_err(failed)? {
            let mut runs = Vec::new();
            for environment in &environments {
                let running = store.running(service, environment).map_err(failed)?;
                if running.current().is_some_and(|release| release.version == manifest.version) {
                    runs.push(environment.clone());
                }
            }
            text.push_str(&line(service, &manifest, &runs));
            list.push(json!({ "service": service, "release": manifest, "runs-in": runs }));
        }
    }
    match args.format {
        Format::Json => {
            context.screen.data(&format!("{:#}\n", json!({ "schema": "callsheet.releases/1", "releases": list })))?;
        }
        Format::Text if list.is_empty() => {
            context.screen.talk("no release is kept here: `callsheet deploy` registers one\n")?;
        }
        Format::Text => context.screen.data(&text)?,
    }
    Ok(Exit::Done)
}

fn line(service: &str, manifest: &Manifest, runs: &[String]) -> String {
    let runs = if runs.is_empty() { String::new() } else { format!("  runs in {}", runs.join(", ")) };
    let one_way = manifest.one_way.as_ref().map(|why| format!("  one way: {why}")).unwrap_or_default();
    let mebibytes = manifest.bytes as f64 / f64::from(1 << 20);
    format!(
        "{service}  {:<12}  {}  {mebibytes:>8.1} MiB  {}  by {}{runs}{one_way}\n",
        manifest.version,
        manifest.digest.short(),
        state::instant(manifest.when),
        manifest.who,
    )
}
