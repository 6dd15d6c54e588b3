//! What can be asked.

mod assets;
mod money;
mod nft;

use crate::query::{Query, answer};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.dat.v1.Query/Params", |s, b| answer(s, b, money::params)),
    Query::new("/lazchain.dat.v1.Query/Asset", |s, b| answer(s, b, assets::asset)),
    Query::new("/lazchain.dat.v1.Query/Assets", |s, b| answer(s, b, assets::assets)),
    Query::new("/lazchain.dat.v1.Query/Version", |s, b| answer(s, b, assets::version)),
    Query::new("/lazchain.dat.v1.Query/Versions", |s, b| answer(s, b, assets::versions)),
    Query::new("/lazchain.dat.v1.Query/Policy", |s, b| answer(s, b, assets::policy)),
    Query::new("/lazchain.dat.v1.Query/Policies", |s, b| answer(s, b, assets::policies)),
    Query::new("/lazchain.dat.v1.Query/Dat", |s, b| answer(s, b, assets::dat)),
    Query::new("/lazchain.dat.v1.Query/Dats", |s, b| answer(s, b, assets::dats)),
    Query::new("/lazchain.dat.v1.Query/DatsByOwner", |s, b| answer(s, b, assets::dats_by_owner)),
    Query::new("/lazchain.dat.v1.Query/Anchor", |s, b| answer(s, b, assets::anchor)),
    Query::new("/lazchain.dat.v1.Query/Allowed", |s, b| answer(s, b, assets::allowed)),
    Query::new("/lazchain.dat.v1.Query/Lineage", |s, b| answer(s, b, assets::lineage)),
    Query::new("/lazchain.dat.v1.Query/Revenue", |s, b| answer(s, b, money::revenue)),
    Query::new("/lazchain.dat.v1.Query/Claimable", |s, b| answer(s, b, money::claimable)),
    Query::new("/lazchain.dat.v1.Query/Payments", |s, b| answer(s, b, money::payments)),
    Query::new("/lazchain.dat.v1.Query/Refundable", |s, b| answer(s, b, money::refundable)),
    Query::new("/lazchain.dat.v1.Query/Request", |s, b| answer(s, b, assets::request)),
    Query::new("/lazchain.dat.v1.Query/Requests", |s, b| answer(s, b, assets::requests)),
    Query::new("/lazchain.dat.v1.Query/Quota", |s, b| answer(s, b, assets::quota)),
    Query::new("/cosmos.nft.v1beta1.Query/Balance", |s, b| answer(s, b, nft::balance)),
    Query::new("/cosmos.nft.v1beta1.Query/Owner", |s, b| answer(s, b, nft::owner)),
    Query::new("/cosmos.nft.v1beta1.Query/Supply", |s, b| answer(s, b, nft::supply)),
    Query::new("/cosmos.nft.v1beta1.Query/NFTs", |s, b| answer(s, b, nft::nfts)),
    Query::new("/cosmos.nft.v1beta1.Query/NFT", |s, b| answer(s, b, nft::nft)),
    Query::new("/cosmos.nft.v1beta1.Query/Class", |s, b| answer(s, b, nft::class)),
    Query::new("/cosmos.nft.v1beta1.Query/Classes", |s, b| answer(s, b, nft::classes)),
];
