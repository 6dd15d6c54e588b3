//! Vouchers into coins: in batches now and then, and at once where a channel is closing or its use is over.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use client::{Chain, Error, Sender, sign::any};
use prost::Message as _;
use proto::{
    cosmos::base::abci::v1beta1::{TxMsgData, TxResponse},
    lazchain::usage::v1::{
        ChannelState, MsgRedeemVouchers, MsgRedeemVouchersResponse, Redemption, SignedVoucher,
    },
};

use super::shop::Shop;
use crate::error;

/// Vouchers in one transaction, as many as the chain takes.
const MAX_BATCH: usize = 256;
/// How often channels are looked at for one that closes.
const LOOK: Duration = Duration::from_secs(5);
/// How long a redemption is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Redeems until `stop` is done, and a last time then.
pub(super) async fn until(
    shop: &Shop,
    chain: &Arc<Chain>,
    mut sender: Sender,
    stop: impl Future<Output = ()>,
) {
    tokio::pin!(stop);
    let mut tick = tokio::time::interval(LOOK.min(Duration::from_secs(shop.config.redeem_secs)));
    // what the last run left is redeemed first
    let (every, mut last) = (Duration::from_secs(shop.config.redeem_secs), None::<Instant>);
    loop {
        let stopping = tokio::select! {
            () = &mut stop => true,
            _ = tick.tick() => false,
        };
        let all = stopping || last.is_none_or(|last| last.elapsed() >= every);
        if all {
            last = Some(Instant::now());
        }
        for batch in due(shop, all).await.chunks(MAX_BATCH) {
            redeem(shop, chain, &mut sender, batch).await;
        }
        shop.tidies().await;
        if stopping {
            return;
        }
    }
}

/// The best vouchers of channels that the chain has not paid yet: of all, or of those that cannot wait. What is wrong with
/// one channel holds up no other.
async fn due(shop: &Shop, all: bool) -> Vec<SignedVoucher> {
    let channels = shop.channels().unwrap_or_else(|error| {
        tracing::warn!(%error, "channels cannot be looked at; trying again");
        Vec::new()
    });
    let mut vouchers = Vec::new();
    for channel in channels {
        match of_channel(shop, channel, all).await {
            Ok(voucher) => vouchers.extend(voucher),
            Err(error @ error::Error::Client(Error::Unreachable { .. })) => {
                tracing::warn!(%error, "channels cannot be looked at; trying again");
                break;
            }
            Err(error) => tracing::warn!(channel, %error, "a channel cannot be looked at; trying again"),
        }
    }
    vouchers
}

async fn of_channel(shop: &Shop, id: u64, all: bool) -> error::Result<Option<SignedVoucher>> {
    // one that the node knows nothing of is over, or the node is behind
    let Some(known) = shop.ledger.channel(id).await? else { return Ok(None) };
    let channel = &known.channel;
    if channel.state() == ChannelState::Closed || channel.provider != shop.me {
        shop.closes(id);
        return Ok(None);
    }
    let urgent = channel.state() == ChannelState::Closing || known.over.is_some() || shop.till().doubts(id);
    if !(all || urgent) {
        return Ok(None);
    }
    let Some(voucher) = shop.voucher(id).await? else { return Ok(None) };
    let (_, sequence, units) = said(&voucher);
    let mut till = shop.till();
    if units <= channel.units {
        till.redeemed(id, channel.units);
    }
    Ok(till.is_due(id, sequence, units, Instant::now()).then_some(voucher))
}

/// Channel, sequence and units of a voucher.
fn said(signed: &SignedVoucher) -> (u64, u64, u64) {
    signed.voucher.as_ref().map_or((0, 0, 0), |said| (said.channel, said.sequence, said.cumulative_units))
}

/// What the chain said of each voucher, in order.
fn redemptions(done: &TxResponse) -> Option<Vec<Redemption>> {
    let data = TxMsgData::decode(hex::decode(&done.data).ok()?.as_slice()).ok()?;
    let answer = data.msg_responses.first()?;
    Some(MsgRedeemVouchersResponse::decode(answer.value.as_slice()).ok()?.redemptions)
}

/// Whether a refusal is about what was asked, and not about fees, sequences or the node. A simulation has the words alone.
fn is_about_vouchers(codespace: &str, log: &str) -> bool {
    codespace == "usage" || log.contains("with gas used") && !log.contains("account sequence mismatch")
}

async fn redeem(shop: &Shop, chain: &Chain, sender: &mut Sender, batch: &[SignedVoucher]) {
    let message = MsgRedeemVouchers { provider: sender.address().to_string(), vouchers: batch.to_vec() };
    let sent = sender.send(chain, vec![any(&message)]).await;
    let done = match sent {
        Ok(hash) => chain.wait(&hash, PATIENCE).await,
        Err(error) => Err(error),
    };
    let refused = match done {
        Ok(done) if done.code == 0 => return settle(shop, batch, &done).await,
        Ok(done) => Error::Refused { codespace: done.codespace, code: done.code, log: done.raw_log },
        Err(error) => error,
    };
    match (batch, &refused) {
        ([one], Error::Refused { codespace, log, .. }) if is_about_vouchers(codespace, log) => {
            refuse(shop, one, refused.to_string()).await;
        }
        // one that cannot be redeemed must not hold up the others
        ([_, _, ..], Error::Refused { codespace, log, .. }) if is_about_vouchers(codespace, log) => {
            tracing::warn!(error = %refused, "a batch was refused; redeeming one by one");
            for one in batch {
                Box::pin(redeem(shop, chain, sender, std::slice::from_ref(one))).await;
            }
        }
        _ => tracing::warn!(error = %refused, "vouchers were not redeemed; trying again"),
    }
}

/// Notes what became of each voucher of a batch that is in a block.
async fn settle(shop: &Shop, batch: &[SignedVoucher], done: &TxResponse) {
    let Some(redemptions) = redemptions(done).filter(|all| all.len() == batch.len()) else {
        tracing::warn!(hash = done.txhash, "what was redeemed cannot be read; looking at the channels again");
        return;
    };
    for (voucher, redemption) in batch.iter().zip(redemptions) {
        let (channel, _, units) = said(voucher);
        if redemption.code == 0 {
            shop.till().redeemed(channel, units);
            tracing::info!(channel, units, amount = redemption.redeemed, hash = done.txhash, "redeemed");
        } else {
            let Redemption { codespace, code, .. } = redemption;
            refuse(shop, voucher, format!("code {code}, codespace {codespace}")).await;
        }
    }
}

async fn refuse(shop: &Shop, voucher: &SignedVoucher, why: String) {
    let (channel, sequence, units) = said(voucher);
    tracing::warn!(channel, sequence, units, why, "a voucher was not redeemed");
    shop.till().refused(channel, sequence, why, Instant::now());
    // whether something else redeemed it
    shop.ledger.forget(channel).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_chain_says_of_each_voucher_is_read_from_the_transaction() {
        let redemptions = vec![
            Redemption { channel: 5, redeemed: "21".into(), ..Redemption::default() },
            Redemption { channel: 6, codespace: "usage".into(), code: 27, ..Redemption::default() },
        ];
        let answer = any(&MsgRedeemVouchersResponse { redemptions: redemptions.clone() });
        let data = TxMsgData { msg_responses: vec![answer], ..TxMsgData::default() }.encode_to_vec();
        let done = TxResponse { data: hex::encode_upper(data), ..TxResponse::default() };
        assert_eq!(super::redemptions(&done), Some(redemptions));
        assert_eq!(super::redemptions(&TxResponse::default()), None);
    }

    #[test]
    fn only_what_the_chain_says_of_a_voucher_is_held_against_it() {
        assert!(is_about_vouchers("usage", "the use ended"));
        assert!(is_about_vouchers("sdk", "the use ended with gas used: '100'"));
        assert!(!is_about_vouchers("sdk", "insufficient fees"));
        assert!(!is_about_vouchers(
            "sdk",
            "account sequence mismatch, expected 2, got 1 with gas used: '100'"
        ));
    }
}
