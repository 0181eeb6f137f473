//! The shared document's content as a timeline, and edits of the timeline as changes of the document.
//!
//! Two maps at the root, `tracks` and `clips`, hold a map for each by its id, whose members are the timeline's own. So two people who
//! change different members of a clip both get what they wanted; of two who change the same one, the later wins.

use serde_json::{Map as Members, Value};
use yrs::types::ToJson;
use yrs::updates::decoder::Decode;
use yrs::{Any, Doc, Map, MapPrelim, MapRef, Out, ReadTxn, Transact, TransactionMut, Update, WriteTxn};

use crate::timeline::{self, Timeline};

const TRACKS: &str = "tracks";
const CLIPS: &str = "clips";
/// Ids of edits that were made through the API.
const MADE: &str = "made";

/// The timeline that the document holds.
pub(super) fn read(doc: &Doc) -> Timeline {
    let transaction = doc.transact();
    let root = |name: &str| transaction.get_map(name).map_or(Value::Null, |map| as_json(&map.to_json(&transaction)));
    timeline::read(&root(TRACKS), &root(CLIPS))
}

fn as_json(any: &Any) -> Value {
    let mut text = String::new();
    any.to_json(&mut text);
    // A number that JSON has no word for makes the whole unreadable: then it is as if nothing were there.
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// Makes of the document what an edit made of its timeline; touches nothing that the edit did not.
pub(super) fn write(
    transaction: &mut TransactionMut<'_>,
    before: &Timeline,
    after: &Timeline,
) -> serde_json::Result<()> {
    let tracks = transaction.get_or_insert_map(TRACKS);
    let (old, new) = (by_id(&before.tracks)?, by_id(&after.tracks)?);
    write_all(transaction, &tracks, &old, &new);
    let clips = transaction.get_or_insert_map(CLIPS);
    let (old, new) = (by_id(&before.clips)?, by_id(&after.clips)?);
    write_all(transaction, &clips, &old, &new);
    Ok(())
}

/// Whether an edit of this id was made.
pub(super) fn has_made(doc: &Doc, id: &str) -> bool {
    let transaction = doc.transact();
    transaction.get_map(MADE).is_some_and(|made| made.contains_key(&transaction, id))
}

/// Notes an edit's id, in the transaction that makes it: whoever gets the one gets the other.
pub(super) fn note_made(transaction: &mut TransactionMut<'_>, id: &str) {
    transaction.get_or_insert_map(MADE).insert(transaction, id, true);
}

/// Each thing's members, by its id.
fn by_id<T: serde::Serialize>(things: &[T]) -> serde_json::Result<Members<String, Value>> {
    let mut all = Members::new();
    for thing in things {
        if let Value::Object(mut members) = serde_json::to_value(thing)?
            && let Some(Value::String(id)) = members.remove("id")
        {
            all.insert(id, Value::Object(members));
        }
    }
    Ok(all)
}

fn write_all(
    transaction: &mut TransactionMut<'_>,
    map: &MapRef,
    before: &Members<String, Value>,
    after: &Members<String, Value>,
) {
    for id in before.keys().filter(|id| !after.contains_key(*id)) {
        map.remove(transaction, id);
    }
    for (id, members) in after {
        let Some(members) = members.as_object() else { continue };
        match map.get(transaction, id) {
            Some(Out::YMap(thing)) => {
                let old = before.get(id).and_then(Value::as_object);
                let is_new = |name: &String, value: &Value| old.and_then(|old| old.get(name)) != Some(value);
                for (name, value) in members.iter().filter(|(name, value)| is_new(name, value)) {
                    thing.insert(transaction, name.as_str(), as_any(value));
                }
            }
            _ => {
                let thing = map.insert(transaction, id.as_str(), MapPrelim::default());
                for (name, value) in members {
                    thing.insert(transaction, name.as_str(), as_any(value));
                }
            }
        }
    }
}

fn as_any(value: &Value) -> Any {
    match value {
        Value::Bool(truth) => Any::from(*truth),
        Value::Number(number) => Any::from(number.as_f64().unwrap_or(0.0)),
        Value::String(text) => Any::from(text.as_str()),
        _ => Any::Null,
    }
}

/// A document of all these updates; `None` if one cannot be read.
pub(super) fn of_updates<'a>(updates: impl IntoIterator<Item = &'a Vec<u8>>) -> Option<Doc> {
    let doc = Doc::new();
    {
        let mut transaction = doc.transact_mut();
        for update in updates {
            transaction.apply_update(Update::decode_v1(update).ok()?).ok()?;
        }
    }
    Some(doc)
}

/// Whether a document can be made of these updates.
pub fn is_readable(updates: &[(i64, Vec<u8>)]) -> bool {
    of_updates(updates.iter().map(|(_, update)| update)).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yrs::StateVector;

    use super::*;
    use crate::timeline::Edit;

    fn edited(doc: &Doc, edit: Value, fresh: &str) {
        let edit: Edit = serde_json::from_value(edit).unwrap();
        let before = read(doc);
        let after = edit.apply(&before, |_| None, fresh).unwrap();
        write(&mut doc.transact_mut(), &before, &after).unwrap();
        assert_eq!(read(doc), after);
    }

    fn told(from: &Doc, to: &Doc) {
        let update = from.transact().encode_state_as_update_v1(&StateVector::default());
        to.transact_mut().apply_update(Update::decode_v1(&update).unwrap()).unwrap();
    }

    #[test]
    fn two_people_who_change_different_things_of_a_clip_both_get_them() {
        let (one, other) = (Doc::new(), Doc::new());
        edited(&one, json!({"kind": "add_track", "track_kind": "text", "name": "Titles"}), "t");
        edited(&one, json!({"kind": "add_clip", "track": "t", "text": "Fog", "start_ms": 0}), "c");
        told(&one, &other);
        edited(&one, json!({"kind": "move", "clip": "c", "start_ms": 5000}), "");
        edited(&other, json!({"kind": "text", "clip": "c", "text": "Rain"}), "");
        told(&one, &other);
        told(&other, &one);
        assert_eq!(read(&one), read(&other));
        let clip = read(&one).clips[0].clone();
        assert_eq!((clip.start_ms, clip.text.as_deref()), (5000, Some("Rain")));
    }

    #[test]
    fn an_edit_that_two_instances_make_by_one_id_is_made_once() {
        let (one, other) = (Doc::new(), Doc::new());
        for doc in [&one, &other] {
            assert!(!has_made(doc, "t"));
            edited(doc, json!({"kind": "add_track", "track_kind": "text", "name": "Titles"}), "t");
            note_made(&mut doc.transact_mut(), "t");
        }
        told(&one, &other);
        told(&other, &one);
        for doc in [&one, &other] {
            assert_eq!((read(doc).tracks.len(), has_made(doc, "t")), (1, true));
        }
    }

    #[test]
    fn what_is_no_update_makes_no_document() {
        assert!(of_updates([&vec![1, 2, 3]]).is_none());
        assert!(of_updates([&vec![0, 0]]).is_some());
    }
}
