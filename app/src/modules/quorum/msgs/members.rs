//! Messages about one's own place in a Quorum, and others'.

use proto::{
    address::{Address, ValAddress},
    lazchain::quorum::v1 as pb,
    signed,
};

use super::super::{
    handlers,
    logic::members::{Entry, Keys},
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::BPS,
    given::{self, refused},
    msg::{Gas, Msg},
};

/// A key: 32 bytes that are not all 0.
fn key(field: &str, bytes: &[u8]) -> Result<[u8; 32]> {
    let key = given::digest(field, bytes)?;
    if key == [0; 32] {
        return Err(refused(format!("{field} is all zeros")));
    }
    Ok(key)
}

/// An ed25519 key that signatures can be checked with.
fn attestation_key(bytes: &[u8]) -> Result<[u8; 32]> {
    let key = key("attestation_key", bytes)?;
    if !signed::is_key(&key) {
        return Err(refused("attestation_key is no ed25519 key"));
    }
    Ok(key)
}

/// `MsgJoinQuorum`: pledge a part of a validator's stake.
pub(crate) struct JoinQuorum(pub Entry);

impl Msg for JoinQuorum {
    type Wire = pb::MsgJoinQuorum;
    type Response = pb::MsgJoinQuorumResponse;

    fn parse(wire: pb::MsgJoinQuorum) -> Result<JoinQuorum> {
        Ok(JoinQuorum(Entry {
            validator: wire.validator.parse()?,
            quorum: wire.quorum,
            allocation_bps: given::bps("allocation_bps", wire.allocation_bps, BPS)?,
            attestation_key: attestation_key(&wire.attestation_key)?,
            sealing_key: key("sealing_key", &wire.sealing_key)?,
            endpoint: given::uri("endpoint", wire.endpoint)?,
        }))
    }

    fn signer(&self) -> Address {
        self.0.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(50_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgJoinQuorumResponse> {
        handlers::join_quorum(ctx, self)?;
        Ok(pb::MsgJoinQuorumResponse {})
    }
}

/// `MsgAdmitMember`: speak for an applicant.
pub(crate) struct AdmitMember {
    pub admitter: Address,
    pub quorum: u64,
    pub applicant: ValAddress,
}

impl Msg for AdmitMember {
    type Wire = pb::MsgAdmitMember;
    type Response = pb::MsgAdmitMemberResponse;

    fn parse(wire: pb::MsgAdmitMember) -> Result<AdmitMember> {
        let (admitter, applicant) = (wire.admitter.parse()?, wire.applicant.parse()?);
        Ok(AdmitMember { admitter, quorum: wire.quorum, applicant })
    }

    fn signer(&self) -> Address {
        self.admitter
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgAdmitMemberResponse> {
        Ok(pb::MsgAdmitMemberResponse { admitted: handlers::admit_member(ctx, self)? })
    }
}

/// `MsgUpdateAllocation`: pledge another part.
pub(crate) struct UpdateAllocation {
    pub validator: ValAddress,
    pub quorum: u64,
    pub allocation_bps: u32,
}

impl Msg for UpdateAllocation {
    type Wire = pb::MsgUpdateAllocation;
    type Response = pb::MsgUpdateAllocationResponse;

    fn parse(wire: pb::MsgUpdateAllocation) -> Result<UpdateAllocation> {
        let allocation_bps = given::bps("allocation_bps", wire.allocation_bps, BPS)?;
        Ok(UpdateAllocation { validator: wire.validator.parse()?, quorum: wire.quorum, allocation_bps })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUpdateAllocationResponse> {
        handlers::update_allocation(ctx, self)?;
        Ok(pb::MsgUpdateAllocationResponse {})
    }
}

/// `MsgLeaveQuorum`: leave.
pub(crate) struct LeaveQuorum {
    pub validator: ValAddress,
    pub quorum: u64,
}

impl Msg for LeaveQuorum {
    type Wire = pb::MsgLeaveQuorum;
    type Response = pb::MsgLeaveQuorumResponse;

    fn parse(wire: pb::MsgLeaveQuorum) -> Result<LeaveQuorum> {
        Ok(LeaveQuorum { validator: wire.validator.parse()?, quorum: wire.quorum })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgLeaveQuorumResponse> {
        handlers::leave_quorum(ctx, self)?;
        Ok(pb::MsgLeaveQuorumResponse {})
    }
}

/// `MsgRotateKeys`: announce keys, or another endpoint.
pub(crate) struct RotateKeys {
    pub validator: ValAddress,
    pub quorum: u64,
    pub keys: Keys,
}

impl Msg for RotateKeys {
    type Wire = pb::MsgRotateKeys;
    type Response = pb::MsgRotateKeysResponse;

    fn parse(wire: pb::MsgRotateKeys) -> Result<RotateKeys> {
        let given = |bytes: &[u8]| !bytes.is_empty();
        let attestation =
            given(&wire.attestation_key).then(|| attestation_key(&wire.attestation_key)).transpose()?;
        let sealing = given(&wire.sealing_key).then(|| key("sealing_key", &wire.sealing_key)).transpose()?;
        let endpoint = given::uri("endpoint", wire.endpoint)?;
        let endpoint = (!endpoint.is_empty()).then_some(endpoint);
        let keys = Keys { attestation, sealing, endpoint };
        if keys == Keys::default() {
            return Err(refused("give a key or an endpoint"));
        }
        Ok(RotateKeys { validator: wire.validator.parse()?, quorum: wire.quorum, keys })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRotateKeysResponse> {
        handlers::rotate_keys(ctx, self)?;
        Ok(pb::MsgRotateKeysResponse {})
    }
}

/// `MsgUnjailMember`: come back from the Quorum's jail.
pub(crate) struct UnjailMember {
    pub validator: ValAddress,
    pub quorum: u64,
}

impl Msg for UnjailMember {
    type Wire = pb::MsgUnjailMember;
    type Response = pb::MsgUnjailMemberResponse;

    fn parse(wire: pb::MsgUnjailMember) -> Result<UnjailMember> {
        Ok(UnjailMember { validator: wire.validator.parse()?, quorum: wire.quorum })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUnjailMemberResponse> {
        handlers::unjail_member(ctx, self)?;
        Ok(pb::MsgUnjailMemberResponse {})
    }
}
