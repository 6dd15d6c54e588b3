//! An iDAO's beginning, its own rules, its end.

use proto::{address::Address, lazchain::idao::v1 as pb};

use super::super::{
    handlers,
    types::{check, parse_rules},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given,
    msg::{Gas, Msg},
};

/// Where an iDAO's charter is, and what its bytes hash to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Charter {
    pub uri: String,
    pub hash: Option<[u8; 32]>,
}

impl Charter {
    fn parse(uri: String, hash: &[u8]) -> Result<Charter> {
        let hash = given::digest_or_none("charter_hash", hash)?;
        Ok(Charter { uri: given::uri("charter_uri", uri)?, hash })
    }
}

/// `MsgCreateIdao`: make an iDAO.
pub(crate) struct CreateIdao {
    pub founder: Address,
    pub name: String,
    pub domain: String,
    pub charter: Charter,
    pub rules: Option<pb::Rules>,
}

impl Msg for CreateIdao {
    type Wire = pb::MsgCreateIdao;
    type Response = pb::MsgCreateIdaoResponse;

    fn parse(wire: pb::MsgCreateIdao) -> Result<CreateIdao> {
        Ok(CreateIdao {
            founder: wire.founder.parse()?,
            name: given::name("name", wire.name)?,
            domain: given::tag("domain", wire.domain)?,
            charter: Charter::parse(wire.charter_uri, &wire.charter_hash)?,
            rules: wire.rules.map(parse_rules).transpose()?,
        })
    }

    fn signer(&self) -> Address {
        self.founder
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCreateIdaoResponse> {
        let (id, account) = handlers::create_idao(ctx, self)?;
        Ok(pb::MsgCreateIdaoResponse { id, account: account.to_string() })
    }
}

/// `MsgUpdateIdao`: replace its name, domain, charter and rules.
pub(crate) struct UpdateIdao {
    pub idao_account: Address,
    pub idao: u64,
    pub name: String,
    pub domain: String,
    pub charter: Charter,
    pub rules: pb::Rules,
}

impl Msg for UpdateIdao {
    type Wire = pb::MsgUpdateIdao;
    type Response = pb::MsgUpdateIdaoResponse;

    fn parse(wire: pb::MsgUpdateIdao) -> Result<UpdateIdao> {
        let rules = wire.rules.ok_or_else(|| given::refused("rules are missing"))?;
        Ok(UpdateIdao {
            idao_account: wire.idao_account.parse()?,
            idao: wire.idao,
            name: given::name("name", wire.name)?,
            domain: given::tag("domain", wire.domain)?,
            charter: Charter::parse(wire.charter_uri, &wire.charter_hash)?,
            rules: parse_rules(rules)?,
        })
    }

    fn signer(&self) -> Address {
        self.idao_account
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUpdateIdaoResponse> {
        handlers::update_idao(ctx, self)?;
        Ok(pb::MsgUpdateIdaoResponse {})
    }
}

/// `MsgCloseIdao`: close it for good.
pub(crate) struct CloseIdao {
    pub idao_account: Address,
    pub idao: u64,
}

impl Msg for CloseIdao {
    type Wire = pb::MsgCloseIdao;
    type Response = pb::MsgCloseIdaoResponse;

    fn parse(wire: pb::MsgCloseIdao) -> Result<CloseIdao> {
        Ok(CloseIdao { idao_account: wire.idao_account.parse()?, idao: wire.idao })
    }

    fn signer(&self) -> Address {
        self.idao_account
    }

    fn cost(&self) -> Gas {
        Gas(100_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCloseIdaoResponse> {
        handlers::close_idao(ctx, self)?;
        Ok(pb::MsgCloseIdaoResponse {})
    }
}

/// `MsgUpdateParams`: replace the parameters.
pub(crate) struct UpdateParams {
    pub authority: Address,
    pub params: pb::Params,
}

impl Msg for UpdateParams {
    type Wire = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;

    fn parse(wire: pb::MsgUpdateParams) -> Result<UpdateParams> {
        let params = wire.params.ok_or_else(|| given::refused("params are missing"))?;
        check(&params)?;
        Ok(UpdateParams { authority: wire.authority.parse()?, params })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUpdateParamsResponse> {
        handlers::update_params(ctx, self)?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}
