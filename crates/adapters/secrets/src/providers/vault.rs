//! HashiCorp Vault, key-value engine version 2, over its HTTP API. Our version numbers are Vault's: each write says which version it
//! follows (`cas`), so none is written twice and nobody else's is written over.

use std::time::Duration;

use callsheet_base::Secret;
use callsheet_secrets::SecretName;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::{Key, Provider, filled};
use crate::StoreError;

/// The field of a secret that holds the value.
const FIELD: &str = "value";

const PATIENCE: Duration = Duration::from_secs(15);

pub(super) struct Vault {
    store: String,
    address: String,
    mount: String,
    path: String,
    token: Secret<String>,
}

/// One request.
struct Asked<'a> {
    method: Method,
    /// `data`, `metadata`, `destroy`.
    part: &'a str,
    path: String,
    query: String,
    body: Option<Value>,
    operation: String,
}

impl Vault {
    pub(super) fn new(
        store: &str,
        address: &str,
        mount: &str,
        path: &str,
        token: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Vault, StoreError> {
        let name = token.trim_start_matches('$');
        let token = variable(name).filter(|token| !token.is_empty()).ok_or_else(|| StoreError::Refused {
            store: format!("the store `{store}`"),
            operation: "let anybody in".to_owned(),
            why: format!("the environment variable `{name}`, which should hold Vault's token, is not set"),
        })?;
        let trim = |text: &str| text.trim_matches('/').to_owned();
        let address = address.trim_end_matches('/').to_owned();
        Ok(Vault { store: store.to_owned(), address, mount: trim(mount), path: trim(path), token: Secret::new(token) })
    }

    fn refused(&self, operation: &str, why: impl Into<String>) -> StoreError {
        let store = format!("Vault (the store `{}`)", self.store);
        StoreError::Refused { store, operation: operation.to_owned(), why: why.into() }
    }

    fn path(&self, environment: &str, name: &SecretName) -> String {
        let path = filled(&self.path, environment, name, None);
        if self.path.contains("{name}") { path } else { format!("{path}/{name}") }
    }

    /// Sends one request, on a runtime of its own, so that it may be called from anywhere. `None`: 404.
    fn ask(&self, asked: Asked) -> Result<Option<Value>, StoreError> {
        let operation = asked.operation.clone();
        let failed = |why: String| self.refused(&operation, why);
        let send = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| failed(error.to_string()))?;
            runtime.block_on(self.send(asked))
        };
        std::thread::scope(|scope| scope.spawn(send).join())
            .unwrap_or_else(|_| Err(failed("its thread ended".to_owned())))
    }

    async fn send(&self, asked: Asked<'_>) -> Result<Option<Value>, StoreError> {
        let Asked { method, part, path, query, body, operation } = asked;
        let failed = |error: &dyn std::error::Error| {
            let mut inner = error;
            while let Some(below) = inner.source() {
                inner = below;
            }
            self.refused(&operation, inner.to_string())
        };
        let tls = callsheet_tls::verifying_by_system().map_err(|error| failed(&error))?;
        let client = Client::builder().tls_backend_preconfigured(tls).timeout(PATIENCE);
        let client = client.redirect(reqwest::redirect::Policy::limited(3)).build().map_err(|error| failed(&error))?;
        let url = format!("{}/v1/{}/{part}/{path}{query}", self.address, self.mount);
        let mut request = client.request(method, url).header("X-Vault-Token", self.token.expose());
        request = request.header("X-Vault-Request", "true");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| failed(&error.without_url()))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| failed(&error.without_url()))?;
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        match status {
            // A version that was deleted answers 404 with its metadata.
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(value)),
            status => {
                let errors = value["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let errors: Vec<&str> = errors.collect();
                Err(self.refused(&operation, format!("{status}: {}", errors.join("; "))))
            }
        }
    }

    fn data(&self, environment: &str, name: &SecretName, query: String) -> Result<Option<Secret<String>>, StoreError> {
        let operation = format!("give the value of {name}");
        let path = self.path(environment, name);
        let asked = Asked { method: Method::GET, part: "data", path, query, body: None, operation: operation.clone() };
        let Some(answer) = self.ask(asked)? else { return Ok(None) };
        let data = &answer["data"]["data"];
        match data[FIELD].as_str() {
            Some(value) => Ok(Some(Secret::new(value.to_owned()))),
            None if data.is_null() => Ok(None),
            None => Err(self.refused(&operation, format!("it has no field `{FIELD}`"))),
        }
    }
}

impl Provider for Vault {
    fn read(&self, key: Key) -> Result<Option<Secret<String>>, StoreError> {
        self.data(key.environment, key.name, format!("?version={}", key.version))
    }

    fn newest(&self, environment: &str, name: &SecretName) -> Result<Option<Secret<String>>, StoreError> {
        self.data(environment, name, String::new())
    }

    fn write(&self, key: Key, value: &Secret<String>) -> Result<(), StoreError> {
        let operation = format!("keep {}", key.name);
        let body = json!({ "options": { "cas": key.version - 1 }, "data": { FIELD: value.expose() } });
        let asked = Asked {
            method: Method::POST,
            part: "data",
            path: self.path(key.environment, key.name),
            query: String::new(),
            body: Some(body),
            operation: operation.clone(),
        };
        let error = match self.ask(asked) {
            Ok(Some(answer)) => {
                let written = answer["data"]["version"].as_u64();
                let other = written.filter(|version| *version != u64::from(key.version));
                return match other {
                    None => Ok(()),
                    Some(version) => Err(self.refused(&operation, format!("it became version {version}"))),
                };
            }
            Ok(None) => return Err(self.refused(&operation, "there is no such engine or path")),
            Err(error) => error,
        };
        // Whoever wrote this very version may have been us, before a crash.
        let there = self.read(key)?;
        if there.is_some_and(|there| there.expose() == value.expose()) { Ok(()) } else { Err(error) }
    }

    fn destroy(&self, key: Key) -> Result<(), StoreError> {
        let asked = Asked {
            method: Method::PUT,
            part: "destroy",
            path: self.path(key.environment, key.name),
            query: String::new(),
            body: Some(json!({ "versions": [key.version] })),
            operation: format!("destroy version {} of {}", key.version, key.name),
        };
        self.ask(asked).map(drop)
    }
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
