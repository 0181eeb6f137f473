//! `drop-view`: the older release asks for a view or routine that is not there.

use crate::Definition;
use crate::lint::subject::same;
use crate::lint::{ALL, Remark, Rule, Subject};

pub(super) const RULE: Rule = Rule {
    name: "drop-view",
    about: "a dropped view, routine, sequence or type breaks the older release where it asks for it",
    engines: ALL,
    until_contract: true,
    check,
};

fn check(subject: &Subject) -> Option<Remark> {
    let Definition::DropOther { kind, name, .. } = &subject.definition else { return None };
    if !["VIEW", "MATERIALIZED VIEW", "FUNCTION", "PROCEDURE", "SEQUENCE", "TYPE"].contains(&kind.as_str()) {
        return None;
    }
    let made = |definition: Definition| matches!(definition, Definition::CreateOther { name: other, .. } if same(&other, name));
    if subject.after().any(made)
        || subject
            .before()
            .any(|definition| matches!(definition, Definition::CreateOther { name: other, .. } if same(&other, name)))
    {
        return None;
    }
    Remark::warning(
        format!("the older release fails where it asks for the {} `{}`", kind.to_lowercase(), name.full()),
        "first release the code that does without it; drop it in a later migration that says `-- callsheet: phase contract`",
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn it_is_gone_unless_made_anew() {
        check(Postgres, "drop view v;", &["drop-view"]);
        check(Postgres, "drop view v; create view v as select 1;", &[]);
        check(Postgres, "drop trigger t on a;", &[]);
    }
}
