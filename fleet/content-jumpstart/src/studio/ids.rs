//! Ids: a type for each kind of thing, kept as text.

use fleet_kit::id;

use crate::store::Value;

id!(UserId, "user");
id!(ClientId, "client");
id!(BriefId, "brief");
id!(ProjectId, "project");
id!(RunId, "run of generation");
id!(PostId, "post");
id!(DeliverableId, "deliverable");

macro_rules! kept_as_text {
    ($($name:ident),+) => {
        $(impl From<$name> for Value {
            fn from(id: $name) -> Value {
                Value::Text(id.to_string())
            }
        })+
    };
}

kept_as_text!(UserId, ClientId, BriefId, ProjectId, RunId, PostId, DeliverableId);
