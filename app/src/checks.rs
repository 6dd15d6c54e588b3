//! What a transaction must pass before its messages run: limits, fee, signatures, sequence.
//!
//! The order is Cosmos' ante chain. What passes here has paid and used its sequence even if its messages fail.

use std::sync::LazyLock;

use proto::{
    address::Address,
    coin::{Coins, DecCoin, Denom},
    pubkey::PubKey,
    sign,
};
use state::Read;

use crate::{
    ctx::Ctx,
    error::{Error, Reject, Result, Sdk},
    event,
    modules::{auth, bank},
    signatures,
    tx::{Mode, Signer, Signing, Tx, signatures_within},
};

/// Gas of any transaction.
pub const GAS_BASE: u64 = 20_000;
/// Gas per byte of a transaction's body.
pub const GAS_PER_BYTE: u64 = 10;
/// Gas per single key that signs.
pub const GAS_PER_SIGNATURE: u64 = 1_000;
/// The module account that fees are paid to.
pub const FEE_COLLECTOR: &str = "fee_collector";

/// What is being done with the transaction.
pub enum Purpose<'a> {
    /// It wants into the pool: it must pay this node's price.
    Check {
        /// Any one of these is enough; none asks for nothing.
        prices: &'a [DecCoin],
        /// Gas of a whole block, if limited.
        block_gas: Option<u64>,
        /// What [`preverify`] found.
        right_for: Option<&'a [u64]>,
    },
    /// It is in a block.
    Deliver {
        /// What [`preverify`] found.
        right_for: Option<&'a [u64]>,
    },
    /// Somebody asks what would happen: no signature, no gas limit.
    Simulate,
}

/// Passes a transaction, takes its fee and uses its sequences, or refuses it and changes nothing (the caller drops
/// the writes).
pub fn run(ctx: &mut Ctx, tx: &Tx, purpose: &Purpose) -> Result<()> {
    let params = auth::params(&ctx.state)?;
    #[cfg(test)]
    crate::gauntlet::trip(&tx.body.memo, "checks");
    gas(tx, purpose)?;
    timeouts(ctx, tx)?;
    memo(tx, params.max_memo_characters)?;
    if let Purpose::Check { prices, .. } = purpose {
        price(tx, prices)?;
    }
    count(tx, params.tx_sig_limit)?;
    pay(ctx, tx)?;
    for place in 0..tx.signers.len() {
        sign_off(ctx, tx, place, purpose)?;
    }
    announce(ctx, tx);
    Ok(())
}

/// What a transaction that passed says after the fee's transfer.
fn announce(ctx: &mut Ctx, tx: &Tx) {
    let payer = &*ctx.spelled(&tx.fee.payer);
    ctx.emit(event::Tx::Fee { fee: &tx.fee.coins, payer });
    for signer in &tx.signers {
        let account = &*ctx.spelled(&signer.address);
        ctx.emit(event::Tx::AccountSequence(account, signer.sequence));
    }
    for signer in &tx.signers {
        ctx.emit(event::Tx::Signature(&signer.signature));
    }
}

/// The keys that nearly every transaction reads.
pub fn reads_always() -> Vec<Vec<u8>> {
    let fees = Denom::known(FEE_DENOM);
    let mut keys =
        vec![auth::params_key(), auth::account_key(&COLLECTOR), bank::balance_key(&COLLECTOR, &fees)];
    keys.extend(bank::send_enabled_keys(&fees));
    keys
}

/// Adds the keys that a transaction will read besides, as far as reading them ahead pays.
pub fn reads(tx: &Tx, keys: &mut Vec<Vec<u8>>) {
    keys.extend(tx.signers.iter().map(|signer| auth::account_key(&signer.address)));
    keys.extend(tx.fee.coins.iter().map(|coin| bank::balance_key(&tx.fee.payer, &coin.denom)));
    tx.messages.iter().for_each(|message| message.action.reads(keys));
}

fn gas(tx: &Tx, purpose: &Purpose) -> Result<()> {
    match purpose {
        Purpose::Simulate => return Ok(()),
        Purpose::Check { block_gas: Some(limit), .. } if tx.fee.gas_limit > *limit => {
            let wanted = tx.fee.gas_limit;
            return Err(
                Sdk::InvalidGasLimit(format!("tx gas limit {wanted} exceeds block max gas {limit}")).into()
            );
        }
        _ => {}
    }
    gas_suffices(tx)
}

fn gas_suffices(tx: &Tx) -> Result<()> {
    let (wanted, used) = (tx.fee.gas_limit, tx.cost().0);
    if used > wanted {
        return Err(Sdk::OutOfGas { wanted, used }.into());
    }
    Ok(())
}

fn timeouts(ctx: &Ctx, tx: &Tx) -> Result<()> {
    let (height, timeout) = (ctx.block.height, tx.body.timeout_height);
    if timeout > 0 && height > timeout {
        return Err(Sdk::TxTimeoutHeight { height, timeout }.into());
    }
    if tx.timeout.is_some_and(|timeout| ctx.block.time > timeout) {
        return Err(Sdk::TxTimeout.into());
    }
    Ok(())
}

fn memo(tx: &Tx, limit: u64) -> Result<()> {
    let got = u64::try_from(tx.body.memo.len()).unwrap_or(u64::MAX);
    if got > limit {
        return Err(Sdk::MemoTooLarge { limit, got }.into());
    }
    Ok(())
}

fn count(tx: &Tx, limit: u64) -> Result<()> {
    let got = u64::try_from(tx.keys()).unwrap_or(u64::MAX);
    if got > limit {
        return Err(Sdk::TooManySignatures { got, limit }.into());
    }
    Ok(())
}

/// A fee is enough if, in any one accepted token, it covers price x gas limit, rounded up.
pub(crate) fn price(tx: &Tx, prices: &[DecCoin]) -> Result<()> {
    let mut required = Vec::new();
    for price in prices {
        let needed =
            price.amount.times_amount(proto::amount::Amount::new(tx.fee.gas_limit.into()))?.ceil()?;
        if tx.fee.coins.amount_of(&price.denom) >= needed {
            return Ok(());
        }
        required.push(format!("{needed}{}", price.denom));
    }
    if required.is_empty() {
        return Ok(());
    }
    Err(Sdk::InsufficientFee { got: tx.fee.coins.to_string(), required: required.join(",") }.into())
}

fn pay(ctx: &mut Ctx, tx: &Tx) -> Result<()> {
    if let Some(granter) = tx.fee.granter.filter(|granter| *granter != tx.fee.payer) {
        return Err(Sdk::NotSupported(format!("fee grants are not enabled; {granter} cannot pay")).into());
    }
    let payer = tx.fee.payer;
    if !auth::has_account(&ctx.state, &payer)? {
        return Err(Sdk::UnknownAddress(format!("fee payer address: {payer} does not exist")).into());
    }
    charge(ctx, &payer, &tx.fee.coins)
}

fn charge(ctx: &mut Ctx, payer: &Address, coins: &Coins) -> Result<()> {
    if coins.is_empty() {
        return Ok(());
    }
    if let Some(coin) = coins.iter().find(|coin| !accepted(&coin.denom)) {
        let have = bank::balance(&ctx.state, payer, &coin.denom)?;
        if have < coin.amount {
            return Err(twice(bank::too_little(have, coin).into()));
        }
        return Err(Sdk::InvalidCoins(format!("fees are paid in {FEE_DENOM}, not {}", coin.denom)).into());
    }
    bank::transfer(ctx, payer, &COLLECTOR, coins).map_err(twice)
}

/// The address of [`FEE_COLLECTOR`].
static COLLECTOR: LazyLock<Address> = LazyLock::new(|| Address::module(FEE_COLLECTOR));

/// Of a fee that is not there Cosmos says twice that funds are insufficient.
fn twice(error: Error) -> Error {
    match error {
        Error::Reject(reject) if (reject.space, reject.code) == ("sdk", 5) => {
            Reject { text: format!("{}: insufficient funds", reject.text), ..reject }.into()
        }
        other => other,
    }
}

/// The token that fees are paid in.
pub const FEE_DENOM: &str = "ulaz";

fn accepted(denom: &Denom) -> bool {
    denom.as_str() == FEE_DENOM
}

/// Checks one signer against its account, and moves its sequence on.
fn sign_off(ctx: &mut Ctx, tx: &Tx, place: usize, purpose: &Purpose) -> Result<()> {
    let Some(signer) = tx.signers.get(place) else { return Ok(()) };
    let mut account = auth::account(&ctx.state, &signer.address)?;
    if account.key.is_none() {
        account.key = signer.key.clone();
    }
    let simulating = matches!(purpose, Purpose::Simulate);
    let right = match purpose {
        // a key belongs to its address for ever, so the account's number is all that could differ since
        Purpose::Check { right_for, .. } | Purpose::Deliver { right_for } => {
            right_for.and_then(|numbers| numbers.get(place)) == Some(&account.number)
        }
        Purpose::Simulate => false,
    };
    // amino JSON does not cover the stated key: another one than the account's would be a second spelling
    let foreign = !simulating && signer.key.is_some() && signer.key != account.key;
    match &account.key {
        Some(key) if foreign || (!right && key.address() != signer.address) => {
            let text = format!("pubKey does not match signer address {} with signer index", signer.address);
            return Err(Sdk::InvalidPubKey(text).into());
        }
        None if !simulating => return Err(Sdk::InvalidPubKey("account pubkey is not set".into()).into()),
        _ => {}
    }
    if signer.sequence != account.sequence {
        return Err(Sdk::WrongSequence { expected: account.sequence, got: signer.sequence }.into());
    }
    if let Some(key) = account.key.as_ref().filter(|_| !right && !simulating) {
        // nobody knows a number before the first block
        let number = if ctx.block.height == 0 { 0 } else { account.number };
        verify(tx, signer, key, number, &ctx.block.chain_id)?;
    }
    let next = account.sequence.checked_add(1);
    account.sequence = next.ok_or_else(|| Sdk::Logic("the sequence of an account is used up".into()))?;
    auth::set_account(ctx, &signer.address, &account);
    Ok(())
}

/// The account numbers and keys that a transaction's signatures are right for, ahead of execution; `None` if any is
/// wrong or cannot be judged yet, or if it is refused for less, so that nobody gets this work for nothing. Pure, so it
/// runs on any thread.
pub fn preverify(state: &dyn Read, tx: &Tx, chain_id: &str) -> Result<Option<Vec<u64>>> {
    let params = auth::params(state)?;
    let fits = gas_suffices(tx).and_then(|()| memo(tx, params.max_memo_characters));
    if fits.and_then(|()| count(tx, params.tx_sig_limit)).is_err() {
        return Ok(None);
    }
    let mut numbers = Vec::with_capacity(tx.signers.len());
    for signer in &tx.signers {
        let Some(account) = auth::find_account(state, &signer.address)? else { return Ok(None) };
        let Some(key) = account.key.as_ref().or(signer.key.as_ref()) else { return Ok(None) };
        let foreign = signer.key.as_ref().is_some_and(|stated| stated != key);
        if foreign
            || key.address() != signer.address
            || verify(tx, signer, key, account.number, chain_id).is_err()
        {
            return Ok(None);
        }
        numbers.push(account.number);
    }
    Ok(Some(numbers))
}

fn verify(tx: &Tx, signer: &Signer, key: &PubKey, number: u64, chain_id: &str) -> Result<()> {
    let wrong = || {
        let text = format!(
            "signature verification failed; please verify account number ({number}) and chain-id ({chain_id})"
        );
        Sdk::Unauthorized(text)
    };
    match (key, &signer.signing) {
        (PubKey::Secp256k1(key), Signing::Single(mode)) => {
            let digest = digest(tx, *mode, signer.sequence, number, chain_id)?;
            if !signatures::is_signed_digest(key, digest, &signer.signature) {
                return Err(wrong().into());
            }
        }
        (PubKey::Multisig { threshold, keys }, Signing::Threshold { of, places }) => {
            let signatures = signatures_within(&signer.signature)?;
            let enough = u32::try_from(places.len()).is_ok_and(|count| count >= *threshold);
            if *of != keys.len() || signatures.len() != places.len() || !enough {
                return Err(wrong().into());
            }
            // all who sign in one mode sign the same, which may be long
            let mut digests: Vec<(Mode, [u8; 32])> = Vec::new();
            for ((place, mode), signature) in places.iter().zip(&signatures) {
                let known = digests.iter().find(|(of, _)| of == mode).map(|(_, digest)| *digest);
                let digest = match known {
                    Some(digest) => digest,
                    None => digest(tx, *mode, signer.sequence, number, chain_id)?,
                };
                if known.is_none() {
                    digests.push((*mode, digest));
                }
                let right = |key| signatures::is_signed_digest(key, digest, signature);
                if !keys.get(*place).is_some_and(right) {
                    return Err(wrong().into());
                }
            }
        }
        _ => return Err(wrong().into()),
    }
    Ok(())
}

/// The hash that is signed.
fn digest(tx: &Tx, mode: Mode, sequence: u64, number: u64, chain_id: &str) -> Result<[u8; 32]> {
    let bytes = match mode {
        Mode::Direct => sign::direct_bytes(&tx.body_bytes, &tx.auth_bytes, chain_id, number),
        Mode::AminoJson => sign::amino_bytes(&tx.body, &tx.wire_fee, chain_id, number, sequence)
            .map_err(|error| Sdk::InvalidRequest(error.to_string()))?,
        Mode::Unspecified => return Err(Sdk::Unauthorized("sign mode is not stated".into()).into()),
    };
    Ok(sign::digest(&bytes))
}
