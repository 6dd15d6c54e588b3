//! Keys and values of the types that cross the wire: addresses, denominations, amounts, decimals.

use proto::{
    address::{ADDRESS_BYTES, Address, ConsAddress, ValAddress},
    amount::Amount,
    coin::Denom,
    dec::Dec,
};

use crate::{Fault, Key, Value};

macro_rules! address {
    ($($kind:ty),*) => {$(
        impl Key for $kind {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.as_bytes());
            }

            fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
                <[u8; ADDRESS_BYTES] as Key>::decode(bytes).map(Self::new)
            }
        }

        impl Value for $kind {
            fn encode(&self) -> Vec<u8> {
                self.as_bytes().to_vec()
            }

            fn decode(bytes: &[u8]) -> Result<Self, Fault> {
                Self::from_slice(bytes).map_err(|error| Fault::corrupt("address", error))
            }
        }
    )*};
}
address!(Address, ValAddress, ConsAddress);

impl Key for Denom {
    fn encode(&self, out: &mut Vec<u8>) {
        Key::encode(&self.as_str().to_owned(), out);
    }

    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        let text = <String as Key>::decode(bytes)?;
        text.parse().map_err(|error| Fault::corrupt("denomination", error))
    }
}

impl Value for Amount {
    fn encode(&self) -> Vec<u8> {
        Value::encode(&self.units())
    }

    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        <u128 as Value>::decode(bytes).map(Amount::new)
    }
}

impl Value for Dec {
    fn encode(&self) -> Vec<u8> {
        self.to_raw().to_be_bytes::<32>().to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let bytes = <[u8; 32] as Value>::decode(bytes)?;
        Ok(Dec::from_raw(ruint::aliases::U256::from_be_bytes(bytes)))
    }
}
