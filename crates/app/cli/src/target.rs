//! What a person names on the command line: `FILE#procedure`, `name=value`, a run.

use std::path::PathBuf;
use std::str::FromStr;

/// `FILE` or `FILE#procedure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The runbook.
    pub file: PathBuf,
    /// The procedure's slug.
    pub procedure: Option<String>,
}

impl FromStr for Target {
    type Err = String;

    /// What follows the last `#` is the procedure, unless the whole is a file's name.
    fn from_str(text: &str) -> Result<Target, String> {
        if text.is_empty() {
            return Err("name a runbook: `FILE` or `FILE#procedure`".to_owned());
        }
        if PathBuf::from(text).is_file() {
            return Ok(Target { file: text.into(), procedure: None });
        }
        match text.rsplit_once('#') {
            Some(("", _)) => Err(format!("`{text}` names no file: write `FILE#procedure`")),
            Some((file, procedure)) => {
                let procedure = procedure.trim().to_lowercase();
                Ok(Target { file: file.into(), procedure: Some(procedure).filter(|slug| !slug.is_empty()) })
            }
            None => Ok(Target { file: text.into(), procedure: None }),
        }
    }
}

/// `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamArg {
    /// Before the first `=`.
    pub name: String,
    /// After it.
    pub value: String,
}

impl FromStr for ParamArg {
    type Err = String;

    fn from_str(text: &str) -> Result<ParamArg, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok(ParamArg { name: name.trim().to_owned(), value: value.to_owned() })
            }
            _ => Err("write it as `name=value`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, file: &str, procedure: Option<&str>) {
        let target: Target = text.parse().unwrap();
        assert_eq!((target.file, target.procedure.as_deref()), (PathBuf::from(file), procedure), "{text}");
    }

    #[test]
    fn targets_are_read() {
        check("ops/deploy.md", "ops/deploy.md", None);
        check("ops/deploy.md#Roll-Back", "ops/deploy.md", Some("roll-back"));
        check("ops/deploy.md#", "ops/deploy.md", None);
        assert!("#deploy".parse::<Target>().is_err());
        assert!("".parse::<Target>().is_err());
    }

    #[test]
    fn parameters_are_split_at_the_first_equals_sign() {
        let param: ParamArg = "url=http://x?a=b".parse().unwrap();
        assert_eq!((param.name.as_str(), param.value.as_str()), ("url", "http://x?a=b"));
        assert!("novalue".parse::<ParamArg>().is_err());
        assert!("=x".parse::<ParamArg>().is_err());
    }
}
