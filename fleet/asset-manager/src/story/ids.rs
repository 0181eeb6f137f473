//! Ids: a type for each kind of thing.

use fleet_kit::id;

id!(UserId, "user");
id!(UniverseId, "universe");
id!(ElementId, "element");
id!(ComponentId, "component");
