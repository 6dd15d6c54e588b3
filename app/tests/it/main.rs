//! The house rules, executable, and what is written down of the sources. The gauntlet itself, which needs the inside of
//! the chain, is in `src/gauntlet`.

mod golden;
mod sources;
mod tidy;
