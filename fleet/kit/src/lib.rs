//! What every service of the fleet shares: configuration, health, logs, metrics, drain.
