//! Sealed tax numbers as such: under which keys they are, and their move from one key to another.

use super::{Store, StoreError, failed};
use crate::afm::{Keys, SealError};

/// How many numbers are sealed anew in one transaction.
const AT_ONCE: i64 = 50;

impl Store {
    /// How many numbers are under each key.
    pub async fn keys_in_use(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let sql = "SELECT afm_key, count(*) FROM beneficiaries GROUP BY afm_key";
        self.rows("counting numbers by key", sql, &[], |row| Ok((row.try_get(0)?, row.try_get(1)?))).await
    }

    /// Seals some of the numbers under previous keys anew with the current one; gives how many. Several instances may do it at
    /// once: none waits for a row that another has.
    pub async fn reseal_some(&self, keys: &Keys) -> Result<usize, StoreError> {
        let doing = "sealing tax numbers anew";
        let mut client = self.client(doing).await?;
        let transaction = client.transaction().await.map_err(failed(doing))?;
        let sql = "SELECT id, afm_sealed, afm_key FROM beneficiaries WHERE afm_key = ANY($1)
                   LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED";
        let rows = transaction.query(sql, &[&keys.previous(), &AT_ONCE]).await.map_err(failed(doing))?;
        for row in &rows {
            let id: uuid::Uuid = row.try_get(0).map_err(failed(doing))?;
            let bytes: Vec<u8> = row.try_get(1).map_err(failed(doing))?;
            let key: String = row.try_get(2).map_err(failed(doing))?;
            let unsealed = |error: SealError| StoreError::Failed { doing, cause: format!("beneficiary {id}: {error}") };
            let afm = keys.open(&bytes, &key, id).map_err(unsealed)?;
            let sealed = keys.seal(&afm, id).map_err(unsealed)?;
            let sql = "UPDATE beneficiaries SET afm_sealed = $2, afm_key = $3, afm_index = $4 WHERE id = $1";
            let parameters: super::Parameters<'_> = &[&id, &sealed.bytes, &sealed.key, &sealed.index];
            transaction.execute(sql, parameters).await.map_err(failed(doing))?;
        }
        transaction.commit().await.map_err(failed(doing))?;
        Ok(rows.len())
    }
}
