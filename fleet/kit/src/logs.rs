//! One JSON object per line on standard output: time, level, message, service, version, request ids, fields.

use std::fmt;
use std::io::Write;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Why logs cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The level is none.
    #[error("`LOG_LEVEL` is no filter")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// Another subscriber is installed already.
    #[error("cannot install the log writer")]
    Install(#[from] tracing_subscriber::util::TryInitError),
}

/// Installs the process's log writer. `level` is what `LOG_LEVEL` allows.
pub fn install(service: &str, version: &str, level: &str) -> Result<(), LogsError> {
    let lines = JsonLines { service: service.to_owned(), version: version.to_owned() };
    tracing_subscriber::registry().with(EnvFilter::try_new(level)?).with(lines).try_init()?;
    Ok(())
}

struct JsonLines {
    service: String,
    version: String,
}

/// A span's fields, kept with the span; events inside repeat them.
struct SpanFields(Map<String, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Collect(Map::new());
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields.0));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(SpanFields(fields)) = span.extensions_mut().get_mut::<SpanFields>()
        {
            let mut more = Collect(std::mem::take(fields));
            values.record(&mut more);
            *fields = more.0;
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), format!("{:.3}", jiff::Timestamp::now()).into());
        line.insert("level".to_owned(), event.metadata().level().as_str().to_ascii_lowercase().into());
        let mut fields = Collect(Map::new());
        event.record(&mut fields);
        line.insert("message".to_owned(), fields.0.remove("message").unwrap_or_default());
        line.insert("service".to_owned(), self.service.as_str().into());
        line.insert("version".to_owned(), self.version.as_str().into());
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(SpanFields(of_span)) = span.extensions().get::<SpanFields>() {
                line.extend(of_span.clone());
            }
        }
        line.insert("target".to_owned(), event.metadata().target().into());
        line.extend(fields.0);
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // A log that cannot be written has nowhere to be reported.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }
}

struct Collect(Map<String, Value>);

impl Visit for Collect {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
