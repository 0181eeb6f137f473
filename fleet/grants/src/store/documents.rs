//! Documents and the states they were in.

use serde_json::json;
use tokio_postgres::{Error, Row};

use super::audit::note;
use super::{Page, Reference, Store, StoreError, failed, id, moment, now};
use crate::grant::{BeneficiaryId, Document, DocumentChange, DocumentId, NewDocument, UserId, Version};

/// Of `documents d`.
const COLUMNS: &str = "d.id, d.title, d.body, d.status,
    coalesce((SELECT array_agg(b.beneficiary_id ORDER BY b.beneficiary_id) FROM document_beneficiaries b
        WHERE b.document_id = d.id), '{}'::uuid[]),
    (SELECT count(*) FROM attachments a WHERE a.document_id = d.id),
    d.version, d.created_by, d.updated_by, (SELECT u.name FROM users u WHERE u.id = d.updated_by), d.created_at,
    d.updated_at";

fn document(row: &Row) -> Result<Document, Error> {
    Ok(Document {
        id: id(row, 0)?,
        title: row.try_get(1)?,
        body: row.try_get(2)?,
        status: row.try_get(3)?,
        beneficiary_ids: row.try_get::<_, Vec<uuid::Uuid>>(4)?.into_iter().map(BeneficiaryId::from).collect(),
        attachment_count: row.try_get(5)?,
        version: row.try_get(6)?,
        created_by: id(row, 7)?,
        updated_by: id(row, 8)?,
        updated_by_name: row.try_get(9)?,
        created_at: moment(row, 10)?,
        updated_at: moment(row, 11)?,
    })
}

fn version(row: &Row) -> Result<Version, Error> {
    Ok(Version {
        version: row.try_get(0)?,
        title: row.try_get(1)?,
        body: row.try_get(2)?,
        status: row.try_get(3)?,
        changed_by_name: row.try_get(4)?,
        changed_at: moment(row, 5)?,
    })
}

async fn read(transaction: &deadpool_postgres::Transaction<'_>, id: uuid::Uuid) -> Result<Document, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM documents d WHERE d.id = $1");
    let found = transaction.query_opt(&sql, &[&id]).await.map_err(failed("reading a document"))?;
    document(&found.ok_or(StoreError::Missing)?).map_err(failed("reading a document"))
}

/// The document's present state becomes a version of it.
async fn keep_version(transaction: &deadpool_postgres::Transaction<'_>, id: uuid::Uuid) -> Result<(), StoreError> {
    let sql = "INSERT INTO document_versions (document_id, version, title, body, status, changed_by, changed_at)
               SELECT id, version, title, body, status, updated_by, updated_at FROM documents WHERE id = $1";
    transaction.execute(sql, &[&id]).await.map(drop).map_err(failed("keeping a version"))
}

async fn name_beneficiaries(
    transaction: &deadpool_postgres::Transaction<'_>,
    id: uuid::Uuid,
    named: &[BeneficiaryId],
) -> Result<(), StoreError> {
    let doing = "naming beneficiaries";
    let ids: Vec<uuid::Uuid> = named.iter().map(|id| id.uuid()).collect();
    let sql = "DELETE FROM document_beneficiaries WHERE document_id = $1";
    transaction.execute(sql, &[&id]).await.map_err(failed(doing))?;
    let sql = "INSERT INTO document_beneficiaries SELECT DISTINCT $1::uuid, named FROM unnest($2::uuid[]) named";
    match transaction.execute(sql, &[&id, &ids]).await {
        Ok(_) => Ok(()),
        Err(error) => match failed(doing)(error) {
            StoreError::Missing => {
                Err(StoreError::Conflict("a beneficiary it names does not exist (any more)".to_owned()))
            }
            other => Err(other),
        },
    }
}

impl Store {
    /// Makes one, with its first version.
    pub async fn create_document(&self, user: UserId, new: NewDocument) -> Result<Document, StoreError> {
        let doing = "making a document";
        let (id, at) = (DocumentId::fresh().uuid(), now());
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        let sql = "INSERT INTO documents (id, title, body, status, created_by, updated_by, created_at, updated_at)
                   VALUES ($1, $2, $3, $4, $5, $5, $6, $6)";
        let made = transaction.execute(sql, &[&id, &new.title, &new.body, &new.status, &user.uuid(), &at]).await;
        made.map_err(failed(doing))?;
        name_beneficiaries(&transaction, id, &new.beneficiary_ids).await?;
        keep_version(&transaction, id).await?;
        note(&transaction, user, "document.created", id, json!({"title": new.title})).await?;
        let document = read(&transaction, id).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(document)
    }

    /// Finds one.
    pub async fn document(&self, id: DocumentId) -> Result<Option<Document>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM documents d WHERE d.id = $1");
        self.row("finding a document", &sql, &[&id.uuid()], document).await
    }

    /// Newest first; those whose title holds `words`, if given.
    pub async fn documents(&self, words: Option<&str>, page: Page<DocumentId>) -> Result<Vec<Document>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM documents d
             WHERE ($1::uuid IS NULL OR d.id < $1) AND ($2::text IS NULL OR strpos(lower(d.title), lower($2)) > 0)
             ORDER BY d.id DESC LIMIT $3"
        );
        let after = page.after.map(DocumentId::uuid);
        self.rows("listing documents", &sql, &[&after, &words, &i64::from(page.limit)], document).await
    }

    /// Changes one; `Stale` if it is at another version than `expected`.
    pub async fn change_document(
        &self,
        user: UserId,
        id: DocumentId,
        change: DocumentChange,
        expected: Option<i64>,
    ) -> Result<Document, StoreError> {
        let doing = "changing a document";
        let (id, at) = (id.uuid(), now());
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        lock(&transaction, id, expected).await?;
        let sql = "UPDATE documents SET title = coalesce($2, title), body = coalesce($3, body),
                       status = coalesce($4, status), version = version + 1, updated_by = $5, updated_at = $6
                   WHERE id = $1";
        let changed =
            transaction.execute(sql, &[&id, &change.title, &change.body, &change.status, &user.uuid(), &at]).await;
        changed.map_err(failed(doing))?;
        if let Some(named) = &change.beneficiary_ids {
            name_beneficiaries(&transaction, id, named).await?;
        }
        keep_version(&transaction, id).await?;
        let document = read(&transaction, id).await?;
        note(&transaction, user, "document.changed", id, json!({"version": document.version})).await?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(document)
    }

    /// Deletes one with its versions and attachments; `Referred` if a commitment rests on it.
    pub async fn delete_document(&self, user: UserId, id: DocumentId, expected: Option<i64>) -> Result<(), StoreError> {
        let doing = "deleting a document";
        let id = id.uuid();
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        let title = lock(&transaction, id, expected).await?;
        let sql = "SELECT id, purpose FROM commitments WHERE document_id = $1 ORDER BY id LIMIT 20";
        let resting = transaction.query(sql, &[&id]).await.map_err(failed(doing))?;
        if !resting.is_empty() {
            let reference =
                |row: &Row| Ok(Reference { kind: "commitment", id: row.try_get(0)?, name: row.try_get(1)? });
            let all = resting.iter().map(reference).collect::<Result<_, Error>>();
            return Err(StoreError::Referred(all.map_err(failed(doing))?));
        }
        transaction.execute("DELETE FROM documents WHERE id = $1", &[&id]).await.map_err(failed(doing))?;
        note(&transaction, user, "document.deleted", id, json!({"title": title})).await?;
        transaction.commit().await.map_err(failed(doing))
    }

    /// The states it was in, newest first; the texts of all but one state may be large, so at most a hundred.
    pub async fn versions(&self, id: DocumentId) -> Result<Vec<Version>, StoreError> {
        let sql = "SELECT v.version, v.title, '', v.status, u.name, v.changed_at FROM document_versions v
                   JOIN users u ON u.id = v.changed_by WHERE v.document_id = $1 ORDER BY v.version DESC LIMIT 100";
        self.rows("listing versions", sql, &[&id.uuid()], version).await
    }

    /// One of them, whole.
    pub async fn version(&self, id: DocumentId, number: i64) -> Result<Option<Version>, StoreError> {
        let sql = "SELECT v.version, v.title, v.body, v.status, u.name, v.changed_at FROM document_versions v
                   JOIN users u ON u.id = v.changed_by WHERE v.document_id = $1 AND v.version = $2";
        self.row("reading a version", sql, &[&id.uuid(), &number], version).await
    }
}

/// Keeps others from changing it until the transaction ends; gives its title.
async fn lock(
    transaction: &deadpool_postgres::Transaction<'_>,
    id: uuid::Uuid,
    expected: Option<i64>,
) -> Result<String, StoreError> {
    let doing = "locking a document";
    let sql = "SELECT version, title FROM documents WHERE id = $1 FOR UPDATE";
    let row = transaction.query_opt(sql, &[&id]).await.map_err(failed(doing))?.ok_or(StoreError::Missing)?;
    let current: i64 = row.try_get(0).map_err(failed(doing))?;
    if expected.is_some_and(|expected| expected != current) {
        return Err(StoreError::Stale { current });
    }
    row.try_get(1).map_err(failed(doing))
}
