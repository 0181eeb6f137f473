//! What a person sees of each command, exit status included.

mod adopt;
mod answers;
mod backup;
mod bucket;
mod by_hand;
mod check;
mod db;
mod desk;
mod instances;
mod looking_back;
mod manual;
mod migrate;
mod migrate_with;
mod plan;
mod rehearse;
mod run;
mod secrets;
mod serve;
mod start;
