//! Reading the parts of our own records. They were checked when they were written, so what cannot be read is a fault.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::{Coin, Denom},
    cosmos::base::v1beta1 as pb,
};
use state::Fault;

use crate::time::{Span, Time};

/// An account.
pub fn address(text: &str) -> Result<Address, Fault> {
    text.parse().map_err(|error| Fault::corrupt("address", error))
}

/// A validator's operator.
pub fn val_address(text: &str) -> Result<ValAddress, Fault> {
    text.parse().map_err(|error| Fault::corrupt("validator address", error))
}

/// An amount; an empty text is 0, as in a record that was never written to.
pub fn amount(text: &str) -> Result<Amount, Fault> {
    if text.is_empty() {
        return Ok(Amount::ZERO);
    }
    text.parse().map_err(|error| Fault::corrupt("amount", error))
}

/// A denomination.
pub fn denom(text: &str) -> Result<Denom, Fault> {
    text.parse().map_err(|error| Fault::corrupt("denomination", error))
}

/// A coin, of 0 too.
pub fn coin(wire: Option<&pb::Coin>) -> Result<Coin, Fault> {
    let wire = wire.ok_or_else(|| Fault::corrupt("coin", "it is missing"))?;
    Ok(Coin::new(denom(&wire.denom)?, amount(&wire.amount)?))
}

/// 32 bytes: a hash, a key.
pub fn digest(bytes: &[u8]) -> Result<[u8; 32], Fault> {
    bytes.try_into().map_err(|_| Fault::corrupt("digest", format!("{} bytes", bytes.len())))
}

/// A moment; 1970 if it is absent.
pub fn time(wire: Option<&prost_types::Timestamp>) -> Time {
    wire.map_or(Time::EPOCH, Time::from_wire)
}

/// A length of time; none if it is absent.
pub fn span(wire: Option<&prost_types::Duration>) -> Span {
    Span::from_wire(wire).unwrap_or(Span::ZERO)
}
