//! From messages to a result: gas, fee, signature, broadcast.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use client::{
    Chain,
    keyring::{Keyring, Kind, Record},
    sender::{self, ATTEMPTS, Signer, expected, sequence_taken},
    sign::{self, Mode, Place},
    signers,
};
use prost_types::Any;
use proto::{
    address::Address,
    amount::Amount,
    cosmos::{
        base::abci::v1beta1::TxResponse,
        tx::v1beta1::{Fee, Tx, TxBody},
    },
};

use super::flags::{Gas, TxFlags};
use crate::{
    context::{Context, runtime},
    output::{Format, json_of},
    prompt,
};

/// Who a transaction is from.
pub(super) struct From {
    pub(super) address: Address,
    /// Its key, if it is in the keyring.
    pub(super) record: Option<Record>,
}

/// Who `--from`, an argument or `client.toml` names.
pub(super) fn from(context: &Context, flags: &TxFlags, argument: Option<&str>) -> Result<From> {
    let named = argument.or(flags.from.as_deref()).or(context.default_key());
    let named = named.ok_or_else(|| anyhow!("required flag(s) \"from\" not set"))?;
    let address = context.address(named)?;
    let record = context.keyring().by_address(&address)?;
    if record.is_none() && !flags.generate_only && !flags.dry_run {
        bail!("{named}: key not found; `lazd keys list` shows the keys there are");
    }
    Ok(From { address, record })
}

/// Carries the messages as far as the flags want.
pub(super) fn run(context: &Context, flags: &TxFlags, from: &From, messages: Vec<Any>) -> Result<()> {
    flags.check()?;
    let body = TxBody {
        messages,
        memo: flags.note.clone(),
        timeout_height: flags.timeout_height,
        timeout_timestamp: flags.timeout()?,
        ..TxBody::default()
    };
    let named = |name: &Option<String>| -> Result<String> {
        name.as_ref()
            .map(|name| context.address(name))
            .transpose()
            .map(|found| found.map(|a| a.to_string()).unwrap_or_default())
    };
    let fee = Fee { payer: named(&flags.fee_payer)?, granter: named(&flags.fee_granter)?, ..Fee::default() };
    let mut tx = sign::unsigned(body, fee);
    let gas = match (flags.gas()?, flags.dry_run) {
        (Gas::Limit(limit), false) => limit,
        _ => estimate(context, flags, from, &tx)?,
    };
    if flags.dry_run {
        eprintln!("gas estimate: {gas}");
        return Ok(());
    }
    let price = match flags.gas()? {
        Gas::Auto if !flags.states_fee() => minimum_price(context)?,
        _ => None,
    };
    if let Some(fee) = tx.auth_info.as_mut().and_then(|auth| auth.fee.as_mut()) {
        fee.gas_limit = gas;
        fee.amount = flags.fee(gas, price.as_deref())?.wire();
    }
    if flags.generate_only {
        // Always JSON: it is what `tx sign` reads.
        return Format::Json.print(&json_of(&tx)?);
    }
    let record = from.record.as_ref().with_context(|| format!("{}: key not found", from.address))?;
    if record.kind != Kind::Local {
        bail!("{} cannot sign here; use --generate-only, then `lazd tx sign` and `multi-sign`", record.name);
    }
    let mut account = account(context, flags, &from.address)?;
    if !flags.yes && !flags.offline {
        eprintln!("{}", json_of(&tx)?);
        if !prompt::confirm("confirm transaction before signing and broadcasting")? {
            eprintln!("canceled transaction");
            return Ok(());
        }
    }
    let secret = context.unlock(&context.keyring(), record)?;
    let mode = flags.mode().unwrap_or(Mode::Direct);
    sign::add_signature(&mut tx, &secret, account.place(), mode)?;
    if flags.offline {
        eprintln!("the signed transaction is not broadcast in offline mode");
        return Format::Json.print(&json_of(&tx)?);
    }
    // somebody who names the sequence, or signs with others, must hear of it instead
    let alone = flags.sequence.is_none() && tx.signatures.len() == 1;
    for _ in 1..ATTEMPTS {
        let answer = offer(context, flags, &sign::encode(&tx))?;
        let Some(expected) = expected(&answer.raw_log).filter(|_| alone && sequence_taken(&answer)) else {
            return settle(context, flags, answer);
        };
        eprintln!("something else of this account came first; signing anew with sequence {expected}");
        account.sequence = expected;
        sign::add_signature(&mut tx, &secret, account.place(), mode)?;
    }
    broadcast(context, flags, &sign::encode(&tx))
}

/// Whose signature for which chain.
pub(super) struct SignsAs {
    chain_id: String,
    number: u64,
    sequence: u64,
}

impl SignsAs {
    pub(super) fn place(&self) -> Place<'_> {
        Place { chain_id: &self.chain_id, account_number: self.number, sequence: self.sequence }
    }
}

/// Number and sequence from the flags, or else from the chain.
pub(super) fn account(context: &Context, flags: &TxFlags, address: &Address) -> Result<SignsAs> {
    if flags.offline {
        let (Some(number), Some(sequence)) = (flags.account_number, flags.sequence) else {
            bail!("--account-number and --sequence must be set in offline mode");
        };
        return Ok(SignsAs { chain_id: context.offline_chain_id()?.to_owned(), number, sequence });
    }
    let chain = context.chain()?;
    let (chain_id, account) = runtime()?.block_on(async {
        let asked = chain.id().await?;
        match context.known_chain_id() {
            Some(known) if known != asked => {
                bail!("the node is on chain {asked:?}, but --chain-id or client.toml say {known:?}")
            }
            _ => {}
        }
        Ok((asked, chain.account(address).await?))
    })?;
    Ok(SignsAs {
        chain_id,
        number: flags.account_number.unwrap_or(account.number),
        sequence: flags.sequence.unwrap_or(account.sequence),
    })
}

/// Gas that the node says the transaction uses, times the adjustment.
fn estimate(context: &Context, flags: &TxFlags, from: &From, tx: &Tx) -> Result<u64> {
    let ring = context.keyring();
    let chain = context.chain()?;
    let used = runtime()?.block_on(simulate(&chain, &ring, from, tx, flags.sequence))?;
    let adjusted = flags.gas_adjustment.times_amount(Amount::new(used.into()))?.ceil()?;
    let gas = u64::try_from(adjusted.units()).context("--gas-adjustment is too large")?;
    if !flags.dry_run {
        eprintln!("gas estimate: {gas}");
    }
    Ok(gas)
}

/// The least that the node asks for a unit of gas.
fn minimum_price(context: &Context) -> Result<Option<String>> {
    let chain = context.chain()?;
    let price = runtime()?
        .block_on(chain.least_gas_price())
        .context("cannot ask the node for its minimum gas price; give --fees or --gas-prices")?;
    price.iter().for_each(|price| eprintln!("gas price: {price}, the node's minimum"));
    Ok(price)
}

/// Gas that a transaction uses: with the keys of its signers, since each key costs.
pub(super) async fn simulate(
    chain: &Chain,
    ring: &Keyring,
    from: &From,
    tx: &Tx,
    sequence: Option<u64>,
) -> Result<u64> {
    let signer = |address: Address| -> Result<Signer> {
        let is_ours = address == from.address;
        let ours = if is_ours { from.record.clone() } else { ring.by_address(&address)? };
        Ok(Signer { address, key: ours.map(|record| record.key), sequence: sequence.filter(|_| is_ours) })
    };
    let signers = signers::of_tx(tx)?.into_iter().map(signer).collect::<Result<Vec<Signer>>>()?;
    Ok(sender::simulate(chain, tx, &signers).await?.gas_used)
}

/// Broadcasts signed bytes, prints the answer, and waits for the block if asked to.
pub(super) fn broadcast(context: &Context, flags: &TxFlags, bytes: &[u8]) -> Result<()> {
    settle(context, flags, offer(context, flags, bytes)?)
}

fn offer(context: &Context, flags: &TxFlags, bytes: &[u8]) -> Result<TxResponse> {
    let chain = context.chain()?;
    let how = flags.broadcast(context.broadcast_mode(None));
    Ok(runtime()?.block_on(chain.broadcast(bytes, how))?)
}

fn settle(context: &Context, flags: &TxFlags, answer: TxResponse) -> Result<()> {
    match flags.wait {
        Some(seconds) if answer.code == 0 => {
            let chain = context.chain()?;
            let patience = Duration::from_secs(seconds);
            print(context, &runtime()?.block_on(chain.wait(&answer.txhash, patience))?)
        }
        _ => print(context, &answer),
    }
}

/// Prints a result; one that is a failure ends the command with one, too.
pub(super) fn print(context: &Context, answer: &TxResponse) -> Result<()> {
    context.format().print(&json_of(answer)?)?;
    if answer.code != 0 {
        bail!("{}/{}: {}", answer.codespace, answer.code, answer.raw_log);
    }
    Ok(())
}
