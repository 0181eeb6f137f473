//! What an `{id}` in a path names, as handlers take it: found for whoever is on the film's team, and for whoever may change it.
//! Whoever is on no team is told that there is no such thing.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use fleet_kit::Problem;

use super::refused;
use crate::film::{Actor, ProjectId, Scene, Seat, Shot, User};
use crate::state::Shared;

/// A film, and who asks for it.
pub(super) struct OfFilm {
    pub user: User,
    pub project: ProjectId,
    pub seat: Seat,
    /// The film's content number.
    pub content: i64,
}

/// A scene, and its film.
pub(super) struct OfScene {
    pub scene: Scene,
    pub project: ProjectId,
    pub seat: Seat,
}

/// A shot with its scene's heading, and its film.
pub(super) struct OfShot {
    pub shot: Shot,
    pub heading: String,
    pub project: ProjectId,
    pub seat: Seat,
}

/// Something in a film.
pub(super) trait Place: Sized + Send {
    /// Finds it for somebody on the team.
    fn find(state: &Shared, user: User, id: &str) -> impl Future<Output = Result<Self, Problem>> + Send;
    /// What the asker may do with it.
    fn seat(&self) -> Seat;
}

/// For those who look.
pub(super) struct Seen<T>(pub(super) T);

/// For those who change the film.
pub(super) struct Changed<T>(pub(super) T);

/// For its owners.
pub(super) struct Owned<T>(pub(super) T);

impl Place for OfFilm {
    async fn find(state: &Shared, user: User, id: &str) -> Result<OfFilm, Problem> {
        let missing = || Problem::not_found("film");
        let project: ProjectId = id.parse().map_err(|_| missing())?;
        let found = state.store.seat(user.id, project).await.map_err(|error| refused(error, "film"))?;
        let (seat, content) = found.ok_or_else(missing)?;
        Ok(OfFilm { user, project, seat, content })
    }

    fn seat(&self) -> Seat {
        self.seat
    }
}

impl Place for OfScene {
    async fn find(state: &Shared, user: User, id: &str) -> Result<OfScene, Problem> {
        let missing = || Problem::not_found("scene");
        let id = id.parse().map_err(|_| missing())?;
        let found = state.store.scene(user.id, id).await.map_err(|error| refused(error, "scene"))?;
        let (scene, project, seat) = found.ok_or_else(missing)?;
        Ok(OfScene { scene, project, seat })
    }

    fn seat(&self) -> Seat {
        self.seat
    }
}

impl Place for OfShot {
    async fn find(state: &Shared, user: User, id: &str) -> Result<OfShot, Problem> {
        let missing = || Problem::not_found("shot");
        let id = id.parse().map_err(|_| missing())?;
        let found = state.store.shot(user.id, id).await.map_err(|error| refused(error, "shot"))?;
        let (shot, heading, project, seat) = found.ok_or_else(missing)?;
        Ok(OfShot { shot, heading, project, seat })
    }

    fn seat(&self) -> Seat {
        self.seat
    }
}

async fn found<T: Place>(parts: &mut Parts, state: &Shared) -> Result<T, Problem> {
    let Actor(user) = <Actor as FromRequestParts<Shared>>::from_request_parts(parts, state).await?;
    let path = RawPathParams::from_request_parts(parts, state).await;
    let path = path.map_err(|_| Problem::malformed("the path cannot be decoded"))?;
    let id = path.iter().find(|(name, _)| *name == "id").map_or_else(String::new, |(_, id)| id.to_owned());
    T::find(state, user, &id).await
}

impl<T: Place> FromRequestParts<Shared> for Seen<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Seen<T>, Problem> {
        found(parts, state).await.map(Seen)
    }
}

impl<T: Place> FromRequestParts<Shared> for Changed<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Changed<T>, Problem> {
        let place: T = found(parts, state).await?;
        if place.seat().may_change() {
            return Ok(Changed(place));
        }
        Err(Problem::forbidden("you may look at this film, not change it; ask one of its owners"))
    }
}

impl<T: Place> FromRequestParts<Shared> for Owned<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Owned<T>, Problem> {
        let place: T = found(parts, state).await?;
        if place.seat() == Seat::Owner {
            return Ok(Owned(place));
        }
        Err(Problem::forbidden("only an owner of this film may do that; ask one"))
    }
}
