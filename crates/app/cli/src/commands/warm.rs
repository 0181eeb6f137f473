//! `callsheet warm ROUTE…`: asks named routes until they answer well and quickly, before users do.

use callsheet_actions::warm::{Warmed, Warmth, warm};
use callsheet_base::Duration;
use serde_json::json;
use url::Url;

use crate::commands::called::{self, Format};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Ask routes until they answer well and quickly, before users do
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each route is asked with GET until its answer is 2xx and, with --under, quick enough. Exits 0 if all \
routes are warm, else 1."
)]
pub struct Args {
    /// Addresses, or paths beneath --base
    #[arg(required = true, value_name = "ROUTE")]
    routes: Vec<String>,
    /// What paths are beneath
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// An answer must be this quick
    #[arg(long, value_name = "DURATION")]
    under: Option<Duration>,
    /// A route is given up after this long
    #[arg(long, value_name = "DURATION", default_value = "60s")]
    within: Duration,
    /// Between two tries of a route
    #[arg(long, value_name = "DURATION", default_value = "500ms")]
    pause: Duration,
    /// Routes asked at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    at_once: u16,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

/// Asks all routes and prints what became of each.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let urls = args.routes.iter().map(|route| address(route, args.base.as_deref())).collect::<Result<Vec<_>, _>>()?;
    let warmth = Warmth {
        under: args.under.map(Duration::to_std),
        within: args.within.to_std(),
        pause: args.pause.to_std(),
        at_once: args.at_once.into(),
    };
    let screen = context.screen;
    let mut printing = Ok(());
    let mut ended = |warmed: &Warmed| {
        if matches!(args.format, Format::Text) && printing.is_ok() {
            printing = screen.data(&text(warmed, screen));
        }
    };
    let all =
        called::block_on(warm(&urls, warmth, &mut ended))?.map_err(|error| Failure::environment(error.to_string()))?;
    printing?;
    let good = all.iter().all(|one| one.warm);
    if matches!(args.format, Format::Json) {
        let report = json!({"schema": "callsheet.warm/1", "succeeded": good, "routes": all});
        screen.data(&format!("{report:#}\n"))?;
    }
    Ok(if good { Exit::Done } else { Exit::Failed })
}

fn address(route: &str, base: Option<&str>) -> Result<Url, Failure> {
    let whole = match base {
        _ if route.starts_with("http://") || route.starts_with("https://") => route.to_owned(),
        Some(base) => format!("{}/{}", base.trim_end_matches('/'), route.trim_start_matches('/')),
        None => {
            return Err(Failure::user(format!("`{route}` is a path, and --base does not say beneath what"))
                .hint("write the whole address, or `--base https://shop.example`"));
        }
    };
    Url::parse(&whole).map_err(|error| Failure::user(format!("`{whole}` is no address")).because(&error))
}

fn text(warmed: &Warmed, screen: Screen) -> String {
    let mark = if warmed.warm { screen.out.green("✓") } else { screen.out.bold_red("✗") };
    let status = warmed.status.map(|status| format!("HTTP {status}, ")).unwrap_or_default();
    let times = match (warmed.first_ms, warmed.last_ms) {
        (Some(first), Some(last)) if warmed.asked > 1 => {
            format!("{first} ms at first, {last} ms after {} times", warmed.asked)
        }
        (Some(first), _) => format!("{first} ms"),
        _ => format!("no answer, asked {} times", warmed.asked),
    };
    let trouble = warmed.trouble.as_ref().map(|trouble| format!(": {trouble}")).unwrap_or_default();
    format!("{mark} {}  {status}{times}{trouble}\n", warmed.url)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn paths_are_beneath_the_base() {
        assert_eq!(address("/a?b=1", Some("http://h:1/x/")).unwrap().as_str(), "http://h:1/x/a?b=1");
        assert_eq!(address("https://h/a", Some("http://other")).unwrap().as_str(), "https://h/a");
        assert_eq!(address("/a", None).unwrap_err().message, "`/a` is a path, and --base does not say beneath what");
    }
}
