//! A switch, carried out: look, decide, record the intent, act, record how it went.

use callsheet_replicas::{Act, Decision, Event, Order, Outcome, Refusal, Servers, decide, wrote_late};

use super::{Cluster, Limits, Log, LogError};

/// What is told while it happens.
#[derive(Clone, Debug)]
pub enum Told<'t> {
    /// About to do it.
    Doing(Act),
    /// It is done.
    Did(Act, &'t str),
    /// It was not possible; what comes next depends.
    Failed(Act, &'t str),
    /// The older primary changed something after the newer one had everything, although it was closed: only the older one has that.
    WroteLate,
}

/// Begins a switch; the book must have none open.
pub fn begin(log: &mut Log, order: Order) -> Result<(), LogError> {
    log.append(Event::Began(order))
}

/// Carries the book's open switch to an end, or to where a person is needed: that is the inner error.
pub async fn go_on(
    cluster: &Cluster,
    log: &mut Log,
    limits: Limits,
    tell: &mut dyn FnMut(Told),
) -> Result<Result<(Outcome, Servers), Refusal>, LogError> {
    loop {
        let servers = cluster.look().await;
        let Some(switch) = log.book().open.clone() else { return Ok(Ok((Outcome::Promoted, servers))) };
        let act = match decide(&switch, &servers) {
            Decision::Do(act) => act,
            Decision::Stop(refusal) => {
                // What touched nothing need not be gone on with.
                if !switch.touched {
                    log.append(Event::Ended { outcome: Outcome::GivenUp })?;
                }
                return Ok(Err(refusal));
            }
            Decision::End(outcome) => {
                if outcome == Outcome::Promoted && wrote_late(&switch, &servers) {
                    tell(Told::WroteLate);
                }
                log.append(Event::Ended { outcome })?;
                return Ok(Ok((outcome, servers)));
            }
        };
        tell(Told::Doing(act));
        log.append(Event::Intended { act })?;
        match cluster.perform((&switch, &servers), act, limits).await {
            Ok(done) => {
                tell(Told::Did(act, &done.said));
                log.append(Event::Did { act, position: done.position, writes: done.writes, said: done.said })?;
            }
            Err(why) => {
                tell(Told::Failed(act, &why));
                log.append(Event::Failed { act, why })?;
            }
        }
    }
}
