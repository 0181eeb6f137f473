//! Programs that runbooks call, and what a command line looks like.

use crate::words::phrases;

use std::collections::HashSet;
use std::sync::LazyLock;

const PROGRAMS: &str = "kubectl oc helm kustomize kubeadm kubectx kubens k9s stern k3s minikube kind argocd flux istioctl linkerd velero \
    docker docker-compose podman nerdctl crictl ctr buildah skopeo compose nomad consul vault packer terraform terragrunt tofu pulumi ansible \
    ansible-playbook ansible-vault salt salt-call puppet chef-client knife vagrant aws gcloud gsutil bq az azcopy doctl heroku fly flyctl \
    vercel netlify render railway eksctl gh glab git svn hg npm npx yarn pnpm bun node deno tsc vite jest vitest playwright cypress eslint \
    prettier prisma python python3 pip pip3 pipenv poetry uv uvx pytest tox mypy ruff black flake8 isort bandit safety pylint alembic flask \
    django-admin gunicorn uvicorn celery manage.py php composer artisan phpunit drush wp ruby gem bundle rails rake puma sidekiq cap java \
    javac mvn mvnw gradle gradlew sbt ant kotlin go gofmt cargo rustc rustup make cmake ninja gcc just task mix iex elixir erl dotnet swift \
    curl wget http https httpie hurl ab wrk hey k6 vegeta siege locust jmeter nc ncat netcat telnet ssh scp sftp rsync ftp ssh-keygen ssh-copy-id ssh-add \
    ping ping6 traceroute mtr dig nslookup host whois ip ifconfig ss netstat arp route iptables ip6tables nft ufw firewall-cmd tcpdump \
    openssl certbot keytool step nmap psql pg_dump pg_dumpall pg_restore pg_basebackup pg_ctl pg_ctlcluster pg_isready pg_isready createdb \
    dropdb createuser repmgr patronictl pgbouncer barman pgbackrest wal-g wal-e mysql mysqldump mysqladmin mysqlbinlog mysqlsh mariadb \
    mariadb-dump xtrabackup mariabackup sqlite3 sqlcmd sqlplus mongo mongosh mongodump mongorestore mongoexport mongoimport redis-cli \
    redis-server cqlsh nodetool influx clickhouse-client etcdctl zkCli.sh rabbitmqctl rabbitmq-admin rabbitmqadmin kafka-topics kafka-topics.sh \
    kafka-console-consumer kafka-console-consumer.sh kafka-consumer-groups kafka-consumer-groups.sh kafkacat kcat nats pulsar-admin \
    elasticsearch-plugin curator es systemctl service journalctl loginctl timedatectl hostnamectl systemd-analyze initctl supervisorctl pm2 \
    monit runit sv rc-service chkconfig update-rc.d crontab at atq dmesg logger logrotate sysctl lsmod modprobe insmod rmmod uname uptime \
    reboot shutdown poweroff halt init who whoami w last id groups useradd usermod userdel adduser deluser groupadd passwd chage su sudo \
    visudo ls cd pwd cp mv rm mkdir rmdir touch ln cat tac less more head tail grep egrep fgrep rg ag ack find locate xargs sed awk gawk cut \
    sort uniq wc tr tee diff cmp comm patch file stat du df mount umount lsblk blkid fdisk parted mkfs mkfs.ext4 mkfs.xfs fsck e2fsck xfs_repair \
    resize2fs lvextend lvs pvs vgs pvcreate vgextend lvcreate mdadm smartctl zpool zfs btrfs swapon swapoff sync dd tar gzip gunzip zcat bzip2 \
    xz zstd zip unzip 7z md5sum sha256sum sha1sum sha512sum cksum base64 gpg age sops echo printf export source eval exec unset set alias type \
    which whereis command test true false read wait sleep kill pkill killall pgrep pidof ps top htop atop iotop iftop vmstat iostat sar mpstat \
    free nproc lscpu lsof fuser strace ltrace gdb perf pstack jstack jmap jstat jcmd jps time timeout watch nohup screen tmux date cal env \
    printenv chmod chown chgrp chattr setfacl getfacl umask ulimit apt apt-get apt-cache add-apt-repository dpkg yum dnf rpm zypper pacman apk \
    brew snap flatpak choco winget nginx apachectl apache2ctl httpd haproxy varnishadm varnishd caddy traefik envoy a2enmod a2ensite squid \
    bash sh zsh fish pwsh powershell perl lua jq yq xmllint column envsubst expect dialog mail mailx sendmail mutt slackcat pd \
    pagerduty promtool amtool logcli mimirtool thanos loki grafana-cli prometheus alertmanager vector fluent-bit sentry-cli newrelic datadog-agent \
    callsheet bosh cf juju oci linode-cli hcloud openstack nova neutron cinder glance swift virsh virt-install qm pct esxcli govc ipmitool racadm \
    openstack-ansible ceph rados rbd gluster drbdadm pcs crm corosync-cfgtool keepalived rndc named-checkconf nsupdate ldapsearch kinit klist \
    nft conntrack ethtool nmcli netplan networkctl bridge vtysh birdc exabgp snmpwalk ntpq chronyc timedatectl ffmpeg ffprobe convert identify \
    hdfs yarn hive beeline spark-submit spark-shell airflow dagster dbt flink presto trino impala-shell druid superset sqoop nifi livy oozie ambari-server \
    knife chef tsh teleport boundary op lpass bw pass sops-edit step-cli cosign syft grype trivy snyk semgrep gitleaks trufflehog \
    supabase firebase wrangler amplify serverless sls sam cdk copilot waypoint skaffold tilt devspace werf helmfile kapp ytt kbld imgpkg kops rke rancher \
    talosctl clusterctl virtctl subctl odo tkn kn ko kubeseal kubetail cilium hubble calicoctl cmctl lscpu lspci dmidecode cqlsh scylla sstableloader \
    mydumper myloader pt-online-schema-change gh-ost pt-query-digest proxysql orchestrator vtctlclient vtctldclient cockroach tikv-ctl dolt atlas flyway \
    liquibase goose migrate dbmate sqitch knex sequelize typeorm drizzle-kit rspec minitest phpstan phpcs psalm behat codecept mocha karma ng nx turbo \
    lerna webpack rollup esbuild next nuxt gatsby hugo jekyll mkdocs sphinx-build storybook expo fastlane xcodebuild adb emulator pod gradle";

static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| PROGRAMS.split_whitespace().collect());

/// Program names that are also plain words: alone they call nothing.
const WORDS_TOO: &[&str] = &[
    "at",
    "time",
    "test",
    "make",
    "host",
    "find",
    "sort",
    "file",
    "last",
    "who",
    "type",
    "set",
    "read",
    "wait",
    "watch",
    "more",
    "less",
    "cut",
    "head",
    "true",
    "false",
    "date",
    "service",
    "source",
    "command",
    "kind",
    "render",
    "task",
    "just",
    "step",
    "compose",
    "route",
    "expect",
    "migrate",
    "black",
    "safety",
    "patch",
    "column",
    "ant",
    "go",
    "next",
    "swift",
    "op",
    "pass",
    "environment",
    "init",
    "join",
    "split",
    "id",
    "init",
    "convert",
    "identify",
    "service",
    "alert",
    "mail",
    "screen",
    "es",
    "locust",
    "orchestrator",
    "curator",
    "atlas",
    "goose",
    "copilot",
    "expo",
    "pod",
    "at",
    "w",
    "step",
    "cap",
    "pd",
    "sv",
    "hive",
    "flux",
    "envoy",
    "salt",
    "puppet",
    "consul",
    "vault",
    "nomad",
    "chef",
    "vector",
    "prometheus",
    "alertmanager",
    "grafana",
    "nginx",
    "redis-server",
    "haproxy",
    "docker",
    "kubectl",
    "helm",
    "terraform",
    "git",
    "python",
    "node",
    "java",
    "php",
    "ruby",
    "celery",
    "sidekiq",
    "gunicorn",
    "airflow",
    "dagster",
    "thanos",
    "loki",
    "sync",
    "exec",
    "export",
    "kill",
    "reboot",
    "shutdown",
    "halt",
    "mount",
    "logger",
    "free",
    "top",
];

/// Whether the word names a program that runbooks call.
pub fn is_program(word: &str) -> bool {
    SET.contains(word) || names_tool(word)
}

/// Whether the program is one of those listed by name.
pub fn is_known_program(word: &str) -> bool {
    SET.contains(word)
}

/// `trackerctl`, `shop-cli`: a tool of one's own, by the ending of its name.
fn names_tool(word: &str) -> bool {
    let stem = ["ctl", "-cli", "-admin", "-tool"].iter().find_map(|ending| word.strip_suffix(ending));
    stem.is_some_and(|stem| {
        stem.len() > 1 && stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

/// Whether the text reads as a command line that can be run. `alone` accepts a bare program name (`top`).
pub fn looks_like_command(text: &str, alone: bool) -> bool {
    let text = text.trim().trim_start_matches("$ ").trim();
    if text.is_empty() || text.starts_with(['{', '[', '"', '<', '|', '-', '=', '*', '+', '>', '(', '#']) {
        return text.starts_with("[ ")
            || text.starts_with("[[ ")
            || text.starts_with('(')
                && text.ends_with(')')
                && text.len() > 4
                && looks_like_command(&text[1..text.len() - 1], alone);
    }
    let commands = super::simple_commands(text);
    let Some(words) = commands.first() else { return false };
    let first = &*words[0];
    let elevated = text.strip_prefix("sudo ").or_else(|| text.strip_prefix("doas "));
    if elevated.is_some_and(|rest| rest.split_whitespace().nth(1).is_some()) && !text.ends_with(['.', ':', '?']) {
        return true;
    }
    if matches!(first, "for" | "while" | "until" | "if" | "case" | "function") {
        return text.contains("; do")
            || text.contains(" do")
            || text.contains("then")
            || text.ends_with(')')
            || text.contains(" in ");
    }
    if first.contains("://") || first.ends_with([':', ',', ';']) {
        return false;
    }
    let is_script =
        (first.starts_with("./") || first.starts_with("../") || first.starts_with("~/") || first.starts_with("$"))
            && first.len() > 2
            && !first.ends_with('/');
    let absolute = first.starts_with('/')
        && phrases!["/bin/", "/sbin/", "/usr/", "/opt/", "/etc/init.d/", "/home/", "/srv/", "/var/"].begin(first)
        && words.len() > 1;
    if absolute {
        return true;
    }
    if is_script {
        return words.len() > 1 || first.starts_with("./") || first.ends_with(".sh");
    }
    if let Some((name, value)) = first.split_once('=')
        && super::is_name(name)
    {
        return alone && (value.contains("$(") || commands.len() > 1 || words.len() == 1 && !value.is_empty());
    }
    let name = first.rsplit('/').next().unwrap_or(first);
    let script = [".sh", ".py", ".pl", ".rb", ".ps1", ".bat"].iter().any(|ending| first.ends_with(ending));
    if script && (words.len() > 1 || first.contains('/') && alone) {
        return !first.ends_with('/');
    }
    if !is_program(name)
        || first.contains('/')
            && !first.starts_with("bin/")
            && !first.starts_with("vendor/")
            && !first.starts_with("node_modules/")
    {
        let has_flag = words.len() > 1
            && words[1..].iter().any(|word| word.len() > 1 && word.starts_with('-') && !word.contains(' '));
        let plain = first.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
            && first.starts_with(|c: char| c.is_ascii_lowercase());
        return plain && has_flag && !text.ends_with(['.', ':']);
    }
    if words.len() == 1 && commands.len() == 1 {
        return alone
            && (!WORDS_TOO.contains(&name)
                || matches!(
                    name,
                    "top" | "free" | "reboot" | "mount" | "date" | "safety" | "w" | "who" | "sync" | "make"
                ));
    }
    // "make sure that …" and "find out why" are prose.
    let prose = WORDS_TOO.contains(&name)
        && words.len() > 2
        && matches!(
            &*words[1],
            "the"
                | "a"
                | "sure"
                | "out"
                | "that"
                | "is"
                | "are"
                | "to"
                | "your"
                | "all"
                | "if"
                | "for"
                | "in"
                | "of"
                | "it"
        );
    let sentence = text.ends_with(['.', ':', '?']) && words.len() > 6 && !text.contains(['-', '/', '|', '"']);
    !(prose || sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_words() {
        for text in [
            "kubectl get pods",
            "./deploy.sh",
            "curl -f http://x/health",
            "FOO=1 npm start",
            "sudo systemctl restart x",
            "mytool --flag",
            "ps aux | grep x",
            "cd /opt && git pull",
            "for i in 1 2; do echo; done",
            "/usr/bin/foo -x",
            "python manage.py migrate",
            "pytest",
            "vendor/bin/phpunit -c x",
        ] {
            assert!(looks_like_command(text, true), "{text}");
        }
        for text in [
            "GET /health",
            "/api/health",
            "DATABASE_URL",
            ".env",
            "migrations/",
            "make sure it runs",
            "{ \"a\": 1 }",
            "https://x/y",
            "status: ok",
            "error_reporting = E_ALL",
            "main",
            "Ready",
            "no space left on device",
            ".joinedload()",
            "host",
        ] {
            assert!(!looks_like_command(text, true), "{text}");
        }
    }
}
