//! The shapes that the API's description names.

use fleet_kit::openapi::{bounded, closed, count, id, list_of, named, nullable_text, object, text, time, whole};
use serde_json::{Value, json};

use crate::film::{ANGLES, CURRENCIES, ITEM_KINDS, MOVEMENTS, SIZES, TEAM_ROLES};

/// Every schema by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    [people(), films(), scenes(), shots(), days_and_money(), operators()].into_iter().flatten().collect()
}

fn items_of(schema: &str) -> Value {
    whole(&[("items", list_of(schema))])
}

fn people() -> Vec<(&'static str, Value)> {
    let email = json!({"type": "string", "format": "email", "minLength": 3, "maxLength": 254});
    let user = [
        ("id", id()),
        ("email", text()),
        ("name", text()),
        ("role", json!({"enum": ["member", "operator"]})),
        ("created_at", time()),
    ];
    let token = [("access_token", text()), ("token_type", text()), ("expires_in", count()), ("user", named("User"))];
    let registration = [("email", email.clone()), ("name", bounded(1, 80)), ("password", bounded(10, 200))];
    vec![
        ("Text", text()),
        ("User", whole(&user)),
        ("Token", whole(&token)),
        ("Registration", closed(&["email", "name", "password"], &registration)),
        ("Credentials", closed(&["email", "password"], &[("email", email), ("password", bounded(1, 200))])),
        (
            "Health",
            object(&["status", "service", "version"], &[("status", text()), ("service", text()), ("version", text())]),
        ),
    ]
}

fn films() -> Vec<(&'static str, Value)> {
    let film = [
        ("id", id()),
        ("title", text()),
        ("logline", text()),
        ("currency", json!({"enum": CURRENCIES})),
        ("scene_count", count()),
        ("shot_count", count()),
        ("script_revision", count()),
        ("seat", json!({"enum": TEAM_ROLES})),
        ("version", count()),
        ("created_at", time()),
        ("updated_at", time()),
    ];
    let new = [("title", bounded(1, 160)), ("logline", bounded(0, 2000)), ("currency", json!({"enum": CURRENCIES}))];
    let member = [
        ("user_id", id()),
        ("name", text()),
        ("email", text()),
        ("role", json!({"enum": TEAM_ROLES})),
        ("job", text()),
    ];
    let new_member = [
        ("email", json!({"type": "string", "format": "email", "minLength": 3, "maxLength": 254})),
        ("role", json!({"enum": TEAM_ROLES})),
        ("job", bounded(0, 80)),
    ];
    vec![
        ("Film", whole(&film)),
        ("Films", whole(&[("items", list_of("Film")), ("next", nullable_text())])),
        ("NewFilm", closed(&["title"], &new)),
        ("FilmChange", closed(&[], &new)),
        ("Member", whole(&member)),
        ("Team", items_of("Member")),
        ("NewMember", closed(&["email", "role"], &new_member)),
    ]
}

fn scenes() -> Vec<(&'static str, Value)> {
    let brief = [
        ("id", id()),
        ("position", count()),
        ("number", text()),
        ("heading", text()),
        ("setting", text()),
        ("place", text()),
        ("time", text()),
        ("synopsis", text()),
        ("eighths", count()),
        ("omitted", json!({"type": "boolean"})),
        ("shot_count", count()),
    ];
    let element = object(&["kind", "text", "line"], &[("kind", text()), ("text", text()), ("line", count())]);
    let full: Vec<(&str, Value)> =
        brief.iter().cloned().chain([("elements", json!({"type": "array", "items": element}))]).collect();
    let item = [("kind", json!({"enum": ITEM_KINDS})), ("name", bounded(1, 80))];
    let kept: Vec<(&str, Value)> =
        item.iter().cloned().chain([("source", json!({"enum": ["script", "person"]}))]).collect();
    let named_counts = json!({"type": "array", "items": {"type": "array", "prefixItems": [text(), count()]}});
    let saved = [("revision", count()), ("title", nullable_text()), ("scene_count", count()), ("eighths", count())];
    vec![
        ("SavedScript", whole(&saved)),
        ("SceneBrief", whole(&brief)),
        ("Scene", whole(&full)),
        ("Scenes", items_of("SceneBrief")),
        (
            "SceneInFilm",
            whole(&[
                ("project_id", id()),
                ("speakers", json!({"type": "array", "items": text()})),
                ("scene", named("Scene")),
            ]),
        ),
        ("Item", whole(&kept)),
        ("NewItem", closed(&["kind", "name"], &item)),
        ("Sheet", whole(&[("scene", named("SceneBrief")), ("items", list_of("Item"))])),
        (
            "Breakdown",
            whole(&[
                ("sheets", list_of("Sheet")),
                ("cast", named_counts.clone()),
                ("places", named_counts.clone()),
                ("props", named_counts),
            ]),
        ),
    ]
}

fn shots() -> Vec<(&'static str, Value)> {
    let seconds = json!({"type": ["number", "null"], "minimum": 0, "maximum": 3600});
    let board = [("prompt", text()), ("width", count()), ("height", count()), ("sha256", text())];
    let words = [
        ("size", json!({"enum": SIZES})),
        ("angle", json!({"enum": ANGLES})),
        ("movement", json!({"enum": MOVEMENTS})),
        ("description", bounded(0, 2000)),
        ("seconds", seconds),
    ];
    let own = [
        ("id", id()),
        ("scene_id", id()),
        ("position", count()),
        ("board", json!({"oneOf": [named("Board"), {"type": "null"}]})),
        ("version", count()),
    ];
    let shot: Vec<(&str, Value)> = own.into_iter().chain(words.clone()).collect();
    vec![
        ("Board", whole(&board)),
        ("Shot", whole(&shot)),
        ("Shots", items_of("Shot")),
        ("NewShot", closed(&["size"], &words)),
        ("ShotChange", closed(&[], &words)),
        ("Wish", closed(&[], &[("prompt", bounded(1, 1000))])),
    ]
}

fn days_and_money() -> Vec<(&'static str, Value)> {
    let date = || json!({"type": "string", "format": "date"});
    let amount = || json!({"type": "integer", "minimum": 0, "maximum": 100_000_000_000_i64});
    let call_time = json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"});
    let change =
        [("date", date()), ("call_time", call_time), ("unit_base", bounded(0, 200)), ("notes", bounded(0, 5000))];
    let own =
        [("id", id()), ("number", count()), ("scenes", json!({"type": "array", "items": id()})), ("version", count())];
    let day: Vec<(&str, Value)> = own.into_iter().chain(change.clone()).collect();
    let line = [
        ("account", json!({"type": "string", "pattern": "^[1-4][0-9]{3}$"})),
        ("description", bounded(1, 200)),
        ("amount_cents", amount()),
    ];
    let kept: Vec<(&str, Value)> = [("id", id())].into_iter().chain(line.clone()).collect();
    let group = whole(&[("name", text()), ("line_count", count()), ("amount_cents", count())]);
    let sheet = [
        ("groups", json!({"type": "array", "items": group})),
        ("subtotal_cents", count()),
        ("contingency_percent", count()),
        ("contingency_cents", count()),
        ("total_cents", count()),
    ];
    let eighths = json!({"type": "integer", "minimum": 4, "maximum": 160, "default": 40});
    vec![
        ("Day", whole(&day)),
        ("Schedule", whole(&[("days", list_of("Day"))])),
        ("NewSchedule", closed(&["start"], &[("start", date()), ("eighths_per_day", eighths)])),
        ("DayChange", closed(&[], &change)),
        ("BudgetLine", whole(&kept)),
        ("NewBudgetLine", closed(&["account", "description", "amount_cents"], &line)),
        ("TopSheet", whole(&sheet)),
        ("Budget", whole(&[("currency", text()), ("top_sheet", named("TopSheet")), ("lines", list_of("BudgetLine"))])),
    ]
}

fn operators() -> Vec<(&'static str, Value)> {
    let process = [
        ("id", count()),
        ("user", text()),
        ("command", text()),
        ("seconds", json!({"type": "integer"})),
        ("state", text()),
        ("statement", text()),
    ];
    let slow = [("at", time()), ("statement", text()), ("took_ms", count()), ("request_id", nullable_text())];
    let share = json!({"type": ["number", "null"]});
    let figures = [
        ("error_rate_percent", share.clone()),
        ("late_percent", share),
        ("amounts", json!({"type": "object", "additionalProperties": {"type": "integer"}})),
    ];
    vec![
        ("Process", whole(&process)),
        (
            "Processes",
            object(&["items", "pool"], &[("items", list_of("Process")), ("pool", json!({"type": "object"}))]),
        ),
        ("SlowQuery", whole(&slow)),
        ("SlowQueries", items_of("SlowQuery")),
        ("Figures", object(&["error_rate_percent", "late_percent", "amounts"], &figures)),
    ]
}
