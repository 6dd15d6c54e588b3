//! Everything that crosses a wire: messages, addresses, amounts, sign bytes, JSON.
