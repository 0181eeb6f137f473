//! Clients and their voice samples, which each release keeps in its own place.

use super::{Page, Row, Shape, Statement, Store, StoreError, json, now_ms};
use crate::release::Release;
use crate::studio::{Client, ClientChange, ClientId, NewClient, UserId, VoiceSample};
use crate::values;

const COLUMNS: &str = "id, owner_id, name, industry, audience, tone, website, version, created_at, updated_at";

fn client(row: &Row) -> Result<Client, Shape> {
    Ok(Client {
        id: row.parsed(0, "an id")?,
        owner_id: row.parsed(1, "an id")?,
        name: row.text(2)?,
        industry: row.text(3)?,
        audience: row.text(4)?,
        tone: row.text(5)?,
        website: row.text(6)?,
        voice_samples: Vec::new(),
        version: row.int(7)?,
        created_at: row.moment(8)?,
        updated_at: row.moment(9)?,
    })
}

impl Store {
    pub async fn create_client(&self, new: NewClient) -> Result<Client, StoreError> {
        let (id, at) = (ClientId::fresh(), now_ms());
        let sql = "INSERT INTO clients (id, owner_id, name, industry, audience, tone, website, created_at, updated_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        let row = values![id, new.owner_id, new.name, new.industry, new.audience, new.tone, new.website, at];
        let mut statements = vec![Statement::new(sql, row)];
        statements.extend(self.keep_samples(id, &new.voice_samples));
        self.write("creating a client", statements).await?;
        self.client(id).await?.ok_or(StoreError::Missing)
    }

    pub async fn client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM clients WHERE id = $1");
        let Some(mut found) = self.one("finding a client", sql, values![id], client).await? else { return Ok(None) };
        found.voice_samples = self.samples(id).await?;
        Ok(Some(found))
    }

    /// Those of one owner, or everybody's; without their samples.
    pub async fn clients(&self, owner: Option<UserId>, page: Page) -> Result<Vec<Client>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM clients WHERE (CAST($1 AS text) IS NULL OR owner_id = $1)
             AND (CAST($2 AS text) IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
        );
        self.all("listing clients", sql, values![owner, page.after, i64::from(page.limit)], client).await
    }

    pub async fn change_client(&self, id: ClientId, change: ClientChange) -> Result<Client, StoreError> {
        let sql = "UPDATE clients SET name = coalesce($2, name), industry = coalesce($3, industry),
                   audience = coalesce($4, audience), tone = coalesce($5, tone), website = coalesce($6, website),
                   version = version + 1, updated_at = $7 WHERE id = $1";
        let row = values![id, change.name, change.industry, change.audience, change.tone, change.website, now_ms()];
        let mut statements = vec![Statement::new(sql, row).or_missing()];
        if let Some(samples) = &change.voice_samples {
            statements.extend(self.keep_samples(id, samples));
        }
        self.write("changing a client", statements).await?;
        self.client(id).await?.ok_or(StoreError::Missing)
    }

    /// With its briefs and projects.
    pub async fn delete_client(&self, id: ClientId) -> Result<(), StoreError> {
        let sql = "DELETE FROM clients WHERE id = $1";
        self.write("deleting a client", vec![Statement::new(sql, values![id]).or_missing()]).await.map(|_| ())
    }

    async fn samples(&self, id: ClientId) -> Result<Vec<VoiceSample>, StoreError> {
        let doing = "reading voice samples";
        if self.release == Release::One {
            let sql = "SELECT voice_samples FROM clients WHERE id = $1";
            let texts = self.one(doing, sql, values![id], |row| row.json::<Vec<String>>(0)).await?;
            let bare = |text| VoiceSample { label: String::new(), text };
            return Ok(texts.unwrap_or_default().into_iter().map(bare).collect());
        }
        let sql = "SELECT label, body FROM voice_samples WHERE client_id = $1 ORDER BY position";
        let sample = |row: &Row| Ok(VoiceSample { label: row.text(0)?, text: row.text(1)? });
        self.all(doing, sql, values![id], sample).await
    }

    /// Statements that replace a client's samples, in every place that this release keeps.
    fn keep_samples(&self, id: ClientId, samples: &[VoiceSample]) -> Vec<Statement> {
        let texts: Vec<&str> = samples.iter().map(|sample| sample.text.as_str()).collect();
        let column = "UPDATE clients SET voice_samples = $2 WHERE id = $1";
        let column = (self.release != Release::Later).then(|| Statement::new(column, values![id, json(&texts)]));
        let rows = (self.release != Release::One).then(|| {
            let clear = Statement::new("DELETE FROM voice_samples WHERE client_id = $1", values![id]);
            let insert = "INSERT INTO voice_samples (client_id, position, label, body) VALUES ($1, $2, $3, $4)";
            let each = samples.iter().zip(0i64..).map(move |(sample, position)| {
                Statement::new(insert, values![id, position, sample.label.clone(), sample.text.clone()])
            });
            std::iter::once(clear).chain(each)
        });
        column.into_iter().chain(rows.into_iter().flatten()).collect()
    }
}
