//! What everybody wants done in the next block, as transactions.

use std::collections::BTreeMap;

use prost::{Message, Name};
use prost_types::Any;

use crate::{
    gauntlet::Dice,
    testkit::{Odd, TestChain, any},
};

/// Messages by sender, in the order they came.
#[derive(Default)]
pub(super) struct Desk {
    acts: Vec<(String, Any)>,
}

impl Desk {
    /// A transaction of one message.
    pub(super) fn put<M: Message + Name>(&mut self, who: &str, message: &M) {
        self.add(who, any(message));
    }

    /// The same for a message that is wrapped already.
    pub(super) fn add(&mut self, who: &str, message: Any) {
        self.acts.push((who.to_owned(), message));
    }

    /// The transactions, signed, in the order they came; dice shuffle them if there are any.
    pub(super) fn signed(self, chain: &TestChain, dice: Option<&mut Dice>) -> Vec<Vec<u8>> {
        let mut acts = self.acts;
        if let Some(dice) = dice {
            for last in (1..acts.len()).rev() {
                let other = dice.below(u64::try_from(last + 1).expect("few"));
                acts.swap(last, usize::try_from(other).expect("few"));
            }
        }
        let mut used: BTreeMap<String, u64> = BTreeMap::new();
        let sign = |(who, message): (String, Any)| {
            let next = *used.entry(who.clone()).or_insert_with(|| chain.sequence(&who));
            used.insert(who.clone(), next + 1);
            let (sequence, gas, fee) = (Some(next), Some(20_000_000), Some(("ulaz", 1_000)));
            chain.sign(&who, vec![message], &Odd { sequence, gas, fee, ..Odd::default() })
        };
        acts.into_iter().map(sign).collect()
    }
}
