//! Ends that Docker still knows of: it forgets an exit code when it starts a container again, but remembers the event.

use std::collections::HashMap;

use bollard::Docker;
use bollard::errors::Error;
use bollard::query_parameters::EventsOptions;
use callsheet_base::Timestamp;
use callsheet_rollout::InstanceSpec;
use futures_util::{StreamExt, TryStreamExt};

use crate::container::end_words;

/// One end of a container's process.
pub(crate) struct End {
    pub(crate) at: Timestamp,
    pub(crate) words: String,
}

/// The ends of a container that Docker remembers (the last 256 events of all), oldest first.
pub(crate) async fn ends(docker: &Docker, id: &str, spec: &InstanceSpec, since: Timestamp) -> Result<Vec<End>, Error> {
    let filters = HashMap::from([
        ("container".to_owned(), vec![id.to_owned()]),
        ("event".to_owned(), vec!["die".to_owned(), "oom".to_owned()]),
    ]);
    let options = EventsOptions {
        since: Some(since.as_second().to_string()),
        until: Some(format!("{:.6}", Timestamp::now().as_microsecond() as f64 / 1e6)),
        filters: Some(filters),
    };
    let mut events = docker.events(Some(options)).boxed();
    let (mut ends, mut out_of_memory) = (Vec::new(), false);
    while let Some(event) = events.try_next().await? {
        if event.action.as_deref() == Some("oom") {
            out_of_memory = true;
            continue;
        }
        let attributes = event.actor.and_then(|actor| actor.attributes).unwrap_or_default();
        let code = attributes.get("exitCode").and_then(|code| code.parse().ok()).unwrap_or_default();
        let at = event.time_nano.and_then(|nanos| Timestamp::from_nanosecond(i128::from(nanos)).ok());
        ends.push(End { at: at.unwrap_or_default(), words: end_words(code, out_of_memory, spec) });
        out_of_memory = false;
    }
    Ok(ends)
}
