use thiserror::Error;

/// Why bytes or text from a stranger were refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// A type name or type URL that this chain does not speak.
    #[error("unable to resolve type URL {0}")]
    UnknownType(String),
    /// Bytes that are no protobuf message of the expected type.
    #[error("{what}: {text}")]
    Malformed {
        /// The message type that was expected.
        what: String,
        /// What the decoder says.
        text: String,
    },
    /// The message can be read, but not from its one canonical encoding.
    #[error("{0} is not in its canonical encoding")]
    NotCanonical(String),
    /// More bytes, values or entries than the named limit allows.
    #[error("{what} is too large: {size}, the limit is {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large it is.
        size: usize,
        /// How large it may be.
        limit: usize,
    },
    /// Messages inside messages beyond the named limit.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// One field has a value that its type does not allow.
    #[error("{field}: {text}")]
    Field {
        /// The field's name, or its message type.
        field: String,
        /// What is wrong with it.
        text: String,
    },
    /// A type that has no amino JSON form.
    #[error("{0} has no amino JSON form")]
    NoAmino(String),
}

impl WireError {
    pub(crate) fn field(field: impl Into<String>, text: impl Into<String>) -> WireError {
        WireError::Field { field: field.into(), text: text.into() }
    }

    pub(crate) fn malformed(what: impl Into<String>, text: impl ToString) -> WireError {
        WireError::Malformed { what: what.into(), text: text.to_string() }
    }
}
