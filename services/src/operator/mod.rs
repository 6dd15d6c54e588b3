//! A Quorum member's work: follow the tasks that its members are drawn for, fetch the content, look at it, write a report,
//! commit to a ballot and reveal it.
//!
//! What was judged is on disk before it is sent, and a ballot's salt comes from the key and the round, so a daemon that
//! dies at any step goes on with the same ballot. Content is never held in memory: it goes to a file while it is hashed.
//!
//! | file | subject |
//! |---|---|
//! | `config.rs` | what an operator decides |
//! | `work/` | the loop: duties in, ballots out |
//! | `duties.rs` | what is asked of the chain |
//! | `journal.rs` | what was judged, on disk |
//! | `fetch/` | bytes from their locators, checked against the manifest |
//! | `evaluate/` | how content is looked at |
//! | `report.rs` | what was found, and the verdict that follows |
//! | `signer/` | the keys, in a process apart |
//! | `watch/` | what others do, worked out again; what can be proved |
//! | `door.rs` | health, metrics, reports, findings |

mod config;
mod door;
mod duties;
mod evaluate;
mod fetch;
mod journal;
mod report;
mod signer;
mod watch;
mod work;

pub use config::{Config, Exec};
pub use evaluate::{LOOK_APART, look_apart};
pub use report::{Finding, Report, Section};
pub use signer::serve as serve_signer;
pub use work::{Member, Signers, run};
