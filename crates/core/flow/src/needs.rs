//! Which variables a flow needs from outside.

use std::collections::BTreeSet;

use crate::model::{
    Body, Entry, Filter, Flow, Foreign, Index, Operand, Pair, PartContent, Predicate, Query, Request, Setting, Switch,
};
use crate::template::Template;

/// Functions that look like variables; the runner gives them values.
const FUNCTIONS: [&str; 2] = ["newUuid", "newDate"];

/// Names used before they are set, sorted.
pub(crate) fn needs(flow: &Flow) -> Vec<&str> {
    used_beyond(flow, FUNCTIONS.map(str::to_owned).into())
}

/// Whether a function of the runner is used.
pub(crate) fn calls_functions(flow: &Flow) -> bool {
    used_beyond(flow, BTreeSet::new()).iter().any(|name| FUNCTIONS.contains(name))
}

/// Names used before they are set or known, sorted.
fn used_beyond(flow: &Flow, mut known: BTreeSet<String>) -> Vec<&str> {
    let mut needed = BTreeSet::new();
    for entry in &flow.entries {
        let mut uses = Vec::new();
        for option in &entry.request.options {
            setting(&option.setting, &mut uses);
            if let Setting::Variable(name, _) = &option.setting {
                needed.extend(free(&uses, &known));
                uses.clear();
                known.insert(name.clone());
            }
        }
        request(&entry.request, &mut uses);
        captures(entry, &mut uses, &mut known, &mut needed);
        conditions(entry, &mut uses);
        needed.extend(free(&uses, &known));
    }
    needed.into_iter().collect()
}

fn free<'a>(uses: &[&'a Template], known: &BTreeSet<String>) -> Vec<&'a str> {
    uses.iter().flat_map(|template| template.variables()).filter(|name| !known.contains(*name)).collect()
}

fn pairs<'a>(pairs: &'a [Pair], uses: &mut Vec<&'a Template>) {
    uses.extend(pairs.iter().flat_map(|pair| [&pair.name, &pair.value]));
}

fn request<'a>(request: &'a Request, uses: &mut Vec<&'a Template>) {
    uses.push(&request.url);
    pairs(&request.headers, uses);
    pairs(&request.query, uses);
    pairs(&request.cookies, uses);
    pairs(request.form.as_deref().unwrap_or_default(), uses);
    pairs(request.basic_auth.as_slice(), uses);
    for part in request.multipart.iter().flatten() {
        uses.push(&part.name);
        match &part.content {
            PartContent::Text(text) => uses.push(text),
            PartContent::File { path, media_type } => {
                uses.push(path);
                uses.extend(media_type);
            }
        }
    }
    uses.extend(request.body.as_ref().and_then(body));
}

fn setting<'a>(setting: &'a Setting, uses: &mut Vec<&'a Template>) {
    match setting {
        Setting::MaxRedirs(text)
        | Setting::Retry(text)
        | Setting::RetryInterval(text)
        | Setting::Delay(text)
        | Setting::MaxTime(text)
        | Setting::ConnectTimeout(text)
        | Setting::Repeat(text)
        | Setting::Output(text)
        | Setting::User(text) => uses.push(text),
        Setting::Foreign(foreign) => uses.push(&foreign.argument),
        Setting::Variable(_, value) => operand(value, uses),
        Setting::Header(pair) => uses.extend([&pair.name, &pair.value]),
        Setting::Location(switch)
        | Setting::LocationTrusted(switch)
        | Setting::Compressed(switch)
        | Setting::Insecure(switch)
        | Setting::Skip(switch)
        | Setting::Http(_, switch) => match switch {
            Switch::Variable(text) => uses.push(text),
            Switch::Is(_) => {}
        },
        Setting::Display(_) => {}
    }
}

fn body(body: &Body) -> Option<&Template> {
    match body {
        Body::Json(text) | Body::Xml(text) | Body::OneLine(text) | Body::File(text) | Body::Text { text, .. } => {
            Some(text)
        }
        Body::Bytes(_) => None,
    }
}

fn captures<'a>(
    entry: &'a Entry,
    uses: &mut Vec<&'a Template>,
    known: &mut BTreeSet<String>,
    needed: &mut BTreeSet<&'a str>,
) {
    for capture in entry.response.iter().flat_map(|response| &response.captures) {
        uses.push(&capture.name);
        query(&capture.query, uses);
        capture.filters.iter().for_each(|one| filter(one, uses));
        needed.extend(free(uses, known));
        uses.clear();
        known.insert(capture.name.source());
    }
}

fn conditions<'a>(entry: &'a Entry, uses: &mut Vec<&'a Template>) {
    let Some(response) = &entry.response else { return };
    uses.extend(response.headers.iter().flat_map(|(_, pair)| [&pair.name, &pair.value]));
    for assert in &response.asserts {
        query(&assert.query, uses);
        assert.filters.iter().for_each(|one| filter(one, uses));
        predicate(&assert.predicate, uses);
    }
    uses.extend(response.body.as_ref().and_then(|(_, expected)| body(expected)));
}

fn query<'a>(query: &'a Query, uses: &mut Vec<&'a Template>) {
    if let Query::Header(text)
    | Query::Cookie(text, _)
    | Query::JsonPath(text)
    | Query::Regex(text)
    | Query::Variable(text)
    | Query::Foreign(Foreign { argument: text, .. }) = query
    {
        uses.push(text);
    }
}

fn filter<'a>(filter: &'a Filter, uses: &mut Vec<&'a Template>) {
    match filter {
        Filter::Charset(text)
        | Filter::DateFormat(text)
        | Filter::JsonPath(text)
        | Filter::Nth(Index::Variable(text))
        | Filter::Regex(text)
        | Filter::Split(text)
        | Filter::ToDate(text)
        | Filter::UrlQueryParam(text)
        | Filter::Foreign(Foreign { argument: text, .. }) => uses.push(text),
        Filter::Replace(old, new) | Filter::ReplaceRegex(old, new) => uses.extend([old, new]),
        _ => {}
    }
}

fn predicate<'a>(predicate: &'a Predicate, uses: &mut Vec<&'a Template>) {
    match predicate {
        Predicate::Equal(value)
        | Predicate::NotEqual(value)
        | Predicate::Greater(value)
        | Predicate::GreaterOrEqual(value)
        | Predicate::Less(value)
        | Predicate::LessOrEqual(value)
        | Predicate::StartsWith(value)
        | Predicate::EndsWith(value)
        | Predicate::Contains(value)
        | Predicate::Includes(value) => operand(value, uses),
        Predicate::Matches(text) => uses.push(text),
        _ => {}
    }
}

fn operand<'a>(operand: &'a Operand, uses: &mut Vec<&'a Template>) {
    match operand {
        Operand::Text(text) | Operand::File(text) => uses.push(text),
        Operand::Value(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    #[test]
    fn what_the_flow_sets_itself_is_not_needed() {
        let flow = parse(
            "POST {{base}}/login/{{newUuid}}\n[Form]\nuser: {{user}}\nHTTP 200\n[Captures]\ntoken: jsonpath \"$.t\"\n\nGET {{base}}/me\n[Options]\nvariable: n=5\nAuthorization: {{token}}\nHTTP 200\n[Asserts]\njsonpath \"$.n\" == {{n}}\njsonpath \"$.m\" == {{late}}\n",
        );
        // Headers stand above sections, so the second request is written that way.
        assert!(flow.is_err());
        let flow = parse(
            "POST {{base}}/login/{{newUuid}}\n[Form]\nuser: {{user}}\nHTTP 200\n[Captures]\ntoken: jsonpath \"$.t\"\n\nGET {{base}}/me\nAuthorization: {{token}}\n[Options]\nvariable: n=5\nHTTP 200\n[Asserts]\njsonpath \"$.n\" == {{n}}\njsonpath \"$.m\" == {{late}}\n",
        );
        assert_eq!(flow.unwrap().variables(), ["base", "late", "user"]);
    }
}
