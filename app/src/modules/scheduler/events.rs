//! What is announced.

use crate::event::{Attributes, Event};

/// The work on an entry was refused.
pub(crate) struct SetAside<'a> {
    pub queue: &'a str,
    pub sequence: u64,
    pub reason: &'a str,
}

impl Event for SetAside<'_> {
    const KIND: &'static str = "scheduler.set_aside";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("queue", self.queue);
        to.add("sequence", &self.sequence);
        to.text("reason", self.reason);
    }
}

/// An entry goes back into its queue.
pub(crate) struct Retried<'a> {
    pub queue: &'a str,
    pub sequence: u64,
}

impl Event for Retried<'_> {
    const KIND: &'static str = "scheduler.retried";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("queue", self.queue);
        to.add("sequence", &self.sequence);
    }
}

/// The next block is the first of this epoch.
pub(crate) struct EpochBegan(pub u64);

impl Event for EpochBegan {
    const KIND: &'static str = "scheduler.epoch_began";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("epoch", &self.0);
    }
}
