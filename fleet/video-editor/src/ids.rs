//! Ids: a type for each kind of thing.

use fleet_kit::id;

id!(UserId, "user");
id!(ProjectId, "project");
id!(AssetId, "asset");
id!(JobId, "job");
