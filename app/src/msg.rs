//! What a message is: parsed once, signed by one, at a cost fixed by itself, applied to the state.

use prost::{Message, Name};
use prost_types::Any;
use proto::{address::Address, strict};

use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules,
};

/// Units of work. A message states its own from its bytes alone, so a simulation is always exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gas(pub u64);

impl Gas {
    /// The sum; the largest number if that does not fit.
    pub const fn plus(self, other: Gas) -> Gas {
        Gas(self.0.saturating_add(other.0))
    }

    /// So many times; the largest number if that does not fit.
    pub fn times(self, count: usize) -> Gas {
        Gas(self.0.saturating_mul(u64::try_from(count).unwrap_or(u64::MAX)))
    }
}

/// One kind of message.
pub trait Msg: Send + Sync + Sized + 'static {
    /// Its wire form.
    type Wire: Message + Name + Default;
    /// What the signer gets back.
    type Response: Message + Name + Default;

    /// Everything that can be checked without state. The only way to build one from a transaction.
    fn parse(wire: Self::Wire) -> Result<Self>;
    /// Whose signature it needs.
    fn signer(&self) -> Address;
    /// Fixed from the message alone.
    fn cost(&self) -> Gas;
    /// Adds keys of the state that it will read, as far as reading them ahead pays. Only time depends on it.
    fn reads(&self, _keys: &mut Vec<Vec<u8>>) {}
    /// What happens. Writes and events stay only if it succeeds.
    fn apply(&self, ctx: &mut Ctx) -> Result<Self::Response>;
}

/// A parsed message of any kind.
pub trait Action: Send + Sync {
    /// Whose signature it needs.
    fn signer(&self) -> Address;
    /// Fixed from the message alone.
    fn cost(&self) -> Gas;
    /// Adds keys of the state that it will read, as far as reading them ahead pays.
    fn reads(&self, keys: &mut Vec<Vec<u8>>);
    /// Applies it and encodes the response.
    fn apply(&self, ctx: &mut Ctx) -> Result<Any>;
}

impl<M: Msg> Action for M {
    fn signer(&self) -> Address {
        Msg::signer(self)
    }

    fn cost(&self) -> Gas {
        Msg::cost(self)
    }

    fn reads(&self, keys: &mut Vec<Vec<u8>>) {
        Msg::reads(self, keys);
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<Any> {
        let response = Msg::apply(self, ctx)?;
        Ok(Any { type_url: M::Response::type_url(), value: response.encode_to_vec() })
    }
}

/// How messages of one kind get in.
pub struct Route {
    /// Protobuf package.
    pub package: &'static str,
    /// Name within it.
    pub name: &'static str,
    parse: fn(&[u8]) -> Result<Box<dyn Action>>,
}

impl Route {
    /// The route of one kind.
    pub const fn of<M: Msg>() -> Route {
        Route { package: M::Wire::PACKAGE, name: M::Wire::NAME, parse: parse::<M> }
    }

    /// The module that answers: the second part of a package's name.
    pub fn module(&self) -> &'static str {
        self.package.split('.').nth(1).unwrap_or(self.package)
    }

    /// Whether this is the route of a type URL.
    pub(crate) fn serves(&self, type_url: &str) -> bool {
        let name = type_url.strip_prefix('/').and_then(|name| name.strip_prefix(self.package));
        name.and_then(|name| name.strip_prefix('.')) == Some(self.name)
    }
}

fn parse<M: Msg>(bytes: &[u8]) -> Result<Box<dyn Action>> {
    let wire: M::Wire = strict::decode(bytes)?;
    Ok(Box::new(M::parse(wire)?))
}

/// A message of a transaction or a proposal: where it goes, and what it is.
pub struct Routed {
    /// The type URL, with its leading slash.
    pub type_url: String,
    /// The module that answers.
    pub module: &'static str,
    /// The message.
    pub action: Box<dyn Action>,
}

/// Finds the route of `any` and parses it, strictly.
pub fn route(any: &Any) -> Result<Routed> {
    let route = modules::routes().find(|route| route.serves(&any.type_url));
    let route = route.ok_or_else(|| {
        let shown: String = any.type_url.chars().take(200).collect();
        Sdk::TxDecode(format!("unable to resolve type URL {shown}"))
    })?;
    let action = (route.parse)(&any.value)?;
    Ok(Routed { type_url: any.type_url.clone(), module: route.module(), action })
}
