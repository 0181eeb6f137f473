//! Extractors: who asks, and the thing in the path if they may know of it.

use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use fleet_kit::Problem;

use super::{named, refused};
use crate::state::{BROKEN_AUTH, Shared};
use crate::studio::{Actor, Brief, Client, Deliverable, Post, Project, Run, UserId};

impl FromRequestParts<Shared> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Actor, Problem> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token =
            given.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(|| {
            Problem::unauthenticated(
                "sign in: send `Authorization: Bearer TOKEN` with the token that `POST /api/auth/login` gives",
            )
        })?;
        let invalid = || Problem::unauthenticated("Invalid token: it is not ours, or has ended; sign in again");
        let subject = state.tokens.verify(token.trim()).filter(|_| !state.faults.is_on(BROKEN_AUTH));
        let id: UserId = subject.and_then(|subject| subject.parse().ok()).ok_or_else(invalid)?;
        state.requests.take(&id.to_string())?;
        state.store.user(id).await.map_err(refused("user"))?.map(Actor).ok_or_else(invalid)
    }
}

/// Something with an id that belongs to somebody.
pub(super) trait Place: Sized + Send {
    /// A noun, for "there is no such …".
    const WHAT: &'static str;
    /// Finds it, with its owner.
    fn find(state: &Shared, id: &str) -> impl Future<Output = Result<Option<(Self, UserId)>, Problem>> + Send;
}

/// The thing that the route's `{id}` names; others' things are as good as not there.
pub(super) struct Own<T>(pub(super) T);

impl<T: Place> FromRequestParts<Shared> for Own<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Own<T>, Problem> {
        let actor = <Actor as FromRequestParts<Shared>>::from_request_parts(parts, state).await?;
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Problem::malformed("the path cannot be decoded"))?;
        find_own(state, &actor, &id).await.map(Own)
    }
}

/// As [`Own`], for an id in a body.
pub(super) async fn find_own<T: Place>(state: &Shared, actor: &Actor, id: &str) -> Result<T, Problem> {
    let found = T::find(state, id).await?.filter(|(_, owner)| actor.may_see(*owner));
    found.map(|(place, _)| place).ok_or_else(|| Problem::not_found(T::WHAT))
}

impl Place for Client {
    const WHAT: &'static str = "client";

    async fn find(state: &Shared, id: &str) -> Result<Option<(Client, UserId)>, Problem> {
        let found = state.store.client(named(id, Self::WHAT)?).await.map_err(refused(Self::WHAT))?;
        Ok(found.map(|client| (client.clone(), client.owner_id)))
    }
}

impl Place for Brief {
    const WHAT: &'static str = "brief";

    async fn find(state: &Shared, id: &str) -> Result<Option<(Brief, UserId)>, Problem> {
        let Some(brief) = state.store.brief(named(id, Self::WHAT)?).await.map_err(refused(Self::WHAT))? else {
            return Ok(None);
        };
        let client = state.store.client(brief.client_id).await.map_err(refused("client"))?;
        Ok(client.map(|client| (brief, client.owner_id)))
    }
}

impl Place for Project {
    const WHAT: &'static str = "project";

    async fn find(state: &Shared, id: &str) -> Result<Option<(Project, UserId)>, Problem> {
        let found = state.store.project(named(id, Self::WHAT)?).await.map_err(refused(Self::WHAT))?;
        Ok(found.map(|project| (project.clone(), project.owner_id)))
    }
}

/// What belongs to a project belongs to the project's owner.
macro_rules! part_of_a_project {
    ($thing:ty, $what:literal, $find:ident) => {
        impl Place for $thing {
            const WHAT: &'static str = $what;

            async fn find(state: &Shared, id: &str) -> Result<Option<($thing, UserId)>, Problem> {
                let Some(part) = state.store.$find(named(id, $what)?).await.map_err(refused($what))? else {
                    return Ok(None);
                };
                let project = state.store.project(part.project_id).await.map_err(refused("project"))?;
                Ok(project.map(|project| (part, project.owner_id)))
            }
        }
    };
}

part_of_a_project!(Post, "post", post);
part_of_a_project!(Run, "run", run);
part_of_a_project!(Deliverable, "deliverable", deliverable);
