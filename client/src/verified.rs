//! Reads that are proved: the value of one key, checked against a header that a light client accepts.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, Kind};
use prost_types::Timestamp;
use proto::{
    cosmos::base::v1beta1::Coin,
    proof,
    tendermint::crypto::{ProofOp, ProofOps},
};
use serde_json::{Value, json};

use crate::{
    chain::{Chain, bytes},
    error::{Error, Result},
    light::{self, Trust},
    records,
    rpc::{Method, number},
};

/// What a key holds, proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Nothing means that it is proved to hold nothing.
    pub value: Option<Vec<u8>>,
    /// In the state after this block.
    pub height: u64,
}

/// The state after a block, as a header states it that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Of the block.
    pub height: u64,
    /// Of the header, the one after: that late the state is still this.
    pub time: Timestamp,
    root: [u8; 32],
}

/// A record, proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved<R> {
    /// Nothing means that it is proved not to be there.
    pub record: Option<R>,
    /// In the state after this block.
    pub height: u64,
}

/// A record in bytes, proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedBytes {
    /// Nothing means that it is proved not to be there.
    pub record: Option<Vec<u8>>,
    /// The full name of its type.
    pub kind: String,
    /// The field that holds it in the query's answer.
    pub field: String,
    /// In the state after this block.
    pub height: u64,
}

impl Chain {
    /// The state after a block, or the latest that can be proved: one below the node's latest block, because the header
    /// after it holds the root.
    pub async fn state(&self, height: Option<u64>, trust: Option<&Trust>) -> Result<State> {
        let height = match height {
            Some(height) => height,
            None => light::latest(self.rpc()).await?.saturating_sub(1).max(1),
        };
        let header = light::header(self.rpc(), height + 1, trust).await?;
        let root = <[u8; 32]>::try_from(header.app_hash.as_bytes());
        let root = root.map_err(|_| Error::Unproved("the header's app hash has not 32 bytes".into()))?;
        let time = header.time.to_rfc3339().parse();
        let time = time.map_err(|_| Error::Answer(format!("{} is no block time", header.time)))?;
        Ok(State { height, time, root })
    }

    /// What a key of a store holds in a state, `docs/proofs.md`. Nothing means that it is proved to hold nothing.
    pub async fn proved(&self, state: &State, store: &str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let (value, ops) = self.with_proof(store, key, state.height).await?;
        let holds = proof::verify(&state.root, store, key, value.as_deref(), &ops);
        holds.map_err(|error| Error::Unproved(error.to_string()))?;
        Ok(value)
    }

    /// The same, read as a record.
    pub async fn proved_record<M: Message + Default>(
        &self,
        state: &State,
        store: &str,
        key: &[u8],
    ) -> Result<Option<M>> {
        let bytes = self.proved(state, store, key).await?;
        let read = bytes.map(|bytes| M::decode(bytes.as_slice())).transpose();
        read.map_err(|error| Error::Answer(format!("a record of {store}: {error}")))
    }

    /// Reads a key of a store at a height, or in the latest state that can be proved.
    pub async fn verified(
        &self,
        store: &str,
        key: &[u8],
        height: Option<u64>,
        trust: Option<&Trust>,
    ) -> Result<Verified> {
        let state = self.state(height, trust).await?;
        Ok(Verified { value: self.proved(&state, store, key).await?, height: state.height })
    }

    /// A key of a store at a height and what proves it, not yet checked.
    pub(crate) async fn with_proof(
        &self,
        store: &str,
        key: &[u8],
        height: u64,
    ) -> Result<(Option<Vec<u8>>, ProofOps)> {
        let params = json!({
            "path": format!("/store/{store}/key"),
            "data": hex::encode(key),
            "height": height.to_string(),
            "prove": true,
        });
        let answer = self.rpc().call(Method::AbciQuery, params).await?;
        let response = crate::chain::accepted(&answer)?;
        let answered: u64 = number(&response["height"])?;
        if answered != height {
            return Err(Error::Unproved(format!("height {height} was asked for, {answered} answered")));
        }
        let value = Some(bytes(&response["value"])?).filter(|value| !value.is_empty());
        let ops = operations(&response["proofOps"])?;
        Ok((value, ops))
    }

    /// The record that a query is about, proved: [`Chain::ask`] for what must not be taken on a node's word. Which queries
    /// these are, [`crate::records::is_provable`] says.
    ///
    /// ```no_run
    /// # use lazchain_client::{Chain, Result};
    /// use proto::lazchain::dat::v1::{Asset, QueryAssetRequest};
    /// # async fn example(chain: &Chain) -> Result<()> {
    /// let asset = chain.read::<_, Asset>(&QueryAssetRequest { asset: 12 }, None, None).await?;
    /// println!("after block {}: {:?}", asset.height, asset.record);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the query is about more than one record, the node cannot be asked, or its answer is not proved.
    pub async fn read<Q: Message + Name, R: Message + Name + Default>(
        &self,
        request: &Q,
        height: Option<u64>,
        trust: Option<&Trust>,
    ) -> Result<Proved<R>> {
        let (name, request) = (Q::full_name(), request.encode_to_vec());
        let read = self.read_bytes(&name, &request, height, trust).await?;
        Ok(Proved { height: read.height, record: decoded(&name, read)? })
    }

    /// The same in a state, for records that must be of one moment.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn read_in<Q: Message + Name, R: Message + Name + Default>(
        &self,
        state: &State,
        request: &Q,
    ) -> Result<Option<R>> {
        let name = Q::full_name();
        let place = records::place(&name, &request.encode_to_vec())?;
        decoded(&name, self.held(state, &name, place).await?)
    }

    /// The same for a request of any type, by its name and in bytes.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn read_bytes(
        &self,
        name: &str,
        request: &[u8],
        height: Option<u64>,
        trust: Option<&Trust>,
    ) -> Result<ProvedBytes> {
        let place = records::place(name, request)?;
        let state = self.state(height, trust).await?;
        self.held(&state, name, place).await
    }

    /// What a state has in a query's place.
    async fn held(&self, state: &State, name: &str, place: records::Place) -> Result<ProvedBytes> {
        let value = self.proved(state, place.store, &place.key).await?;
        let record = match name {
            records::BALANCE => Some(coin(&place.request, value)?.encode_to_vec()),
            _ => value,
        };
        let kind = match place.field.kind() {
            Kind::Message(kind) => kind.full_name().to_owned(),
            other => return Err(Error::Answer(format!("{name} is about a {other:?}"))),
        };
        Ok(ProvedBytes { record, kind, field: place.field.name().to_owned(), height: state.height })
    }
}

/// The record of the query of this name, which must be of the type that is asked for.
fn decoded<R: Message + Name + Default>(name: &str, read: ProvedBytes) -> Result<Option<R>> {
    if read.kind != R::full_name() {
        return Err(Error::Answer(format!("{name} is about a {}, not a {}", read.kind, R::full_name())));
    }
    let decode = |bytes: Vec<u8>| R::decode(bytes.as_slice());
    read.record.map(decode).transpose().map_err(|why| Error::Answer(why.to_string()))
}

/// A balance is a number of 16 bytes; none is stored for nothing.
fn coin(request: &DynamicMessage, value: Option<Vec<u8>>) -> Result<Coin> {
    let denom = request.get_field_by_name("denom");
    let denom = denom.and_then(|denom| denom.as_str().map(str::to_owned)).unwrap_or_default();
    let bytes = <[u8; 16]>::try_from(value.unwrap_or_else(|| vec![0; 16]));
    let bytes = bytes.map_err(|_| Error::Answer("a balance has not 16 bytes".into()))?;
    Ok(Coin { denom, amount: u128::from_be_bytes(bytes).to_string() })
}

fn operations(value: &Value) -> Result<ProofOps> {
    let list = value["ops"].as_array().map(Vec::as_slice).unwrap_or_default();
    let op = |one: &Value| -> Result<ProofOp> {
        let part = |name: &str| {
            let decoded = one[name].as_str().and_then(|text| BASE64.decode(text).ok());
            decoded.ok_or_else(|| Error::Answer("a proof cannot be decoded".into()))
        };
        let r#type = one["type"].as_str().unwrap_or_default().to_owned();
        Ok(ProofOp { r#type, key: part("key")?, data: part("data")? })
    };
    Ok(ProofOps { ops: list.iter().map(op).collect::<Result<_>>()? })
}
