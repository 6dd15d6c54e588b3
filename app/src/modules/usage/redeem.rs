//! Redeeming vouchers: signatures of a batch together, then each voucher by itself.

use proto::{
    address::Address,
    coin::{Coin, Coins},
    lazchain::{dat::v1 as dat_pb, usage::v1 as pb},
    signed,
};
use state::{Pb, Read};

use super::{
    COMPUTE,
    errors::Error,
    events,
    keys::CHANNELS,
    logic::{self, account},
    meter::Taken,
    voucher::{Limits, Voucher},
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::{Reject, Result},
    modules::{
        bank,
        dat::{self, Payment, Use},
        distribution, hooks, idao,
    },
    signatures::{Signed, verify_all},
    stored,
    time::Time,
};

/// Redeems each voucher that is good; refuses if none is.
pub(crate) fn redeem(ctx: &mut Ctx, provider: &Address, vouchers: &[Voucher]) -> Result<Vec<pb::Redemption>> {
    let right = are_signed(ctx, vouchers)?;
    let mut redemptions = Vec::with_capacity(vouchers.len());
    let (mut first_refusal, mut good) = (None, false);
    for (voucher, right) in vouchers.iter().zip(right) {
        let outcome = ctx.attempt(|ctx| redeem_one(ctx, provider, voucher, right))?;
        redemptions.push(match outcome {
            Ok(taken) => {
                good = true;
                redeemed(voucher, &taken)
            }
            Err(reject) => {
                ctx.emit(events::VoucherRefused {
                    channel: voucher.channel,
                    sequence: voucher.sequence,
                    reject: &reject,
                });
                let refusal = refused(voucher, &reject);
                first_refusal.get_or_insert(reject);
                refusal
            }
        });
    }
    match first_refusal {
        Some(reject) if !good => Err(reject.into()),
        _ => Ok(redemptions),
    }
}

fn redeemed(voucher: &Voucher, taken: &Taken) -> pb::Redemption {
    pb::Redemption {
        channel: voucher.channel,
        redeemed: taken.redeemed.to_string(),
        protocol: taken.protocol.to_string(),
        base: taken.base.to_string(),
        ..Default::default()
    }
}

/// Space and code alone: texts are for people and no part of a result that nodes must agree on.
fn refused(voucher: &Voucher, reject: &Reject) -> pb::Redemption {
    let zero = || "0".to_owned();
    pb::Redemption {
        channel: voucher.channel,
        codespace: reject.space.to_owned(),
        code: reject.code,
        redeemed: zero(),
        protocol: zero(),
        base: zero(),
    }
}

/// Which vouchers are signed by their channel's key. Those of no channel are not.
fn are_signed(ctx: &Ctx, vouchers: &[Voucher]) -> Result<Vec<bool>> {
    let mut batch = Vec::with_capacity(vouchers.len());
    let mut asked = Vec::with_capacity(vouchers.len());
    for voucher in vouchers {
        let channel = CHANNELS.get(&ctx.state, &voucher.channel)?;
        asked.push(channel.is_some());
        if let Some(Pb(channel)) = channel {
            batch.push(Signed {
                key: stored::digest(&channel.channel_key)?,
                statement: signed::statement("voucher", &ctx.block.chain_id, &voucher.wire),
                signature: voucher.signature,
            });
        }
    }
    let mut verdicts = verify_all(&batch).into_iter();
    Ok(asked.into_iter().map(|asked| asked && verdicts.next().unwrap_or(false)).collect())
}

fn redeem_one(ctx: &mut Ctx, provider: &Address, voucher: &Voucher, is_signed: bool) -> Result<Taken> {
    let mut channel = logic::channel(&ctx.state, voucher.channel)?;
    if stored::address(&channel.provider)? != *provider {
        return Err(Error::NotOfChannel { who: *provider, channel: channel.id }.into());
    }
    if !is_signed {
        return Err(Error::WrongSignature.into());
    }
    if logic::standing(&ctx.state, &channel)? == dat_pb::VersionStatus::Revoked {
        let (asset, version) = (channel.asset, channel.version);
        return Err(Error::VersionFell { asset, version }.into());
    }
    let policy = dat::policy(&ctx.state, channel.asset, channel.policy_version)?;
    let terms = policy.terms.unwrap_or_default();
    let ends = use_ends(&ctx.state, &channel, (voucher.as_of, ctx.block.time))?;
    let taken = voucher.judge(&channel, &limits(&terms)?, ends, ctx.block.time)?;
    let split = pay(ctx, &channel, terms.provider_bps, &taken)?;
    channel.redeemed = taken.total.to_string();
    channel.units = voucher.units;
    channel.sequence = voucher.sequence;
    channel.as_of = Some(voucher.as_of.wire());
    channel.receipts_root = voucher.receipts_root.map(Vec::from).unwrap_or_default();
    logic::save(ctx, &channel, "usage.voucher_redeemed", Some(provider))?;
    ctx.emit(events::VoucherRedeemed { channel: &channel, taken: &taken, split: &split });
    Ok(taken)
}

/// What the pinned policy asks of terms.
fn limits(terms: &dat_pb::PolicyTerms) -> Result<Limits> {
    let code_digests = terms.code_digests.iter().map(|digest| stored::digest(digest));
    Ok(Limits { fields: terms.fields.clone(), code_digests: code_digests.collect::<Result<_, _>>()? })
}

/// From when on the use of a channel is over, if anything ended it, for work of one instant that is redeemed at another.
pub(crate) fn use_ends(state: &dyn Read, channel: &pb::Channel, when: (Time, Time)) -> Result<Option<Time>> {
    let (consumer, _) = logic::parties(channel)?;
    let about = Use {
        asset: channel.asset,
        version: channel.version,
        policy_version: channel.policy_version,
        consumer: &consumer,
        serial: (channel.dat != 0).then_some(channel.dat),
    };
    dat::use_ends(state, &about, when)
}

/// Moves the money of a voucher: the protocol's part is burnt or the community's, the base is shared by `dat`.
fn pay(ctx: &mut Ctx, channel: &pb::Channel, provider_bps: u32, taken: &Taken) -> Result<dat::Split> {
    let (_, provider) = logic::parties(channel)?;
    let denom = stored::denom(&channel.denom)?;
    let fee = Coin::new(denom.clone(), taken.protocol);
    let fees = Coins::one(fee.clone());
    if !fees.is_empty() {
        if denom.as_str() == COMPUTE {
            bank::burn(ctx, &account(), &fees)?;
        } else {
            distribution::fund_community_pool(ctx, &account(), &fees)?;
        }
    }
    if denom.as_str() == FEE_DENOM && !fees.is_empty() {
        let idao = idao_of(&ctx.state, channel.asset)?;
        hooks::protocol_fee(ctx, idao, &provider, &fee)?;
    }
    if taken.redeemed.is_zero() {
        return Ok(dat::Split::default());
    }
    let payment = Payment {
        asset: channel.asset,
        version: channel.version,
        channel: channel.id,
        provider,
        provider_bps,
        paid: taken.redeemed,
        base: Coin::new(denom, taken.base),
        from: account(),
    };
    dat::receive(ctx, &payment)
}

/// The iDAO that an asset counts as the use of: only while its owner is a member, or the iDAO itself.
fn idao_of(state: &dyn Read, asset: u64) -> Result<Option<u64>> {
    let asset = dat::asset(state, asset)?;
    if asset.idao == 0 {
        return Ok(None);
    }
    let owner = stored::address(&asset.owner)?;
    let counts = owner == idao::account(asset.idao) || idao::member(state, asset.idao, &owner)?.is_some();
    Ok(counts.then_some(asset.idao))
}
