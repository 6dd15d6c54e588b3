//! How a query gets in: generic doors over one table of queries, no code per query.

pub(crate) mod abci_query;
