//! The judge against simulated traffic: how fast it sees what is bad, how seldom it cries wolf.

mod detection;
mod false_alarms;
mod traffic;
mod words;
