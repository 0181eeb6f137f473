//! The grants service: a document, the documents, the beneficiaries and a budget are read; documents are changed, each change a version.

use serde_json::json;

use crate::caller::{Caller, Failure, Story, one_of, text};

const DOCUMENTS: usize = 100;

pub struct Documents {
    caller: Caller,
    budget: String,
    documents: Vec<String>,
}

/// A tax number with its check digit.
fn afm(number: usize) -> String {
    let digits = format!("{:08}", 10_000_000 + number);
    let weighted: u32 = digits.bytes().enumerate().map(|(at, byte)| u32::from(byte - b'0') << (8 - at)).sum();
    format!("{digits}{}", weighted % 11 % 10)
}

impl Story for Documents {
    async fn prepare(caller: Caller) -> Result<Documents, Failure> {
        let lines: Vec<_> = (0..10).map(|at| json!({"name": format!("Line {at}"), "planned_cents": 100_000})).collect();
        let budget = text(&caller.post("/api/budgets", json!({"name": "Film year", "lines": lines})).await?, "id")?;
        let mut documents = Vec::new();
        for number in 0..DOCUMENTS {
            let body = json!({"name": format!("Person {number}"), "afm": afm(number)});
            let person = text(&caller.post("/api/beneficiaries", body).await?, "id")?;
            let body = json!({"title": format!("Grant {number}"), "body": "For sets.", "beneficiary_ids": [person]});
            documents.push(text(&caller.post("/api/documents", body).await?, "id")?);
        }
        Ok(Documents { caller, budget, documents })
    }

    async fn read(&self, number: usize) -> Result<(), Failure> {
        let path = match number % 10 {
            1 => "/api/documents?limit=20".to_owned(),
            2 => "/api/beneficiaries?limit=20".to_owned(),
            3 | 8 => format!("/api/budgets/{}", self.budget),
            _ => format!("/api/documents/{}", one_of(&self.documents, number)),
        };
        self.caller.get(&path).await.map(drop)
    }

    async fn write(&self, number: usize) -> Result<(), Failure> {
        let body = json!({"body": format!("For sets, as in draft {number}.")});
        self.caller.patch(&format!("/api/documents/{}", one_of(&self.documents, number)), body).await.map(drop)
    }
}
