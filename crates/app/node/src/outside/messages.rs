//! Sending messages: at once for the terminal, through the messenger's thread for addresses.

use callsheet_actions::notify::{Destination, Message, NotifyError};
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Claim, Exit};
use callsheet_plan::Channel;
use callsheet_secret_stores::rotate::words;
use callsheet_secrets::Reference;

use super::Outside;
use crate::perform::MessageOrder;
use crate::wake::{ActEnd, Wake};

impl Outside {
    pub(super) fn send_message(&mut self, order: MessageOrder) -> Option<Wake> {
        let (run, claim) = (order.run, order.claim);
        let destination = match self.destination(&order.channel, run) {
            Ok(destination) => destination,
            Err(why) => return Some(ended(run, claim, Exit::Error(why))),
        };
        if destination.is_immediate() {
            return Some(ended(run, claim, Exit::Sent));
        }
        let wakes = self.wakes.clone();
        let began = Timestamp::now();
        let done = move |result: Result<(), NotifyError>| {
            let exit = result.map_or_else(|error| Exit::Error(error.to_string()), |()| Exit::Sent);
            let mut end = ActEnd::bare(exit);
            end.took = callsheet_base::Duration::between(began, Timestamp::now());
            // If the loop is gone, a resume finds the act in doubt and sends again under the same key.
            let _ = wakes.send(Wake::Ended { run, claim, end: Box::new(end) });
        };
        self.messenger.send(destination, message(order), Box::new(done));
        None
    }

    fn destination(&self, channel: &str, run: RunId) -> Result<Destination, String> {
        let lookup = |name: &str| {
            let around = self.admitted.get(&run).map_or(&self.own, |guest| &guest.surroundings);
            let plain = around.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            plain.or_else(|| {
                around.secrets.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose().clone())
            })
        };
        let address = |url: &str| match url.parse::<Reference>() {
            Ok(reference) => self.kept_address(&reference, run),
            Err(_) => Destination::address(url, lookup).map_err(|error| error.to_string()),
        };
        match self.channels.get(channel) {
            Some(Channel::Terminal) => Ok(Destination::Terminal),
            Some(Channel::Webhook { url }) => Ok(Destination::Webhook { url: address(url)? }),
            Some(Channel::Slack { url }) => Ok(Destination::Slack { url: address(url)? }),
            None if channel == "terminal" => Ok(Destination::Terminal),
            None => Err(format!("callsheet.toml has no channel `{channel}`: write `[notify.{channel}]`")),
        }
    }
}

impl Outside {
    /// An address that is a secret of the run's environment.
    fn kept_address(&self, reference: &Reference, run: RunId) -> Result<String, String> {
        let guest = self.admitted.get(&run).ok_or("the run is not executed here")?;
        let value = self.book_of(guest).keyring().resolve(reference).map_err(|error| words(&error))?;
        value.map(|value| value.expose().clone()).ok_or_else(|| format!("{reference} has no value now"))
    }
}

fn ended(run: RunId, claim: Claim, exit: Exit) -> Wake {
    Wake::Ended { run, claim, end: Box::new(ActEnd::bare(exit)) }
}

fn message(order: MessageOrder) -> Message {
    Message {
        key: order.key,
        text: order.text,
        run: order.run.to_string(),
        procedure: order.procedure,
        step: order.step.to_string(),
        service: order.service,
        environment: order.environment,
    }
}
