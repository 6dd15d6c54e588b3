//! What happens on the chain, block after block without a gap, whatever happens to the connection.
//!
//! `cargo run -p lazchain-client --example follow -- NODE FROM_HEIGHT BLOCKS`
#![allow(clippy::print_stdout, reason = "an example")]

use client::{Chain, Error, Result, rpc::Rpc};
use lazchain_client as client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let chain = Chain::new(Rpc::new(&given.next().unwrap_or("tcp://127.0.0.1:26657".into()))?);
    let mut number = || given.next().map(|text| text.parse::<u64>()).transpose();
    let number_is = |_| Error::Tx("heights and counts are numbers".into());
    let (from, blocks) = (number().map_err(number_is)?, number().map_err(number_is)?.unwrap_or(10));
    let mut follow = chain.follow(from).await?;
    for _ in 0..blocks {
        let block = follow.next().await?;
        println!(
            "block {}: {} transactions, {} events of its own",
            block.height,
            block.txs.len(),
            block.block.len()
        );
        for (place, code, events) in block.txs {
            let kinds: Vec<&str> = events.iter().map(|event| event.r#type.as_str()).collect();
            println!("  {place}: code {code}: {}", kinds.join(" "));
        }
    }
    Ok(())
}
