//! What no message does yet, or none can do alone: work that a test slips into the beginning of a block.

use std::{cell::RefCell, rc::Rc};

use super::TestChain;
use crate::{
    ctx::Ctx,
    error::{Reject, Result},
};

type Act = Box<dyn FnOnce(&mut Ctx) -> Result<()>>;

thread_local! {
    static ACTS: RefCell<Vec<Act>> = const { RefCell::new(Vec::new()) };
}

/// Does what the test of this thread wants done at the beginning of this block.
pub(crate) fn acted(ctx: &mut Ctx) -> Result<()> {
    let acts = ACTS.with_borrow_mut(std::mem::take);
    acts.into_iter().try_for_each(|act| act(ctx))
}

impl TestChain {
    /// Runs a block that begins with this work; a refusal undoes it and is returned. Every invariant is run after it.
    pub(crate) fn act<T: 'static>(
        &mut self,
        work: impl FnOnce(&mut Ctx) -> Result<T> + 'static,
    ) -> Result<T, Reject> {
        let done: Rc<RefCell<Option<Result<T, Reject>>>> = Rc::default();
        let slot = Rc::clone(&done);
        let act: Act = Box::new(move |ctx| {
            *slot.borrow_mut() = Some(ctx.attempt(work)?);
            Ok(())
        });
        ACTS.with_borrow_mut(|acts| acts.push(act));
        self.block(Vec::new());
        done.take().expect("the block began with it")
    }
}
