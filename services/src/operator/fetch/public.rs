//! Which addresses are the whole internet's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the whole internet's.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let special = (a == 192 && b == 0 && c == 0) || (a == 198 && (b == 18 || b == 19)) || a == 0 || a >= 240;
    !(ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || shared
        || special)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4() {
        return is_public_v4(v4) && !ip.is_loopback() && !ip.is_unspecified();
    }
    let [a, b, ..] = ip.segments();
    let translated = a == 0x64 && b == 0xff9b;
    let documentation = a == 0x2001 && b == 0xdb8;
    let own = (a & 0xfe00) == 0xfc00 || (a & 0xffc0) == 0xfe80;
    !(ip.is_multicast() || own || documentation || translated)
}
