//! A plain webhook: the message as JSON, schema `callsheet.message/1`.

use serde_json::json;

use super::Message;

pub(super) fn body(message: &Message) -> String {
    let Message { key, text, run, procedure, step, service, environment } = message;
    json!({
        "schema": "callsheet.message/1",
        "key": key,
        "text": text,
        "run": run,
        "procedure": procedure,
        "step": step,
        "service": service,
        "environment": environment,
    })
    .to_string()
}
