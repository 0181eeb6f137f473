//! Parameters: which a procedure needs, where their values come from, whether the values are of their types.

mod secret_names;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use callsheet_runbook::{Act, ActKind, Placeholder, PlaceholderForm, Step};

pub use secret_names::{is_secret_name, secret_variable};

use crate::{Inputs, Parameter, ParameterSource, PlanFault};

/// The values of one plan.
#[derive(Debug, Default)]
pub(crate) struct Values {
    /// Filled in, by parameter name.
    pub parameters: BTreeMap<String, Parameter>,
    /// What shell acts get as environment variables.
    pub variables: BTreeMap<String, String>,
    /// Variables whose values are secret.
    pub secrets: BTreeSet<String>,
}

/// One placeholder with whether some act that runs needs its value.
struct Need<'a> {
    placeholder: &'a Placeholder,
    required: bool,
    secret: bool,
}

/// Gives every placeholder of `steps` its value; collects what is missing or wrong.
/// Of `called`, steps that rollouts have run, the variables in `handed` get their values when they run.
pub(crate) fn resolve(
    inputs: &Inputs,
    steps: &[&Step],
    called: &[&Step],
    handed: &BTreeSet<&str>,
    faults: &mut Vec<PlanFault>,
) -> Values {
    let all: Vec<&Step> = steps.iter().chain(called).copied().collect();
    let own = needs(inputs, steps);
    let mut needs = needs(inputs, &all);
    for (_, need) in needs.iter_mut().filter(|(name, _)| handed.contains(*name)) {
        need.required = own.get(need.placeholder.name.as_str()).is_some_and(|own| own.required);
    }
    let mut values = Values::default();
    for (name, need) in &needs {
        let declared = inputs.runbook.front_matter.parameters.get(*name);
        let Some((value, from)) = look_up(inputs, name, need) else {
            if need.required {
                faults.push(PlanFault::Missing {
                    name: (*name).to_owned(),
                    text: need.placeholder.text.clone(),
                    line: need.placeholder.line,
                    secret: need.secret,
                    description: declared.and_then(|declared| declared.description.clone()),
                });
            }
            continue;
        };
        let secret = need.secret || secret_names::holds_credentials(&value);
        if let Err(why) = values::check(&value, declared) {
            let shown = if secret { "this value".to_owned() } else { format!("`{value}`") };
            faults.push(PlanFault::BadValue { name: (*name).to_owned(), shown, why });
            continue;
        }
        let variable = need.placeholder.form == PlaceholderForm::Variable;
        if secret {
            values.secrets.insert(secret_variable(name));
        } else {
            if variable {
                values.variables.insert((*name).to_owned(), value.clone());
            }
            values.parameters.insert((*name).to_owned(), Parameter { value, from });
        }
    }
    let declared_secrets = inputs.runbook.front_matter.secrets.iter();
    let held = declared_secrets.filter(|name| inputs.variables.contains_key(*name) || inputs.given.contains_key(*name));
    values.secrets.extend(held.cloned());
    refuse_unknown(inputs, &needs, faults);
    values
}

/// Gives a command that stands in no step the parameters that it uses as variables, as far as the runbook declares them and they have
/// values.
pub(crate) fn hand_declared(inputs: &Inputs, script: &str, values: &mut Values) {
    let uses = |name: &str| {
        script.match_indices(name).any(|(at, _)| {
            let ends = !script[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            script[..at].ends_with("${") || script[..at].ends_with('$') && ends
        })
    };
    for name in inputs.runbook.front_matter.parameters.keys().filter(|name| uses(name)) {
        let form = PlaceholderForm::Variable;
        let (text, line) = (format!("${name}"), 0);
        let placeholder = Placeholder { name: name.clone(), text, form, line, secret: is_secret_name(name) };
        let need = Need { placeholder: &placeholder, required: false, secret: placeholder.secret };
        let Some((value, from)) = look_up(inputs, name, &need) else { continue };
        if need.secret || secret_names::holds_credentials(&value) {
            values.secrets.insert(secret_variable(name));
        } else {
            values.variables.insert(name.clone(), value.clone());
            values.parameters.entry(name.clone()).or_insert(Parameter { value, from });
        }
    }
}

fn needs<'a>(inputs: &Inputs, steps: &[&'a Step]) -> BTreeMap<&'a str, Need<'a>> {
    let front_matter = &inputs.runbook.front_matter;
    let mut needs: BTreeMap<&str, Need> = BTreeMap::new();
    let each = steps.iter().flat_map(|&step| {
        let mut uses = Uses { step, act: None, lines: Vec::new() };
        step.params.iter().map(move |placeholder| (placeholder, uses.requires(placeholder)))
    });
    for (placeholder, required) in each {
        let name = placeholder.name.as_str();
        let declared_secret =
            front_matter.parameters.get(name).is_some_and(|one| one.kind.as_deref() == Some("secret"));
        let secret = placeholder.secret
            || declared_secret
            || front_matter.secrets.iter().any(|secret| secret == name || *secret == secret_variable(name))
            || is_secret_name(name);
        let need = needs.entry(name).or_insert(Need { placeholder, required: false, secret: false });
        if placeholder.form == PlaceholderForm::Variable {
            need.placeholder = placeholder;
        }
        need.required |= required;
        need.secret |= secret;
    }
    needs
}

/// Where a step's commands use its placeholders. What a person reads or a standby command may stay unfilled.
struct Uses<'a> {
    step: &'a Step,
    /// The act last looked into, and where its lines begin: placeholders come in the order of their lines.
    act: Option<usize>,
    lines: Vec<usize>,
}

impl Uses<'_> {
    /// Whether a command that runs holds the placeholder: nearly always on the line where it was found.
    fn requires(&mut self, placeholder: &Placeholder) -> bool {
        let wanted = match placeholder.form {
            PlaceholderForm::Variable => placeholder.name.as_str(),
            _ => placeholder.text.as_str(),
        };
        let acts = &self.step.acts;
        let near = acts.partition_point(|act| act.line <= placeholder.line).checked_sub(1);
        let holds = |act: &Act| act.kind == ActKind::Run && act.command.contains(wanted);
        self.step.runs.is_some()
            && (near.is_some_and(|at| self.stands_on(at, placeholder.line, wanted)) || acts.iter().any(holds))
    }

    /// Whether the text stands on that line of the runbook, in the act `at`.
    fn stands_on(&mut self, at: usize, line: u32, wanted: &str) -> bool {
        let act = &self.step.acts[at];
        if self.act != Some(at) {
            self.act = Some(at);
            self.lines = std::iter::once(0).chain(act.command.match_indices('\n').map(|(end, _)| end + 1)).collect();
        }
        let within = (line - act.line) as usize;
        let Some(&begin) = self.lines.get(within) else { return false };
        let end = self.lines.get(within + 1).copied().unwrap_or(act.command.len());
        act.kind == ActKind::Run && act.command[begin..end].contains(wanted)
    }
}

fn look_up(inputs: &Inputs, name: &str, need: &Need) -> Option<(String, ParameterSource)> {
    let config = inputs.config;
    let environment = config.environments.get(inputs.environment).map(|environment| &environment.parameters);
    let service = inputs.runbook.front_matter.service.as_ref().and_then(|service| config.services.get(service));
    let by_variable = need.secret || need.placeholder.form == PlaceholderForm::Variable;
    let variable = if need.secret { secret_variable(name) } else { name.to_owned() };
    let declared = inputs.runbook.front_matter.parameters.get(name);
    let found = None
        .or_else(|| inputs.given.get(name).map(|value| (value, ParameterSource::Given)))
        .or_else(|| environment?.get(name).map(|value| (value, ParameterSource::Config)))
        .or_else(|| service?.parameters.get(name).map(|value| (value, ParameterSource::Config)))
        .or_else(|| inputs.variables.get(&variable).filter(|_| by_variable).map(|v| (v, ParameterSource::Environment)))
        .or_else(|| declared?.default.as_ref().map(|value| (value, ParameterSource::Default)));
    found.filter(|(value, _)| !value.is_empty()).map(|(value, from)| (value.clone(), from))
}

fn refuse_unknown(inputs: &Inputs, needs: &BTreeMap<&str, Need>, faults: &mut Vec<PlanFault>) {
    let front_matter = &inputs.runbook.front_matter;
    let declared = |name: &String| front_matter.parameters.contains_key(name) || front_matter.secrets.contains(name);
    for name in inputs.given.keys().filter(|name| !needs.contains_key(name.as_str()) && !declared(name)) {
        let known = needs.keys().map(|&known| known.to_owned()).collect();
        faults.push(PlanFault::UnknownParameter { name: name.clone(), known });
    }
}
