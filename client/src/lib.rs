//! Typed client library: keys, signing, broadcast, verified reads.
