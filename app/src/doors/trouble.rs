//! Why a query was not answered, and how each door says so.

use state::Fault;
use tonic::Code;

use crate::error::{Coded, Error, Kind, Reject};

/// A query that was not answered.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// In gRPC's words.
    #[error("rpc error: code = {code:?} desc = {text}")]
    Status {
        /// The family.
        code: Code,
        /// For people, and for clients that search it.
        text: String,
    },
    /// By a rule of the chain.
    #[error(transparent)]
    Reject(Reject),
    /// By this machine's trouble. A query votes on nothing, so the node lives on.
    #[error(transparent)]
    Fault(Fault),
}

impl Trouble {
    /// A refusal in gRPC's words.
    pub fn status(code: Code, text: impl Into<String>) -> Trouble {
        Trouble::Status { code, text: text.into() }
    }

    /// As gRPC and REST report it.
    pub(crate) fn grpc(self) -> (Code, String) {
        match self {
            Trouble::Status { code, text } => (code, text),
            Trouble::Reject(reject) if reject.space == "sdk" && reject.code == 26 => {
                // clients know this one in the wrapping of Cosmos
                let text = reject.text.strip_suffix(": invalid height").unwrap_or(&reject.text);
                (Code::Unknown, format!("codespace sdk code 26: invalid height: {text}"))
            }
            Trouble::Reject(reject) => (code(reject.kind), reject.text),
            Trouble::Fault(fault) => {
                tracing::error!(%fault, "a query failed by this machine's trouble");
                (Code::Internal, "internal error; the node's log says more".into())
            }
        }
    }

    /// As ABCI reports it: a number of codespace `sdk`, and a text that CosmJS searches.
    pub(crate) fn sdk(self) -> (u32, String) {
        let name = |code: Code| format!("{code:?}");
        match self {
            Trouble::Reject(reject) => match reject.kind {
                Kind::Absent if reject.code != 38 => {
                    (22, format!("rpc error: code = NotFound desc = {}", reject.text))
                }
                Kind::Invalid if reject.code != 26 => {
                    (18, format!("rpc error: code = InvalidArgument desc = {}", reject.text))
                }
                _ => (reject.code, reject.text),
            },
            other => {
                let (code, text) = other.grpc();
                let (number, words) = match code {
                    Code::NotFound => (22, "key not found"),
                    Code::InvalidArgument | Code::FailedPrecondition => (18, "invalid request"),
                    Code::Unauthenticated => (4, "unauthorized"),
                    _ => (6, "unknown request"),
                };
                (number, format!("rpc error: code = {} desc = {text}: {words}", name(code)))
            }
        }
    }
}

fn code(kind: Kind) -> Code {
    match kind {
        Kind::Invalid => Code::InvalidArgument,
        Kind::Absent => Code::NotFound,
        Kind::Denied => Code::PermissionDenied,
        Kind::Conflict => Code::FailedPrecondition,
        Kind::Exhausted => Code::ResourceExhausted,
        Kind::Unknown => Code::Unknown,
    }
}

/// The HTTP status that grpc-gateway gives a code.
pub(crate) fn http(code: Code) -> http::StatusCode {
    use http::StatusCode as Http;
    match code {
        Code::Ok => Http::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => Http::BAD_REQUEST,
        Code::Unauthenticated => Http::UNAUTHORIZED,
        Code::PermissionDenied => Http::FORBIDDEN,
        Code::NotFound => Http::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => Http::CONFLICT,
        Code::ResourceExhausted => Http::TOO_MANY_REQUESTS,
        Code::Unimplemented => Http::NOT_IMPLEMENTED,
        Code::Unavailable => Http::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => Http::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => Http::INTERNAL_SERVER_ERROR,
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        match error {
            Error::Reject(reject) => Trouble::Reject(reject),
            Error::Fault(fault) => Trouble::Fault(fault),
        }
    }
}

impl From<Reject> for Trouble {
    fn from(reject: Reject) -> Trouble {
        Trouble::Reject(reject)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Fault(fault)
    }
}

impl<E: Coded> From<E> for Trouble {
    fn from(error: E) -> Trouble {
        Trouble::Reject(error.into())
    }
}
