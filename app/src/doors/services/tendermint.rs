//! `cosmos.base.tendermint.v1beta1`: what CometBFT knows, and raw queries.

use prost::Message;
use prost_types::Any;
use proto::{
    address::ConsAddress,
    cosmos::{
        base::{query::v1beta1::PageResponse, tendermint::v1beta1 as pb},
        crypto::ed25519,
    },
    tendermint::{
        p2p::{DefaultNodeInfo, DefaultNodeInfoOther, ProtocolVersion},
        types::{Block, BlockId},
    },
};
use serde_json::Value as Json;
use tendermint_proto::v0_38::abci::RequestQuery;
use tonic::Code;

use super::{COMET_LEVEL, SDK_LEVEL, Service, answer, invalid, slice};
use crate::{
    doors::{
        Desk, Trouble, abci_query, desk,
        engine::{Engine, Member},
    },
    node::signed,
};

/// Validators in one page, at most.
const MAX_PAGE: usize = 1_000;

pub(crate) const SERVICES: &[Service] = &[
    Service::engine("/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo", |d, b| answer(d, b, node_info)),
    Service::engine("/cosmos.base.tendermint.v1beta1.Service/GetSyncing", |d, b| answer(d, b, syncing)),
    Service::engine("/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock", |d, b| {
        answer(d, b, latest_block)
    }),
    Service::engine("/cosmos.base.tendermint.v1beta1.Service/GetBlockByHeight", |d, b| {
        answer(d, b, block_by_height)
    }),
    Service::engine("/cosmos.base.tendermint.v1beta1.Service/GetLatestValidatorSet", |d, b| {
        answer(d, b, latest_validator_set)
    }),
    Service::engine("/cosmos.base.tendermint.v1beta1.Service/GetValidatorSetByHeight", |d, b| {
        answer(d, b, validator_set_by_height)
    }),
    Service::new("/cosmos.base.tendermint.v1beta1.Service/ABCIQuery", |d, b| answer(d, b, abci_query)),
];

/// CometBFT, if this process knows where it is.
pub(crate) fn engine(desk: &Desk) -> Result<&Engine, Trouble> {
    let text = "CometBFT is unreachable: this node was started without its address";
    desk.engine.as_ref().ok_or_else(|| Trouble::status(Code::Unavailable, text))
}

fn node_info(desk: &Desk, _: pb::GetNodeInfoRequest) -> Result<pb::GetNodeInfoResponse, Trouble> {
    let status = engine(desk)?.status()?;
    let info = status.get("node_info").unwrap_or(&Json::Null);
    let module = |path: &str, version: &str| pb::Module {
        path: path.into(),
        version: version.into(),
        sum: "API level".into(), // what is spoken, not what is linked
    };
    let version = pb::VersionInfo {
        name: "lazchain".into(),
        app_name: "lazd".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        git_commit: desk.facts.commit.clone(),
        build_tags: String::new(),
        go_version: desk.facts.compiler.clone(),
        build_deps: vec![
            module("github.com/cosmos/cosmos-sdk", SDK_LEVEL),
            module("github.com/cometbft/cometbft", COMET_LEVEL),
        ],
        cosmos_sdk_version: SDK_LEVEL.into(),
    };
    Ok(pb::GetNodeInfoResponse {
        default_node_info: Some(default_node_info(info)),
        application_version: Some(version),
    })
}

fn default_node_info(info: &Json) -> DefaultNodeInfo {
    let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let number = |json: &Json, key: &str| match json.get(key) {
        Some(Json::String(text)) => text.parse().unwrap_or(0),
        Some(other) => other.as_u64().unwrap_or(0),
        None => 0,
    };
    let (protocol, other) = (&info["protocol_version"], &info["other"]);
    DefaultNodeInfo {
        protocol_version: Some(ProtocolVersion {
            p2p: number(protocol, "p2p"),
            block: number(protocol, "block"),
            app: number(protocol, "app"),
        }),
        default_node_id: text(info, "id").to_ascii_lowercase(),
        listen_addr: text(info, "listen_addr"),
        network: text(info, "network"),
        version: text(info, "version"),
        channels: hex::decode(text(info, "channels")).unwrap_or_default(),
        moniker: text(info, "moniker"),
        other: Some(DefaultNodeInfoOther {
            tx_index: text(other, "tx_index"),
            rpc_address: text(other, "rpc_address"),
        }),
    }
}

fn syncing(desk: &Desk, _: pb::GetSyncingRequest) -> Result<pb::GetSyncingResponse, Trouble> {
    let status = engine(desk)?.status()?;
    let catching_up = status.get("sync_info").and_then(|info| info.get("catching_up")?.as_bool());
    Ok(pb::GetSyncingResponse { syncing: catching_up.unwrap_or(false) })
}

fn latest_block(desk: &Desk, _: pb::GetLatestBlockRequest) -> Result<pb::GetLatestBlockResponse, Trouble> {
    let (id, block) = engine(desk)?.block(None)?;
    let sdk_block = Some(cosmos_block(&block));
    #[allow(deprecated, reason = "clients read the older field")]
    Ok(pb::GetLatestBlockResponse { block_id: Some(id), block: Some(block), sdk_block })
}

fn block_by_height(
    desk: &Desk,
    ask: pb::GetBlockByHeightRequest,
) -> Result<pb::GetBlockByHeightResponse, Trouble> {
    let (id, block) = block_at(desk, ask.height)?;
    let sdk_block = Some(cosmos_block(&block));
    #[allow(deprecated, reason = "clients read the older field")]
    Ok(pb::GetBlockByHeightResponse { block_id: Some(id), block: Some(block), sdk_block })
}

/// A block by its height, refused in the words that clients know.
pub(crate) fn block_at(desk: &Desk, height: i64) -> Result<(BlockId, Block), Trouble> {
    let asked = known_height(height)?;
    engine(desk)?.block(Some(asked)).map_err(|trouble| match trouble {
        Trouble::Status { text, .. } if text.contains("must be less than or equal to") => {
            invalid("requested block height is bigger then the chain length")
        }
        Trouble::Status { text, .. } if text.contains("is not available") => {
            Trouble::status(Code::NotFound, text)
        }
        other => other,
    })
}

fn known_height(height: i64) -> Result<u32, Trouble> {
    let positive = u32::try_from(height).ok().filter(|height| *height > 0);
    positive.ok_or_else(|| invalid(format!("{height} is no height of a block")))
}

/// The same block with its proposer spelled as an address.
fn cosmos_block(block: &Block) -> pb::Block {
    let header = block.header.clone().unwrap_or_default();
    let proposer = ConsAddress::from_slice(&header.proposer_address).map(|address| address.to_string());
    pb::Block {
        header: Some(pb::Header {
            version: header.version,
            chain_id: header.chain_id,
            height: header.height,
            time: header.time,
            last_block_id: header.last_block_id,
            last_commit_hash: header.last_commit_hash,
            data_hash: header.data_hash,
            validators_hash: header.validators_hash,
            next_validators_hash: header.next_validators_hash,
            consensus_hash: header.consensus_hash,
            app_hash: header.app_hash,
            last_results_hash: header.last_results_hash,
            evidence_hash: header.evidence_hash,
            proposer_address: proposer.unwrap_or_default(),
        }),
        data: block.data.clone(),
        evidence: block.evidence.clone(),
        last_commit: block.last_commit.clone(),
    }
}

type Set = (Vec<pb::Validator>, Option<PageResponse>);

fn latest_validator_set(
    desk: &Desk,
    ask: pb::GetLatestValidatorSetRequest,
) -> Result<pb::GetLatestValidatorSetResponse, Trouble> {
    let block_height = signed(desk.node.store().height());
    let (validators, pagination) = set(desk, block_height, slice(ask.pagination.as_ref(), MAX_PAGE))?;
    Ok(pb::GetLatestValidatorSetResponse { block_height, validators, pagination })
}

fn validator_set_by_height(
    desk: &Desk,
    ask: pb::GetValidatorSetByHeightRequest,
) -> Result<pb::GetValidatorSetByHeightResponse, Trouble> {
    if ask.height > signed(desk.node.store().height()) {
        return Err(invalid("requested block height is bigger then the chain length"));
    }
    let (validators, pagination) = set(desk, ask.height, slice(ask.pagination.as_ref(), MAX_PAGE))?;
    Ok(pb::GetValidatorSetByHeightResponse { block_height: ask.height, validators, pagination })
}

fn set(desk: &Desk, height: i64, (skip, limit): (usize, usize)) -> Result<Set, Trouble> {
    let members = engine(desk)?.validators(known_height(height)?)?;
    let total = u64::try_from(members.len()).unwrap_or(u64::MAX);
    let validators = members.iter().skip(skip).take(limit).map(validator).collect::<Result<_, _>>()?;
    Ok((validators, Some(PageResponse { next_key: Vec::new(), total })))
}

fn validator(member: &Member) -> Result<pb::Validator, Trouble> {
    let address = ConsAddress::from_slice(&member.address)
        .map_err(|error| Trouble::status(Code::Internal, error.to_string()))?;
    let key = ed25519::PubKey { key: member.key.clone() };
    let key = Any { type_url: "/cosmos.crypto.ed25519.PubKey".into(), value: key.encode_to_vec() };
    Ok(pb::Validator {
        address: address.to_string(),
        pub_key: Some(key),
        voting_power: signed(member.power),
        proposer_priority: member.priority,
    })
}

/// A raw query; one by a gRPC path belongs to that path.
fn abci_query(desk: &Desk, ask: pb::AbciQueryRequest) -> Result<pb::AbciQueryResponse, Trouble> {
    if ask.path.is_empty() {
        return Err(invalid("empty query path"));
    }
    if desk::serves(&ask.path) {
        return Err(invalid(format!("{} is called by gRPC, not through ABCIQuery", ask.path)));
    }
    let request =
        RequestQuery { data: ask.data.into(), path: ask.path, height: ask.height, prove: ask.prove };
    let answer = abci_query::answer(desk, &request);
    let ops = answer.proof_ops.map(|proof| pb::ProofOps {
        ops: proof
            .ops
            .into_iter()
            .map(|op| pb::ProofOp { r#type: op.r#type, key: op.key, data: op.data })
            .collect(),
    });
    Ok(pb::AbciQueryResponse {
        code: answer.code,
        log: answer.log,
        info: answer.info,
        index: answer.index,
        key: answer.key.into(),
        value: answer.value.into(),
        proof_ops: ops,
        height: answer.height,
        codespace: answer.codespace,
    })
}
