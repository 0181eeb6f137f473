//! Holds runs and writes them. Every instance has one: it writes what was begun here, and takes over what an instance that
//! is gone left behind.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fleet_kit::request::{RequestIds, under};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::task::JoinSet;

use super::{AT_ONCE, check_project};
use crate::store::{RunToWrite, Store, StoreError};
use crate::studio::{Brief, Client, Post};
use crate::writing::{Order, Provider, ProviderError, template};

/// A holder that says nothing for so long is gone.
const SILENT_MS: i64 = 10_000;
/// How often it is looked for runs without a holder, and said of ours that they are held.
const BEAT: Duration = Duration::from_secs(1);
/// Posts that come out too alike are written anew so often.
const ROUNDS: u32 = 2;

/// Writes runs in the background.
pub struct Worker {
    store: Arc<Store>,
    provider: Arc<dyn Provider>,
    holder: String,
    writing: Mutex<JoinSet<()>>,
    /// When it last looked for work.
    looked: Mutex<Instant>,
}

/// Why a run was left.
enum Left {
    /// It is another's, was cancelled, or is over.
    NotOurs,
    Store(StoreError),
    /// It cannot be written; the words are for people.
    Failed(String),
}

impl From<StoreError> for Left {
    fn from(error: StoreError) -> Left {
        match error {
            StoreError::Conflict(_) | StoreError::Missing => Left::NotOurs,
            other => Left::Store(other),
        }
    }
}

impl Worker {
    /// `holder` names this process among all instances.
    pub fn new(store: Arc<Store>, provider: Arc<dyn Provider>, holder: String) -> Arc<Worker> {
        Arc::new(Worker {
            store,
            provider,
            holder,
            writing: Mutex::new(JoinSet::new()),
            looked: Mutex::new(Instant::now()),
        })
    }

    /// As it stands in runs.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// Looks for runs without a holder, for as long as the process lives.
    pub async fn watch(self: Arc<Worker>) {
        loop {
            match self.store.take_silent_runs(&self.holder, SILENT_MS).await {
                Ok(taken) => taken.into_iter().for_each(|run| {
                    tracing::warn!(run = %run.id, "going on with a run that another instance left");
                    self.start(run);
                }),
                Err(error) => tracing::warn!(%error, "cannot look for runs that were left"),
            }
            *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            tokio::time::sleep(BEAT).await;
        }
    }

    /// How long ago it last looked for work.
    pub fn silent_for(&self) -> Duration {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Writes a run that this instance holds.
    pub fn start(self: &Arc<Worker>, run: RunToWrite) {
        let worker = self.clone();
        let ids = fleet_kit::request::current()
            .unwrap_or_else(|| RequestIds { request: run.request_id.clone(), correlation: run.request_id.clone() });
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        while writing.try_join_next().is_some() {}
        writing.spawn(under(ids, async move { worker.write_to_the_end(run).await }));
    }

    /// Leaves every run where it stands; another instance goes on at once.
    pub async fn stop(&self) {
        let mut writing = std::mem::take(&mut *self.writing.lock().unwrap_or_else(PoisonError::into_inner));
        writing.shutdown().await;
        if let Err(error) = self.store.let_go(&self.holder).await {
            tracing::warn!(%error, "cannot let go of runs; another instance takes them after {SILENT_MS} ms");
        }
    }

    async fn write_to_the_end(&self, run: RunToWrite) {
        let began = Instant::now();
        tracing::info!(run = %run.id, project = %run.project_id, "writing");
        let (outcome, fault) = match self.write(&run).await {
            Ok(()) => ("done", None),
            Err(Left::NotOurs) => return tracing::info!(run = %run.id, "the run is no longer ours"),
            Err(Left::Store(error)) => {
                // Nobody says that it is held any more: whoever reaches the database goes on.
                return tracing::error!(run = %run.id, %error, "left a run: the database failed");
            }
            Err(Left::Failed(why)) => ("failed", Some(why)),
        };
        if let Some(why) = &fault {
            tracing::error!(run = %run.id, why, "a run failed");
        }
        match self.store.end_run(run.id, outcome, fault).await {
            Ok(()) => {
                metrics::counter!("generations_total", "outcome" => outcome).increment(1);
                metrics::histogram!("generation_duration_seconds", "outcome" => outcome)
                    .record(began.elapsed().as_secs_f64());
                tracing::info!(run = %run.id, outcome, seconds = began.elapsed().as_secs_f64(), "a run ended");
            }
            Err(error) => tracing::warn!(run = %run.id, %error, "the run's end was not noted"),
        }
    }

    async fn write(&self, run: &RunToWrite) -> Result<(), Left> {
        let (client, brief) = self.material(run).await?;
        let pending = self.store.pending_posts(run.id).await?;
        self.write_posts(run, &client, &brief, pending).await?;
        for _ in 0..ROUNDS {
            let posts = check_project(&self.store, run.project_id).await?;
            let alike: Vec<Post> = posts.into_iter().filter(crate::quality::is_copy).collect();
            if alike.is_empty() {
                break;
            }
            tracing::info!(run = %run.id, count = alike.len(), "writing posts anew that are too alike");
            self.write_posts(run, &client, &brief, alike).await?;
        }
        let posts = check_project(&self.store, run.project_id).await?;
        if posts.iter().all(|post| post.status == "failed") {
            let why = posts.first().map(|post| post.note.clone()).unwrap_or_default();
            return Err(Left::Failed(why));
        }
        Ok(())
    }

    async fn material(&self, run: &RunToWrite) -> Result<(Client, Brief), Left> {
        let gone = || Left::Failed("the project has lost its client or its brief".to_owned());
        let project = self.store.project(run.project_id).await?.ok_or(Left::NotOurs)?;
        let client = self.store.client(project.client_id.ok_or_else(gone)?).await?.ok_or_else(gone)?;
        let brief = self.store.brief(project.brief_id.ok_or_else(gone)?).await?.ok_or_else(gone)?;
        Ok((client, brief))
    }

    /// Writes these posts, five at a time; a post that fails is noted and the others go on, unless all would fail.
    async fn write_posts(
        &self,
        run: &RunToWrite,
        client: &Client,
        brief: &Brief,
        posts: Vec<Post>,
    ) -> Result<(), Left> {
        let mut beat = tokio::time::interval(BEAT);
        let mut waiting = posts.into_iter();
        let mut now = FuturesUnordered::new();
        loop {
            while now.len() < AT_ONCE
                && let Some(post) = waiting.next()
            {
                now.push(self.write_post(client, brief, post));
            }
            tokio::select! {
                _ = beat.tick() => self.store.beat(run.id, &self.holder).await?,
                done = now.next() => match done {
                    None => return Ok(()),
                    Some(outcome) => outcome?,
                },
            }
        }
    }

    async fn write_post(&self, client: &Client, brief: &Brief, post: Post) -> Result<(), Left> {
        let (id, platform) = (post.id, post.platform);
        let order = order(client, brief, &post, String::new())
            .ok_or_else(|| Left::Failed(format!("there is no template `{}` any more", post.template)))?;
        match self.provider.write(&order).await {
            Ok(draft) => {
                metrics::counter!("posts_generated_total", "platform" => platform.as_str()).increment(1);
                let kept = self.store.keep_text(&post, draft.text, self.provider.name(), draft.tokens).await;
                unless_changed(&post, kept)
            }
            Err(error) => {
                metrics::counter!("posts_failed_total", "platform" => platform.as_str()).increment(1);
                tracing::error!(post = %id, number = post.number, %error, "a post was not written");
                if error.is_everybodys() {
                    return Err(Left::Failed(error.to_string()));
                }
                unless_changed(&post, self.store.fail_post(&post, error.to_string()).await)
            }
        }
    }

    /// Writes one post anew, at somebody's wish; the others are checked beside it.
    pub async fn rewrite(&self, client: &Client, brief: &Brief, post: &Post, note: String) -> Result<(), Rewrite> {
        let order = order(client, brief, post, note).ok_or(Rewrite::Template)?;
        let draft = self.provider.write(&order).await?;
        self.store.keep_text(post, draft.text, self.provider.name(), draft.tokens).await?;
        metrics::counter!("posts_generated_total", "platform" => post.platform.as_str()).increment(1);
        check_project(&self.store, post.project_id).await?;
        Ok(())
    }
}

/// What a person made of a post meanwhile stays, and the run goes on.
fn unless_changed(post: &Post, kept: Result<(), StoreError>) -> Result<(), Left> {
    match kept {
        Err(StoreError::Conflict(_)) => {
            tracing::info!(post = %post.id, number = post.number, "somebody changed the post while it was written");
            Ok(())
        }
        other => Ok(other?),
    }
}

/// Why a post was not written anew.
#[derive(Debug, thiserror::Error)]
pub enum Rewrite {
    #[error("its template is gone")]
    Template,
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn order(client: &Client, brief: &Brief, post: &Post, note: String) -> Option<Order> {
    Some(Order {
        client: client.clone(),
        brief: brief.content.clone(),
        platform: post.platform,
        template: template(&post.template)?,
        number: post.number,
        attempt: post.attempt,
        note,
    })
}
