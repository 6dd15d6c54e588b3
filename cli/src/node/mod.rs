//! The node as an operator sees it: home folder, configuration, `init`, `start`, `comet`, `config`.

pub(crate) mod comet;
pub(crate) mod config;
pub(crate) mod config_command;
pub(crate) mod doors;
pub(crate) mod engine;
pub(crate) mod export;
pub(crate) mod genesis;
pub(crate) mod home;
pub(crate) mod init;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod prune;
pub(crate) mod settings;
pub(crate) mod snapshots;
pub(crate) mod start;
pub(crate) mod supervise;
pub(crate) mod testnet;
