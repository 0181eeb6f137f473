//! The real programs of both releases against real PostgreSQL and Redis, used over HTTP and WebSockets.

mod accounts;
mod beneficiaries;
mod browser;
mod budgets;
mod configuration;
mod description;
mod documents;
mod faults;
mod fuzz;
mod hostile_uploads;
mod pages;
mod releases;
mod rotation;
mod running;
mod watching;
