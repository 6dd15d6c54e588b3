//! `lazd query dat`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.dat.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current dat parameters"),
    row(SERVICE, "Asset", "asset [asset]", &["asset"], "Query an asset and its state"),
    row(SERVICE, "Assets", "assets", &[], "Query assets, of --owner or of --idao"),
    row(SERVICE, "Version", "version [asset] [version]", &["asset", "version"], "Query a version of an asset"),
    row(SERVICE, "Versions", "versions [asset]", &["asset"], "Query the versions of an asset"),
    row(SERVICE, "Policy", "policy [asset] [policy-version]", &["asset", "policy_version"], "Query a licence; 0 for the newest"),
    row(SERVICE, "Policies", "policies [asset]", &["asset"], "Query the licences of an asset"),
    row(SERVICE, "Dat", "dat [asset] [serial]", &["asset", "serial"], "Query a token"),
    row(SERVICE, "Dats", "dats [asset]", &["asset"], "Query the tokens of an asset"),
    row(SERVICE, "DatsByOwner", "dats-by-owner [owner]", &["owner"], "Query the tokens of an account"),
    row(SERVICE, "Anchor", "anchor [sha256]", &["sha256"], "Query the version that anchors a content, by its hash in base64"),
    row(SERVICE, "Allowed", "allowed [asset] [account] [purpose]", &["asset", "account", "purpose"], "Query whether an account may use an asset, and why"),
    row(SERVICE, "Lineage", "lineage [asset] [version]", &["asset", "version"], "Query where the royalties of a version come from"),
    row(SERVICE, "Revenue", "revenue [asset]", &["asset"], "Query what an asset earned and owes"),
    row(SERVICE, "Claimable", "claimable [asset] [serial]", &["asset", "serial"], "Query what a token can claim, and from which numbers"),
    row(SERVICE, "Payments", "payments [asset] [version]", &["asset", "version"], "Query what channels paid while a version was liable"),
    row(SERVICE, "Refundable", "refundable [asset] [version] [channel]", &["asset", "version", "channel"], "Query what a channel gets back for a revoked version"),
    row(SERVICE, "Request", "request [request]", &["request"], "Query a request for access"),
    row(SERVICE, "Requests", "requests [asset]", &["asset"], "Query the open requests for an asset"),
    row(SERVICE, "Quota", "quota [asset] [policy-version] [account]", &["asset", "policy_version", "account"], "Query how much of an account's quota is taken"),
];
