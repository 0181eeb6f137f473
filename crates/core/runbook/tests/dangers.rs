//! Which commands and sentences need an approval, and of which kind.

use callsheet_diag::SourceText;
use callsheet_runbook::read;

fn kinds(text: &str) -> Vec<String> {
    let reading = read(&SourceText::new("test.md", text));
    let steps = reading.runbook.procedures.iter().flat_map(|procedure| &procedure.steps);
    steps.flat_map(|step| &step.danger).map(|danger| danger.kind.to_string()).collect()
}

#[test]
fn commands_of_tools_whose_words_tell() {
    for (command, kind) in [
        ("cf delete-service billing-db", "delete"),
        ("argonaut-cli apps:destroy web", "delete"),
        ("fly apps destroy web", "delete"),
        ("k3s server --cluster-reset", "force"),
        ("curl -X DELETE http://search:9200/logs", "delete"),
        ("mongosh shop --eval 'db.dropDatabase()'", "drop-database"),
        ("pg_dropcluster 14 main", "drop-database"),
        ("aws ecs update-service --service web --desired-count 0", "stop-service"),
        ("docker service scale web=0", "stop-service"),
        ("ip link set eth1 down", "cut-traffic"),
        ("vault secrets disable kv", "delete"),
        ("callsheet migrate with -- npx prisma migrate reset", "drop-database"),
        ("callsheet migrate with --backup -- alembic downgrade base", "downgrade-schema"),
        ("callsheet migrate with --yes -- bundle exec rails db:drop", "downgrade-schema"),
        ("poetry run alembic -c schema.ini downgrade -1", "downgrade-schema"),
        ("yarn prisma db push --accept-data-loss", "drop-database"),
        ("callsheet rollback shop --data-loss-accepted", "force"),
        ("dbmate rollback", "downgrade-schema"),
        ("zcat nightly.sql.gz | psql shop", "restore-database"),
        ("docker compose exec -T db dropdb shop", "drop-database"),
        ("docker run --rm -e PGHOST=db postgres:16 dropdb shop", "drop-database"),
        ("docker exec web bash -euo pipefail -c 'cd /srv && alembic downgrade -1'", "downgrade-schema"),
        ("kubectl exec deploy/web -n shop -- alembic downgrade -1", "downgrade-schema"),
        ("timeout 5m dbmate rollback", "downgrade-schema"),
        ("sudo -iu postgres dropdb shop", "drop-database"),
        ("find /srv/old -name '*.log' | xargs -0 -n 20 rm -f", "recursive-delete"),
        ("callsheet migrate with -- docker compose exec web flask db downgrade", "downgrade-schema"),
        ("gunzip -c dump.gz | docker compose exec -T db psql -U shop", "restore-database"),
    ] {
        assert_eq!(kinds(&format!("# T\n\n```bash\n{command}\n```\n")), [kind], "{command}");
    }
}

#[test]
fn commands_that_only_look_or_name() {
    for command in [
        "grep -r delete src/",
        "echo drop the mic",
        "curl http://search:9200/_cat/indices",
        "kubectl get pods -l app=purge",
        "cat notes.sql | wc -l",
        "npm run purge-css",
        "aws ecs update-service --service web --desired-count 2",
        "ip link show",
        "callsheet migrate with -- alembic upgrade head",
        "callsheet migrate with --dry-run -- alembic downgrade base",
        "docker compose exec db psql -U shop -c 'SELECT count(*) FROM orders'",
        "command -v dropdb",
        "timeout 5m alembic upgrade head",
        "bundle exec rails db:migrate",
        "yarn purge-css",
    ] {
        assert_eq!(kinds(&format!("# T\n\n```bash\n{command}\n```\n")), [""; 0], "{command}");
    }
}

#[test]
fn sentences() {
    for (words, kind) in [
        ("Promote the replica in the second region to a cluster of its own", Some("promote-database")),
        ("Stop the ingestion workers on both hosts", Some("stop-service")),
        ("If the import fails, drop and recreate the volume", Some("delete")),
        ("Identify the namespace to flush", None),
        ("Stop here if the totals differ", None),
        ("Promote the release candidate to stable", None),
    ] {
        let expected: Vec<&str> = kind.into_iter().collect();
        assert_eq!(kinds(&format!("# T\n\n1. {words}\n")), expected, "{words}");
    }
}

#[test]
fn one_command_as_its_words() {
    for (words, kind) in [
        (&["alembic", "upgrade", "head"][..], None),
        (&["sh", "-c", "cd schema && alembic downgrade base"][..], Some("downgrade-schema")),
        (&["bash", "-c", "psql -c 'DROP TABLE orders'"][..], Some("drop-database")),
        (&["npx", "prisma", "migrate", "reset", "--force"][..], Some("drop-database")),
        (&[][..], None),
        (&["psql", "-c", "DROP TABLE orders"][..], Some("drop-database")),
        (&["alembic", "revision", "-m", "drop table orders"][..], None),
    ] {
        assert_eq!(callsheet_runbook::dangers::of_one(words), kind, "{words:?}");
    }
}

#[test]
fn one_command_behind_what_only_starts_it() {
    for wrapper in [
        "docker compose exec db",
        "docker exec -u postgres x",
        "docker compose run --rm web",
        "kubectl exec x --",
        "env X=1",
        "sudo -u postgres",
        "su postgres -c",
        "nice -n 5",
        "timeout 5",
        "ssh db1",
        "xargs -n 1",
        "op run --",
        "sudo docker exec x timeout 5m",
    ] {
        for (tool, kind) in [
            ("alembic downgrade base", Some("downgrade-schema")),
            ("dropdb shop", Some("drop-database")),
            ("alembic upgrade head", None),
        ] {
            // What a shell reads is one word.
            let parts = if wrapper.ends_with("-c") { 1 } else { usize::MAX };
            let words: Vec<&str> = wrapper.split(' ').chain(tool.splitn(parts, ' ')).collect();
            assert_eq!(callsheet_runbook::dangers::of_one(&words), kind, "{words:?}");
        }
    }
    for (words, kind) in [
        (&["bash", "-euo", "pipefail", "-c", "cd x; rm -rf y"][..], Some("recursive-delete")),
        (&["docker", "exec", "db", "sh", "-c", "psql <<EOF\nDROP TABLE orders;\nEOF"][..], Some("drop-database")),
        (&["docker", "exec", "db", "psql", "-c", "TRUNCATE orders"][..], Some("truncate")),
        (&["sh", "-c", "zcat dump.sql.gz | psql shop"][..], Some("restore-database")),
        (&["bash", "-euo", "pipefail", "-c", "alembic upgrade head"][..], None),
    ] {
        assert_eq!(callsheet_runbook::dangers::of_one(words), kind, "{words:?}");
    }
}
