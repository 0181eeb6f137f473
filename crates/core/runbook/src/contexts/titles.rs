//! What titles are about: phrases that a part of a title is, begins with or ends with.

use std::collections::HashSet;
use std::sync::LazyLock;

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

pub(super) const ACT: &[&str] = &[
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

static EXPLAIN_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| EXPLAIN.iter().copied().collect());
static EXPLAIN_ALL_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| EXPLAIN_ALL.iter().copied().collect());

/// Whether the lower-case title is about something explained.
pub(super) fn explains(lower: &str) -> bool {
    titled(lower, &EXPLAIN_SET)
}

/// Whether the lower-case title is about something explained, and rules everything below it.
pub(super) fn explains_all(lower: &str) -> bool {
    titled(lower, &EXPLAIN_ALL_SET)
}

/// The longest part of a title, in words, that names what it is about.
const LONGEST_PART: usize = 6;

/// Whether one of the phrases is what the title is about: a part of it, or how a part begins or ends.
fn titled(lower: &str, phrases: &HashSet<&str>) -> bool {
    let lower = lower.split(['(', '[']).next().unwrap_or_default();
    let lower = lower.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | '-' | ':'));
    lower
        .split(['&', ',', '/', '–', '—', '|', '+', ':'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" - "))
        .any(|part| is_about(part.trim(), phrases))
}

fn is_about(part: &str, phrases: &HashSet<&str>) -> bool {
    if part.split_whitespace().take(LONGEST_PART + 1).count() > LONGEST_PART {
        return false;
    }
    if phrases.contains(part) {
        return true;
    }
    part.match_indices(' ').any(|(at, _)| {
        let (head, tail) = (&part[..at], &part[at + 1..]);
        let begins = phrases.contains(head) && (head.contains(' ') || continues(tail));
        begins || phrases.contains(tail) && words_of(head) <= 2
    })
}

/// Whether the words after a phrase go on about the same subject.
fn continues(rest: &str) -> bool {
    let next = rest.trim_start().split(' ').next().unwrap_or_default();
    matches!(
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
    )
}

pub(super) fn words_of(text: &str) -> usize {
    text.split_whitespace().count()
}
