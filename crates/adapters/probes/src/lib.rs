//! Looks whether what a runbook takes for granted is so, without changing anything.
//!
//! The caller does: read the claims, answer those about databases, reviews and rehearsals, judge.
//! This crate does: answer the rest from files, the `PATH`, Git's folder, and — unless offline — names, ports, pages and
//! containers. It starts no program but `kubectl get`, and that only when asked to. It sends HEAD and GET without credentials.

mod cluster;
mod containers;
mod files;
mod git;
mod machine;
mod network;
mod repository;
mod tasks;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use callsheet_rot::{Answer, Claim, Claimed};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

pub use repository::Repository;

/// Where and how far to look.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Folders of programs.
    pub path: Vec<PathBuf>,
    /// Names of variables that are set: in this process, in `callsheet.toml`, in the front matter.
    pub variables: BTreeSet<String>,
    /// Nothing that needs a network, a socket or a cluster.
    pub offline: bool,
    /// The cluster of kubectl's present context may be asked.
    pub cluster: bool,
    /// For each name, port, page or list.
    pub timeout: Duration,
    /// For all of them together: a silent name server must not cost its time once for every name.
    pub within: Duration,
}

/// How many probes of the network run at once.
const AT_ONCE: usize = 32;

fn late(waited: Duration) -> Answer {
    Answer::Unknown(format!("no answer within {} ms", waited.as_millis()))
}

/// Answers each claim, in order. Equal claims are looked at once.
pub async fn answer(claims: &[Claim], repository: &Repository, surroundings: &Surroundings) -> Vec<Answer> {
    let mut known: BTreeMap<&Claimed, Answer> = BTreeMap::new();
    let mut remote: JoinSet<(Claimed, Answer)> = JoinSet::new();
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let client = network::client(surroundings.timeout);
    let containers = Arc::new(containers::Containers::default());
    let deadline = Instant::now() + surroundings.within;
    let distinct: BTreeSet<&Claimed> = claims.iter().map(|claim| &claim.what).collect();
    for what in distinct {
        if let Some(answer) = local(what, repository, surroundings) {
            known.insert(what, answer);
        } else if surroundings.offline {
            known.insert(what, Answer::Unknown("it needs the network, and `--offline` was given".to_owned()));
        } else {
            let (what, limit, client) = (what.clone(), Arc::clone(&limit), client.clone());
            let (containers, surroundings) = (Arc::clone(&containers), surroundings.clone());
            remote.spawn(async move {
                let looked = timeout_at(deadline, async {
                    let _turn = limit.acquire().await;
                    let far = far(&what, &client, &containers, &surroundings);
                    // The parts have limits of their own; this one is for what hangs in spite of them.
                    timeout(surroundings.timeout, far).await.unwrap_or_else(|_| late(surroundings.timeout))
                });
                let answer = looked.await.unwrap_or_else(|_| late(surroundings.within));
                (what, answer)
            });
        }
    }
    let mut far: BTreeMap<Claimed, Answer> = BTreeMap::new();
    while let Some(joined) = remote.join_next().await {
        if let Ok((what, answer)) = joined {
            far.insert(what, answer);
        }
    }
    let answer = |claim: &Claim| known.get(&claim.what).or_else(|| far.get(&claim.what)).cloned();
    claims
        .iter()
        .map(|claim| answer(claim).unwrap_or_else(|| Answer::Unknown("the probe ended early".to_owned())))
        .collect()
}

/// What files and folders tell; `None`: it needs more than them.
fn local(what: &Claimed, repository: &Repository, surroundings: &Surroundings) -> Option<Answer> {
    Some(match what {
        Claimed::Program { name } => machine::program(name, surroundings),
        Claimed::File { path, folder, role } => files::file(path, folder.as_deref(), *role, repository),
        Claimed::Link { path, anchor } => files::link(path, anchor.as_deref(), repository),
        Claimed::Procedure { path, folder, slug } => files::procedure(path, folder, slug, repository),
        Claimed::ScriptOption { script, folder, option } => {
            files::script_option(script, folder.as_deref(), option, repository)
        }
        Claimed::ScriptWord { script, folder, word } => files::script_word(script, folder.as_deref(), word, repository),
        Claimed::Task { runner, name, folder, file } => {
            tasks::task(*runner, name, folder, file.as_deref(), repository, surroundings)
        }
        Claimed::ComposeService { files, folder, name } => tasks::compose_service(files, folder, name, repository),
        Claimed::Unit { name } => machine::unit(name, repository),
        Claimed::Variable { name } => variables::variable(name, repository, surroundings),
        Claimed::GitRef { name } => git::reference(name, repository),
        Claimed::OwnWord { .. } => Answer::gone(),
        Claimed::Table { .. } | Claimed::Column { .. } | Claimed::Review { .. } | Claimed::Rehearsal { .. } => {
            Answer::Unknown("nobody was asked".to_owned())
        }
        Claimed::Page { .. }
        | Claimed::Port { .. }
        | Claimed::Host { .. }
        | Claimed::Container { .. }
        | Claimed::KubeObject { .. } => return None,
    })
}

async fn far(
    what: &Claimed,
    client: &Result<reqwest::Client, String>,
    containers: &containers::Containers,
    surroundings: &Surroundings,
) -> Answer {
    match what {
        Claimed::Page { url } => network::page(url, client).await,
        Claimed::Port { host, port } => network::port(host, *port).await,
        Claimed::Host { name } => network::host(name).await,
        Claimed::Container { name } => containers.has(name).await,
        Claimed::KubeObject { kind, name, namespace } if surroundings.cluster => {
            cluster::object(kind, name, namespace.as_deref()).await
        }
        Claimed::KubeObject { .. } => Answer::Unknown("the cluster is asked only with `--cluster`".to_owned()),
        _ => Answer::Unknown("nobody was asked".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use callsheet_diag::Span;

    use super::*;

    #[tokio::test]
    async fn all_looks_together_are_bounded() {
        // It takes connections and never answers.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let page = |at: usize| Claimed::Page { url: format!("http://127.0.0.1:{port}/{at}") };
        let claims: Vec<Claim> = (0..3 * AT_ONCE).map(|at| Claim { span: Span::new(0, 0), what: page(at) }).collect();
        let surroundings = Surroundings {
            path: Vec::new(),
            variables: BTreeSet::new(),
            offline: false,
            cluster: false,
            timeout: Duration::from_secs(20),
            within: Duration::from_millis(200),
        };
        let folder = std::env::temp_dir();
        let repository = Repository::new(&folder, &folder.join("a.md"));
        let begin = Instant::now();
        let answers = answer(&claims, &repository, &surroundings).await;
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        let late = |answer: &Answer| matches!(answer, Answer::Unknown(why) if why == "no answer within 200 ms");
        assert!(answers.iter().all(late), "{answers:?}");
    }
}
