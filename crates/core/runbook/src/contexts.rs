//! What a heading, a bold label or an introducing sentence says about the list or text below it.

use crate::words::{VerbClass, has_phrase, has_stem, instruction, strip_signs};

/// What stands below a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Acts: steps, procedure, fix, resolution.
    Act,
    /// Things to be verified, one per item.
    Verify,
    /// What is expected of the step above.
    Expected,
    /// What the step above prints.
    Output,
    /// Approvals.
    Approval,
    /// Commands for reference.
    Reference,
    /// Text that explains: symptoms, causes, notes, rules.
    Explain,
    /// Text that explains and rules everything below it.
    ExplainAll,
    /// Nothing in particular.
    Neutral,
}

impl Context {
    /// Whether what stands below is explanation.
    pub fn explains(self) -> bool {
        matches!(self, Context::Explain | Context::ExplainAll)
    }
}

const EXPLAIN_ALL: &[&str] = &[
    "table of contents",
    "contents",
    "toc",
    "when to",
    "when not to",
    "symptom",
    "symptoms",
    "glossary",
    "terminology",
    "contact",
    "contacts",
    "severity",
    "severities",
    "escalation",
    "escalation path",
    "escalate if",
    "trigger conditions",
    "triggers",
    "trigger",
    "criteria",
    "revision history",
    "change history",
    "changelog",
    "document control",
    "further reading",
    "see also",
    "references",
    "related",
    "communication templates",
    "templates",
    "template",
    "inhaltsverzeichnis",
    "symptome",
    "síntomas",
    "symptômes",
    "příznaky",
    "príznaky",
    "table des matières",
    "índice",
    "obsah",
    "目录",
    "目次",
    "症状",
    "roles and responsibilities",
    "responsibilities",
];

const EXPLAIN: &[&str] = &[
    "cause",
    "causes",
    "root causes",
    "meaning",
    "means",
    "impact",
    "overview",
    "background",
    "summary",
    "scope",
    "introduction",
    "about",
    "description",
    "purpose",
    "context",
    "definition",
    "definitions",
    "architecture",
    "prerequisite",
    "prerequisites",
    "prereqs",
    "prereq",
    "requirement",
    "requirements",
    "required",
    "assumption",
    "assumptions",
    "assumes",
    "before you begin",
    "before you start",
    "note",
    "notes",
    "notice",
    "best practice",
    "best practices",
    "tips",
    "tip",
    "recommendation",
    "recommendations",
    "guideline",
    "guidelines",
    "limitation",
    "limitations",
    "caveat",
    "caveats",
    "pros",
    "cons",
    "advantages",
    "disadvantages",
    "benefits",
    "risks",
    "risk",
    "metrics",
    "kpis",
    "threshold",
    "thresholds",
    "objectives",
    "slo",
    "slos",
    "sla",
    "slas",
    "sli",
    "roles",
    "resources",
    "links",
    "documentation",
    "example",
    "examples",
    "sample",
    "faq",
    "flags",
    "parameters",
    "environment variables",
    "dependencies",
    "structure",
    "features",
    "tools",
    "dashboards",
    "schedule",
    "frequency",
    "timeline",
    "effects",
    "effect",
    "compliance",
    "policy",
    "policies",
    "ports",
    "urls",
    "questions",
    "questions to answer",
    "exercises",
    "lessons",
    "lessons learned",
    "key facts",
    "facts",
    "environments",
    "monitoring",
    "logging",
    "observability",
    "why",
    "what it means",
    "what happens",
    "how it works",
    "use when",
    "when",
    "who",
    "where",
    "known failure patterns",
    "failure patterns",
    "patterns",
    "scripts",
    "inventory",
    "components",
    "service details",
    "details",
    "changes",
    "hinweis",
    "hinweise",
    "ursache",
    "ursachen",
    "voraussetzungen",
    "systemanforderungen",
    "anforderungen",
    "überblick",
    "übersicht",
    "abhängigkeiten",
    "verzeichnisstruktur",
    "cause possible",
    "remarques",
    "prérequis",
    "requisitos",
    "causas",
    "causa",
    "notas",
    "nota",
    "poznámka",
    "poznámky",
    "požiadavky",
    "príčina",
    "příčina",
    "predpoklady",
    "předpoklady",
    "контакты",
    "описание",
    "причина",
    "причины",
    "前提",
    "前提条件",
    "概要",
    "背景",
    "原因",
    "注意",
    "注意事項",
    "注意事项",
    "说明",
    "rationale",
    "theory",
    "goals",
    "goal",
    "audience",
    "stakeholders",
    "warning",
    "caution",
    "important",
    "security",
    "access control",
    "configuration reference",
    "reference links",
    "history",
    "status",
    "known issues",
    "known limitations",
    "key metrics",
];

const ACT: &[&str] = &[
    "step",
    "steps",
    "procedure",
    "procedures",
    "action",
    "actions",
    "instructions",
    "how to",
    "fix",
    "fixes",
    "solution",
    "solutions",
    "resolution",
    "resolve",
    "resolving",
    "mitigation",
    "mitigate",
    "remediation",
    "workaround",
    "workarounds",
    "diagnosis",
    "diagnose",
    "diagnostics",
    "diagnostic",
    "troubleshooting",
    "investigation",
    "deploy",
    "deployment",
    "deployments",
    "deploying",
    "rollback",
    "rollbacks",
    "rolling back",
    "installation",
    "install",
    "upgrade",
    "restore",
    "migration",
    "setup",
    "checklist",
    "response",
    "tasks",
    "to do",
    "todo",
    "playbook",
    "process",
    "commands",
    "schritte",
    "vorgehen",
    "vorgehensweise",
    "ablauf",
    "maßnahmen",
    "lösung",
    "behebung",
    "fehlerbehebung",
    "anleitung",
    "étapes",
    "procédure",
    "résolution",
    "solution",
    "correctif",
    "pasos",
    "procedimiento",
    "solución",
    "passos",
    "procedimento",
    "solução",
    "passaggi",
    "procedura",
    "soluzione",
    "kroky",
    "postup",
    "riešenie",
    "řešení",
    "oprava",
    "шаги",
    "решение",
    "порядок",
    "手順",
    "対応",
    "対処",
    "解決",
    "步骤",
    "操作",
    "解决",
    "处理",
    "절차",
    "단계",
    "해결",
    "first aid",
    "handling",
    "triage",
    "next steps",
    "follow-up",
    "follow up",
    "cleanup",
    "maintenance",
    "shutdown",
    "startup",
    "bring-up",
    "failover",
    "switchover",
    "rotation",
    "onboarding",
    "offboarding",
];

/// What a title says; `Neutral` when it says nothing we know.
pub fn of_title(title: &str) -> Context {
    let text = strip_signs(title).trim();
    let lower = text.to_lowercase();
    let lower = lower.trim_end_matches([':', ' ', '?']);
    if lower.is_empty() {
        return Context::Neutral;
    }
    if is_expected(lower) {
        return Context::Expected;
    }
    if is_output(lower) {
        return Context::Output;
    }
    if has_phrase(lower, &["approval required", "approvals", "approval", "sign-off", "signoff", "sign off"]) {
        return Context::Approval;
    }
    if has_phrase(lower, &["to verify", "to check", "to confirm", "to validate", "to test"])
        || lower.ends_with("are true")
    {
        return Context::Verify;
    }
    if is_automatic(lower) {
        return Context::Explain;
    }
    if titled(lower, EXPLAIN_ALL) && !starts_with_verb(text) {
        return Context::ExplainAll;
    }
    if is_reference(lower) {
        return Context::Reference;
    }
    let verifies =
        has_stem(lower, &["verif", "validat", "überprüf", "vérif", "valida", "overen", "ověřen", "kontrol", "проверк"])
            || has_phrase(
                lower,
                &[
                    "smoke test",
                    "smoke tests",
                    "smoke-test",
                    "smoke-tests",
                    "確認",
                    "検証",
                    "验证",
                    "acceptance",
                    "end state",
                    "definition of done",
                    "success criteria",
                    "sanity checks",
                    "health checks after",
                ],
            );
    if verifies {
        return Context::Verify;
    }
    if has_phrase(lower, ACT) && !has_phrase(lower, &["notes", "best practices", "overview", "metrics"]) {
        return Context::Act;
    }
    if titled(lower, EXPLAIN) && !starts_with_verb(text) {
        return Context::Explain;
    }
    if instruction(text).is_some_and(|found| !matches!(found.class, VerbClass::Policy | VerbClass::Refer)) {
        return Context::Act;
    }
    if is_gerund(text) { Context::Act } else { Context::Neutral }
}

/// Whether words say that something happens by itself.
pub fn is_automatic(lower: &str) -> bool {
    has_phrase(
        lower,
        &[
            "automatically",
            "automatisch",
            "automaticky",
            "automatiquement",
            "automáticamente",
            "automaticamente",
            "автоматически",
            "自動",
            "自动",
        ],
    )
}

/// Whether one of the phrases is what the title is about: a part of it, or how a part begins or ends.
fn titled(lower: &str, phrases: &[&str]) -> bool {
    let lower = lower.split(['(', '[']).next().unwrap_or_default();
    let lower = lower.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | '-' | ':'));
    lower
        .split(['&', ',', '/', '–', '—', '|', '+', ':'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" - "))
        .any(|part| {
            let part = part.trim();
            if words_of(part) > 6 {
                return false;
            }
            phrases.iter().any(|phrase| {
                if part == *phrase {
                    return true;
                }
                let begins = part.strip_prefix(phrase).is_some_and(|rest| {
                    let next = rest.trim_start().split(' ').next().unwrap_or_default();
                    rest.starts_with(' ')
                        && (phrase.contains(' ')
                            || matches!(
                                next,
                                "to" | "for"
                                    | "of"
                                    | "on"
                                    | "about"
                                    | "in"
                                    | "from"
                                    | "per"
                                    | "by"
                                    | "und"
                                    | "von"
                                    | "documentation"
                                    | "links"
                                    | "resources"
                                    | "levels"
                                    | "level"
                                    | "matrix"
                                    | "path"
                                    | "documents"
                                    | "runbooks"
                            ))
                });
                let ends = part.strip_suffix(phrase).is_some_and(|rest| rest.ends_with(' ') && words_of(rest) <= 2);
                begins || ends
            })
        })
}

fn words_of(text: &str) -> usize {
    text.split_whitespace().count()
}

/// "Restarting the service": a title that names an act by its gerund.
fn is_gerund(text: &str) -> bool {
    let first = crate::words::words(text).next().unwrap_or_default().to_lowercase();
    let Some(stem) = first.strip_suffix("ing").filter(|stem| stem.len() > 2) else { return false };
    let doubled = stem.len() > 3 && stem.as_bytes()[stem.len() - 1] == stem.as_bytes()[stem.len() - 2];
    let bases = [
        stem.to_owned(),
        format!("{stem}e"),
        if doubled { stem[..stem.len() - 1].to_owned() } else { stem.to_owned() },
    ];
    words_of(text) > 1
        && bases.iter().any(|base| {
            instruction(&format!("{base} the"))
                .is_some_and(|found| !matches!(found.class, VerbClass::Policy | VerbClass::Refer))
        })
}

fn starts_with_verb(text: &str) -> bool {
    instruction(text).is_some_and(|found| found.sure && !matches!(found.class, VerbClass::Policy | VerbClass::Refer))
}

/// "Expected result:", "You should see", "Expected steady-state target".
pub fn is_expected(lower: &str) -> bool {
    lower.starts_with("expect")
        || lower.starts_with("you should see")
        || lower.starts_with("you will see")
        || lower.starts_with("should see")
        || lower.starts_with("success looks like")
        || lower.starts_with("success criteria")
        || has_phrase(
            lower,
            &[
                "expected result",
                "expected results",
                "expected output",
                "expected outcome",
                "expected response",
                "erwartetes ergebnis",
                "erwartete ausgabe",
                "résultat attendu",
                "resultado esperado",
                "očakávaný výsledok",
                "期待結果",
                "预期结果",
                "should look like",
                "should return",
                "should output",
                "should be similar to",
                "looks like this",
                "similar to the following",
                "should see",
                "should show",
            ],
        )
}

/// "Output:", "Example output".
pub fn is_output(lower: &str) -> bool {
    let lower = lower.trim();
    matches!(
        lower,
        "output"
            | "ausgabe"
            | "sortie"
            | "salida"
            | "saída"
            | "výstup"
            | "вывод"
            | "输出"
            | "出力"
            | "result"
            | "response"
    ) || has_phrase(
        lower,
        &[
            "example output",
            "sample output",
            "output example",
            "example response",
            "sample response",
            "outputs something like",
            "will output",
            "prints",
            "output:",
            "example:",
        ],
    ) || (lower.ends_with(" example") || lower.ends_with(" output"))
        && !lower.starts_with("check")
        && !lower.starts_with("inspect")
}

fn is_reference(lower: &str) -> bool {
    has_phrase(
        lower,
        &[
            "useful",
            "handy",
            "cheat sheet",
            "cheatsheet",
            "quick commands",
            "common commands",
            "reference",
            "helpful",
            "one-liners",
        ],
    ) || lower.ends_with("commands")
        && lower.split_whitespace().count() <= 4
        && !has_phrase(lower, &["recommended commands", "run", "these", "the following"])
        || has_phrase(lower, &["log locations", "logs locations", "appendix"])
}

/// Whether a title tells about undoing.
pub fn is_rollback(title: &str) -> bool {
    let lower = title.to_lowercase();
    has_phrase(
        &lower,
        &[
            "rollback",
            "rollbacks",
            "roll back",
            "rolling back",
            "roll-back",
            "revert",
            "reverting",
            "back out",
            "backout",
            "back-out",
            "undo",
            "undoing",
            "restore previous",
            "downgrade",
            "zurückrollen",
            "zurücksetzen",
            "retour arrière",
            "revertir",
            "reversão",
            "ripristino",
            "vrátenie",
            "návrat",
            "откат",
            "回滚",
            "ロールバック",
            "切り戻し",
            "롤백",
        ],
    )
}

/// Whether a title names troubles, each with its own remedy: its subsections are independent.
pub fn is_troubles(title: &str) -> bool {
    let lower = title.to_lowercase();
    has_stem(
        &lower,
        &[
            "troubleshoot",
            "issue",
            "problem",
            "scenario",
            "fehler",
            "incident",
            "alert",
            "faq",
            "error",
            "symptom",
            "recipe",
            "failure",
            "known",
            "common",
        ],
    )
}
