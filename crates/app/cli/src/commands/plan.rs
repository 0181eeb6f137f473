//! `callsheet plan FILE[#procedure]`: what would run, what a person must do, what is risky.

use callsheet_plan::PlanFault;
use callsheet_runbook::Procedure;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan_view::{self, Sheet};
use crate::planning::{Opened, Values, refused};
use crate::target::{ParamArg, Target};

/// Show what would run, what a person must do, and what is risky
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The runbook, or one of its procedures
    #[arg(value_name = "FILE[#PROCEDURE]")]
    target: Target,
    /// The environment to plan for [default: dev]
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    /// A parameter's value; may be given often
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<ParamArg>,
    /// Leave a step out: its id; may be given often
    #[arg(long, value_name = "STEP")]
    without: Vec<String>,
    /// How to print the plan: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people, at the terminal's width
    #[default]
    Human,
    /// `callsheet.plan/1`
    Json,
}

/// Prints one procedure's sheet, or all procedures in short; JSON as documented.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let opened = Opened::open(&args.target, context)?;
    let single = args.target.procedure.is_some() || opened.reading.runbook.procedures.len() == 1;
    let procedure = single.then(|| opened.procedure(&args.target)).transpose()?;
    match (args.format, procedure) {
        (Format::Json, procedure) => json(&opened, procedure, context),
        (Format::Human, None) => {
            let screen = context.screen;
            let file = args.target.file.to_string_lossy();
            screen.data(&plan_view::overview(&file, &opened.reading.runbook, screen.width, screen.out))?;
            Ok(Exit::Done)
        }
        (Format::Human, Some(procedure)) => human(&opened, procedure, &args, context),
    }
}

fn json(opened: &Opened, procedure: Option<&Procedure>, context: &Context) -> Result<Exit, Failure> {
    let slug = procedure.map(|procedure| procedure.slug.as_str());
    let report = callsheet_plan::report(&opened.source.file, &opened.reading, slug);
    let text = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::internal("cannot write the plan as JSON").because(&error))?;
    context.screen.data(&format!("{text}\n"))?;
    Ok(Exit::Done)
}

/// What is missing does not keep the sheet from being shown; what is wrong with it is said after it.
fn human(opened: &Opened, procedure: &Procedure, args: &Args, context: &Context) -> Result<Exit, Failure> {
    let values = Values::gather(args.env.clone(), &args.params, &args.without);
    let planned = opened.plan(procedure, &values);
    let screen = context.screen;
    screen.data(&sheet(opened, procedure, planned.as_ref().ok(), &values, context))?;
    match planned {
        Ok(plan) => values.warn_of_secrets(&plan, context)?,
        Err(faults) => {
            let other: Vec<PlanFault> =
                faults.into_iter().filter(|fault| !matches!(fault, PlanFault::Missing { .. })).collect();
            if !other.is_empty() {
                screen.talk("\n")?;
                return Err(refused(&other));
            }
        }
    }
    Ok(Exit::Done)
}

/// The sheet of a procedure.
pub fn sheet(
    opened: &Opened,
    procedure: &Procedure,
    plan: Option<&callsheet_plan::Plan>,
    values: &Values,
    context: &Context,
) -> String {
    let sheet = Sheet {
        file: &opened.source.file,
        procedure,
        plan,
        front_matter: &opened.reading.runbook.front_matter,
        environment: &values.environment,
    };
    plan_view::render(&sheet, context.screen.width, context.screen.out)
}
