//! Ids: a type for each kind of thing.

use fleet_kit::id;

id!(UserId, "user");
id!(ProjectId, "film project");
id!(SceneId, "scene");
id!(ShotId, "shot");
id!(DayId, "shooting day");
id!(BudgetLineId, "line of a budget");
