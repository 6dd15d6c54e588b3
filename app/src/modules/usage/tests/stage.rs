//! Assets, providers and consumers to play with.

use ed25519_consensus::SigningKey;
use proto::{
    address::Address,
    amount::Amount,
    coin::Denom,
    cosmos::base::v1beta1::Coin,
    lazchain::{
        dat::v1::{self as dat_pb, Purpose},
        idao::v1::UpdateKind,
        usage::v1 as pb,
    },
    signed,
};
use serde_json::json;
use state::Pb;

use crate::{
    error::Reject,
    modules::{
        bank,
        dat::{self, NewAnchor},
        usage::keys::CHANNELS,
    },
    testkit::{CHAIN_ID, World, address, genesis},
    time::Time,
};

/// What everybody has of each token.
pub(super) const RICH: u64 = 10_000_000_000;
const PEOPLE: [&str; 7] = ["ada", "ben", "cleo", "dan", "eve", "pia", "pim"];

/// A world with accounts and three tokens; no asset yet.
pub(super) fn empty() -> World {
    let balances = PEOPLE.map(|name| (name, RICH));
    let mut state = genesis(&balances, &[]);
    for balance in state["bank"]["balances"].as_array_mut().expect("a list") {
        let coins =
            ["ucpt", "ulaz", "umetis"].map(|denom| json!({"denom": denom, "amount": RICH.to_string()}));
        balance["coins"] = json!(coins);
    }
    let mut tokens = dat::local();
    tokens.payment_tokens.push(dat_pb::PaymentToken { denom: "umetis".into(), ulaz_per_million: 0 });
    state["dat"]["params"] = crate::genesis::json(&tokens).expect("our own");
    World::new(state)
}

/// Ada's dataset `asset-1`, settled, of which Cleo made the model `asset-2`, settled; Pia provides.
pub(super) fn world() -> World {
    let mut world = liable();
    world.act(|ctx| dat::settle(ctx, 2, 1)).expect("settles");
    world
}

/// The same with the model still liable.
pub(super) fn liable() -> World {
    let mut world = empty();
    let data = terms(&[Purpose::Train, Purpose::Derive], &[("ulaz", 1)]);
    let data = dat_pb::PolicyTerms { derivative_royalty_bps: 1_500, ..data };
    anchor(&mut world, "ada", data, Vec::new());
    world.act(|ctx| dat::settle(ctx, 1, 1)).expect("settles");
    let parent = dat_pb::Parent { asset: 1, version: 1, policy_version: 1 };
    let prices = [("ucpt", 3), ("ulaz", 3), ("umetis", 3)];
    let model =
        dat_pb::PolicyTerms { provider_bps: 4_000, ..terms(&[Purpose::Infer, Purpose::Evaluate], &prices) };
    anchor(&mut world, "cleo", model, vec![parent]);
    register(&mut world, "pia").expect("registers");
    world
}

/// A licence for anyone.
pub(super) fn terms(purposes: &[Purpose], prices: &[(&str, u64)]) -> dat_pb::PolicyTerms {
    dat_pb::PolicyTerms {
        purposes: purposes.iter().map(|purpose| i32::from(*purpose)).collect(),
        grantees: dat_pb::Grantees::Anyone.into(),
        prices: prices.iter().map(|(denom, amount)| coin(*amount, denom)).collect(),
        unit: dat_pb::Unit::Token.into(),
        on_revoke: dat_pb::OnRevoke::Keep.into(),
        ..Default::default()
    }
}

/// A new asset of somebody's whose first version is final, and still liable.
pub(super) fn anchor(
    world: &mut World,
    owner: &str,
    policy: dat_pb::PolicyTerms,
    parents: Vec<dat_pb::Parent>,
) -> u64 {
    let count = u8::try_from(world.ctx.block.height).expect("few");
    world.ctx.block.height += 1;
    let new = NewAnchor {
        task: u64::from(count),
        idao: 0,
        owner: address(owner),
        kind: UpdateKind::Model,
        target: None,
        manifest: dat_pb::Manifest {
            sha256: vec![count; 32],
            size: 1,
            chunk_size: 262_144,
            merkle_root: vec![count; 32],
            media_type: "text/plain".into(),
            ..Default::default()
        },
        parents,
        dropped: Vec::new(),
        policy: Some(policy),
        shares: Vec::new(),
        treasury_bps: 0,
        quorum_pool: None,
        certificate: [count; 32],
        deposit: Amount::new(1_800_000_000),
    };
    let (asset, version) = world.act(|ctx| dat::anchor(ctx, &new)).expect("anchors");
    world.act(|ctx| dat::finalize(ctx, asset, version)).expect("is final");
    asset
}

pub(super) fn coin(amount: u64, denom: &str) -> Coin {
    Coin { denom: denom.into(), amount: amount.to_string() }
}

pub(super) fn register(world: &mut World, who: &str) -> Result<(), Reject> {
    let _: pb::MsgRegisterProviderResponse = world.send(&pb::MsgRegisterProvider {
        provider: address(who).to_string(),
        endpoint: "https://gpu.example".into(),
        services: vec![pb::Service::Infer.into()],
        signing_key: vec![7; 32],
        close_delay: None,
    })?;
    Ok(())
}

/// The key of somebody's channels.
pub(super) fn key(who: &str) -> SigningKey {
    SigningKey::from(<[u8; 32]>::from(sha2::Digest::finalize(sha2::Digest::chain_update(
        <sha2::Sha256 as sha2::Digest>::new(),
        who.as_bytes(),
    ))))
}

/// Somebody's wish for a channel to Pia on the model, 1,000,001 tokens at 3 `ulaz`.
pub(super) fn wish(who: &str) -> pb::MsgOpenChannel {
    pb::MsgOpenChannel {
        consumer: address(who).to_string(),
        provider: address("pia").to_string(),
        asset: 2,
        version: 1,
        policy_version: 1,
        dat: 0,
        purposes: vec![Purpose::Infer.into()],
        channel_key: key(who).verification_key().to_bytes().to_vec(),
        deposit: Some(coin(3_000_003, "ulaz")),
        units_cap: 1_000_001,
        most_protocol_bps: 0,
        longest_close_delay: None,
    }
}

pub(super) fn open(world: &mut World, wish: &pb::MsgOpenChannel) -> Result<u64, Reject> {
    let response: pb::MsgOpenChannelResponse = world.send(wish)?;
    Ok(response.channel)
}

/// A channel of Dan's.
pub(super) fn opened(world: &mut World) -> u64 {
    open(world, &wish("dan")).expect("opens")
}

/// A voucher as a client would make it, dated now.
pub(super) fn voucher(world: &World, channel: u64, sequence: u64, units: u64) -> pb::Voucher {
    let kept = find(world, channel);
    let price: u64 = kept.map_or(3, |channel| channel.price.parse().expect("a number"));
    pb::Voucher {
        channel,
        sequence,
        as_of: Some(world.now().wire()),
        purpose: Purpose::Infer.into(),
        terms: None,
        cumulative_units: units,
        cumulative_amount: (units * price).to_string(),
        receipts_root: vec![sequence.to_le_bytes()[0]; 32],
    }
}

/// Signed by somebody's key.
pub(super) fn sign(who: &str, voucher: pb::Voucher) -> pb::SignedVoucher {
    sign_for(who, CHAIN_ID, voucher)
}

pub(super) fn sign_for(who: &str, chain_id: &str, voucher: pb::Voucher) -> pb::SignedVoucher {
    let statement = signed::statement("voucher", chain_id, &voucher);
    let signature = key(who).sign(&statement).to_bytes().to_vec();
    pb::SignedVoucher { voucher: Some(voucher), signature }
}

/// Pia redeems.
pub(super) fn redeem(
    world: &mut World,
    vouchers: Vec<pb::SignedVoucher>,
) -> Result<Vec<pb::Redemption>, Reject> {
    let message = pb::MsgRedeemVouchers { provider: address("pia").to_string(), vouchers };
    let response: pb::MsgRedeemVouchersResponse = world.send(&message)?;
    Ok(response.redemptions)
}

/// Pia redeems one voucher of Dan's; what it took, or the number of the rule it broke.
pub(super) fn redeem_one(world: &mut World, channel: u64, sequence: u64, units: u64) -> Result<u128, u32> {
    let voucher = sign("dan", voucher(world, channel, sequence, units));
    let redemptions = redeem(world, vec![voucher]).map_err(|reject| {
        assert_eq!(reject.space, "usage", "{reject}");
        reject.code
    })?;
    Ok(redemptions[0].redeemed.parse().expect("a number"))
}

pub(super) fn close(world: &mut World, who: &str, channel: u64) -> Result<pb::ChannelState, u32> {
    let message = pb::MsgCloseChannel { sender: address(who).to_string(), channel };
    let response: pb::MsgCloseChannelResponse = world.send(&message).map_err(|reject| reject.code)?;
    Ok(response.state())
}

pub(super) fn settle_closed(world: &mut World, channel: u64) -> Result<pb::ChannelState, u32> {
    let message = pb::MsgSettleClosed { sender: address("eve").to_string(), channel };
    let response: pb::MsgSettleClosedResponse = world.send(&message).map_err(|reject| reject.code)?;
    Ok(response.state())
}

pub(super) fn claim_refund(world: &mut World, channel: u64) -> Result<Vec<Coin>, u32> {
    let message = pb::MsgClaimRefund { sender: address("eve").to_string(), channel };
    let response: pb::MsgClaimRefundResponse = world.send(&message).map_err(|reject| reject.code)?;
    Ok(response.refund)
}

pub(super) fn find(world: &World, channel: u64) -> Option<pb::Channel> {
    CHANNELS.get(&world.ctx.state, &channel).expect("reads").map(|Pb(channel)| channel)
}

pub(super) fn balance_of(world: &World, who: &Address, denom: &'static str) -> u128 {
    bank::balance(&world.ctx.state, who, &Denom::known(denom)).expect("reads").units()
}

pub(super) fn balance(world: &World, who: &str, denom: &'static str) -> u128 {
    balance_of(world, &address(who), denom)
}

/// The attribute of an event.
pub(super) fn attribute<'a>(event: &'a [(String, String)], name: &str) -> &'a str {
    event.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str()).expect("is there")
}

/// So many seconds before the next block that works no queue.
pub(super) fn wait(world: &mut World, secs: u64) -> Time {
    world.ctx.block.time = world.ctx.block.time.plus(crate::time::Span::from_secs(secs));
    world.now()
}
