//! What an `{id}` in a path names, as handlers take it: found for whoever may know of it, and for whoever may change it.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use fleet_kit::Problem;

use super::components::visible_component;
use super::{visible_element, visible_universe};
use crate::state::Shared;
use crate::story::{Actor, Component, Element, Universe, Viewer};

/// Something with an id, in a universe that says who may see and change it.
pub(super) trait Place: Sized + Send {
    /// Finds it, if the viewer may know of it.
    fn find(state: &Shared, viewer: &Viewer, id: &str) -> impl Future<Output = Result<Self, Problem>> + Send;

    /// Where it is.
    fn universe(&self) -> &Universe;
}

/// For those who look.
pub(super) struct Seen<T>(pub(super) T);

/// For those who change it: signed in, and its owner or an admin.
pub(super) struct Own<T>(pub(super) T);

impl Place for Universe {
    async fn find(state: &Shared, viewer: &Viewer, id: &str) -> Result<Universe, Problem> {
        visible_universe(state, viewer, id).await
    }

    fn universe(&self) -> &Universe {
        self
    }
}

impl Place for (Element, Universe) {
    async fn find(state: &Shared, viewer: &Viewer, id: &str) -> Result<(Element, Universe), Problem> {
        visible_element(state, viewer, id).await
    }

    fn universe(&self) -> &Universe {
        &self.1
    }
}

impl Place for (Component, (Element, Universe)) {
    async fn find(state: &Shared, viewer: &Viewer, id: &str) -> Result<Self, Problem> {
        visible_component(state, viewer, id).await
    }

    fn universe(&self) -> &Universe {
        &self.1.1
    }
}

impl<T: Place> FromRequestParts<Shared> for Seen<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Seen<T>, Problem> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        T::find(state, &viewer, &id(parts, state).await?).await.map(Seen)
    }
}

impl<T: Place> FromRequestParts<Shared> for Own<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Own<T>, Problem> {
        let actor = <Actor as FromRequestParts<Shared>>::from_request_parts(parts, state).await?;
        let viewer = Viewer::from(actor);
        let place = T::find(state, &viewer, &id(parts, state).await?).await?;
        if viewer.may_change(place.universe()) {
            return Ok(Own(place));
        }
        Err(Problem::forbidden("this universe belongs to somebody else; only its owner or an admin may change it"))
    }
}

/// The route's `{id}`.
async fn id(parts: &mut Parts, state: &Shared) -> Result<String, Problem> {
    let path = Path::<String>::from_request_parts(parts, state).await;
    path.map(|Path(id)| id).map_err(|_| Problem::malformed("the path cannot be decoded"))
}
