//! What can be proposed.

use prost::Name;
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::gov::{v1, v1beta1},
};

use super::{ACCOUNT, errors::Error};
use crate::{
    error::{Coded, Result, Sdk, split},
    modules,
    msg::{self, Gas, Routed},
};

/// Most messages in one proposal.
pub(crate) const MAX_MESSAGES: usize = 16;

/// Parses messages that governance is to sign. Proposals within proposals are refused before they are parsed, so that
/// nothing nests.
pub(crate) fn parse(messages: &[Any]) -> Result<Vec<Routed>> {
    if messages.len() > MAX_MESSAGES {
        return Err(Error::TooManyMessages { limit: MAX_MESSAGES }.into());
    }
    messages.iter().map(parse_one).collect()
}

fn parse_one(any: &Any) -> Result<Routed> {
    let url = || any.type_url.chars().take(200).collect::<String>();
    if [v1::MsgSubmitProposal::type_url(), v1beta1::MsgSubmitProposal::type_url()].contains(&any.type_url) {
        return Err(Error::InvalidMessage("a proposal cannot make proposals".into()).into());
    }
    if any.type_url == v1::MsgExecLegacyContent::type_url() {
        let text = format!("{}: propose the messages themselves", url());
        return Err(Error::NoHandler(text).into());
    }
    if !modules::routes().any(|route| route.serves(&any.type_url)) {
        return Err(Error::UnroutableMessage(url()).into());
    }
    let routed = match split(msg::route(any))? {
        Ok(routed) => routed,
        // bytes that are no message keep the number they have in a transaction
        Err(reject) if (reject.space, reject.code) == (Sdk::SPACE, 2) => return Err(reject.into()),
        Err(reject) => return Err(Error::InvalidMessage(reject.text).into()),
    };
    let signer = routed.action.signer();
    if signer != Address::module(ACCOUNT) {
        return Err(Error::InvalidSigner(signer.to_string()).into());
    }
    Ok(routed)
}

/// What executing them costs; who proposes pays for it.
pub(crate) fn cost(messages: &[Routed]) -> Gas {
    messages.iter().fold(Gas(0), |sum, message| sum.plus(message.action.cost()))
}
