//! `MsgSubmitUpdate`.

use proto::{
    address::Address,
    amount::Amount,
    lazchain::{idao::v1::UpdateKind, vsc::v1 as pb},
    merkle,
};
use sha2::{Digest, Sha256};

use super::super::{
    errors::Error,
    handlers,
    types::{MAX_BENEFICIARIES, MAX_CONSENTS, MAX_CONTENT, WHOLE},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{self, refused},
    modules::dat,
    msg::{Gas, Msg},
};

/// Most assets that are named as dropped.
const MAX_DROPPED: usize = 16;

/// Somebody else's agreement, not yet verified.
pub(crate) struct Consent {
    pub account: Address,
    pub pub_key: [u8; 33],
    pub signature: [u8; 64],
}

/// `MsgSubmitUpdate`: a new asset, or a new version of one.
pub(crate) struct SubmitUpdate {
    /// A member, the iDAO's account, or a member's agent.
    pub signer: Address,
    /// In its one spelling.
    pub update: pb::Update,
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    pub value_at_risk: Amount,
    pub max_fee: Amount,
    pub beneficiaries: Vec<(Address, u32)>,
    pub salt: [u8; 32],
    /// Of a point of view; empty: none is carried.
    pub content: Vec<u8>,
    pub consents: Vec<Consent>,
}

impl Msg for SubmitUpdate {
    type Wire = pb::MsgSubmitUpdate;
    type Response = pb::MsgSubmitUpdateResponse;

    fn parse(wire: pb::MsgSubmitUpdate) -> Result<SubmitUpdate> {
        let mut update = wire.update.ok_or_else(|| refused("the update is missing"))?;
        let kind = UpdateKind::try_from(update.kind).unwrap_or_default();
        if kind == UpdateKind::Unspecified {
            return Err(refused("give a kind: pov, dataset, model, agent or behaviour"));
        }
        let manifest = dat::given_manifest(update.manifest.take())?;
        let digest = given::digest("sha256", &manifest.sha256)?;
        check_content(kind, &manifest, &wire.content)?;
        update.manifest = Some(manifest);
        update.parents = dat::given_parents(std::mem::take(&mut update.parents))?;
        update.dropped = given::list("dropped", std::mem::take(&mut update.dropped), MAX_DROPPED, Ok)?;
        update.policy = update.policy.take().map(|policy| dat::given_policy(Some(policy))).transpose()?;
        let beneficiaries = beneficiaries(&update)?;
        check_target(&update, &beneficiaries)?;
        let value_at_risk = given::amount("value_at_risk", &update.value_at_risk)?;
        let max_fee = given::amount("max_fee", &update.max_fee)?;
        let consents = wire.consents.into_iter().map(consent).collect::<Result<Vec<_>>>()?;
        let accounts = consents.iter().map(|consent| consent.account).collect();
        given::list("consents", accounts, MAX_CONSENTS, Ok)?;
        Ok(SubmitUpdate {
            signer: wire.submitter.parse()?,
            update,
            digest,
            value_at_risk,
            max_fee,
            beneficiaries,
            salt: given::digest("salt", &wire.salt)?,
            content: wire.content,
            consents,
        })
    }

    fn signer(&self) -> Address {
        self.signer
    }

    fn cost(&self) -> Gas {
        let records = self.update.parents.len().saturating_add(self.beneficiaries.len());
        let content = Gas(10).times(self.content.len());
        Gas(60_000).plus(Gas(5_000).times(records)).plus(content)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSubmitUpdateResponse> {
        Ok(pb::MsgSubmitUpdateResponse { task: handlers::submit_update(ctx, self)? })
    }
}

/// Content that is carried is small, a point of view, open, and what its manifest says.
fn check_content(
    kind: UpdateKind,
    manifest: &proto::lazchain::dat::v1::Manifest,
    content: &[u8],
) -> Result<()> {
    if content.is_empty() {
        return Ok(());
    }
    if kind != UpdateKind::Pov {
        return Err(refused("only a point of view carries its content"));
    }
    if content.len() > MAX_CONTENT {
        return Err(refused(format!("content has {} bytes, at most {MAX_CONTENT}", content.len())));
    }
    if u64::try_from(content.len()).ok() != Some(manifest.size) {
        return Err(Error::ContentMismatch("size").into());
    }
    if Sha256::digest(content).as_slice() != manifest.sha256 {
        return Err(Error::ContentMismatch("sha256").into());
    }
    let chunk = usize::try_from(manifest.chunk_size).unwrap_or(usize::MAX).max(1);
    let mut tree = merkle::Frontier::default();
    content.chunks(chunk).for_each(|chunk| tree.push(merkle::leaf(chunk)));
    if tree.root().as_slice() != manifest.merkle_root {
        return Err(Error::ContentMismatch("merkle_root").into());
    }
    Ok(())
}

fn beneficiaries(update: &pb::Update) -> Result<Vec<(Address, u32)>> {
    let one = |one: &pb::Beneficiary| -> Result<(Address, u32)> {
        given::within("share", one.share.into(), 1..=WHOLE.into())?;
        Ok((one.account.parse()?, one.share))
    };
    if update.beneficiaries.len() > MAX_BENEFICIARIES {
        return Err(refused(format!("at most {MAX_BENEFICIARIES} beneficiaries")));
    }
    let list = update.beneficiaries.iter().map(one).collect::<Result<Vec<_>>>()?;
    given::list("beneficiaries", list.iter().map(|(who, _)| *who).collect(), MAX_BENEFICIARIES, Ok)?;
    Ok(list)
}

/// A new asset has a licence and may have beneficiaries; a new version has neither of its own shares.
fn check_target(update: &pb::Update, beneficiaries: &[(Address, u32)]) -> Result<()> {
    if update.target == 0 {
        if update.policy.is_none() {
            return Err(refused("a new asset needs a policy"));
        }
        if !update.dropped.is_empty() {
            return Err(refused("a new asset has no earlier parents to drop"));
        }
    } else if !beneficiaries.is_empty() {
        return Err(refused("the shares of an asset are minted once; a new version has no beneficiaries"));
    }
    Ok(())
}

fn consent(wire: pb::Consent) -> Result<Consent> {
    let pub_key = wire.pub_key.as_slice().try_into();
    let pub_key = pub_key.map_err(|_| refused("pub_key of a consent must have 33 bytes"))?;
    let signature = given::signature("signature", &wire.signature)?;
    Ok(Consent { account: wire.account.parse()?, pub_key, signature })
}
