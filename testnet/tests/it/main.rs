//! Networks of real nodes, each test with one of its own. They are one program so that they run side by side: most of
//! their time they wait for windows.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]

mod common;
mod content;
mod kills;
mod library;
mod operator;
mod operators;
mod pages;
mod protocol;
mod provider;
mod races;
mod watch;
