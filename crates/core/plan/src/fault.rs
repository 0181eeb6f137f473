//! What stands in the way of a plan. All faults are found at once.

/// One reason why a procedure cannot be run as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// No procedure of that name.
    #[error("{file} has no procedure `{slug}`")]
    NoProcedure {
        /// The runbook.
        file: String,
        /// What was asked for.
        slug: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The procedure holds no step.
    #[error("`{slug}` has no steps (line {line})")]
    Empty {
        /// The procedure.
        slug: String,
        /// 1-based line of its heading.
        line: u32,
    },
    /// A step to be left out that the procedure does not have.
    #[error("the procedure has no step `{id}` to leave out")]
    NoStep {
        /// As given.
        id: String,
    },
    /// A value is missing.
    #[error("`{name}` needs a value (line {line}: `{text}`)")]
    Missing {
        /// The parameter.
        name: String,
        /// As it stands in the text.
        text: String,
        /// 1-based line of its first use.
        line: u32,
        /// It is a secret.
        secret: bool,
        /// The front matter's words about it.
        description: Option<String>,
    },
    /// A value is not of its type.
    #[error("`{name}` cannot be {shown}: {why}")]
    BadValue {
        /// The parameter.
        name: String,
        /// The value in backticks, or `this value` for a secret.
        shown: String,
        /// What it must be.
        why: String,
    },
    /// A value could be taken for shell code where it would stand.
    #[error("the value of `{name}` cannot stand safely in line {line}: {why}")]
    UnsafeValue {
        /// The parameter.
        name: String,
        /// 1-based line.
        line: u32,
        /// Why.
        why: String,
    },
    /// A parameter that nothing uses.
    #[error("this procedure has no parameter `{name}`")]
    UnknownParameter {
        /// What was given.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The step needs what this version does not do.
    #[error("step `{step}` (line {line}): {what}")]
    Unsupported {
        /// The step.
        step: String,
        /// 1-based line.
        line: u32,
        /// What is not done.
        what: String,
    },
    /// A step's text is not of the language it claims.
    #[error("step `{step}` (line {line}): {what}")]
    BadText {
        /// The step.
        step: String,
        /// 1-based line.
        line: u32,
        /// What is wrong.
        what: String,
        /// What to do, where the language's own parser knows.
        hint: Option<String>,
    },
    /// A written attribute means nothing here.
    #[error("step `{step}` (line {line}): `{attribute}`: {why}")]
    BadAttribute {
        /// The step.
        step: String,
        /// 1-based line.
        line: u32,
        /// As written.
        attribute: String,
        /// What is wrong with it.
        why: String,
    },
    /// Rollbacks that lead back to themselves.
    #[error("the rollbacks lead in a circle: {}", path.join(" → "))]
    RollbackCircle {
        /// Slugs in order, the first again at the end.
        path: Vec<String>,
    },
    /// An environment that `callsheet.toml` does not name.
    #[error("callsheet.toml names no environment `{name}`")]
    NoEnvironment {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
}

// === impl PlanFault ===

impl PlanFault {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            PlanFault::NoProcedure { known, .. } if known.is_empty() => {
                "the file holds no procedure; `callsheet check` says what was read".to_owned()
            }
            PlanFault::NoProcedure { known, .. } => format!("it has: {}", known.join(", ")),
            PlanFault::Empty { .. } => "run one of the procedures below it; `callsheet plan` lists them".to_owned(),
            PlanFault::NoStep { .. } => "`callsheet plan` lists the steps' ids".to_owned(),
            PlanFault::Missing { name, secret: true, .. } => {
                let variable = crate::secret_variable(name);
                format!("set the environment variable {variable}; a secret is never given on the command line")
            }
            PlanFault::Missing { name, .. } => format!("give it with `--param {name}=…`"),
            PlanFault::BadValue { name, .. } => format!("give another with `--param {name}=…`"),
            PlanFault::UnsafeValue { .. } => {
                "use a value of letters, digits and `_ - . / : @ % + , =`, or write the line with a `$VARIABLE`"
                    .to_owned()
            }
            PlanFault::UnknownParameter { known, .. } if known.is_empty() => "it takes none".to_owned(),
            PlanFault::UnknownParameter { known, .. } => format!("it takes: {}", known.join(", ")),
            PlanFault::Unsupported { .. } => {
                "do it by hand and write the step as prose, or take it out with `{run=false}`".to_owned()
            }
            PlanFault::BadText { hint, .. } => hint.clone().unwrap_or_else(|| "correct the fence's text".to_owned()),
            PlanFault::BadAttribute { .. } => "correct the fence's info string".to_owned(),
            PlanFault::RollbackCircle { .. } => "take one `rollback=` out of the circle".to_owned(),
            PlanFault::NoEnvironment { known, .. } if known.is_empty() => {
                "write `[environments.NAME]` into callsheet.toml, or leave `--env` out".to_owned()
            }
            PlanFault::NoEnvironment { known, .. } => format!("it names: {}", known.join(", ")),
        }
    }
}
