//! Slack's incoming webhook: `{"text": …}`, with `&`, `<` and `>` escaped as Slack asks.

use serde_json::json;

use super::Message;

pub(super) fn body(message: &Message) -> String {
    let text = message.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let place = if message.environment.is_empty() {
        message.procedure.clone()
    } else {
        format!("{} ({})", message.procedure, message.environment)
    };
    json!({ "text": format!("{text}\n_{place}, step {}_", message.step) }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_message_stays_text() {
        let message = Message {
            key: "k".into(),
            text: "p95 < 200 ms & <!channel>".into(),
            run: "r".into(),
            procedure: "a.md#deploy".into(),
            step: "tell".into(),
            service: String::new(),
            environment: "staging".into(),
        };
        let body: serde_json::Value = serde_json::from_str(&body(&message)).unwrap();
        assert_eq!(body["text"], "p95 &lt; 200 ms &amp; &lt;!channel&gt;\n_a.md#deploy (staging), step tell_");
    }
}
