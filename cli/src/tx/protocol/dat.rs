//! `lazd tx dat`

use super::super::table::{Row, example, plain, proposal};

#[rustfmt::skip]
pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        plain("dat", "transfer-asset [asset] (to)", "Offer control of an asset; without an account the offer is taken back", "lazchain.dat.v1.MsgTransferAsset", &["asset", "to"]),
        "transfer-asset 12 laz1... --from ada",
    ),
    example(
        plain("dat", "accept-asset [asset]", "Accept control of an asset that is offered", "lazchain.dat.v1.MsgAcceptAsset", &["asset"]),
        "accept-asset 12 --from ben",
    ),
    example(
        plain("dat", "move-asset [asset] [idao]", "Move an asset to another iDAO of its owner; 0 for none", "lazchain.dat.v1.MsgMoveAsset", &["asset", "idao"]),
        "move-asset 12 7 --from ada",
    ),
    example(
        plain("dat", "retire-asset [asset]", "End new grants of an asset for good", "lazchain.dat.v1.MsgRetireAsset", &["asset"]),
        "retire-asset 12 --from ada",
    ),
    example(
        plain("dat", "transfer-dat [asset] [serial] [to]", "Give a token to another account; what it earned is paid first", "lazchain.dat.v1.MsgTransferDat", &["asset", "serial", "to"]),
        "transfer-dat 12 4 laz1... --from ada",
    ),
    example(
        plain("dat", "split-dat [asset] [serial] [share]", "Split a part of a token's share off, in millionths", "lazchain.dat.v1.MsgSplitDat", &["asset", "serial", "share"]),
        "split-dat 12 1 300000 --from ada",
    ),
    example(
        plain("dat", "merge-dats [asset] [into] [serials...]", "Merge the shares of tokens into one", "lazchain.dat.v1.MsgMergeDats", &["asset", "into", "from"]),
        "merge-dats 12 1 5 6 --from ada",
    ),
    example(
        plain("dat", "transfer-value [asset] [serial] [units] [to] (to-serial)", "Move prepaid use to another token, or a new one", "lazchain.dat.v1.MsgTransferValue", &["asset", "serial", "units", "to", "to_serial"]),
        "transfer-value 12 9 1000 laz1... --from dan",
    ),
    example(
        plain("dat", "approve-operator [asset] [serial] (operator)", "Let an account transfer a token, once; without one nobody", "lazchain.dat.v1.MsgApproveOperator", &["asset", "serial", "operator"]),
        "approve-operator 12 4 laz1... --from ada",
    ),
    example(
        plain("dat", "burn-dat [asset] [serial]", "Burn a token without share; its deposit comes back", "lazchain.dat.v1.MsgBurnDat", &["asset", "serial"]),
        "burn-dat 12 9 --from dan",
    ),
    example(
        plain("dat", "publish-policy [asset] [terms]", "Publish a licence, as a JSON file", "lazchain.dat.v1.MsgPublishPolicy", &["asset", "terms"]),
        "publish-policy 12 terms.json --from ada",
    ),
    example(
        plain("dat", "buy-access [asset] [policy-version] [units] [max-price]", "Buy prepaid use under the newest licence", "lazchain.dat.v1.MsgBuyAccess", &["asset", "policy_version", "units", "max_price"]),
        "buy-access 12 1 1000 3000ulaz --from dan",
    ),
    example(
        plain("dat", "grant-access [asset] [policy-version] [grantee] [units]", "Grant access without a sale", "lazchain.dat.v1.MsgGrantAccess", &["asset", "policy_version", "grantee", "units"]),
        "grant-access 12 1 laz1... 1000 --from ada",
    ),
    example(
        plain("dat", "request-access [asset] [policy-version] [purpose] [units]", "Ask the owner, or the iDAO, for access", "lazchain.dat.v1.MsgRequestAccess", &["asset", "policy_version", "purpose", "units"]),
        "request-access 12 1 PURPOSE_TRAIN 1000 --from dan",
    ),
    example(
        plain("dat", "decide-access [request] [grant] (units)", "Answer a request; false from who asked takes it back", "lazchain.dat.v1.MsgDecideAccess", &["request", "grant", "units"]),
        "decide-access 3 true 1000 --from ada",
    ),
    example(
        plain("dat", "deliver-key [asset] [serial] [wrapped-key] [key-epoch]", "Deliver the data key, wrapped to a grantee's key", "lazchain.dat.v1.MsgDeliverKey", &["asset", "serial", "wrapped_key", "key_epoch"]),
        "deliver-key 12 9 BwcH... 1 --from ada",
    ),
    example(
        plain("dat", "rotate-data-key [asset] (key-commitment)", "Announce a new data key", "lazchain.dat.v1.MsgRotateDataKey", &["asset", "key_commitment"]),
        "rotate-data-key 12 --from ada",
    ),
    example(
        plain("dat", "revoke-access [asset]", "End access of --account, --serial or --policy-version at once", "lazchain.dat.v1.MsgRevokeAccess", &["asset"]),
        "revoke-access 12 --account laz1... --from ada",
    ),
    example(
        plain("dat", "refund-access [asset] [serial]", "Pay back what was paid for access that ended and not used", "lazchain.dat.v1.MsgRefundAccess", &["asset", "serial"]),
        "refund-access 12 9 --from dan",
    ),
    example(
        plain("dat", "claim-revenue [dats] [denoms...]", "Pay what tokens have earned to their owners, in each denomination", "lazchain.dat.v1.MsgClaimRevenue", &["dats", "denoms"]),
        "claim-revenue dat-12/1,dat-12/3 ulaz --from ada",
    ),
    example(
        plain("dat", "settle-royalties [asset] [version] [denoms...]", "Move what a version owes its ancestors now", "lazchain.dat.v1.MsgSettleRoyalties", &["asset", "version", "denoms"]),
        "settle-royalties 12 1 ulaz --from ada",
    ),
    example(
        plain("dat", "settle-expired [dats]", "Turn the money of expired tokens into revenue now", "lazchain.dat.v1.MsgSettleExpired", &["dats"]),
        "settle-expired dat-12/9 --from ada",
    ),
    example(
        plain("dat", "release-descendant [asset] [descendant] [version]", "Take a demand to unlearn back", "lazchain.dat.v1.MsgReleaseDescendant", &["asset", "descendant", "version"]),
        "release-descendant 12 15 1 --from ada",
    ),
    proposal("dat", "update-params-proposal [params]", "Submit a proposal to update dat module params", "lazchain.dat.v1.MsgUpdateParams", &["params"]),
];
