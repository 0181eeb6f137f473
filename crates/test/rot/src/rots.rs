//! What can rot: a hundred and more small changes of a healthy repository, each with the words of the lines that it makes wrong.

use crate::pier::{Pier, RUNBOOK};

/// One change and what it makes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Rot {
    /// What kind of rot it is.
    pub kind: &'static str,
    /// What is done.
    pub decay: Decay,
    /// Words of the runbook: each line that holds them is wrong afterwards.
    pub words: &'static str,
}

/// What is done to a healthy repository.
#[derive(Clone, Copy, Debug)]
pub enum Decay {
    /// A file or folder gets another name.
    Rename(&'static str, &'static str),
    /// A file is deleted.
    Delete(&'static str),
    /// A script may no longer be executed.
    NotExecutable(&'static str),
    /// Words of a file are replaced.
    Edit(&'static str, &'static str, &'static str),
    /// A server no longer listens.
    Close(&'static str),
    /// A server no longer knows a path.
    Forget(&'static str, &'static str),
    /// Statements change the database.
    Sql(&'static str),
    /// A program is uninstalled.
    Uninstall(&'static str),
}

impl Decay {
    /// The server that must not listen from the start.
    pub fn closed(self) -> Option<&'static str> {
        match self {
            Decay::Close(name) => Some(name),
            _ => None,
        }
    }

    /// Does it.
    pub fn apply(self, pier: &Pier) {
        use std::fs;
        use std::os::unix::fs::PermissionsExt;
        match self {
            Decay::Rename(from, to) => fs::rename(pier.path(from), pier.path(to)).expect("a file of the repository"),
            Decay::Delete(path) => fs::remove_file(pier.path(path)).expect("a file of the repository"),
            Decay::NotExecutable(path) => {
                fs::set_permissions(pier.path(path), fs::Permissions::from_mode(0o644)).expect("a file of ours");
            }
            Decay::Edit(path, from, to) => pier.edit(path, from, to),
            Decay::Close(_) => {}
            Decay::Forget(server, path) => pier.server(server).forget(path),
            Decay::Sql(statements) => pier.sql(statements),
            Decay::Uninstall(name) => fs::remove_file(pier.programs_folder().join(name)).expect("a program of ours"),
        }
    }
}

const fn rot(kind: &'static str, decay: Decay, words: &'static str) -> Rot {
    Rot { kind, decay, words }
}

use Decay::{Close, Delete, Edit, Forget, NotExecutable, Rename, Sql, Uninstall};

const ARCHITECTURE: &str = "docs/architecture.md";
const ON_CALL: &str = "docs/on-call.md";
const COMPOSE: &str = "deploy/compose.yaml";
const ENV: &str = ".env.example";

/// All of them, by kind.
pub const ROTS: &[Rot] = &[
    rot("renamed script", Rename("scripts/migrate.sh", "scripts/schema.sh"), "scripts/migrate.sh"),
    rot("renamed script", Rename("scripts/backup.sh", "scripts/dump.sh"), "scripts/backup.sh"),
    rot("renamed script", Rename("scripts/verify-totals.sh", "scripts/verify_totals.sh"), "scripts/verify-totals.sh"),
    rot("renamed script", Rename("scripts/warm_cache.py", "scripts/warm-cache.py"), "scripts/warm_cache.py"),
    rot("renamed script", Rename("ops/drain.sh", "scripts/drain.sh"), "ops/drain.sh"),
    rot("renamed script", Rename("tools/seatmap.py", "tools/seat_map.py"), "tools/seatmap.py"),
    rot("renamed script", Rename("ops/ferryctl", "ops/ferries"), "ops/ferryctl"),
    rot("script named in prose", Delete("scripts/check-disk.sh"), "scripts/check-disk.sh"),
    rot("script named in prose", Rename("ops/page-oncall.sh", "ops/call.sh"), "ops/page-oncall.sh"),
    rot("script named in prose", Delete("scripts/rotate-key.sh"), "scripts/rotate-key.sh"),
    rot("lost executable bit", NotExecutable("scripts/snapshot.sh"), "scripts/snapshot.sh"),
    rot("lost executable bit", NotExecutable("scripts/migrate.sh"), "scripts/migrate.sh"),
    rot("lost executable bit", NotExecutable("scripts/backup.sh"), "scripts/backup.sh"),
    rot("lost executable bit", NotExecutable("ops/ferryctl"), "ops/ferryctl"),
    rot("moved file", Rename("config/pier.toml", "config/harbour.toml"), "config/pier.toml"),
    rot("moved file", Rename("deploy/compose.yaml", "compose.yaml"), "deploy/compose.yaml"),
    rot("moved file", Rename("sql/totals.sql", "sql/sums.sql"), "sql/totals.sql"),
    rot("moved file", Delete("sql/expire-holds.sql"), "sql/expire-holds.sql"),
    rot("moved file", Rename("config/nginx/upstream.conf", "config/upstream.conf"), "upstream.conf"),
    rot("moved file", Rename("certs/ca.pem", "certs/root.pem"), "certs/ca.pem"),
    rot("moved file", Rename("config/routes.txt", "config/paths.txt"), "config/routes.txt"),
    rot("renamed folder", Rename("services/web", "services/site"), "services/web"),
    rot("renamed folder", Rename("services/booking", "services/orders"), "services/booking"),
    rot("dead link", Rename("docs/architecture.md", "docs/design.md"), "architecture.md"),
    rot("dead link", Rename("docs/on-call.md", "docs/oncall.md"), "on-call.md"),
    rot("dead link", Delete("docs/network.md"), "network.md"),
    rot("dead link", Delete("docs/words.md"), "words.md"),
    rot("dead link", Rename("docs/changes.md", "CHANGES.md"), "docs/changes.md"),
    rot("dead link", Rename("runbooks/cache.md", "runbooks/caching.md"), "cache.md"),
    rot("dead picture", Rename("docs/img/topology.svg", "docs/img/network.svg"), "topology.svg"),
    rot("dead picture", Delete("docs/img/tides.svg"), "tides.svg"),
    rot("dead anchor here", Edit(RUNBOOK, "## Rollback", "## The way back"), "(#rollback)"),
    rot("dead anchor here", Edit(RUNBOOK, "## Every night", "## Each night"), "(#every-night)"),
    rot("dead anchor here", Edit(RUNBOOK, "## Before the day", "## The morning"), "(#before-the-day)"),
    rot("dead anchor there", Edit(ARCHITECTURE, "## Storage", "## Where data lives"), "#storage"),
    rot("dead anchor there", Edit(ARCHITECTURE, "## Traffic", "## Travellers"), "#traffic"),
    rot("dead anchor there", Edit(ARCHITECTURE, "<a id=\"queues\"></a>", ""), "#queues"),
    rot("dead anchor there", Edit(ON_CALL, "## Who to call", "## The rota"), "#who-to-call"),
    rot("dead anchor there", Edit(ON_CALL, "## Handing over", "## Handover"), "#handing-over"),
    rot("renamed procedure", Edit("runbooks/cache.md", "## Warm the cache", "## Fill the cache"), "#warm-the-cache"),
    rot("renamed procedure", Edit("runbooks/cache.md", "## Flush the cache", "## Empty it"), "#flush-the-cache"),
    rot("missing variable", Edit(ENV, "PIER_HOME=", "PIER_FOLDER="), "$PIER_HOME"),
    rot("missing variable", Edit(ENV, "PIER_OPERATOR=\n", ""), "$PIER_OPERATOR"),
    rot("missing variable", Edit(ENV, "PIER_REPORT_TO=harbour\n", ""), "PIER_REPORT_TO"),
    rot("missing variable", Edit(ENV, "PIER_HOLD_LIMIT=", "HOLD_LIMIT="), "PIER_HOLD_LIMIT"),
    rot("missing variable", Edit(COMPOSE, "PIER_REGION: north", "PIER_AREA: north"), "PIER_REGION"),
    rot("missing variable", Edit(COMPOSE, "PIER_QUEUE=holds", "PIER_TOPIC=holds"), "PIER_QUEUE"),
    rot("changed port", Close("api"), ":@api@/"),
    rot("changed port", Close("metrics"), ":@metrics@/"),
    rot("changed port", Close("cache"), "@cache@"),
    rot("changed port", Close("mail"), "@mail@"),
    rot("changed port", Close("admin"), ":@admin@/"),
    rot("changed port", Close("wiki"), ":@wiki@/"),
    rot("page gone", Forget("wiki", "/handbook/preflight"), "/handbook/preflight"),
    rot("page gone", Forget("wiki", "/handbook/deploy"), "/handbook/deploy"),
    rot("page gone", Forget("wiki", "/handbook/failover"), "/handbook/failover"),
    rot("page gone", Forget("wiki", "/days/today"), "/days/today"),
    rot("page gone", Forget("admin", "/timetable"), "/timetable"),
    rot("page gone", Forget("admin", "/cache/size"), "/cache/size"),
    rot("page gone", Forget("api", "/health/ready"), "/health/ready"),
    rot("page gone", Forget("api", "/version"), "/version"),
    rot("host gone", Edit(RUNBOOK, "nc -zv localhost @mail@", "nc -zv mail.pier.invalid 25"), "mail.pier.invalid"),
    rot(
        "host gone",
        Edit(RUNBOOK, "http://localhost:@admin@/timetable", "http://old.pier.invalid/t"),
        "old.pier.invalid",
    ),
    rot(
        "host gone",
        Edit(RUNBOOK, "http://127.0.0.1:@wiki@/handbook/deploy", "https://wiki.invalid/d"),
        "wiki.invalid",
    ),
    rot("make target gone", Edit("Makefile", "lint smoke:", "smoke:"), "make lint"),
    rot("make target gone", Edit("Makefile", "lint smoke:", "lint:"), "make smoke"),
    rot("make target gone", Edit("Makefile", "test: build", "check: build"), "make -j2 test"),
    rot("make target gone", Edit("Makefile", "release-notes: docs/changes.md", "notes:"), "make release-notes"),
    rot("make target gone", Edit("Makefile", "seed:", "seeds:"), "make seed"),
    rot("make target gone", Edit("Makefile", "clean-cache:", "cache-clean:"), "make clean-cache"),
    rot("make target gone", Edit("services/booking/Makefile", "check:\n", "verify:\n"), "services/booking check"),
    rot("make target gone", Edit("services/booking/Makefile", "status:", "state:"), "make status"),
    rot("npm script gone", Edit("package.json", "\"e2e\"", "\"test:e2e\""), "npm run e2e"),
    rot("npm script gone", Edit("package.json", "\"lint:css\"", "\"lint:styles\""), "npm run lint:css"),
    rot("npm script gone", Edit("package.json", "\"assets\"", "\"hash\""), "npm run assets"),
    rot("npm script gone", Edit("services/web/package.json", "\"bundle\"", "\"pack\""), "npm run bundle"),
    rot("npm script gone", Edit("services/web/package.json", "\"preview\"", "\"show\""), "npm run preview"),
    rot("npm script gone", Edit("services/booking/package.json", "migrate:status", "db:status"), "migrate:status"),
    rot("just recipe gone", Edit("justfile", "hold ship:", "keep ship:"), "just hold"),
    rot("just recipe gone", Edit("justfile", "release ship: rota", "free ship: rota"), "just release"),
    rot("just recipe gone", Edit("justfile", "tidy-up days=", "tidy days="), "just tidy-up"),
    rot("poetry script gone", Edit("pyproject.toml", "ledger = ", "book = "), "poetry run ledger"),
    rot("poetry script gone", Edit("pyproject.toml", "manifest = ", "list = "), "poetry run manifest"),
    rot("poetry script gone", Edit("pyproject.toml", "pier-report = ", "report = "), "poetry run pier-report"),
    rot("cargo program gone", Edit("crates/seats/Cargo.toml", "\"seats-report\"", "\"report\""), "--bin seats-report"),
    rot("cargo program gone", Delete("crates/seats/src/bin/seats-check.rs"), "--bin seats-check"),
    rot("cargo program gone", Delete("crates/seats/src/bin/seats-export.rs"), "--bin seats-export"),
    rot("compose service gone", Edit(COMPOSE, "  worker:", "  hold-worker:"), "worker"),
    rot("compose service gone", Edit(COMPOSE, "  mailer:", "  mail:"), "restart mailer"),
    rot("compose service gone", Edit(COMPOSE, "  cache:", "  redis:"), "exec -T cache"),
    rot("compose service gone", Edit(COMPOSE, "  booking:", "  bookings:"), "compose.yaml up -d"),
    rot("program gone", Uninstall("shipctl"), "shipctl"),
    rot("program gone", Uninstall("sqlite3"), "sqlite3"),
    rot("program gone", Uninstall("poetry"), "poetry run"),
    rot("program gone", Uninstall("nc"), " nc -z"),
    rot("program gone", Uninstall("timeout"), "timeout 300"),
    rot("option gone", Edit("scripts/migrate.sh", "--dry-run)", "--pretend)"), "migrate.sh --dry-run"),
    rot("option gone", Edit("scripts/backup.sh", "--keep)", "--retain)"), "--keep 14"),
    rot("option gone", Edit("scripts/rotate-key.sh", "--now|", "--at-once|"), "rotate-key.sh --now"),
    rot("option gone", Edit("scripts/warm_cache.py", "\"--parallel\"", "\"--jobs\""), "--parallel 8"),
    rot("subcommand gone", Edit("ops/drain.sh", "  status)", "  state)"), "drain.sh status"),
    rot("subcommand gone", Edit("ops/drain.sh", "  off)", "  stop)"), "drain.sh off"),
    rot("subcommand gone", Edit("ops/ferryctl", "  list)", "  ships)"), "ferryctl list"),
    rot("own option gone", Edit(RUNBOOK, "callsheet runs --limit 5", "callsheet runs --newest 5"), "--newest"),
    rot("own option gone", Edit(RUNBOOK, "callsheet plan runbooks", "callsheet preview runbooks"), "callsheet preview"),
    rot("own option gone", Edit(RUNBOOK, "warm-the-cache --yes", "warm-the-cache --sure"), "--sure"),
    rot("table gone", Sql("alter table holds rename to reservations"), "from holds"),
    rot("table gone", Sql("drop table signing_keys"), "from signing_keys"),
    rot("table gone", Sql("alter table bookings rename to orders"), "bookings"),
    rot("table gone", Sql("drop view todays_sailings"), "from todays_sailings"),
    rot("table gone", Sql("drop table payments"), "from payments"),
    rot("column gone", Sql("alter table sailings rename column departs_at to sails_at"), "s.departs_at"),
    rot("column gone", Sql("alter table holds rename column released to freed"), "where released"),
    rot("column gone", Sql("alter table payments rename column amount_cents to cents"), "amount_cents"),
    rot("column gone", Sql("alter table payments rename column booking_id to booking"), "p.booking_id"),
    rot("column gone", Sql("alter table signing_keys rename column rotated_at to made_at"), "max(rotated_at)"),
    rot("column gone", Sql("alter table notes rename column note_text to body"), "note_text"),
    rot("tag or branch gone", Delete(".git/refs/tags/release-1.4"), "release-1.4"),
    rot("tag or branch gone", Delete(".git/packed-refs"), "release-1.3"),
    rot("tag or branch gone", Delete(".git/refs/heads/harbour-next"), "harbour-next"),
    rot("review overdue", Edit(RUNBOOK, "Next review | 2099-05-01", "Next review | 2026-08-01"), "Next review |"),
    rot("review overdue", Edit(RUNBOOK, "Next review | 2099-05-01", "Next review | 1 March 2025"), "Next review |"),
    rot(
        "review overdue",
        Edit(RUNBOOK, "Next review | 2099-05-01", "Next review due | 2024-12-31"),
        "Next review due |",
    ),
];
