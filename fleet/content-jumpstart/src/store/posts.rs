//! Posts.

use super::{Row, Shape, Statement, Store, StoreError, json, now_ms};
use crate::studio::{Flag, Post, PostChange, PostId, ProjectId, RunId};
use crate::values;

const COLUMNS: &str =
    "id, project_id, run_id, number, platform, template, status, body, flags, score, attempt, provider,
    tokens, note, version, written_at";

fn post(row: &Row) -> Result<Post, Shape> {
    Ok(Post {
        id: row.parsed(0, "an id")?,
        project_id: row.parsed(1, "an id")?,
        run_id: row.parsed(2, "an id")?,
        number: row.small(3)?,
        platform: row.text(4)?.parse().map_err(|()| Shape::of(4, "a platform", row.0.get(4)))?,
        template: row.text(5)?,
        status: row.text(6)?,
        body: row.text(7)?,
        flags: row.json(8)?,
        score: row.small(9)?,
        attempt: row.small(10)?,
        provider: row.text(11)?,
        tokens: row.int(12)?,
        note: row.text(13)?,
        version: row.int(14)?,
        written_at: row.optional_moment(15)?,
    })
}

const CHANGED_MEANWHILE: &str =
    "somebody changed the post while it was written anew; read it, and ask again if you still want to";

fn there(id: PostId) -> Statement {
    Statement::new("SELECT 1 FROM posts WHERE id = $1", values![id]).or_missing()
}

impl Store {
    /// All posts of a project, in order.
    pub async fn posts(&self, project: ProjectId) -> Result<Vec<Post>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM posts WHERE project_id = $1 ORDER BY number");
        self.all("listing posts", sql, values![project], post).await
    }

    /// What is still to be written in a run.
    pub async fn pending_posts(&self, run: RunId) -> Result<Vec<Post>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM posts WHERE run_id = $1 AND status = 'pending' ORDER BY number");
        self.all("listing pending posts", sql, values![run], post).await
    }

    pub async fn post(&self, id: PostId) -> Result<Option<Post>, StoreError> {
        self.one("finding a post", format!("SELECT {COLUMNS} FROM posts WHERE id = $1"), values![id], post).await
    }

    /// Keeps what a provider wrote of a post as it was read. Gone with its project or run: `Missing`; changed by somebody
    /// meanwhile: `Conflict`, and nothing is kept.
    pub async fn keep_text(&self, post: &Post, body: String, provider: &str, tokens: i64) -> Result<(), StoreError> {
        let sql = "UPDATE posts SET status = 'written', body = $2, provider = $3, tokens = tokens + $4,
                   attempt = attempt + 1, version = version + 1, written_at = $5 WHERE id = $1 AND version = $6";
        let keep = Statement::new(sql, values![post.id, body, provider, tokens, now_ms(), post.version])
            .or_conflict(CHANGED_MEANWHILE);
        self.write("keeping a post", vec![there(post.id), keep]).await.map(|_| ())
    }

    /// Notes that a post could not be written; `Conflict` as in [`Store::keep_text`].
    pub async fn fail_post(&self, post: &Post, why: String) -> Result<(), StoreError> {
        let sql = "UPDATE posts SET status = 'failed', note = $2, attempt = attempt + 1, version = version + 1
                   WHERE id = $1 AND version = $3";
        let fail = Statement::new(sql, values![post.id, why, post.version]).or_conflict(CHANGED_MEANWHILE);
        self.write("noting a failed post", vec![there(post.id), fail]).await.map(|_| ())
    }

    /// Keeps what the check says of each post.
    pub async fn keep_checks(&self, checks: Vec<(PostId, Vec<Flag>, u32)>) -> Result<(), StoreError> {
        let sql = "UPDATE posts SET flags = $2, score = $3 WHERE id = $1";
        let each = checks
            .into_iter()
            .map(|(id, flags, score)| Statement::new(sql, values![id, json(&flags), i64::from(score)]));
        self.write("keeping checks", each.collect()).await.map(|_| ())
    }

    /// With `expected` a conflict at another version.
    pub async fn change_post(&self, id: PostId, change: PostChange, expected: Option<i64>) -> Result<Post, StoreError> {
        let sql = "UPDATE posts SET body = coalesce($2, body), status = coalesce($3, status), note = coalesce($4, note),
                   version = version + 1 WHERE id = $1 AND status <> 'pending' AND (CAST($5 AS bigint) IS NULL OR version = $5)";
        let change = Statement::new(sql, values![id, change.body, change.status, change.note, expected])
            .or_conflict("it is being written, or was changed meanwhile; read it again");
        self.write("changing a post", vec![there(id), change]).await?;
        self.post(id).await?.ok_or(StoreError::Missing)
    }

    /// Approves every written post that has no flag; gives how many.
    pub async fn approve_clean(&self, project: ProjectId) -> Result<usize, StoreError> {
        let sql = "UPDATE posts SET status = 'approved', version = version + 1
                   WHERE project_id = $1 AND status = 'written' AND flags = '[]' RETURNING id";
        let rows = self.write("approving posts", vec![Statement::new(sql, values![project])]).await?;
        Ok(rows.iter().map(Vec::len).sum())
    }
}
