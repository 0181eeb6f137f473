//! Executes runs: the event loop, leases, timers, and the performing of effects.
//!
//! The caller does: make plans, show runs, ask people.
//! This crate does: drive any number of runs on one thread: take what happened, let the engine decide, commit, then act. One loop
//! serves a single run in the foreground and many in `callsheet serve`.
//!
//! | you want to | use |
//! | --- | --- |
//! | read runs, records, outputs; verify; back up | [`StateFolder`] |
//! | start or resume a run and watch it | [`Foreground`], [`Observer`] |
//! | tell a run something, wherever it is executed | [`StateFolder::tell`] |
//! | run the server, or talk to it | [`Server`], [`Client`] |

mod absorb;
mod admission;
mod asked;
mod batch;
mod clock;
mod conductor;
mod effects;
mod error;
mod event_loop;
mod evidence;
mod foreground;
mod locks;
mod observer;
mod outside;
mod perform;
mod recovery;
mod replay;
mod request;
mod rollouts;
mod secrets;
mod server;
mod shell_state;
mod socket;
mod standing;
mod state_folder;
mod steward;
mod surroundings;
mod tell;
mod timers;
mod wake;

pub use admission::{Admitted, NewRun};
pub use clock::{Clock, SystemClock};
pub use conductor::{
    Addresses, Beginning, Charge, Conductor, Grounds, Secrets, Site, Tended, Tending, Turn, Watch, Word,
};
pub use error::{AdmitError, NodeError};
pub use event_loop::{Node, Settings};
pub use foreground::{Commander, Foreground, Setup};
pub use observer::{Observer, Unobserved};
pub use outside::{Around, Drivers, Edges, EngineTrouble, LocalGrounds, Outside, engine_answers};
pub use perform::{Deed, Fate, MessageOrder, ReleaseOrder, ShellOrder, TargetOrder, World};
pub use recovery::Takeover;
pub use replay::{Replayed, replay};
pub use request::{Answer, Request, StartRun};
pub use rollouts::read_slices;
pub use secrets::for_service;
pub use server::{ServeError, Server};
pub use socket::{Client, ClientError, user_name};
pub use standing::{
    Brought, HowItRuns, Load, NotAtHand, Place, Resolved, Standing, memory_for, refuse_too_few, resolve,
};
pub use state_folder::{FindError, StateFolder};
pub use surroundings::Surroundings;
pub use tell::{Recorded, Said, TellError, record_unexecuted};
pub use wake::{ActEnd, Captured, LiveOutput, Reply, RolloutReport, Told, Wake};
