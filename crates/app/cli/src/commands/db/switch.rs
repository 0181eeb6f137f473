//! What `promote` and `failover` share: the question, the acts as they are done, the end.

use std::time::Duration;

use callsheet_databases::replication::{Limits, Log, Told, begin, go_on};
use callsheet_replicas::{Act, Chosen, Event, Order, Outcome, Refusal, Servers, Switch, Way, strays};
use serde_json::{Value, json};

use super::open::{Opened, failed};
use super::{Which, show};
use crate::commands::called::{Format, block_on};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::instances;

/// What both are told.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// The server that becomes the primary [default: the only replica; of several after a failure the one that has the most]
    #[arg(long, value_name = "SERVER")]
    pub to: Option<String>,
    /// How long the replica may take to get what it lacks
    #[arg(long, value_name = "TIME", default_value = "60s")]
    pub wait: callsheet_base::Duration,
    /// How long the fence command may take
    #[arg(long, value_name = "TIME", default_value = "2m")]
    pub fence_timeout: callsheet_base::Duration,
    /// Agree to it
    #[arg(long)]
    pub yes: bool,
    /// Show what would be done; change nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl Common {
    pub(super) fn limits(&self) -> Limits {
        let of = |time: callsheet_base::Duration| Duration::from_millis(time.as_millis());
        Limits { catch_up: of(self.wait), fence: of(self.fence_timeout) }
    }
}

/// What is about to happen.
pub(super) struct Intent<'i> {
    pub opened: &'i Opened,
    pub which: &'i Which,
    pub common: &'i Common,
    pub way: Way,
    pub chosen: Chosen,
    /// Goes on with the switch that the book has open.
    pub resumes: bool,
    pub loss_accepted: bool,
    /// What is asked.
    pub question: String,
}

/// The one that is open and may be gone on with: of the same way, or beyond the point of no return.
pub(super) fn open_switch(opened: &Opened, way: Way) -> Option<&Switch> {
    opened.book.open.as_ref().filter(|switch| switch.order.way == way || switch.promotion_intended)
}

/// Whether `to` is the only primary already: then a command that is given twice is done.
pub(super) fn is_done(servers: &Servers, to: Option<&String>, context: &Context) -> Result<bool, Failure> {
    let mut writing = servers.iter().filter(|(_, seen)| seen.takes_writes()).map(|(name, _)| name);
    let done = to.is_some() && writing.next() == to && writing.next().is_none();
    if let (true, Some(to)) = (done, to) {
        context.screen.talk(&format!("`{to}` is the primary already\n"))?;
    }
    Ok(done)
}

impl Intent<'_> {
    fn has_fence(&self) -> bool {
        self.opened.cluster.members.get(&self.chosen.from).is_some_and(|member| member.fence.is_some())
    }

    /// The servers that are neither the older nor the newer primary: each that does not hear the newer one is led to it.
    fn others(&self) -> Vec<&str> {
        let Chosen { from, to } = &self.chosen;
        let names = self.opened.cluster.members.keys();
        names.filter(|name| *name != from && *name != to).map(String::as_str).collect()
    }

    /// Asks, and carries it out.
    pub(super) fn execute(&self, context: &Context) -> Result<Exit, Failure> {
        let Chosen { from, to } = &self.chosen;
        if self.common.dry_run {
            let mut acts = vec![Act::Close, Act::CatchUp];
            acts.extend(self.has_fence().then_some(Act::Fence));
            acts.push(Act::Promote);
            acts.extend((!self.others().is_empty()).then_some(Act::Repoint));
            return self.dry_run(acts, context);
        }
        self.agreed(context)?;
        let mut log = self.opened.log()?;
        if self.resumes {
            let fence_command = self.fence_now(context)?;
            log.append(Event::Resumed { loss_accepted: self.loss_accepted, fence_command }).map_err(failed)?;
        } else {
            let (from, to, fence_command) = (from.clone(), to.clone(), self.has_fence());
            let order = Order { way: self.way, from, to, fence_command, loss_accepted: self.loss_accepted };
            begin(&mut log, order).map_err(failed)?;
        }
        self.carry_out(&mut log, context)
    }

    /// Whether a command fences the older one by now; says so where that was otherwise when the switch began.
    pub(super) fn fence_now(&self, context: &Context) -> Result<Option<bool>, Failure> {
        let (now, from) = (self.has_fence(), &self.chosen.from);
        let then = self.opened.book.open.as_ref().is_none_or(|open| open.order.fence_command == now);
        if !then {
            let what = match now {
                true => "names a `fence` command by now, which is run",
                false => "names no `fence` command any more, so none is run",
            };
            context
                .screen
                .talk(&format!("{}: callsheet.toml {what} for `{from}`\n", context.screen.err.bold_cyan("note")))?;
        }
        Ok(Some(now))
    }

    /// Asks. `Err`: a person said no, or nobody is there to say yes.
    pub(super) fn agreed(&self, context: &Context) -> Result<(), Failure> {
        let environment = self.which.env.clone().or_else(instances::of_the_run);
        let environment = environment.unwrap_or_else(|| "an environment that is not named".to_owned());
        let interactive = context.screen.interactive;
        let question = if interactive { format!("{}. Go on?", self.question) } else { self.question.clone() };
        if !instances::may(&question, &environment, self.common.yes, context)? {
            return Err(Failure::user("not agreed to, so nothing was done").exit(Exit::Denied));
        }
        Ok(())
    }

    /// Carries the open switch on.
    pub(super) fn carry_out(&self, log: &mut Log, context: &Context) -> Result<Exit, Failure> {
        let Chosen { from, to } = &self.chosen;
        let screen = context.screen;
        let mut acts = Vec::new();
        let mut tell = |told: Told| {
            let (act, how, said) = match told {
                Told::Doing(act) => {
                    // The switch goes on whether anybody reads of it or not.
                    let _said = screen.talk(&format!("  {} …\n", show::act(act, from, to)));
                    return;
                }
                Told::Did(act, said) => (act, true, said),
                Told::Failed(act, why) => (act, false, why),
                Told::WroteLate => {
                    let _said = screen.talk(&format!(
                        "{}: `{from}` changed something after `{to}` had everything, although it was closed: what that was is in its log alone\n",
                        screen.err.bold_yellow("warning")
                    ));
                    return;
                }
            };
            let mark = if how { screen.err.green("✓") } else { screen.err.red("✗") };
            let _said = screen.talk(&format!("{mark} {}: {said}\n", show::act(act, from, to)));
            acts.push(json!({ "act": act, "done": how, "said": said }));
        };
        let ended = block_on(go_on(&self.opened.cluster, log, self.common.limits(), &mut tell))?;
        let ended = ended.map_err(failed)?;
        match ended {
            Ok((outcome, servers)) => self.ended(outcome, &servers, &acts, context),
            Err(refusal) => Err(self.refused(&refusal)),
        }
    }

    fn ended(&self, outcome: Outcome, servers: &Servers, acts: &[Value], context: &Context) -> Result<Exit, Failure> {
        let Chosen { from, to } = &self.chosen;
        let screen = context.screen;
        if let Format::Json = self.which.format {
            let report = json!({
                "schema": "callsheet.db-switch/1", "database": self.opened.name, "way": self.way, "from": from, "to": to, "outcome": outcome, "acts": acts,
                "servers": show::json_of(servers, &self.opened.cluster),
            });
            screen.data(&format!("{report:#}\n"))?;
        }
        if outcome == Outcome::GivenUp {
            let why = acts.iter().rev().find(|act| act["done"] == false).and_then(|act| act["said"].as_str());
            let failure = Failure::environment(format!("`{from}` stays the primary of `{}`", self.opened.name));
            let failure = failure.exit(Exit::RolledBack);
            return Err(match why {
                Some(why) => failure.cause(why),
                None => failure,
            });
        }
        if let Format::Text = self.which.format {
            screen.data(&format!("{} `{to}` is the primary of `{}`\n", screen.out.green("✓"), self.opened.name))?;
            self.what_remains(servers, context)?;
        }
        Ok(Exit::Done)
    }

    /// What a person has to see to afterwards.
    fn what_remains(&self, servers: &Servers, context: &Context) -> Result<(), Failure> {
        let Chosen { from, to } = &self.chosen;
        let note = context.screen.err.bold_cyan("note");
        if self.opened.is_at(from) {
            context.screen.talk(&format!(
                "{note}: `url` of `[databases.{}]` still leads to `{from}`: give it and the services the address of `{to}`\n",
                self.opened.name
            ))?;
        }
        for name in strays(servers, to).iter().filter(|name| *name != from) {
            context.screen.talk(&format!(
                "{note}: `{name}` does not follow `{to}`: `callsheet db status` says how it is led there\n"
            ))?;
        }
        let text = match servers.get(from).is_some_and(|seen| seen.up().is_some()) {
            true => format!("`{from}` takes no writes; make it a replica of `{to}` before it is used again"),
            false => format!(
                "when `{from}` is back, `callsheet db fence {from}` before anything uses it, then make it a replica of `{to}`"
            ),
        };
        context.screen.talk(&format!("{note}: {text}\n"))
    }

    /// Shows what would be done.
    pub(super) fn dry_run(&self, acts: Vec<Act>, context: &Context) -> Result<Exit, Failure> {
        let Chosen { from, to } = &self.chosen;
        match self.which.format {
            Format::Json => {
                let (way, others) = (self.way, self.others());
                let planned = json!({ "from": from, "to": to, "others": others, "way": way, "acts": acts, "goes_on": self.resumes });
                let report =
                    json!({ "schema": "callsheet.db-switch/1", "database": self.opened.name, "planned": planned });
                context.screen.data(&format!("{report:#}\n"))?;
            }
            Format::Text => {
                let mut text = format!("{}\n", self.question);
                for act in acts {
                    let when = match (self.way, act) {
                        (Way::Forced, Act::Close | Act::CatchUp) => format!(", if `{from}` answers"),
                        (_, Act::Repoint) => format!(": `{}`", self.others().join("`, `")),
                        _ => String::new(),
                    };
                    text.push_str(&format!("  {}{when}\n", show::act(act, from, to)));
                }
                context.screen.data(&text)?;
            }
        }
        context.screen.talk("dry run: nothing was changed\n")?;
        Ok(Exit::Done)
    }

    fn refused(&self, refusal: &Refusal) -> Failure {
        let from = &self.chosen.from;
        let failure = refused(refusal).exit(Exit::Failed);
        match refusal {
            Refusal::NotFenced(..) => {
                let failure = match self.has_fence() {
                    true => failure,
                    false => failure.hint(format!(
                        "write `fence = \"…\"` into `[databases.{}.servers.{from}]`: a command that stops it from outside",
                        self.opened.name
                    )),
                };
                failure.hint(format!(
                    "if you are sure that `{from}` takes no writes, or accept that they are lost: `callsheet db failover --data-loss-accepted`"
                ))
            }
            Refusal::PrimaryGone { .. } => {
                failure.hint("`callsheet db failover` makes the replica the primary without it")
            }
            _ => failure,
        }
    }
}

/// Why nothing was chosen.
pub(super) fn refused(refusal: &Refusal) -> Failure {
    let failure = Failure::user(refusal.to_string()).because_of(refusal);
    match refusal {
        Refusal::NoPrimary => failure.hint("`callsheet db failover` makes a replica the primary without it"),
        Refusal::TwoPrimaries(_) => {
            failure.hint("`callsheet db status` tells which was superseded, `callsheet db fence SERVER` fences it")
        }
        Refusal::WhichReplica(_) => failure.hint("say which one: `--to SERVER`"),
        Refusal::WhichPrimary(_) => failure.hint("say which one it was: `--from SERVER`"),
        Refusal::Behind { further, .. } => {
            failure.hint(format!("`--to {further}`, or accept it: `--data-loss-accepted`"))
        }
        Refusal::TargetGone { .. } | Refusal::Failed { .. } => {
            failure.hint("mend that, then give the same command again: it goes on")
        }
        _ => failure,
    }
}
