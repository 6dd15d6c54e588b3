//! `lazd query nft`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "cosmos.nft.v1beta1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Balance", "balance [owner] [class-id]", &["owner", "class_id"], "Query how many tokens of a class an account owns"),
    row(SERVICE, "Owner", "owner [class-id] [nft-id]", &["class_id", "id"], "Query the owner of a token"),
    row(SERVICE, "Supply", "supply [class-id]", &["class_id"], "Query how many tokens a class has"),
    row(SERVICE, "NFTs", "nfts", &[], "Query tokens of --class-id, of --owner, or of both"),
    row(SERVICE, "NFT", "nft [class-id] [nft-id]", &["class_id", "id"], "Query a token"),
    row(SERVICE, "Class", "class [class-id]", &["class_id"], "Query a class"),
    row(SERVICE, "Classes", "classes", &[], "Query all classes"),
];
