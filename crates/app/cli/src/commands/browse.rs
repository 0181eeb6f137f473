//! `callsheet browse URL`: opens pages in a headless Chromium and tells what a user would meet.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callsheet_browser::{Browser, BrowserError, Visit, Wanted};
use serde_json::json;

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

/// Open pages in a headless Chromium, as a user would meet them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A page is as wanted if it answers below 400, was loaded in time, shows the texts, nothing that it loads \
is missing, no script broke and the console shows no error. Exits 0 if all pages are, else 1. As a step of a run, pictures are \
kept as its evidence."
)]
pub struct Args {
    /// The pages, in this order, by one browser
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// From the click to the page's load event
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    within: callsheet_base::Duration,
    /// A text that each page must show; may be repeated
    #[arg(long, value_name = "TEXT")]
    shows: Vec<String>,
    /// Console messages and exceptions that hold this text do not count; may be repeated
    #[arg(long, value_name = "TEXT")]
    ignore: Vec<String>,
    /// The window, in CSS pixels
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1280x800", value_parser = size)]
    size: (u32, u32),
    /// Take the picture of the whole page, not only of the window
    #[arg(long)]
    whole_page: bool,
    /// Write a picture of the page to this file (JPEG); of several pages, a number is put before its ending
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Do not verify certificates
    #[arg(long)]
    insecure: bool,
    /// The browser [default: the first of chromium, google-chrome in PATH]
    #[arg(long, value_name = "PROGRAM", env = "CALLSHEET_BROWSER", hide_env_values = true)]
    browser: Option<PathBuf>,
    /// How to print: text or json
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,
}

/// `1280x800`.
fn size(text: &str) -> Result<(u32, u32), String> {
    let parsed = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    parsed
        .filter(|(width, height)| (100..=8000).contains(width) && (100..=8000).contains(height))
        .ok_or_else(|| "write WIDTHxHEIGHT, each from 100 to 8000: 390x844".to_owned())
}

/// Visits the pages one after the other and prints what was met.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    for url in &args.urls {
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(Failure::user(format!("`{url}` is no address of a page"))
                .hint("write it with http:// or https://; a variable in it may be empty"));
        }
    }
    let program = match &args.browser {
        Some(program) => program.clone(),
        None => callsheet_browser::find(&std::env::var_os("PATH").unwrap_or_default()).map_err(no_browser)?,
    };
    let mut browser = Browser::start(&program, args.insecure).map_err(no_browser)?;
    let mut visits = Vec::new();
    for (at, url) in args.urls.iter().enumerate() {
        let visit = browser.visit(&wanted(&args, url)).map_err(no_browser)?;
        let picture = picture_path(&args, at);
        if let Some(path) = picture.as_deref().filter(|_| !visit.picture.is_empty()) {
            std::fs::write(path, &visit.picture).map_err(|error| {
                Failure::environment(format!("cannot write the picture to `{}`", path.display())).because(&error)
            })?;
        }
        if matches!(args.format, Format::Text) {
            context.screen.data(&text(url, &visit, picture.as_deref(), context.screen))?;
        }
        visits.push(visit);
    }
    let good = visits.iter().all(|visit| visit.troubles.is_empty());
    if matches!(args.format, Format::Json) {
        let report = json!({"schema": "callsheet.browse/1", "succeeded": good, "pages": visits});
        context.screen.data(&format!("{report:#}\n"))?;
    }
    Ok(if good { Exit::Done } else { Exit::Failed })
}

fn no_browser(error: BrowserError) -> Failure {
    let hint = match &error {
        BrowserError::Missing(_) => "install it (`apt install chromium`), or say where it is: `--browser PROGRAM`",
        _ => "see that it starts by hand: `chromium --headless=new --dump-dom about:blank`",
    };
    Failure::environment(error.to_string()).because_of(&error).hint(hint)
}

fn wanted(args: &Args, url: &str) -> Wanted {
    Wanted {
        url: url.to_owned(),
        within: Duration::from_millis(args.within.as_millis()),
        shows: args.shows.clone(),
        ignores: args.ignore.clone(),
        size: args.size,
        whole_page: args.whole_page,
    }
}

/// Where the picture of the page of this index goes: the named file, else the step's evidence, else nowhere.
fn picture_path(args: &Args, at: usize) -> Option<PathBuf> {
    let (folder, name) = match (&args.picture, std::env::var_os("CALLSHEET_EVIDENCE")) {
        (Some(path), _) => (path.parent().unwrap_or(Path::new("")).to_owned(), path.file_name()?.to_owned()),
        (None, Some(folder)) => (PathBuf::from(folder), "page.jpg".into()),
        (None, None) => return None,
    };
    let name = Path::new(&name);
    if args.urls.len() == 1 {
        return Some(folder.join(name));
    }
    let ending = name.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let stem = name.file_stem().unwrap_or_default().to_string_lossy();
    Some(folder.join(format!("{stem}-{}{ending}", at + 1)))
}

fn text(url: &str, visit: &Visit, picture: Option<&Path>, screen: Screen) -> String {
    let paint = screen.out;
    let good = visit.troubles.is_empty();
    let mark = if good { paint.green("✓") } else { paint.bold_red("✗") };
    let mut text = format!("{mark} {url}");
    if visit.url != url {
        text.push_str(&format!(" → {}", visit.url));
    }
    let mut figures = Vec::new();
    figures.extend(visit.status.map(|status| format!("HTTP {status}")));
    figures.extend(visit.loaded_ms.map(|ms| format!("loaded in {ms} ms")));
    figures.extend(visit.largest_paint_ms.map(|ms| format!("largest paint after {ms} ms")));
    figures.push(format!("{} requests, {} KiB", visit.requests, visit.bytes.div_ceil(1024)));
    if !visit.title.is_empty() {
        figures.push(format!("“{}”", visit.title));
    }
    text.push_str(&format!("\n  {}\n", paint.dim(figures.join(" · "))));
    for trouble in &visit.troubles {
        text.push_str(&format!("  {trouble}\n"));
    }
    if let Some(path) = picture.filter(|_| !visit.picture.is_empty()) {
        text.push_str(&format!("  {}\n", paint.dim(format!("picture: {}", path.display()))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_window_has_two_sensible_sides() {
        assert_eq!(size("390x844"), Ok((390, 844)));
        for wrong in ["390", "390x", "0x0", "9999x100", "axb"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
