//! Beneficiaries. The caller seals and opens tax numbers; the store moves sealed ones.

use serde_json::json;
use tokio_postgres::{Error, Row};

use super::audit::note;
use super::{Page, Reference, Store, StoreError, failed, id, is_taken, moment, now};
use crate::afm::Sealed;
use crate::generation::Generation;
use crate::grant::{BeneficiaryChange, BeneficiaryId, Contact, UserId};

/// A row with its tax number still sealed.
#[derive(Clone, Debug)]
pub struct SealedBeneficiary {
    pub id: BeneficiaryId,
    pub name: String,
    pub afm_sealed: Vec<u8>,
    pub afm_key: String,
    pub contact: Contact,
    pub version: i64,
    pub created_at: String,
    pub updated_at: String,
}

/// Two instances that look for the same number under different keys would both find nothing; so writers take turns.
const WRITERS_LOCK: i64 = 7_240_311_742;

impl Store {
    /// The contact is the last column but for the second release, which has two.
    fn columns(&self) -> &'static str {
        match self.generation {
            Generation::First => "id, name, afm_sealed, afm_key, version, created_at, updated_at, contact",
            Generation::Second => "id, name, afm_sealed, afm_key, version, created_at, updated_at, email, phone",
        }
    }

    fn beneficiary_of(&self, row: &Row) -> Result<SealedBeneficiary, Error> {
        Ok(SealedBeneficiary {
            id: id(row, 0)?,
            name: row.try_get(1)?,
            afm_sealed: row.try_get(2)?,
            afm_key: row.try_get(3)?,
            version: row.try_get(4)?,
            created_at: moment(row, 5)?,
            updated_at: moment(row, 6)?,
            contact: match self.generation {
                Generation::First => Contact::Together { contact: row.try_get(7)? },
                Generation::Second => Contact::Apart { email: row.try_get(7)?, phone: row.try_get(8)? },
            },
        })
    }

    /// Makes one; `Conflict` if the number, under whichever of `indexes`, is somebody's already.
    pub async fn create_beneficiary(
        &self,
        user: UserId,
        id: BeneficiaryId,
        name: &str,
        contact: &Contact,
        sealed: &Sealed,
        indexes: &[Vec<u8>],
    ) -> Result<SealedBeneficiary, StoreError> {
        let doing = "making a beneficiary";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        refuse_known_number(&transaction, id, indexes).await?;
        let (first, second, columns) = match contact {
            Contact::Together { contact } => (contact.as_str(), "", "contact"),
            Contact::Apart { email, phone } => (email.as_str(), phone.as_str(), "email, phone"),
        };
        let contact_values = if columns == "contact" { "$7 || $8" } else { "$7, $8" };
        let sql = format!(
            "INSERT INTO beneficiaries (id, name, afm_sealed, afm_key, afm_index, created_at, updated_at, {columns})
             VALUES ($1, $2, $3, $4, $5, $6, $6, {contact_values}) RETURNING {}",
            self.columns()
        );
        let made = transaction
            .query_one(&sql, &[&id.uuid(), &name, &sealed.bytes, &sealed.key, &sealed.index, &now(), &first, &second])
            .await;
        let made = made.map_err(known_or_failed(doing))?;
        note(&transaction, user, "beneficiary.created", id.uuid(), json!({"name": name})).await?;
        transaction.commit().await.map_err(failed(doing))?;
        self.beneficiary_of(&made).map_err(failed(doing))
    }

    /// Finds one.
    pub async fn beneficiary(&self, id: BeneficiaryId) -> Result<Option<SealedBeneficiary>, StoreError> {
        let sql = format!("SELECT {} FROM beneficiaries WHERE id = $1", self.columns());
        self.row("finding a beneficiary", &sql, &[&id.uuid()], |row| self.beneficiary_of(row)).await
    }

    /// Newest first; those whose name holds `words`, and those with one of `indexes`, if given.
    pub async fn beneficiaries(
        &self,
        words: Option<&str>,
        indexes: Option<&[Vec<u8>]>,
        page: Page<BeneficiaryId>,
    ) -> Result<Vec<SealedBeneficiary>, StoreError> {
        let sql = format!(
            "SELECT {} FROM beneficiaries
             WHERE ($1::uuid IS NULL OR id < $1) AND ($2::text IS NULL OR strpos(lower(name), lower($2)) > 0)
                 AND ($3::bytea[] IS NULL OR afm_index = ANY($3))
             ORDER BY id DESC LIMIT $4",
            self.columns()
        );
        let after = page.after.map(BeneficiaryId::uuid);
        let parameters: super::Parameters<'_> = &[&after, &words, &indexes, &i64::from(page.limit)];
        self.rows("listing beneficiaries", &sql, parameters, |row| self.beneficiary_of(row)).await
    }

    /// Those of these ids that there are, newest first.
    pub async fn beneficiaries_by_id(&self, ids: &[BeneficiaryId]) -> Result<Vec<SealedBeneficiary>, StoreError> {
        let sql = format!("SELECT {} FROM beneficiaries WHERE id = ANY($1) ORDER BY id DESC", self.columns());
        let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.uuid()).collect();
        self.rows("reading beneficiaries", &sql, &[&ids], |row| self.beneficiary_of(row)).await
    }

    /// Changes one; `sealed` with the indexes to look under if the number changes.
    pub async fn change_beneficiary(
        &self,
        user: UserId,
        id: BeneficiaryId,
        change: &BeneficiaryChange,
        sealed: Option<(Sealed, Vec<Vec<u8>>)>,
        expected: Option<i64>,
    ) -> Result<SealedBeneficiary, StoreError> {
        let doing = "changing a beneficiary";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        lock(&transaction, id, expected).await?;
        if let Some((sealed, indexes)) = &sealed {
            refuse_known_number(&transaction, id, indexes).await?;
            let sql = "UPDATE beneficiaries SET afm_sealed = $2, afm_key = $3, afm_index = $4 WHERE id = $1";
            let changed = transaction.execute(sql, &[&id.uuid(), &sealed.bytes, &sealed.key, &sealed.index]).await;
            changed.map_err(known_or_failed(doing))?;
        }
        let contact = match self.generation {
            Generation::First => "contact = coalesce($4, $5, contact)",
            Generation::Second => "email = coalesce($4, email), phone = coalesce($5, phone)",
        };
        let sql = format!(
            "UPDATE beneficiaries SET name = coalesce($2, name), version = version + 1, updated_at = $3, {contact}
             WHERE id = $1 RETURNING {}",
            self.columns()
        );
        let (first, second) = match self.generation {
            Generation::First => (&change.contact, &None),
            Generation::Second => (&change.email, &change.phone),
        };
        let changed = transaction.query_one(&sql, &[&id.uuid(), &change.name, &now(), first, second]).await;
        let changed = changed.map_err(failed(doing))?;
        note(&transaction, user, "beneficiary.changed", id.uuid(), json!({"afm": sealed.is_some()})).await?;
        transaction.commit().await.map_err(failed(doing))?;
        self.beneficiary_of(&changed).map_err(failed(doing))
    }

    /// Deletes one; `Referred` as long as a document, a commitment or a payment names them.
    pub async fn delete_beneficiary(
        &self,
        user: UserId,
        id: BeneficiaryId,
        expected: Option<i64>,
    ) -> Result<(), StoreError> {
        let doing = "deleting a beneficiary";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        // With the row locked nobody can begin to refer to it meanwhile.
        let name = lock(&transaction, id, expected).await?;
        let sql = "(SELECT 'document', d.id, d.title FROM document_beneficiaries b JOIN documents d ON d.id = b.document_id
                       WHERE b.beneficiary_id = $1 ORDER BY d.id LIMIT 20)
                   UNION ALL (SELECT 'commitment', c.id, c.purpose FROM commitments c
                       WHERE c.beneficiary_id = $1 ORDER BY c.id LIMIT 20)
                   UNION ALL (SELECT 'payment', p.id, p.reference FROM payments p
                       JOIN commitments c ON c.id = p.commitment_id WHERE c.beneficiary_id = $1 ORDER BY p.id LIMIT 20)";
        let rows = transaction.query(sql, &[&id.uuid()]).await.map_err(failed(doing))?;
        if !rows.is_empty() {
            let all = rows.iter().map(reference).collect::<Result<_, Error>>();
            return Err(StoreError::Referred(all.map_err(failed(doing))?));
        }
        transaction.execute("DELETE FROM beneficiaries WHERE id = $1", &[&id.uuid()]).await.map_err(failed(doing))?;
        note(&transaction, user, "beneficiary.deleted", id.uuid(), json!({"name": name})).await?;
        transaction.commit().await.map_err(failed(doing))
    }

    /// Puts on record that somebody was shown a whole tax number.
    pub async fn note_reveal(&self, user: UserId, id: BeneficiaryId) -> Result<(), StoreError> {
        let doing = "noting that a tax number was shown";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        note(&transaction, user, "beneficiary.afm-shown", id.uuid(), json!({})).await?;
        transaction.commit().await.map_err(failed(doing))
    }
}

fn reference(row: &Row) -> Result<Reference, Error> {
    let kind = match row.try_get(0)? {
        "document" => "document",
        "commitment" => "commitment",
        _ => "payment",
    };
    Ok(Reference { kind, id: row.try_get(1)?, name: row.try_get(2)? })
}

const KNOWN_NUMBER: &str = "a beneficiary with this tax number exists already; search by it to find them";

fn known_or_failed(doing: &'static str) -> impl Fn(Error) -> StoreError {
    move |error| match is_taken(&error) {
        true => StoreError::Conflict(KNOWN_NUMBER.to_owned()),
        false => failed(doing)(error),
    }
}

async fn refuse_known_number(
    transaction: &deadpool_postgres::Transaction<'_>,
    id: BeneficiaryId,
    indexes: &[Vec<u8>],
) -> Result<(), StoreError> {
    let doing = "looking for a tax number";
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&WRITERS_LOCK]).await.map_err(failed(doing))?;
    let sql = "SELECT 1 FROM beneficiaries WHERE afm_index = ANY($1) AND id <> $2";
    match transaction.query_opt(sql, &[&indexes, &id.uuid()]).await.map_err(failed(doing))? {
        Some(_) => Err(StoreError::Conflict(KNOWN_NUMBER.to_owned())),
        None => Ok(()),
    }
}

/// Keeps others from changing it until the transaction ends; gives the name.
async fn lock(
    transaction: &deadpool_postgres::Transaction<'_>,
    id: BeneficiaryId,
    expected: Option<i64>,
) -> Result<String, StoreError> {
    let doing = "locking a beneficiary";
    let sql = "SELECT version, name FROM beneficiaries WHERE id = $1 FOR UPDATE";
    let row = transaction.query_opt(sql, &[&id.uuid()]).await.map_err(failed(doing))?.ok_or(StoreError::Missing)?;
    let current: i64 = row.try_get(0).map_err(failed(doing))?;
    if expected.is_some_and(|expected| expected != current) {
        return Err(StoreError::Stale { current });
    }
    row.try_get(1).map_err(failed(doing))
}
