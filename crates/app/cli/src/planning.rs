//! From what was typed to a plan: reads the runbook, finds the procedure, gathers values, asks for what is missing.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_diag::SourceText;
use callsheet_plan::{Inputs, Plan, PlanFault, secret_variable};
use callsheet_runbook::{Procedure, Reading};
use callsheet_secret_stores::Keyring;
use callsheet_secrets::{Reference, SecretName};
use strsim::levenshtein;

use crate::context::Context;
use crate::failure::Failure;
use crate::flow_files;
use crate::prompt;
use crate::runbooks;
use crate::settings::Settings;
use crate::target::{ParamArg, Target};

/// The environment when none is named: never production by accident.
pub const DEFAULT_ENVIRONMENT: &str = "dev";

/// A runbook that was read, and where it stands.
pub struct Opened {
    /// Configuration and state.
    pub settings: Settings,
    /// Its text.
    pub source: SourceText,
    /// What it says, and what is wrong with it.
    pub reading: Reading,
}

/// Values for a plan.
#[derive(Clone, Debug)]
pub struct Values {
    /// The environment's name.
    pub environment: String,
    /// By parameter name.
    pub given: BTreeMap<String, String>,
    /// Steps that are left out, by id.
    pub leave_out: BTreeSet<String>,
    /// The process's environment, and secrets that a person typed.
    pub variables: BTreeMap<String, String>,
}

impl Opened {
    /// Reads configuration and runbook.
    pub fn open(target: &Target, context: &Context) -> Result<Opened, Failure> {
        let source = runbooks::load(&target.file)?;
        let settings = Settings::for_runbook(context, &target.file)?;
        let reading = flow_files::read(&source, &settings.root)?;
        Ok(Opened { settings, source, reading })
    }

    /// The procedure that was named; without a name, the only one.
    pub fn procedure(&self, target: &Target) -> Result<&Procedure, Failure> {
        let procedures = &self.reading.runbook.procedures;
        let file = target.file.display();
        if let Some(slug) = &target.procedure {
            return procedures.iter().find(|procedure| procedure.slug == *slug).ok_or_else(|| {
                let failure = Failure::user(format!("`{file}` has no procedure `{slug}`"));
                self.naming(failure, target, nearest(slug, procedures))
            });
        }
        match procedures.as_slice() {
            [only] => Ok(only),
            [] => Err(Failure::user(format!("`{file}` holds no procedure"))
                .hint(format!("`callsheet check {file}` says what was read"))),
            _ => Err(self.naming(Failure::user(format!("`{file}` holds several procedures: name one")), target, None)),
        }
    }

    fn naming(&self, failure: Failure, target: &Target, nearest: Option<&Procedure>) -> Failure {
        let file = target.file.display();
        if let Some(nearest) = nearest {
            return failure.hint(format!("did you mean `{file}#{}`?", nearest.slug));
        }
        let procedures = self.reading.runbook.procedures.iter().filter(|procedure| !procedure.steps.is_empty());
        let names: Vec<String> = procedures.map(|procedure| format!("  {file}#{}", procedure.slug)).collect();
        if names.is_empty() { failure } else { failure.hint(format!("it has:\n{}", names.join("\n"))) }
    }

    /// The plan, or everything that stands in its way.
    pub fn plan(&self, procedure: &Procedure, values: &Values) -> Result<Plan, Vec<PlanFault>> {
        let variables = self.with_kept(values);
        callsheet_plan::plan(&Inputs {
            source: &self.source,
            runbook: &self.reading.runbook,
            procedure: &procedure.slug,
            config: &self.settings.config,
            environment: &values.environment,
            given: &values.given,
            leave_out: &values.leave_out,
            variables: &variables,
        })
    }

    /// The variables with the declared secrets that the environment's book has and nobody set: so that a plan knows that they are there. What is
    /// run is given them anew each time.
    fn with_kept(&self, values: &Values) -> BTreeMap<String, String> {
        let mut variables = values.variables.clone();
        let declared = &self.reading.runbook.front_matter.secrets;
        let keyring = Keyring::new(&self.settings.root, &values.environment, self.settings.config.secrets.ground());
        for name in declared.iter().filter(|name| !values.variables.contains_key(*name)) {
            let Ok(known) = name.parse::<SecretName>() else { continue };
            // One that cannot be read here is missing, which the plan says.
            if let (Ok(Some(_)), Ok(Some(value))) = (keyring.entry(&known), keyring.resolve(&Reference::current(known)))
            {
                variables.insert(name.clone(), value.expose().clone());
            }
        }
        variables
    }

    /// Of the plan's secrets that the process's environment lacks, those that the book lacks, too.
    pub fn without_kept(&self, plan: &Plan, mut missing: Vec<String>) -> Vec<String> {
        retain_unkept(&mut missing, &self.settings, &plan.environment);
        missing
    }

    /// The plan; a person at a terminal is asked for what is missing.
    pub fn plan_asking(&self, procedure: &Procedure, values: &mut Values, context: &Context) -> Result<Plan, Failure> {
        let faults = match self.plan(procedure, values) {
            Ok(plan) => return Ok(plan),
            Err(faults) => faults,
        };
        let all_missing = faults.iter().all(|fault| matches!(fault, PlanFault::Missing { .. }));
        if !context.screen.interactive || !all_missing {
            return Err(refused(&faults));
        }
        for fault in &faults {
            ask_for(fault, values, context)?;
        }
        self.plan(procedure, values).map_err(|faults| refused(&faults))
    }
}

impl Values {
    /// From the command line and the process's environment.
    pub fn gather(environment: Option<String>, params: &[ParamArg], without: &[String]) -> Values {
        Values {
            environment: environment.unwrap_or_else(|| DEFAULT_ENVIRONMENT.to_owned()),
            given: params.iter().map(|param| (param.name.clone(), param.value.clone())).collect(),
            leave_out: without.iter().cloned().collect(),
            variables: environment_variables(),
        }
    }

    /// Says which secrets were given where everybody can read them.
    pub fn warn_of_secrets(&self, plan: &Plan, context: &Context) -> Result<(), Failure> {
        for name in self.given.keys().filter(|name| plan.secrets.contains(&secret_variable(name))) {
            let variable = secret_variable(name);
            context.screen.warn(&format!(
                "`{name}` is a secret: `--param` shows it to every process and to the shell's history; set the environment variable `{variable}` instead"
            ))?;
        }
        Ok(())
    }
}

/// Leaves the names that the environment's book does not have.
pub fn retain_unkept(names: &mut Vec<String>, settings: &Settings, environment: &str) {
    let keyring = Keyring::new(&settings.root, environment, settings.config.secrets.ground());
    let kept = |name: &String| name.parse().is_ok_and(|name| keyring.entry(&name).is_ok_and(|entry| entry.is_some()));
    names.retain(|name| !kept(name));
}

/// Variables whose names and values are text.
pub fn environment_variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// All faults as one error.
pub fn refused(faults: &[PlanFault]) -> Failure {
    let mut failure = match faults {
        [only] => Failure::user(only.to_string()),
        several => several.iter().fold(Failure::user("the plan cannot be made"), |mut failure, fault| {
            failure.causes.push(fault.to_string());
            failure
        }),
    };
    for fault in faults {
        let hint = fault.hint();
        if !failure.hints.contains(&hint) {
            failure = failure.hint(hint);
        }
    }
    failure
}

fn ask_for(fault: &PlanFault, values: &mut Values, context: &Context) -> Result<(), Failure> {
    let PlanFault::Missing { name, secret, description, line, .. } = fault else { return Ok(()) };
    let what = description.clone().unwrap_or_else(|| format!("line {line}"));
    if *secret {
        let value = prompt::hidden(&format!("{name} ({what}; not shown): "), context)?;
        values.variables.insert(secret_variable(name), value);
    } else {
        let value = prompt::line(&format!("{name} ({what}): "), context)?;
        values.given.insert(name.clone(), value);
    }
    Ok(())
}

/// The procedure whose slug is nearest, if it is near.
fn nearest<'a>(slug: &str, procedures: &'a [Procedure]) -> Option<&'a Procedure> {
    let runnable = procedures.iter().filter(|procedure| !procedure.steps.is_empty());
    let with_distance = runnable.map(|procedure| (levenshtein(slug, &procedure.slug), procedure));
    let (distance, nearest) = with_distance.min_by_key(|(distance, _)| *distance)?;
    (distance <= slug.chars().count() / 3).then_some(nearest)
}
