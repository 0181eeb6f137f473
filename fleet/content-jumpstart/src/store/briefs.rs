//! Briefs.

use super::{Row, Shape, Statement, Store, StoreError, json, now_ms};
use crate::studio::{Brief, BriefId, ClientId, NewBrief};
use crate::values;

const COLUMNS: &str = "id, client_id, title, source, content, created_at";
const LISTED_MOST: i64 = 100;

fn brief(row: &Row) -> Result<Brief, Shape> {
    Ok(Brief {
        id: row.parsed(0, "an id")?,
        client_id: row.parsed(1, "an id")?,
        title: row.text(2)?,
        source: row.text(3)?,
        content: row.json(4)?,
        created_at: row.moment(5)?,
    })
}

impl Store {
    /// `Missing` if the client is gone.
    pub async fn create_brief(&self, new: NewBrief) -> Result<Brief, StoreError> {
        let id = BriefId::fresh();
        let sql = "INSERT INTO briefs (id, client_id, title, source, content, original, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let row = values![id, new.client_id, new.title, new.source, json(&new.content), new.original, now_ms()];
        self.write("creating a brief", vec![Statement::new(sql, row)]).await?;
        self.brief(id).await?.ok_or(StoreError::Missing)
    }

    pub async fn brief(&self, id: BriefId) -> Result<Option<Brief>, StoreError> {
        self.one("finding a brief", format!("SELECT {COLUMNS} FROM briefs WHERE id = $1"), values![id], brief).await
    }

    /// Those of a client, newest first.
    pub async fn briefs(&self, client: ClientId) -> Result<Vec<Brief>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM briefs WHERE client_id = $1 ORDER BY id DESC LIMIT $2");
        self.all("listing briefs", sql, values![client, LISTED_MOST], brief).await
    }
}
