//! Which parts of a flow only the `hurl` program carries out.

use crate::model::{Filter, Flow, Foreign, Query, Setting};
use crate::parse::FlowError;

/// All of them, in order of place.
pub(crate) fn foreign(flow: &Flow) -> Vec<&Foreign> {
    let mut found = Vec::new();
    for entry in &flow.entries {
        found.extend(entry.request.options.iter().filter_map(|option| match &option.setting {
            Setting::Foreign(foreign) => Some(foreign),
            _ => None,
        }));
        if let Some(response) = &entry.response {
            response.captures.iter().for_each(|capture| value(&capture.query, &capture.filters, &mut found));
            response.asserts.iter().for_each(|assert| value(&assert.query, &assert.filters, &mut found));
        }
    }
    found.sort_by_key(|foreign| foreign.at);
    found
}

fn value<'a>(query: &'a Query, filters: &'a [Filter], found: &mut Vec<&'a Foreign>) {
    if let Query::Foreign(foreign) = query {
        found.push(foreign);
    }
    found.extend(filters.iter().filter_map(|filter| match filter {
        Filter::Foreign(foreign) => Some(foreign),
        _ => None,
    }));
}

// === impl Foreign ===

impl Foreign {
    /// The fault that it is where no `hurl` program is at hand.
    pub fn fault(&self) -> FlowError {
        FlowError {
            at: self.at,
            message: format!("`{}` is carried out by the `hurl` program only", self.name),
            hint: Some("install `hurl`: such a flow then runs with it; or write the line otherwise".to_owned()),
            unsupported: true,
        }
    }
}
