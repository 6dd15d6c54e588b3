//! Queries that are about one record of the state, and can therefore be proved: where the record lies, from the query's
//! own fields.
//!
//! A key is the map's name and the request's fields in their order, `docs/proofs.md`; fields are encoded by their kind. What
//! a query works out beyond the record (whether an asset is frozen or tainted, say) is not in the state and not proved.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use proto::address::{Address, ValAddress};

use crate::error::{Error, Result};

/// Of a query: the type of its request, the store, the map in it, the field of the answer that holds the record.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// The one query whose record is a bare number.
pub(crate) const BALANCE: &str = "cosmos.bank.v1beta1.QueryBalanceRequest";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (BALANCE, "bank", "balances", "balance"),
    ("lazchain.audit.v1.QueryTrailRequest", "audit", "trails", "trail"),
    ("lazchain.beacon.v1.QueryChainRequest", "beacon", "chains", "chain"),
    ("lazchain.idao.v1.QueryIdaoRequest", "idao", "idaos", "idao"),
    ("lazchain.idao.v1.QueryMemberRequest", "idao", "members", "member"),
    ("lazchain.idao.v1.QueryAgentRequest", "idao", "agents", "agent"),
    ("lazchain.idao.v1.QueryApplicationRequest", "idao", "applications", "application"),
    ("lazchain.idao.v1.QueryProposalRequest", "idao", "proposals", "proposal"),
    ("lazchain.idao.v1.QueryVoteRequest", "idao", "votes", "vote"),
    ("lazchain.idao.v1.QueryTrustEdgeRequest", "idao", "edges", "edge"),
    ("lazchain.quorum.v1.QueryQuorumRequest", "quorum", "quorums", "quorum"),
    ("lazchain.quorum.v1.QueryMemberRequest", "quorum", "members", "member"),
    ("lazchain.quorum.v1.QuerySlashRequest", "quorum", "slashes", "slash"),
    ("lazchain.dat.v1.QueryAssetRequest", "dat", "assets", "asset"),
    ("lazchain.dat.v1.QueryVersionRequest", "dat", "versions", "version"),
    ("lazchain.dat.v1.QueryPolicyRequest", "dat", "policies", "policy"),
    ("lazchain.dat.v1.QueryDatRequest", "dat", "dats", "dat"),
    ("lazchain.dat.v1.QueryAnchorRequest", "dat", "anchors", "version"),
    ("lazchain.dat.v1.QueryRequestRequest", "dat", "requests", "request"),
    ("lazchain.vsc.v1.QueryTaskRequest", "vsc", "tasks", "task"),
    ("lazchain.vsc.v1.QueryRoundRequest", "vsc", "rounds", "round"),
    ("lazchain.vsc.v1.QueryCaseRequest", "vsc", "cases", "case"),
    ("lazchain.vsc.v1.QuerySealRequest", "vsc", "seals", "seal"),
    ("lazchain.vsc.v1.QueryWhyRoutingRequest", "vsc", "receipts", "receipt"),
    ("lazchain.vsc.v1.QueryWhyDrawingRequest", "vsc", "drawings", "drawing"),
    ("lazchain.usage.v1.QueryProviderRequest", "usage", "providers", "provider"),
    ("lazchain.usage.v1.QueryChannelRequest", "usage", "channels", "channel"),
];

/// One record of the state.
pub(crate) struct Place {
    pub(crate) store: &'static str,
    pub(crate) key: Vec<u8>,
    /// The field of the query's answer that holds it.
    pub(crate) field: FieldDescriptor,
    pub(crate) request: DynamicMessage,
}

/// Whether what this request asks for can be proved; `request` is the full name of its type.
pub fn is_provable(request: &str) -> bool {
    row(request).is_ok()
}

fn row(request: &str) -> Result<Row> {
    let found = ROWS.iter().find(|row| row.0 == request).copied();
    found.ok_or_else(|| {
        Error::Unproved(format!("{request} is not about one record; prove what it is worked out from"))
    })
}

/// The record that a request is about.
pub(crate) fn place(request: &str, bytes: &[u8]) -> Result<Place> {
    let (_, store, map, field) = row(request)?;
    let bad = |why: String| Error::Answer(format!("{request}: {why}"));
    let answer = request.strip_suffix("Request").map(|name| format!("{name}Response"));
    let field = message(&answer.unwrap_or_default())
        .and_then(|answer| answer.get_field_by_name(field))
        .ok_or_else(|| bad(format!("its answer has no {field}")))?;
    let descriptor = message(request).ok_or_else(|| bad("is no type".into()))?;
    let request =
        DynamicMessage::decode(descriptor.clone(), bytes).map_err(|error| bad(error.to_string()))?;
    let mut key = format!("{map}/").into_bytes();
    for part in descriptor.fields() {
        append(&mut key, &part, &request.get_field(&part))
            .map_err(|why| bad(format!("{}: {why}", part.name())))?;
    }
    Ok(Place { store, key, field, request })
}

fn message(name: &str) -> Option<MessageDescriptor> {
    proto::descriptors().get_message_by_name(name)
}

/// Numbers are big-endian, addresses and hashes their bytes, other texts end with `00 01`.
fn append(key: &mut Vec<u8>, field: &FieldDescriptor, value: &Value) -> Result<(), String> {
    match (field.kind(), value) {
        (Kind::Uint64, Value::U64(number)) => key.extend_from_slice(&number.to_be_bytes()),
        (Kind::Uint32, Value::U32(number)) => key.extend_from_slice(&number.to_be_bytes()),
        (Kind::Bytes, Value::Bytes(bytes)) if bytes.len() == 32 => key.extend_from_slice(bytes),
        (Kind::Bytes, Value::Bytes(bytes)) => return Err(format!("{} bytes; it must have 32", bytes.len())),
        (Kind::String, Value::String(text)) => match (text.parse::<Address>(), text.parse::<ValAddress>()) {
            (Ok(account), _) => key.extend_from_slice(account.as_bytes()),
            (_, Ok(operator)) => key.extend_from_slice(operator.as_bytes()),
            // an address that is none would be looked for where nothing can be
            (Err(why), Err(_)) if is_address(field) => return Err(why.to_string()),
            _ if text.contains('\0') => return Err("a zero byte".into()),
            _ => key.extend_from_slice(&[text.as_bytes(), &[0, 1]].concat()),
        },
        _ => return Err("a kind that no key has".into()),
    }
    Ok(())
}

fn is_address(field: &FieldDescriptor) -> bool {
    let scalar = proto::descriptors().get_extension_by_name("cosmos_proto.scalar");
    let said = scalar.map(|scalar| field.options().get_extension(&scalar).as_str().map(str::to_owned));
    said.flatten().is_some_and(|name| name.ends_with("AddressString"))
        // the SDK's own requests say it of some fields only
        || field.name() == "address"
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::{Message as _, Name as _};
    use proto::{
        cosmos::bank::v1beta1::QueryBalanceRequest,
        lazchain::{audit::v1 as audit, dat::v1 as dat, quorum::v1 as quorum},
    };

    fn key<Q: prost::Message + prost::Name>(request: &Q) -> Result<Vec<u8>> {
        place(&Q::full_name(), &request.encode_to_vec()).map(|place| place.key)
    }

    /// Every row names a request, an answer and a field of it that holds one message.
    #[test]
    fn every_query_in_the_table_has_a_record() {
        for (request, ..) in ROWS {
            let descriptor = message(request).unwrap_or_else(|| panic!("{request}"));
            let mut empty = DynamicMessage::new(descriptor.clone());
            for field in descriptor.fields() {
                let account = Address::module("x");
                match field.kind() {
                    Kind::Bytes => empty.set_field(&field, Value::Bytes(vec![7; 32].into())),
                    Kind::String if field.name() == "validator" => {
                        empty.set_field(&field, Value::String(account.operator().to_string()));
                    }
                    Kind::String => empty.set_field(&field, Value::String(account.to_string())),
                    _ => {}
                }
            }
            let place = place(request, &empty.encode_to_vec()).unwrap_or_else(|why| panic!("{why}"));
            assert!(matches!(place.field.kind(), Kind::Message(_)) && !place.field.is_list(), "{request}");
        }
    }

    #[test]
    fn keys_are_those_of_the_state() {
        let who = Address::module("gov");
        let balance = QueryBalanceRequest { address: who.to_string(), denom: "ulaz".into() };
        assert_eq!(key(&balance).unwrap(), [b"balances/", who.as_bytes().as_slice(), b"ulaz\0\x01"].concat());
        let dat = dat::QueryDatRequest { asset: 1, serial: 258 };
        assert_eq!(
            key(&dat).unwrap(),
            [b"dats/".as_slice(), &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2]].concat()
        );
        let member = quorum::QueryMemberRequest { quorum: 1, validator: who.operator().to_string() };
        assert!(key(&member).unwrap().ends_with(who.as_bytes()));
        let trail = audit::QueryTrailRequest { subject: "asset-1".into() };
        assert_eq!(key(&trail).unwrap(), b"trails/asset-1\0\x01");
    }

    #[test]
    fn what_has_no_key_is_refused_and_not_looked_for() {
        let nobody = QueryBalanceRequest { address: "nobody".into(), denom: "ulaz".into() };
        assert!(key(&nobody).unwrap_err().to_string().contains("address"));
        let short = dat::QueryAnchorRequest { sha256: vec![1; 31] };
        assert!(key(&short).unwrap_err().to_string().contains("must have 32"));
        let many = dat::QueryAssetsRequest::default();
        assert!(key(&many).unwrap_err().to_string().contains("not about one record"));
        assert!(!is_provable(&dat::QueryAssetsRequest::full_name()));
    }
}
