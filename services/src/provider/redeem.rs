//! Vouchers into coins: in batches now and then, and at once where a channel is closing.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use client::{Chain, Sender, sign::any};
use proto::lazchain::usage::v1::{ChannelState, MsgRedeemVouchers, SignedVoucher};

use super::door::Shop;
use crate::error::Result;

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
    let (every, mut last) = (Duration::from_secs(shop.config.redeem_secs), Instant::now());
    loop {
        let stopping = tokio::select! {
            () = &mut stop => true,
            _ = tick.tick() => false,
        };
        let all = stopping || last.elapsed() >= every;
        if all {
            last = Instant::now();
        }
        match due(shop, all).await {
            Ok(vouchers) => {
                for batch in vouchers.chunks(MAX_BATCH) {
                    redeem(chain, &mut sender, batch).await;
                }
            }
            Err(error) => tracing::warn!(%error, "channels cannot be looked at; trying again"),
        }
        if stopping {
            return;
        }
    }
}

/// The best vouchers of channels that the chain has not paid yet: of all, or of those that close.
async fn due(shop: &Shop, all: bool) -> Result<Vec<SignedVoucher>> {
    let mut vouchers = Vec::new();
    for id in shop.channels()? {
        let Some(known) = shop.ledger.channel(id).await? else { continue };
        let closing = known.channel.state() == ChannelState::Closing;
        if known.channel.state() == ChannelState::Closed || !(all || closing) {
            continue;
        }
        let book = shop.book(id).await?;
        if book.vouched() > known.channel.units {
            vouchers.extend(book.voucher.clone());
        }
    }
    Ok(vouchers)
}

async fn redeem(chain: &Chain, sender: &mut Sender, batch: &[SignedVoucher]) {
    let message = MsgRedeemVouchers { provider: sender.address().to_string(), vouchers: batch.to_vec() };
    let sent = sender.send(chain, vec![any(&message)]).await;
    let done = match sent {
        Ok(hash) => chain.wait(&hash, PATIENCE).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(done) if done.code == 0 => tracing::info!(vouchers = batch.len(), hash = done.txhash, "redeemed"),
        Ok(done) => tracing::warn!(why = done.raw_log, "vouchers were not redeemed; trying again"),
        // one that cannot be redeemed must not hold up the others
        Err(error) if batch.len() > 1 => {
            tracing::warn!(%error, "a batch was refused; redeeming one by one");
            for one in batch {
                Box::pin(redeem(chain, sender, std::slice::from_ref(one))).await;
            }
        }
        Err(error) => tracing::warn!(%error, "a voucher was not redeemed; trying again"),
    }
}
