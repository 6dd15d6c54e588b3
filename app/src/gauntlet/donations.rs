//! G41: coins that nobody asked for. Accounts that modules keep books of take none from people.

use proto::{
    address::Address,
    cosmos::bank::v1beta1::{Input, MsgMultiSend, MsgSend, Output},
};

use super::{Draft, coin, traffic::chain};
use crate::{
    modules::MODULE_ACCOUNTS,
    testkit::{address, any},
};

#[test]
fn coins_sent_straight_to_any_module_account_are_refused() {
    let mut chain = chain();
    let coins = || vec![coin("ulaz", "777")];
    for (name, _) in MODULE_ACCOUNTS {
        let to = Address::module(name).to_string();
        let from = address("ada").to_string();
        let send = MsgSend { from_address: from.clone(), to_address: to.clone(), amount: coins() };
        let many = MsgMultiSend {
            inputs: vec![Input { address: from, coins: coins() }],
            outputs: vec![Output { address: to, coins: coins() }],
        };
        for message in [any(&send), any(&many)] {
            let tx = Draft::of(&chain, "ada", vec![message]).seal();
            let result = chain.block(vec![tx]).remove(0);
            assert_eq!((result.codespace.as_str(), result.code), ("bank", 10), "{name}: {}", result.log);
        }
    }
}

/// peers 7.10: what is sent to oneself, once or by halves, is neither lost nor doubled.
#[test]
fn a_payment_to_oneself_changes_nothing_but_the_fee() {
    let mut chain = chain();
    let before = chain.balance("ada");
    let own = address("ada").to_string();
    let send =
        MsgSend { from_address: own.clone(), to_address: own.clone(), amount: vec![coin("ulaz", "777")] };
    let many = MsgMultiSend {
        inputs: vec![Input { address: own.clone(), coins: vec![coin("ulaz", "700")] }],
        outputs: vec![
            Output { address: own.clone(), coins: vec![coin("ulaz", "300")] },
            Output { address: own, coins: vec![coin("ulaz", "400")] },
        ],
    };
    for message in [any(&send), any(&many)] {
        let mut draft = Draft::of(&chain, "ada", vec![message]);
        draft.fee.amount = vec![coin("ulaz", "10")];
        assert_eq!(chain.block(vec![draft.seal()])[0].code, 0);
    }
    assert_eq!(chain.balance("ada"), before - 20);
}
