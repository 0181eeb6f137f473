//! Sending messages: at once for the terminal, through the messenger's thread for addresses.

use callsheet_actions::notify::{Destination, Message, NotifyError};
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::Exit;
use callsheet_plan::Channel;
use callsheet_secret_stores::rotate::words;
use callsheet_secrets::Reference;

use super::Outside;
use super::fetching::{Act, ended};
use crate::perform::MessageOrder;
use crate::wake::{ActEnd, Wake};

impl Outside {
    pub(super) fn send_message(&mut self, order: MessageOrder) -> Option<Wake> {
        let (run, claim) = (order.run, order.claim);
        if let Some(reference) = self.kept_address(&order.channel) {
            let Some(guest) = self.admitted.get(&run) else {
                return Some(ended(run, claim, Exit::Error("the run is not executed here".to_owned())));
            };
            let book = self.book_of(guest);
            let fetch = move || {
                let value = book.keyring().resolve(&reference).map_err(|error| words(&error));
                let address = value.and_then(|value| value.ok_or_else(|| format!("{reference} has no value now")));
                Act::Message(Box::new(order), address.map(|address| address.expose().clone()))
            };
            return self.fetching.begin((run, claim), fetch);
        }
        match self.destination(&order.channel, run) {
            Ok(destination) => self.send_off(order, destination),
            Err(why) => Some(ended(run, claim, Exit::Error(why))),
        }
    }

    /// To an address that was a secret.
    pub(super) fn send_to(&mut self, order: MessageOrder, url: String) -> Option<Wake> {
        match self.channels.get(&order.channel) {
            Some(Channel::Slack { .. }) => self.send_off(order, Destination::Slack { url }),
            _ => self.send_off(order, Destination::Webhook { url }),
        }
    }

    fn send_off(&mut self, order: MessageOrder, destination: Destination) -> Option<Wake> {
        let (run, claim) = (order.run, order.claim);
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
        let address = |url: &str| Destination::address(url, lookup).map_err(|error| error.to_string());
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
    /// A channel's address that is a secret of the run's environment.
    fn kept_address(&self, channel: &str) -> Option<Reference> {
        match self.channels.get(channel)? {
            Channel::Webhook { url } | Channel::Slack { url } => url.parse().ok(),
            Channel::Terminal => None,
        }
    }
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
