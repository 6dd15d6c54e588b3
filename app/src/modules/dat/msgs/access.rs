//! Licences and access.

use proto::{address::Address, coin::Coin, lazchain::dat::v1 as pb};

use super::{
    PLAIN, id,
    parts::{given_policy, key, purpose, wrapped},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{coin, digest_or_none, list, refused, time},
    modules::dat::{
        handlers,
        types::{MAX_UNLEARN, Revoked},
    },
    msg::{Gas, Msg},
    time::Time,
};

/// `MsgPublishPolicy`: a licence for what is granted from now on.
pub(crate) struct PublishPolicy {
    pub owner: Address,
    pub asset: u64,
    pub terms: pb::PolicyTerms,
}

impl Msg for PublishPolicy {
    type Wire = pb::MsgPublishPolicy;
    type Response = pb::MsgPublishPolicyResponse;

    fn parse(wire: pb::MsgPublishPolicy) -> Result<PublishPolicy> {
        Ok(PublishPolicy {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            terms: given_policy(wire.terms)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        {
            let listed = [
                self.terms.grantee_list.len(),
                self.terms.providers.len(),
                self.terms.fields.len(),
                self.terms.code_digests.len(),
            ];
            PLAIN.plus(Gas(500).times(listed.into_iter().sum()))
        }
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgPublishPolicyResponse> {
        Ok(pb::MsgPublishPolicyResponse { policy_version: handlers::publish_policy(ctx, self)? })
    }
}

/// `MsgBuyAccess`: prepaid use under the newest licence.
pub(crate) struct BuyAccess {
    pub buyer: Address,
    pub asset: u64,
    pub policy_version: u64,
    pub units: u64,
    pub max_price: Coin,
    pub grantee_key: Vec<u8>,
}

impl Msg for BuyAccess {
    type Wire = pb::MsgBuyAccess;
    type Response = pb::MsgBuyAccessResponse;

    fn parse(wire: pb::MsgBuyAccess) -> Result<BuyAccess> {
        Ok(BuyAccess {
            buyer: wire.buyer.parse()?,
            asset: id("asset", wire.asset)?,
            policy_version: id("policy_version", wire.policy_version)?,
            units: id("units", wire.units)?,
            max_price: coin("max_price", wire.max_price)?,
            grantee_key: key(wire.grantee_key)?,
        })
    }

    fn signer(&self) -> Address {
        self.buyer
    }

    fn cost(&self) -> Gas {
        Gas(100_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgBuyAccessResponse> {
        let (serial, price) = handlers::buy_access(ctx, self)?;
        Ok(pb::MsgBuyAccessResponse { serial, price: Some(price.into()) })
    }
}

/// `MsgGrantAccess`: access without a sale.
pub(crate) struct GrantAccess {
    pub owner: Address,
    pub asset: u64,
    pub policy_version: u64,
    pub grantee: Address,
    pub units: u64,
    pub expires_at: Option<Time>,
    pub grantee_key: Vec<u8>,
    pub wrapped_key: Vec<u8>,
}

impl Msg for GrantAccess {
    type Wire = pb::MsgGrantAccess;
    type Response = pb::MsgGrantAccessResponse;

    fn parse(wire: pb::MsgGrantAccess) -> Result<GrantAccess> {
        Ok(GrantAccess {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            policy_version: id("policy_version", wire.policy_version)?,
            grantee: wire.grantee.parse()?,
            units: wire.units,
            expires_at: time(wire.expires_at.as_ref()),
            grantee_key: key(wire.grantee_key)?,
            wrapped_key: wrapped(wire.wrapped_key)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        Gas(100_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgGrantAccessResponse> {
        Ok(pb::MsgGrantAccessResponse { serial: handlers::grant_access(ctx, self)? })
    }
}

/// `MsgRequestAccess`: a wish for access.
pub(crate) struct RequestAccess {
    pub account: Address,
    pub asset: u64,
    pub policy_version: u64,
    pub purpose: pb::Purpose,
    pub units: u64,
    pub grantee_key: Vec<u8>,
}

impl Msg for RequestAccess {
    type Wire = pb::MsgRequestAccess;
    type Response = pb::MsgRequestAccessResponse;

    fn parse(wire: pb::MsgRequestAccess) -> Result<RequestAccess> {
        let purpose = purpose(wire.purpose)?;
        Ok(RequestAccess {
            account: wire.account.parse()?,
            asset: id("asset", wire.asset)?,
            policy_version: id("policy_version", wire.policy_version)?,
            purpose,
            units: wire.units,
            grantee_key: key(wire.grantee_key)?,
        })
    }

    fn signer(&self) -> Address {
        self.account
    }

    fn cost(&self) -> Gas {
        Gas(100_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRequestAccessResponse> {
        Ok(pb::MsgRequestAccessResponse { request: handlers::request_access(ctx, self)? })
    }
}

/// `MsgDecideAccess`: the answer to a request, or its withdrawal.
pub(crate) struct DecideAccess {
    pub signer: Address,
    pub request: u64,
    pub grant: bool,
    pub units: u64,
    pub expires_at: Option<Time>,
}

impl Msg for DecideAccess {
    type Wire = pb::MsgDecideAccess;
    type Response = pb::MsgDecideAccessResponse;

    fn parse(wire: pb::MsgDecideAccess) -> Result<DecideAccess> {
        Ok(DecideAccess {
            signer: wire.signer.parse()?,
            request: id("request", wire.request)?,
            grant: wire.grant,
            units: wire.units,
            expires_at: time(wire.expires_at.as_ref()),
        })
    }

    fn signer(&self) -> Address {
        self.signer
    }

    fn cost(&self) -> Gas {
        Gas(100_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgDecideAccessResponse> {
        Ok(pb::MsgDecideAccessResponse { serial: handlers::decide_access(ctx, self)? })
    }
}

/// `MsgDeliverKey`: the data key for a grantee.
pub(crate) struct DeliverKey {
    pub owner: Address,
    pub asset: u64,
    pub serial: u64,
    pub wrapped_key: Vec<u8>,
    pub key_epoch: u64,
}

impl Msg for DeliverKey {
    type Wire = pb::MsgDeliverKey;
    type Response = pb::MsgDeliverKeyResponse;

    fn parse(wire: pb::MsgDeliverKey) -> Result<DeliverKey> {
        let wrapped_key = wrapped(wire.wrapped_key)?;
        if wrapped_key.is_empty() {
            return Err(refused("wrapped_key is empty; nothing would be delivered"));
        }
        Ok(DeliverKey {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            serial: id("serial", wire.serial)?,
            wrapped_key,
            key_epoch: id("key_epoch", wire.key_epoch)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgDeliverKeyResponse> {
        handlers::deliver_key(ctx, self)?;
        Ok(pb::MsgDeliverKeyResponse {})
    }
}

/// `MsgRotateDataKey`: a new data key is announced.
pub(crate) struct RotateDataKey {
    pub owner: Address,
    pub asset: u64,
    pub key_commitment: Option<[u8; 32]>,
}

impl Msg for RotateDataKey {
    type Wire = pb::MsgRotateDataKey;
    type Response = pb::MsgRotateDataKeyResponse;

    fn parse(wire: pb::MsgRotateDataKey) -> Result<RotateDataKey> {
        Ok(RotateDataKey {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            key_commitment: digest_or_none("key_commitment", &wire.key_commitment)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRotateDataKeyResponse> {
        Ok(pb::MsgRotateDataKeyResponse { key_epoch: handlers::rotate_data_key(ctx, self)? })
    }
}

/// `MsgRevokeAccess`: access ends at once.
pub(crate) struct RevokeAccess {
    pub owner: Address,
    pub asset: u64,
    pub what: Revoked,
    pub unlearn: Vec<pb::VersionRef>,
}

impl Msg for RevokeAccess {
    type Wire = pb::MsgRevokeAccess;
    type Response = pb::MsgRevokeAccessResponse;

    fn parse(wire: pb::MsgRevokeAccess) -> Result<RevokeAccess> {
        let what = match (wire.account.as_str(), wire.serial, wire.policy_version) {
            (account, 0, 0) if !account.is_empty() => Revoked::Account(account.parse()?),
            ("", serial, 0) if serial > 0 => Revoked::Dat(serial),
            ("", 0, policy) if policy > 0 => Revoked::Policy(policy),
            _ => return Err(refused("give one of account, serial and policy_version")),
        };
        let parse = |one: pb::VersionRef| Ok((id("unlearn", one.asset)?, id("unlearn", one.version)?));
        let unlearn = list("unlearn", wire.unlearn, MAX_UNLEARN, parse)?;
        let unlearn = unlearn.into_iter().map(|(asset, version)| pb::VersionRef { asset, version });
        let asset = id("asset", wire.asset)?;
        Ok(RevokeAccess { owner: wire.owner.parse()?, asset, what, unlearn: unlearn.collect() })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN.plus(PLAIN.times(self.unlearn.len()))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRevokeAccessResponse> {
        handlers::revoke_access(ctx, self)?;
        Ok(pb::MsgRevokeAccessResponse {})
    }
}

/// `MsgRefundAccess`: what was paid and not used comes back.
pub(crate) struct RefundAccess {
    pub sender: Address,
    pub asset: u64,
    pub serial: u64,
}

impl Msg for RefundAccess {
    type Wire = pb::MsgRefundAccess;
    type Response = pb::MsgRefundAccessResponse;

    fn parse(wire: pb::MsgRefundAccess) -> Result<RefundAccess> {
        Ok(RefundAccess {
            sender: wire.sender.parse()?,
            asset: id("asset", wire.asset)?,
            serial: id("serial", wire.serial)?,
        })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRefundAccessResponse> {
        let refund = handlers::refund_access(ctx, self)?.iter().next().cloned();
        Ok(pb::MsgRefundAccessResponse { refund: refund.map(Into::into) })
    }
}
