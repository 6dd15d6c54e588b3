//! A connection that asks queries: they run beside each other, and are answered in order, as ABCI wants it.
//!
//! All clients of CometBFT's RPC share this one connection, so a slow query would otherwise keep a thousand quick ones
//! from being begun.

use std::{
    io::{self, Write},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    thread,
};

use tendermint_proto::v0_38::abci::{Request, request::Value as Ask};

use super::{
    connection::{MAX_HELD_BYTES, Stream, part, run},
    frame::{Broken, Requests},
    server::{Options, Served},
};

/// Replies that are awaited at once, and so queries that run at once on one connection.
const MAX_AWAITED: usize = 32;
/// Nested messages are decoded on the stack.
const STACK_BYTES: usize = 4 * 1024 * 1024;

/// Serves the rest of a connection whose `first` query has been read.
pub(super) fn talk<A: Served>(
    app: &A,
    first: Request,
    requests: &mut Requests<Stream>,
    (options, stopping): (&Options, &AtomicBool),
) -> Result<(), Broken> {
    let out = requests.stream().try_clone()?;
    let (line, awaited) = sync_channel(MAX_AWAITED);
    let writer = thread::Builder::new().name("abci-replies".into());
    let writer = writer.spawn(move || write_in_order(out, &awaited))?;
    let read = read(app, first, requests, &line, (options, stopping));
    drop(line);
    // what was asked is answered, also before a breach is reported
    match writer.join() {
        Ok(written) => written?,
        Err(panic) => std::panic::resume_unwind(panic),
    }
    if read? {
        part(requests.stream());
    }
    Ok(())
}

/// Reads and begins requests; true if the last one was of no known kind, after which nothing is read.
fn read<A: Served>(
    app: &A,
    first: Request,
    requests: &mut Requests<Stream>,
    line: &SyncSender<Receiver<Vec<u8>>>,
    (options, stopping): (&Options, &AtomicBool),
) -> Result<bool, Broken> {
    let mut next = Some(first);
    while let Some(request) = next {
        let (sender, slot) = sync_channel(1);
        if line.send(slot).is_err() {
            return Ok(false); // the writer has ended, and knows why
        }
        if matches!(request.value, Some(Ask::Query(_))) {
            let (app, options) = (app.clone(), options.clone());
            let asked = thread::Builder::new().name("abci-query".into()).stack_size(STACK_BYTES);
            asked.spawn(move || {
                let mut reply = Vec::new();
                run(&app, request, &options, &mut reply);
                drop(sender.send(reply)); // a writer that has ended needs none
            })?;
        } else {
            let mut reply = Vec::new();
            let last = run(app, request, options, &mut reply);
            drop(sender.send(reply));
            if last {
                return Ok(true);
            }
        }
        if stopping.load(Ordering::Acquire) {
            return Ok(false);
        }
        next = requests.next()?;
    }
    Ok(false)
}

/// Writes replies in the order they are awaited in, as many at once as are there.
fn write_in_order(mut out: Stream, awaited: &Receiver<Receiver<Vec<u8>>>) -> io::Result<()> {
    let mut held = Vec::new();
    while let Some(slot) = next(awaited, &mut held, &mut out)? {
        let Some(reply) = next(&slot, &mut held, &mut out)? else {
            return Err(io::Error::other("a query's thread ended without a reply"));
        };
        held.extend(reply);
        if held.len() >= MAX_HELD_BYTES {
            write(&mut held, &mut out)?;
        }
    }
    write(&mut held, &mut out)
}

/// What comes next; what is held leaves before it is waited for.
fn next<T>(from: &Receiver<T>, held: &mut Vec<u8>, out: &mut Stream) -> io::Result<Option<T>> {
    match from.try_recv() {
        Ok(value) => Ok(Some(value)),
        Err(TryRecvError::Disconnected) => Ok(None),
        Err(TryRecvError::Empty) => {
            write(held, out)?;
            Ok(from.recv().ok())
        }
    }
}

fn write(held: &mut Vec<u8>, out: &mut Stream) -> io::Result<()> {
    if !held.is_empty() {
        out.write_all(held)?;
        held.clear();
        held.shrink_to(MAX_HELD_BYTES);
    }
    Ok(())
}
