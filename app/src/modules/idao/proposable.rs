//! What an iDAO can propose: messages that its own account signs.

use prost_types::Any;
use proto::{address::Address, lazchain::idao::v1::ProposalKind};

use super::{errors::Error, types::MAX_MESSAGES};
use crate::{
    error::{Coded, Result, Sdk, split},
    modules,
    msg::{self, Gas, Routed},
};

/// Messages that only the iDAO's own account may send, so only by proposal: no steward, whatever the rules say.
pub(crate) const BY_PROPOSAL_ONLY: &[&str] =
    &[UPDATE_IDAO, CLOSE_IDAO, REMOVE_MEMBER, SET_ROLES, ESTABLISH_TRUST, END_TRUST];

/// Messages that carry others, or make votes: nothing nests.
const NEVER: &[&str] = &[
    "/lazchain.idao.v1.MsgPropose",
    "/lazchain.idao.v1.MsgExecuteProposal",
    "/cosmos.authz.v1beta1.MsgExec",
    "/cosmos.gov.v1.MsgSubmitProposal",
    "/cosmos.gov.v1.MsgExecLegacyContent",
    "/cosmos.gov.v1beta1.MsgSubmitProposal",
];

pub(crate) const UPDATE_IDAO: &str = "/lazchain.idao.v1.MsgUpdateIdao";
const CLOSE_IDAO: &str = "/lazchain.idao.v1.MsgCloseIdao";
pub(crate) const REMOVE_MEMBER: &str = "/lazchain.idao.v1.MsgRemoveMember";
pub(crate) const SET_ROLES: &str = "/lazchain.idao.v1.MsgSetRoles";
const ESTABLISH_TRUST: &str = "/lazchain.idao.v1.MsgEstablishTrust";
const END_TRUST: &str = "/lazchain.idao.v1.MsgEndTrust";

/// Parses messages that `account` is to sign.
pub(crate) fn parse(messages: &[Any], account: &Address) -> Result<Vec<Routed>> {
    if messages.is_empty() || messages.len() > MAX_MESSAGES {
        return Err(Error::NotProposable(format!("give 1 to {MAX_MESSAGES} messages")).into());
    }
    messages.iter().map(|any| parse_one(any, account)).collect()
}

fn parse_one(any: &Any, account: &Address) -> Result<Routed> {
    let url = any.type_url.chars().take(200).collect::<String>();
    if NEVER.contains(&any.type_url.as_str()) {
        return Err(Error::NotProposable(format!("{url} carries messages or makes votes itself")).into());
    }
    if !modules::routes().any(|route| route.serves(&any.type_url)) {
        return Err(Error::NotProposable(format!("{url} is no message of this chain")).into());
    }
    let routed = match split(msg::route(any))? {
        Ok(routed) => routed,
        // bytes that are no message keep the number they have in a transaction
        Err(reject) if (reject.space, reject.code) == (Sdk::SPACE, 2) => return Err(reject.into()),
        Err(reject) => return Err(Error::NotProposable(format!("{url}: {}", reject.text)).into()),
    };
    let signer = routed.action.signer();
    if signer != *account {
        return Err(Error::NotProposable(format!("{url} is signed by {signer}, not by {account}")).into());
    }
    Ok(routed)
}

/// What executing them costs.
pub(crate) fn cost(messages: &[Routed]) -> Gas {
    messages.iter().fold(Gas(0), |sum, message| sum.plus(message.action.cost()))
}

/// The kind that follows from the messages. Roles stand alone, or a harmless change of roles would keep guardians away
/// from whatever comes with it.
pub(crate) fn kind(messages: &[Any]) -> Result<ProposalKind> {
    let is = |urls: &[&str]| messages.iter().filter(|any| urls.contains(&any.type_url.as_str())).count();
    let roles = is(&[SET_ROLES, REMOVE_MEMBER]);
    if roles > 0 && roles < messages.len() {
        return Err(Error::NotProposable("changes of roles and members stand alone".into()).into());
    }
    Ok(if roles > 0 {
        ProposalKind::Role
    } else if is(&[UPDATE_IDAO, CLOSE_IDAO]) > 0 {
        ProposalKind::Rules
    } else if is(&[ESTABLISH_TRUST, END_TRUST]) > 0 {
        ProposalKind::Trust
    } else {
        ProposalKind::Messages
    })
}
